"""A name says layer, source and rows (style 1 to 3); folder = schema = group."""

import re
from pathlib import Path

PLAIN_NOUN = re.compile(r"^[a-z]+(_[a-z]+)*$")


def well_named(model) -> bool:
    """Whether the model's name says what its folder says."""
    if model.layer == "staging":
        if model.source:
            return re.fullmatch(rf"stg_{model.source}__[a-z_]+s", model.name) is not None
        return re.fullmatch(r"int_staging__[a-z]+(_[a-z]+)*ed", model.name) is not None
    if model.name.startswith("int_"):
        return re.fullmatch(rf"int_{model.layer}__[a-z]+(_[a-z]+)*", model.name) is not None
    if model.name.startswith("seg_"):
        return model.layer == "segments" and re.fullmatch(r"seg_[a-z0-9_]+", model.name) is not None
    if model.name.startswith("sync_"):
        return model.layer == "activation" and re.fullmatch(r"sync_[a-z_]+__[a-z_]+s", model.name) is not None
    return PLAIN_NOUN.fullmatch(model.name) is not None


def test_a_name_says_layer_source_and_rows(models):
    assert [model.name for model in models if not well_named(model)] == []


def test_folder_is_schema_is_group(models):
    wrong = [
        f"{model.name}: folder {model.layer}, schema {model.node['schema']}, group {model.node['group']}"
        for model in models
        if not model.layer == model.node["schema"] == model.node["group"]
    ]
    assert wrong == []


def test_a_test_names_the_truth_it_guards_and_stands_in_its_layer(sql_files, models):
    layers = {model.layer for model in models}
    wrong = []
    for path, text in sql_files.items():
        if path.parts[:2] != ("tests", "data") or path.parent.name == "generic":
            continue
        first = text.splitlines()[0]
        if not (
            path.stem.startswith("assert_")
            and path.parts[2] in layers
            and re.match(r"^\{# [A-Z].{20,}", first)
        ):
            wrong.append(str(path))
    assert wrong == []


def test_no_model_stands_outside_a_layer(models):
    layers = {path.name for path in Path(models[0].path).parents[2].iterdir() if path.is_dir()}
    assert {model.layer for model in models} <= layers | {
        "staging",
        "identity",
        "profiles",
        "segments",
        "activation",
        "vault",
    }


def test_no_unit_test_has_a_longer_name_than_postgres_takes(manifest):
    """dbt makes a relation of each; PostgreSQL stops at 63 characters."""
    long = [test["name"] for test in manifest["unit_tests"].values() if len(test["name"]) > 63]
    assert long == []
