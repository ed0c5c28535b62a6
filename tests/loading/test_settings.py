"""Settings: defaults, the .env file, and one sentence for each bad value."""

import stat
from datetime import datetime

import pytest

from orchestration.lib.errors import TekilError
from orchestration.lib.settings import Settings


def test_defaults_work_on_a_laptop(tmp_path):
    settings = Settings.from_environment({}, tmp_path)
    assert settings.target == "duckdb"
    assert settings.duckdb_path == tmp_path / "warehouse/tekil.duckdb"
    assert (settings.timezone, settings.currency) == ("Europe/Istanbul", "TRY")
    assert settings.threads >= 1
    assert settings.memory_limit.endswith("MiB")


def test_the_salt_is_made_once_and_is_private(tmp_path):
    first = Settings.from_environment({}, tmp_path)
    second = Settings.from_environment({"TEKIL_PII_SALT": ""}, tmp_path)
    assert first.pii_salt == second.pii_salt and len(first.pii_salt) == 64
    assert stat.S_IMODE((tmp_path / "warehouse/pii_salt").stat().st_mode) == 0o600
    assert [p.name for p in (tmp_path / "warehouse").iterdir()] == ["pii_salt"]
    assert Settings.from_environment({"TEKIL_PII_SALT": "own"}, tmp_path).pii_salt == "own"


def test_the_environment_wins_over_the_file(tmp_path):
    (tmp_path / ".env").write_text(
        "# mine\nTEKIL_CURRENCY=EUR\nexport TEKIL_TIMEZONE='Europe/Berlin' \nTEKIL_THREADS=3 #"
        " few\nDESTINATION_X=1\n"
    )
    settings = Settings.from_environment({"TEKIL_CURRENCY": "USD"}, tmp_path)
    assert (settings.currency, settings.timezone, settings.threads) == ("USD", "Europe/Berlin", 3)


def test_the_clock_can_be_pinned(tmp_path):
    pinned = Settings.from_environment({"TEKIL_AS_OF": "2026-03-01T03:00:00+03:00"}, tmp_path)
    assert pinned.clock() == datetime(2026, 3, 1)
    assert Settings.from_environment({"TEKIL_AS_OF": "now"}, tmp_path).clock().tzinfo is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TEKIL_TARGET", "oracle"),
        ("TEKIL_PG_PORT", "five"),
        ("TEKIL_PG_PORT", "70000"),
        ("TEKIL_AS_OF", "yesterday"),
        ("TEKIL_TIMEZONE", "Mars/Olympus"),
        ("TEKIL_TIMEZONE", "../etc/passwd"),
        ("TEKIL_CURRENCY", "lira"),
        ("TEKIL_MEMORY_LIMIT", "lots"),
        ("TEKIL_THREADS", "0"),
        ("TEKIL_LOCK_TIMEOUT", "-1"),
    ],
)
def test_a_bad_value_is_one_sentence(tmp_path, name, value):
    with pytest.raises(TekilError, match=rf"^{name} is '{value}': set it to .+\.$"):
        Settings.from_environment({name: value}, tmp_path)


def test_a_salt_that_cannot_be_kept_is_one_sentence(tmp_path):
    (tmp_path / "warehouse").write_text("a file where a folder should be")
    with pytest.raises(TekilError, match=r"The salt file .* cannot be read or made"):
        Settings.from_environment({}, tmp_path)
