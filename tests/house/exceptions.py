"""What we tolerate for a while, and why. Each list only shrinks: an entry that is no longer needed fails its test."""

RULES_COMPARED = "a changed rule makes everything anew, so the first step of a run looks at all of them"
LOADS_COUNTED = "the first step of a run counts what arrived since the last"

# model -> what it reads beyond "Who may read whom" (house.md), with the reason
READS_BEYOND_THE_WALL = {
    ("segments", "source.tekil.ops.load_files"): "freshness is the newest load's, not the build's",
    (
        "int_activation__contacts_permitted",
        "model.tekil.customer_contacts",
    ): "whether a contact point works is known only there; no value is taken along",
    (
        "int_activation__contacts_permitted",
        "model.tekil.suppressed_customers",
    ): "who may not be written to any more; ids only",
    ("customer_names", "seed.tekil.survivorship"): "which name wins is an opinion, and opinions are seeds",
    ("int_staging__identifiers_keyed", "source.tekil.raw.identifier_salt"): "keys are made here, once",
    ("int_identity__evidence_keyed", "source.tekil.raw.identifier_salt"): "names of evidence are hashes too",
    ("int_staging__evidence_touched", "source.tekil.raw.identifier_salt"): "names of evidence are hashes too",
    ("int_staging__reads_planned", "seed.tekil.identifier_types"): RULES_COMPARED,
    ("int_staging__reads_planned", "seed.tekil.identifier_limits"): RULES_COMPARED,
    ("int_staging__reads_planned", "seed.tekil.identifier_denylist"): RULES_COMPARED,
    ("int_staging__reads_planned", "seed.tekil.given_name_variants"): RULES_COMPARED,
    ("int_staging__reads_planned", "seed.tekil.identity_overrides"): RULES_COMPARED,
    ("int_staging__reads_planned", "source.tekil.ops.load_runs"): LOADS_COUNTED,
    ("int_staging__reads_planned", "source.tekil.ops.load_files"): LOADS_COUNTED,
    ("int_staging__reads_planned", "source.tekil.ops.identity_overrides"): LOADS_COUNTED,
    (
        "int_staging__origins_touched",
        "source.tekil.raw.moved_origins",
    ): "whom a replaced row was of is only known to the loader",
    (
        "int_identity__run_settled",
        "source.tekil.raw.moved_origins",
    ): "what a run has read of replaced rows goes",
    ("int_profiles__reads_planned", "source.tekil.ops.load_files"): LOADS_COUNTED,
    ("int_staging__people_prepared", "source.tekil.raw.identifier_salt"): "hashes of contents are keyed too",
    (
        "int_staging__visitors_prepared",
        "source.tekil.raw.identifier_salt",
    ): "a visitor is named by the key of its cookie, before keys are made",
    (
        "int_identity__overrides_combined",
        "source.tekil.ops.identity_overrides",
    ): "a person's word is no landed row",
    (
        "int_identity__probable_links_made",
        "source.tekil.ops.probable_links",
    ): "likenesses are found between two runs of dbt",
    (
        "int_identity__visitor_links_made",
        "source.tekil.ops.probable_links",
    ): "likenesses are found between two runs of dbt",
}

# ephemeral: it becomes part of the query that reads it, so these values never stand in the schema
PLAIN_VALUES_IN_EPHEMERAL = {"int_profiles__identifiers_resolved"}

# macro file -> macros in it beside the one it is named for and that one's dispatch variants
HELPERS_BESIDE_THEIR_MACRO = {
    "known_time_zone": {"default__time_zones", "postgres__time_zones", "duckdb__time_zones"},
    "threshold": {"threshold_count"},
}

# macro files whose header has no Example: they are named in a config, not called
HEADERS_WITHOUT_EXAMPLE = {
    "connected_components",
    "renewed",
    "rooted_paths",
    "table",
    "vetoed_components",
    "view",
}

# models that carry no key of their own through normalisation; their grain is proven by row_for_row
GRAIN_WITHOUT_KEY = {"stg_consent__records"}

# requirements of the first issue that no file of docs/, no description, or no test names yet
UNDOCUMENTED_REQUIREMENTS: set[str] = set()
UNTESTED_REQUIREMENTS: set[str] = set()
