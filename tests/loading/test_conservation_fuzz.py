"""Whatever bytes land, every row is loaded, replaced or quarantined, and a second load does nothing."""

import gzip
import os

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from orchestration.lib.careful import json_records
from orchestration.lib.files import Prepared
from tests.loading.helpers import Desk

pieces = [
    "1",
    "2",
    "",
    "a,b",
    '"q"',
    '"',
    "\n",
    "\r\n",
    ",",
    "{",
    "}",
    "\0",
    "ğ",
    "null",
    "id",
    "[]",
    "\t",
    ";",
]
records = [
    '{"id":1}',
    '{"id":"2","email":"x"}',
    '{"id":1,"updated_at":"2026-01-01"}',
    '{"id":3,"created_at":"x"}',
]
words = st.sampled_from([*pieces, *records, "\ufeff"])
texts = st.lists(words, max_size=30).map("".join).map(str.encode)
contents = st.one_of(
    texts,
    texts.map(lambda text: b"id,email,updated_at\n" + text),
    texts.map(lambda text: b"\n".join(b'{"id":"%d"}' % n for n in range(3)) + b"\n" + text),
    st.binary(max_size=60),
    st.binary(max_size=60).map(lambda data: b"id,email\n" + data),
)
files = st.lists(
    st.tuples(
        st.sampled_from(["a.csv", "b.csv", "c.jsonl", "d.jsonl", "e.csv.gz", "f.jsonl.gz", "g.parquet"]),
        contents,
    ).flatmap(lambda f: st.tuples(st.just(f[0]), st.just(f[1]), st.integers(0, 80))),
    min_size=1,
    max_size=4,
)


@pytest.mark.fuzz
@settings(
    max_examples=500 if os.environ.get("TEKIL_FUZZ") else 15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(files=files)
@example(files=[("c.jsonl", b"\x01", 0)])
@example(files=[("c.jsonl", b"!", 0), ("d.jsonl", b"1", 0), ("f.jsonl.gz", b'"', 0)])
def test_every_row_is_accounted_for(make_settings, files):
    desk = Desk(make_settings())
    lines = 0
    for name, content, cut in files:
        if name.endswith(".gz"):
            packed = gzip.compress(content, mtime=0)
            path = desk.put(f"shop/customers/{name[:-3]}.tmp", packed[: max(1, len(packed) - cut // 8)])
            path.rename(desk.landing / "shop/customers" / name)
        else:
            desk.put(f"shop/customers/{name}", content)
    report = desk.load()
    assert report.files_loaded + report.files_rejected == report.files_seen
    for path, status, read in desk.fetch("select path, status, rows_read from ops.load_files"):
        if path.endswith(".jsonl") and status == "loaded":
            lines = sum(1 for _ in json_records(_plain(desk, path)))
            assert read == lines
    assert desk.load().rows.read == 0


def _plain(desk: Desk, path: str) -> Prepared:
    from orchestration.lib.files import LandedFile, prepare

    return prepare(LandedFile(path, desk.landing / path, "jsonl", False), desk.landing, 1)
