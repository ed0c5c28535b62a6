"""When a run builds on what stands, when it reads everything, and that it says why (I8). One warehouse, one thing after the other."""

from __future__ import annotations

import pytest

from tests.scenarios.worlds import Step, Warehouse, call, contact
from tests.support.project import run
from tests.support.tables import rows

PLAN = "select distinct is_renewal, reason from staging.int_staging__reads_planned where source is not null"
WHOLE = "select source || '/' || table_name from staging.int_staging__reads_planned where is_whole order by 1"
MAP = "select identifier_type, count(distinct customer_id) from identity.identity_map group by 1 order by 1"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory) -> Warehouse:
    return Warehouse(tmp_path_factory.mktemp("renewal"), "duckdb")


def test_what_is_read_and_why(warehouse):
    env = warehouse.env

    def built(*steps: Step) -> list[tuple]:
        if steps:
            warehouse.hear(steps)
        warehouse.build([])
        return rows(env, PLAN)

    first = [
        call("m1", cookie="c1", account="A"),
        call("m2", cookie="c2", account="B"),
        contact("K1", email="k@posta.com.tr"),
    ]
    assert built(Step(first)) == [(False, "the first run")]

    # nothing came: nothing is looked at
    assert built() == [(True, "")]
    assert rows(env, "select count(*) from staging.int_staging__origins_touched") == [(0,)]

    # a call comes again for somebody else: the former cookie is looked at too, and gone; what the loader kept of it goes with it
    assert built(Step([call("m1", cookie="c3", account="A")])) == [(True, "")]
    touched = rows(env, "select origin from staging.int_staging__origins_touched order by 1")
    assert touched == [("A",), ("c1",), ("c3",)]
    known = rows(env, "select identifier_value from staging.int_staging__identifiers_keyed order by 1")
    assert known == [("A",), ("B",), ("K1",), ("c2",), ("c3",), ("k@posta.com.tr",)]
    assert rows(env, "select count(*) from raw.moved_origins") == [(0,)]

    # a row deleted by hand: its table is read whole, no other
    warehouse.execute([("delete from raw.crm__contacts", ())])
    assert built() == [(True, "")]
    assert rows(env, WHOLE) == [("crm/contacts",)]
    assert rows(env, MAP) == [("account_id", 2), ("anonymous_id", 2)]

    # a step built alone: what is behind it did not hear of it
    run(env, "orchestration.lib.run_dbt", "run", "--quiet", "--select", "int_identity__candidates_made")
    assert built() == [(False, "models were built outside a whole run")]

    # a run that died after its first step
    run(env, "orchestration.lib.run_dbt", "run", "--quiet", "--select", "int_staging__reads_planned")
    assert built() == [(False, "the last run did not end")]

    warehouse.set_limits([row for row in warehouse.rules.limits if row[0] != "email"])
    assert built() == [(False, "rules, settings or models changed")]
    alone = run(env, "orchestration.lib.run_dbt", "run", "--select", "int_identity__run_settled", check=False)
    assert alone.returncode != 0 and "must be built together with" in alone.stdout
