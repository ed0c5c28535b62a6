"""Who may read whom (house.md), and where personal data may stand (M1)."""

from tests.house.exceptions import PLAIN_VALUES_IN_EPHEMERAL, READS_BEYOND_THE_WALL

# layer -> layers whose models it may read, and whether only their public ones, or only by a sync_ model; rules are the seeds
READS = {
    "staging": {},
    "identity": {"staging": "any"},
    "profiles": {"staging": "any", "identity": "public"},
    "segments": {"profiles": "public"},
    "activation": {"profiles": "public", "segments": "public", "identity": "public", "vault": "sync"},
    "vault": {"staging": "any", "identity": "public"},
}
READS_RULES = {"identity", "profiles", "segments", "activation"}

# names of columns that hold contact data, or who a person is
PERSONAL = {
    "email",
    "email_match",
    "email_address",
    "phone",
    "first_name",
    "last_name",
    "full_name",
    "given_name",
    "author_name",
    "street",
    "postal_code",
    "birth_date",
    "ip_address",
    "user_agent",
    "identifier_value",
    "contact_value",
    "recipient",
    "loyalty_card_no",
    "payment_token",
    "push_token",
    "social_handle",
    "salt",
}


def may_read(model, node: dict) -> bool:
    """Whether the house lets `model` read `node` (a model, seed or source)."""
    kind = node["resource_type"]
    if kind == "seed":
        return model.layer in READS_RULES
    if kind == "source":
        # the steps of staging look at what arrived in any landed table
        own = f"{model.source}__" if model.source else "__" if model.layer == "staging" else None
        return own is not None and node["schema"] == "raw" and own in node["name"]
    layer, access = node["schema"], node["access"]
    if layer == model.layer:
        # a source's own folder reads itself; the steps of staging unite them
        return not model.source or f"/{model.source}/" in node["original_file_path"]
    allowed = READS[model.layer].get(layer)
    if allowed == "sync" and not model.name.startswith("sync_"):
        return False
    return allowed == "any" or (allowed in ("public", "sync") and access == "public")


def test_no_layer_reads_beyond_its_wall(models, manifest):
    nodes = {**manifest["nodes"], **manifest["sources"]}
    beyond = {
        (model.name, needed)
        for model in models
        for needed in model.node["depends_on"]["nodes"]
        if not may_read(model, nodes[needed])
    }
    assert beyond - set(READS_BEYOND_THE_WALL) == set()
    assert set(READS_BEYOND_THE_WALL) - beyond == set(), "take these off the list: it only shrinks"


def test_personal_data_is_named_only_in_restricted_layers(models):
    outside = {
        f"{model.name}.{column}"
        for model in models
        if model.layer in ("identity", "profiles", "segments") and model.name not in PLAIN_VALUES_IN_EPHEMERAL
        for column in model.node["columns"]
        if column in PERSONAL
    }
    assert outside == set()


def test_what_holds_plain_values_outside_is_never_a_table(models):
    stored = [
        model.name
        for model in models
        if model.name in PLAIN_VALUES_IN_EPHEMERAL and model.node["config"]["materialized"] != "ephemeral"
    ]
    assert stored == []
    assert {model.name for model in models} >= PLAIN_VALUES_IN_EPHEMERAL


def test_every_group_has_an_owner(manifest, models):
    owners = {group["name"]: group["owner"].get("name") for group in manifest["groups"].values()}
    assert {model.layer for model in models} == set(owners)
    assert all(owners.values())
