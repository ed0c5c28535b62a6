"""The same build on every engine gives the same values in every public table (O5, law 2)."""

from __future__ import annotations

import shutil
from decimal import Decimal

import pytest

import sample
from tests.support.project import SHARED_DATA, build, environment
from tests.support.tables import CONTRACT, columns, differences, rows, snapshot

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def landings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("landings")
    sample.generate(folder / "sample", 11, 400, 365)
    return {"sample": folder / "sample", "landing_retail": SHARED_DATA / "landing_retail"}


@pytest.mark.parametrize("name", ["sample", pytest.param("landing_retail", marks=pytest.mark.shared_data)])
def test_duckdb_and_postgres_agree(name, landings, tmp_path, postgres_database):
    if not landings[name].exists():
        pytest.skip(f"{name} is not beside the project")
    built = {}
    for engine, postgres in (("duckdb", None), ("postgres", postgres_database)):
        env = environment(tmp_path / engine, engine, postgres)
        if name == "sample":
            shutil.copytree(landings[name], env["TEKIL_LANDING"])
        else:
            env["TEKIL_LANDING"] = str(landings[name])
        build(env)
        built[engine] = env
    for env in built.values():
        for table, promised in CONTRACT.items():
            assert set(promised.split()) <= set(columns(env, table)), f"{table} on {env['TEKIL_TARGET']}"
    assert differences(snapshot(built["duckdb"]), snapshot(built["postgres"])) == []
    if name == "sample":
        for env in built.values():
            assert_links_are_right(env)
    assert rows(built["duckdb"], "select count(*) from profiles.customers") > [(0,)]


def assert_links_are_right(env: dict[str, str]) -> None:
    """Deterministic linking against the generator's truth; placeholders and shared devices merge nobody (I2, I5, I11)."""
    quality = dict(
        rows(env, "select measure, value from identity.identity_quality where level = 'exact'"),
    )
    assert quality["pairwise_precision"] >= Decimal("0.995")
    assert quality["pairwise_recall"] >= Decimal("0.90")
    guards = dict(rows(env, "select guard, count(*) from identity.identity_refusals group by guard"))
    assert guards["denylist"] > 0 and guards["limit"] > 0
    # what a guard refused joins nobody: it is in no customer, or alone in one
    assert rows(
        env,
        "select count(*) from identity.identity_map as refused "
        "join identity.identity_map as others on refused.customer_id = others.customer_id "
        "and refused.identifier_key <> others.identifier_key "
        "where refused.identifier_key in (select identifier_key from identity.identity_refusals)",
    ) == [(0,)]
