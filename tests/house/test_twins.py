"""Twins stand side by side, open with the grain and prove it; a word is defined once (style 10 to 13)."""

from collections import Counter, defaultdict

import yaml

from tests.house.conftest import ROOT
from tests.house.exceptions import GRAIN_WITHOUT_KEY
from tests.support.tables import ALSO_PUBLIC, CONTRACT


def twin(model) -> dict:
    """The one entry of the model's own .yml."""
    described = yaml.safe_load(model.path.with_suffix(".yml").read_text(encoding="utf-8"))
    (entry,) = described["models"]
    return entry


def test_every_model_has_its_twin(models):
    assert [model.name for model in models if not model.path.with_suffix(".yml").exists()] == []
    assert [model.name for model in models if twin(model)["name"] != model.name] == []


def test_every_yml_has_its_model_or_sources():
    lonely = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "models").rglob("*.yml")
        if not path.name.startswith("_") and not path.with_suffix(".sql").exists()
    ]
    assert lonely == []


def test_the_first_sentence_is_the_grain(models, manifest):
    seeds = [node for node in manifest["nodes"].values() if node["resource_type"] == "seed"]
    wordless = [
        node["name"]
        for node in [*(model.node for model in models), *seeds]
        if not node["description"].startswith("Grain: one row") or len(node["description"]) < 40
    ]
    assert wordless == []


def test_the_grain_is_proven(models, manifest):
    proven = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and (node.get("test_metadata") or {}).get("name") == "unique_together"
    }
    unproven = {
        model.name
        for model in models
        if model.node["unique_id"] not in proven
        and model.node["config"]["materialized"] != "ephemeral"
        # views that one table unites are proven there: all spells, all evidence
        and not model.name.startswith("seg_")
        and not (model.source and model.name.endswith("__identifiers"))
    }
    assert unproven == GRAIN_WITHOUT_KEY


def test_every_column_is_described(models, manifest):
    seeds = [node for node in manifest["nodes"].values() if node["resource_type"] == "seed"]
    silent = [
        f"{node['name']}.{column['name']}"
        for node in [*(model.node for model in models), *seeds]
        for column in node["columns"].values()
        if not column["description"]
    ]
    silent += [model.name for model in models if not model.node["columns"]]
    assert silent == []


def test_a_word_is_defined_once(models):
    written = defaultdict(Counter)
    for model in models:
        for column in twin(model)["columns"]:
            if "doc(" not in column["description"]:
                written[column["name"]][column["description"]] += 1
    twice = {name: texts.most_common(1)[0] for name, texts in written.items() if max(texts.values()) > 1}
    assert twice == {}, "give these a block in models/_docs.md"


def test_every_doc_block_is_used(models):
    blocks = set()
    for line in (ROOT / "models" / "_docs.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("{% docs "):
            blocks.add(line.split()[2])
    twins = [
        path.read_text(encoding="utf-8")
        for folder in ("models", "seeds")
        for path in (ROOT / folder).rglob("*.yml")
    ]
    assert {block for block in blocks if not any(f'doc("{block}")' in text for text in twins)} == set()


def test_public_tables_keep_their_contract(models):
    promised = {
        **{table: columns.split() for table, columns in CONTRACT.items()},
        **{table: [] for table in ALSO_PUBLIC},
    }
    broken = []
    by_name = {f"{model.layer}.{model.name}": model.node for model in models}
    for table, columns in promised.items():
        node = by_name.get(table)
        if node is None:
            broken.append(f"{table} does not exist")
            continue
        broken += [f"{table} has no column {column}" for column in columns if column not in node["columns"]]
        if node["access"] != "public" or not node["contract"]["enforced"]:
            broken.append(f"{table} is {node['access']}, contract enforced: {node['contract']['enforced']}")
        broken += [
            f"{table}.{c['name']} has no data_type" for c in node["columns"].values() if not c["data_type"]
        ]
    assert broken == []


def test_nothing_else_is_public(models):
    segments = {f"segments.{model.name}" for model in models if model.name.startswith("seg_")}
    public = {f"{model.layer}.{model.name}" for model in models if model.node["access"] == "public"}
    assert public == segments | set(CONTRACT) | set(ALSO_PUBLIC)


def test_steps_are_private_to_their_layer(models):
    open_steps = [
        model.name
        for model in models
        if model.layer in ("identity", "profiles", "segments", "activation")
        and model.name.startswith("int_")
        and model.node["access"] != "private"
    ]
    assert open_steps == []


def test_every_payload_has_its_key_hash_and_exposure(models, manifest):
    from orchestration.lib.outbox.ledger import SERVICE_COLUMNS

    payloads = {model.node["unique_id"]: model for model in models if model.name.startswith("sync_")}
    assert [m.name for m in payloads.values() if set(SERVICE_COLUMNS) - set(m.node["columns"])] == []
    exposed = {
        needed for exposure in manifest["exposures"].values() for needed in exposure["depends_on"]["nodes"]
    }
    assert payloads and set(payloads) - exposed == set()


def test_every_segment_is_defined_and_united(models):
    import csv

    with (ROOT / "seeds" / "rules" / "segment_definitions.csv").open(encoding="utf-8", newline="") as file:
        defined = {row["model"] for row in csv.DictReader(file)}
    made = {model.name.removeprefix("seg_") for model in models if model.name.startswith("seg_")}
    united = next(model for model in models if model.name == "int_segments__spells_unioned")
    read = {
        name.rpartition(".")[2].removeprefix("seg_")
        for name in united.node["depends_on"]["nodes"]
        if ".seg_" in name
    }
    assert defined == made == read


def test_renewed_segments_read_only_what_tells_who_changed(models):
    """A renewed table is worked out again for touched customers alone: what it reads must be among what touches them (I8)."""
    by_id = {model.node["unique_id"]: model for model in models}

    def is_renewed(model) -> bool:
        return model.node["config"]["materialized"] == "renewed"

    heard = by_id["model.tekil.int_segments__customers_touched"].node["depends_on"]["nodes"]
    heard = {by_id[one].name for one in heard if is_renewed(by_id[one])}
    assert "customer_events" in heard
    renewed = [
        m for m in models if m.layer == "segments" and is_renewed(m) and m.node["config"].get("touched")
    ]
    # months follow from the clock, which int_segments__courses_touched asks
    allowed = heard | {m.name for m in renewed} | {"int_segments__months_listed"}
    machinery = ("_touched", "_reread", "__reads_planned")
    deaf = {
        (model.name, by_id[needed].name)
        for model in renewed
        for needed in model.node["depends_on"]["nodes"]
        if needed in by_id
        and by_id[needed].name not in allowed
        and not by_id[needed].name.endswith(machinery)
    }
    assert renewed
    assert deaf == set()
