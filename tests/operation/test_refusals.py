"""Whatever is wrong outside the project ends in one sentence, a failing exit code, and nothing half done."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from orchestration.lib.errors import TekilError
from orchestration.lib.rules import check_rules
from orchestration.lib.settings import Settings
from tests.operation.helpers import (
    check_conservation,
    digest,
    fill,
    is_duckdb,
    leftovers,
    published,
    python,
    raw_counts,
    refused,
    settings,
    without_rights,
)
from tests.support.project import ROOT, build, land, run

MEGABYTE = 1024 * 1024


@pytest.fixture
def env(tmp_path) -> dict[str, str]:
    """A landing of one customer and no warehouse yet."""
    env = settings(tmp_path)
    land(env, "shop", "customers", [{"id": "C1", "email": "ada@posta.com.tr"}])
    return env


@pytest.fixture
def rebuilt(built, tmp_path) -> dict[str, str]:
    """A copy of the warehouse of the small sample, with one more file landed."""
    env = {**built[0], "TEKIL_LANDING": str(tmp_path / "landing")}
    shutil.copytree(built[0]["TEKIL_LANDING"], env["TEKIL_LANDING"])
    return moved(env, tmp_path / "warehouse")


def moved(env: dict[str, str], folder: Path) -> dict[str, str]:
    """The same settings with a copy of the warehouse in another folder."""
    shutil.copytree(Path(env["TEKIL_DUCKDB_PATH"]).parent, folder, dirs_exist_ok=True)
    return {**env, "TEKIL_DUCKDB_PATH": str(folder / "test.duckdb")}


def many(count: int) -> list[dict]:
    """Events that take a few hundred bytes each on disk."""
    import hashlib

    return [
        {
            "type": "track",
            "messageId": f"extra-{number}",
            "timestamp": "2026-06-01T00:00:00Z",
            "channel": "web",
            "event": "Product Viewed",
            "anonymousId": hashlib.sha256(str(number).encode()).hexdigest(),
            "context": {"page": {"url": hashlib.sha512(str(number).encode()).hexdigest()}},
        }
        for number in range(count)
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TEKIL_TARGET", "oracle"),
        ("TEKIL_AS_OF", "yesterday"),
        ("TEKIL_TIMEZONE", "Mars"),
        ("TEKIL_CURRENCY", "XXX"),
        ("TEKIL_THREADS", "0"),
        ("TEKIL_MEMORY_LIMIT", "lots"),
        ("TEKIL_MEMORY_LIMIT", "1KB"),
        ("TEKIL_PG_PORT", "70000"),
        ("TEKIL_LOCK_TIMEOUT", "soon"),
    ],
)
def test_a_bad_setting_is_named_with_its_value(env, name, value):
    said = refused(build({**env, name: value}, check=False))
    assert name in said
    assert not published(env).exists()


def test_an_unreachable_postgres_is_named_without_its_password(env):
    away = {
        "TEKIL_TARGET": "postgres",
        "TEKIL_PG_HOST": "127.0.0.1",
        "TEKIL_PG_PORT": "1",
        "TEKIL_PG_PASSWORD": "hush",
    }
    said = refused(build(env | away, check=False))
    assert "127.0.0.1:1" in said and "hush" not in said


def test_a_missing_landing_folder_is_named(env, tmp_path):
    said = refused(build({**env, "TEKIL_LANDING": str(tmp_path / "nowhere")}, check=False))
    assert "nowhere" in said and "TEKIL_LANDING" in said
    assert not published(env).exists()


@pytest.mark.parametrize("salted", [True, False])
def test_a_warehouse_below_a_file_is_refused(env, tmp_path, salted):
    (tmp_path / "warehouse").write_text("a file where a folder should be")
    env = {**env, "TEKIL_PII_SALT": "salt" if salted else ""}
    assert "TEKIL_DUCKDB_PATH" in refused(build(env, check=False))


@pytest.mark.parametrize("salted", [True, False])
def test_a_read_only_disk_is_refused(env, disk, salted):
    folder = disk(MEGABYTE, options="ro")
    env = {
        **env,
        "TEKIL_DUCKDB_PATH": str(folder / "test.duckdb"),
        "TEKIL_PII_SALT": "salt" if salted else "",
    }
    assert "TEKIL_DUCKDB_PATH" in refused(build(env, check=False))


def test_a_folder_that_may_not_be_written_is_refused(env):
    """Root may write everywhere, so the build runs without that right."""
    folder = Path(env["TEKIL_DUCKDB_PATH"]).parent
    folder.mkdir(mode=0o555)
    assert "TEKIL_DUCKDB_PATH" in refused(
        python(ROOT, env, "orchestration.lib.build", before=without_rights())
    )
    # the folder may be written, but the warehouse in it may not
    folder.chmod(0o755)
    duckdb.connect(env["TEKIL_DUCKDB_PATH"]).close()
    Path(env["TEKIL_DUCKDB_PATH"]).chmod(0o444)
    assert "test.duckdb" in refused(python(ROOT, env, "orchestration.lib.build", before=without_rights()))


def test_a_file_that_is_no_warehouse_is_left_as_it_is(env):
    path = Path(env["TEKIL_DUCKDB_PATH"])
    path.parent.mkdir()
    path.write_bytes(b"quarterly figures" * 500)
    before = digest(path)
    assert "is not a DuckDB file" in refused(build(env, check=False))
    assert digest(path) == before


def test_a_warehouse_open_elsewhere_names_who_has_it(rebuilt):
    before = digest(published(rebuilt))
    code = (
        f"import duckdb; c = duckdb.connect({rebuilt['TEKIL_DUCKDB_PATH']!r}); print(1, flush=True); input()"
    )
    other = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        other.stdout.readline()
        assert str(other.pid) in refused(build(rebuilt, check=False))
    finally:
        other.kill()
        other.communicate()
    assert digest(published(rebuilt)) == before


def test_a_disk_full_from_the_start_is_refused_and_does_no_harm(env, disk):
    folder = disk(32 * MEGABYTE)
    filler = fill(folder, 0)
    for salt in ("salt", ""):
        here = {**env, "TEKIL_DUCKDB_PATH": str(folder / "test.duckdb"), "TEKIL_PII_SALT": salt}
        refused(build(here, check=False))
    assert {path.name for path in folder.iterdir()} <= {"filler", "test.duckdb.lock", "test.duckdb"}
    filler.unlink()
    run({**here, "TEKIL_PII_SALT": "salt"}, "orchestration.lib.load")
    assert raw_counts(here)["shop__customers"] == 1


def test_a_disk_that_fills_during_the_load_keeps_the_rows_there_were(rebuilt, disk):
    before = raw_counts(rebuilt)
    size = Path(rebuilt["TEKIL_DUCKDB_PATH"]).stat().st_size + published(rebuilt).stat().st_size
    folder = disk(size + 8 * MEGABYTE)
    env = moved(rebuilt, folder)
    standing = digest(published(env))
    land(env, "tracker", "events", many(40_000), name="extra")
    fill(folder, 2 * MEGABYTE)
    assert "disk is full" in refused(build(env, check=False))
    after = raw_counts(env)
    # a table is loaded whole or not at all
    assert {name: count for name, count in after.items() if count != before[name]}.keys() <= {
        "rejected_files"
    }
    check_conservation(env)
    assert digest(published(env)) == standing
    assert leftovers(folder) == []


def test_a_disk_that_fills_during_dbt_leaves_the_copy_for_readers(rebuilt, disk):
    size = Path(rebuilt["TEKIL_DUCKDB_PATH"]).stat().st_size + published(rebuilt).stat().st_size
    folder = disk(size + 8 * MEGABYTE)
    env = moved(rebuilt, folder)
    standing, before = digest(published(env)), raw_counts(env)
    filler = fill(folder, 512 * 1024)
    said = refused(build(env, check=False))
    assert "dbt build failed" in said and "No space left" in said
    assert digest(published(env)) == standing and raw_counts(env) == before
    filler.unlink()
    check_conservation(env)


def test_a_disk_that_fills_while_publishing_keeps_the_older_copy(rebuilt, disk):
    from orchestration.lib.publish import publish

    size = Path(rebuilt["TEKIL_DUCKDB_PATH"]).stat().st_size + published(rebuilt).stat().st_size
    folder = disk(size + 4 * MEGABYTE)
    env = moved(rebuilt, folder)
    standing = digest(published(env))
    fill(folder, 512 * 1024)
    with pytest.raises(TekilError, match=r"free some disk space.*the older copy still stands"):
        publish(Settings.from_environment(env))
    assert digest(published(env)) == standing and is_duckdb(published(env))
    assert leftovers(folder) == []


def test_a_disk_that_fills_while_the_sample_is_made_leaves_no_half_sample(tree, disk):
    folder = disk(2 * MEGABYTE, at=tree / "warehouse")
    said = refused(python(tree, {"TEKIL_PII_SALT": "salt"}, "orchestration.lib.build"))
    assert "sample" in said and "disk" in said
    assert leftovers(folder) == [] and not (folder / "sample").exists()


def test_a_folder_that_holds_something_else_is_not_made_a_sample(tree):
    (tree / "warehouse" / "sample").mkdir(parents=True)
    (tree / "warehouse" / "sample" / "thesis.txt").write_text("mine")
    said = refused(python(tree, {"TEKIL_PII_SALT": "salt"}, "orchestration.lib.build"))
    assert "None" not in said and "TEKIL_LANDING" in said
    assert (tree / "warehouse" / "sample" / "thesis.txt").read_text() == "mine"


def edit(tree: Path, seed: str, change) -> None:
    path = tree / "seeds" / "rules" / f"{seed}.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(change(lines)) + "\n", encoding="utf-8")


BAD_SEEDS = {
    "a limit on a type nobody knows": (
        "identifier_limits",
        lambda rows: [*rows, "shoe_size,account_id,ever,1,no"],
        "shoe_size",
    ),
    "a limit in a window nobody knows": (
        "identifier_limits",
        lambda rows: [*rows, "email,account_id,fortnight,1,no"],
        "fortnight",
    ),
    "a limit that is no number": (
        "identifier_limits",
        lambda rows: [*rows, "email,account_id,week,few,no"],
        "'few'",
    ),
    "an override that says neither yes nor no": (
        "identity_overrides",
        lambda rows: [*rows, "perhaps,aa,bb,2026-01-01 00:00:00,somebody,a hunch"],
        "perhaps",
    ),
    "a denied value of a type nobody knows": (
        "identifier_denylist",
        lambda rows: [*rows, "shoe_size,exact,43,no"],
        "shoe_size",
    ),
    "a type that a source offers is gone": (
        "identifier_types",
        lambda rows: [r for r in rows if not r.startswith("phone,")],
        "phone",
    ),
    "a threshold that a segment reads is gone": (
        "segment_thresholds",
        lambda rows: [r for r in rows if not r.startswith("vip,min_spend")],
        "min_spend_amount",
    ),
    "a threshold that is no number": (
        "segment_thresholds",
        lambda rows: [r.replace(",50000,", ",plenty,") for r in rows],
        "plenty",
    ),
    "a setting that a profile reads is gone": (
        "profile_settings",
        lambda rows: [r for r in rows if not r.startswith("rfm,window_days")],
        "window_days",
    ),
    "a setting that is no number": (
        "profile_settings",
        lambda rows: [r.replace(",0.25,", ",a quarter,") for r in rows],
        "a quarter",
    ),
    "an age at which nothing is said of what is left": (
        "affinity_decay",
        lambda rows: [r for r in rows if not r.startswith("90,")],
        "90",
    ),
    "lines of RFM that do not rise": (
        "rfm_thresholds",
        lambda rows: [r.replace("recency,5,30", "recency,5,90") for r in rows],
        "recency",
    ),
    "a segment without a description": (
        "segment_definitions",
        lambda rows: [r for r in rows if not r.startswith("vip,")],
        "vip",
    ),
    "a description without a segment": (
        "segment_definitions",
        lambda rows: [*rows, "whales,G99,1,whales,,,buy,Nobody,Big"],
        "whales",
    ),
    "a threshold that no rule reads": (
        "segment_thresholds",
        lambda rows: [*rows, "vip,min_spent_amount,5,TRY,mistyped"],
        "min_spent_amount",
    ),
    "a window shorter than a day": (
        "segment_thresholds",
        lambda rows: [r.replace("new,window_days,30", "new,window_days,0") for r in rows],
        "at least one day",
    ),
    "two segments of one rank in a group": (
        "segment_definitions",
        lambda rows: [
            r.replace("slipping,G14,1,engagement,engagement,3", "slipping,G14,1,engagement,engagement,2")
            for r in rows
        ],
        "slipping",
    ),
    "a candidate of a segment nobody knows": (
        "segment_candidates",
        lambda rows: [*rows, "whales,other,min_spend_amount,5,why not"],
        "whales",
    ),
    "a candidate for a number that the rule does not have": (
        "segment_candidates",
        lambda rows: [*rows, "new,longer,silent_days,60,why not"],
        "silent_days",
    ),
    "a candidate that is no number": (
        "segment_candidates",
        lambda rows: [*rows, "new,longer,window_days,many,why not"],
        "many",
    ),
    "a candidate whose name is no name": (
        "segment_candidates",
        lambda rows: [*rows, "new,'; drop,window_days,60,why not"],
        "small letters",
    ),
    "a cell of RFM that is named twice": (
        "rfm_cells",
        lambda rows: [*rows, "5,5,loyal,again"],
        "recency 5 with value 5 2 times",
    ),
    "a cell of RFM without a segment": (
        "rfm_cells",
        lambda rows: [r.replace("champions", "whales") for r in rows],
        "rfm_whales",
    ),
    "RFM over two windows": (
        "profile_settings",
        lambda rows: [r.replace("rfm,window_days,365", "rfm,window_days,180") for r in rows],
        "window_days",
    ),
    "a row with too many fields": (
        "segment_definitions",
        lambda rows: [*rows, "a,b,c,d,e,f,g,h,i,j,k,l"],
        "segment_definitions",
    ),
    "a header that lost a column": (
        "segment_thresholds",
        lambda rows: [rows[0].replace("threshold", "limit"), *rows[1:]],
        "threshold",
    ),
    "an empty seed": ("identifier_types", lambda rows: [], "identifier_types"),
    "landing columns without their types": (
        "landing_columns",
        lambda rows: [rows[0].replace("data_type", "kind"), *rows[1:]],
        "data_type",
    ),
    "a landing column of a type nobody knows": (
        "landing_columns",
        lambda rows: [*rows, "shop,orders,extra,extra,colour,,,x,y"],
        "colour",
    ),
}


@pytest.mark.parametrize("what", BAD_SEEDS)
def test_a_bad_seed_is_refused_before_anything_runs(tree, tmp_path, what):
    seed, change, named = BAD_SEEDS[what]
    edit(tree, seed, change)
    env = settings(tmp_path)
    Path(env["TEKIL_LANDING"]).mkdir()
    here = Settings.from_environment(env, tree)
    with pytest.raises(TekilError, match=named):
        check_rules(here)


def test_a_bad_seed_ends_a_build_in_one_sentence(tree, tmp_path):
    edit(tree, "segment_definitions", lambda lines: [row for row in lines if not row.startswith("vip,")])
    env = settings(tmp_path)
    said = refused(python(tree, env, "orchestration.lib.build"))
    assert "vip" in said
    assert not Path(env["TEKIL_DUCKDB_PATH"]).exists()
