"""Rows in = loaded + replaced + quarantined through loader and gate together, whatever lands and whatever a person decides (law 4)."""

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.lib.errors import TekilError
from orchestration.lib.gate import decide
from tests.quality.batches import MOJIBAKE
from tests.quality.helpers import gate_desk

KINDS = {
    "good": lambda n: {"id": f"k{n}", "order_id": "o1", "price": 5, "quantity": 1},
    "quarantined": lambda n: {"id": f"k{n}", "order_id": "o1", "price": -1, "quantity": 1},
    "twice refused": lambda n: {"id": f"k{n}", "order_id": "o1", "price": -1, "quantity": 86900000001},
    "no key": lambda n: {"order_id": "o1"},
    "wrong type": lambda n: {"id": f"k{n}", "order_id": "o1", "price": "dear"},
}
PEOPLE = {
    "good": lambda n: {"id": f"k{n}", "first_name": "Ayşe", "email": f"k{n}@posta.com.tr"},
    "spoilt": lambda n: {"id": f"k{n}", "first_name": MOJIBAKE, "email": f"k{n}@posta.com.tr"},
    "no key": lambda n: {"first_name": "Ayşe"},
}


def rows(kinds: dict) -> st.SearchStrategy[list[tuple[str, int]]]:
    return st.lists(st.tuples(st.sampled_from(sorted(kinds)), st.integers(0, 12)), max_size=9)


files = st.one_of(
    st.tuples(st.just("shop/order_lines"), st.sampled_from("ab"), rows(KINDS)),
    st.tuples(st.just("shop/customers"), st.sampled_from("ab"), rows(PEOPLE)),
)
loads = st.lists(
    st.tuples(st.lists(files, max_size=3), st.sampled_from(["", "", "release", "discard"])),
    min_size=1,
    max_size=4,
)


@pytest.mark.fuzz
@settings(
    max_examples=300 if os.environ.get("TEKIL_FUZZ") else 8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(loads=loads)
def test_every_row_is_accounted_for(make_settings, tmp_path_factory, loads):
    desk = gate_desk(make_settings, tmp_path_factory.mktemp("rules"), "duckdb", most=1, history=1)
    landed: dict[str, int] = {}
    for written, decision in loads:
        for table, name, chosen in written:
            kinds = KINDS if table == "shop/order_lines" else PEOPLE
            path = f"{table}/{name}.jsonl"
            desk.put(path, [kinds[kind](n) for kind, n in chosen])
            landed[path] = len(chosen)
        report = desk.load()  # which checks conservation for every file, table and run, and raw against them
        check(desk, report)
        if decision and desk.closed:
            decide(desk.settings, decision, report.load_id, "a test", "by hand")
    for _ in range(3):
        if not desk.load().files_held and not desk.closed:
            break
    newest = dict(
        desk.fetch(
            "select path, rows_read from ops.load_files as file where load_id = (select max(load_id) from"
            " ops.load_files as other where other.path = file.path)"
        )
    )
    # in the end no file waits: each is in raw or in quarantine, to the row
    assert newest == landed


def check(desk, report) -> None:
    """A row that a rule refuses is never in raw, and a stopped load leaves nothing there."""
    negative = "select count(*) from raw.shop__order_lines where price < 0 or quantity > 1000000"
    ((refused,),) = desk.fetch(negative)
    assert refused == 0 or desk.fetch("select 1 from ops.gate_decisions where action = 'release'")
    if desk.closed:
        rows = report.rows
        assert rows.read == rows.quarantined and report.files_loaded == 0
    with pytest.raises(TekilError):
        decide(desk.settings, "release", 10_000, "a test", "by hand")
