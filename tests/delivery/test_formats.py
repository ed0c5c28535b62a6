"""Payloads to the letter: hashes of ad platforms, files for people and machines, settings refused in a sentence (A9)."""

from __future__ import annotations

import csv
import hashlib

import pyarrow.parquet
import pytest

from orchestration.lib.deliver import enabled, rule_named
from orchestration.lib.destinations import KINDS, destination_of
from orchestration.lib.destinations.base import Secrets
from orchestration.lib.destinations.files import harmless
from orchestration.lib.destinations.google_ads import e164, google_email, identifiers
from orchestration.lib.destinations.mailchimp import subscriber_hash
from orchestration.lib.errors import TekilError
from orchestration.lib.outbox.rules import rule_of, rules
from orchestration.lib.settings import PROJECT_ROOT
from tests.delivery.fakes import FilesPlace, MetaPlace
from tests.delivery.world import people, rule


def test_google_normalises_before_it_hashes():
    assert google_email(" Ada.Su+news@GoogleMail.com ") == "adasu@googlemail.com"
    assert google_email("Ada.Su+news@posta.com.tr") == "ada.su+news@posta.com.tr"
    assert google_email("@gmail.com") == "" and google_email(None) == ""
    assert e164("+90 (532) 418-27-93") == "+905324182793" and e164(None) == ""
    assert identifiers('{"email":"ADA@posta.com.tr"}') == [
        {"hashedEmail": hashlib.sha256(b"ada@posta.com.tr").hexdigest()}
    ]
    # Google's own example of its documentation
    assert hashlib.sha256(google_email("user@example.com").encode()).hexdigest() == (
        "b4c9a289323b21a01c3e940f150eb9b8c542587f1abfd8f0e1cc1ffc5e475514"
    )


def test_mailchimp_calls_members_by_the_hash_of_small_letters():
    assert subscriber_hash("Urist.McVankab@freddiesjokes.com") == "62eeb292278cc15f5817cb78f7790b08"


def test_meta_gets_hashes_and_never_an_address(world):
    place = MetaPlace()
    world.address = place.address
    sent = []
    apply = place.apply
    place.apply = lambda request, partial: (sent.append(request.content), apply(request, partial))[1]
    world.set(people(3))
    world.deliver(place.target())
    text = b"".join(sent).lower()
    assert b"posta" not in text and b"90532" not in text and b"cus_k00001" in text


DANGEROUS = {
    "=1+1": "'=1+1",
    "+9": "'+9",
    "-x": "'-x",
    "@SUM(A1)": "'@SUM(A1)",
    "\tx": "'\tx",
    "\r=x": "'\r=x",
    "Ada": "Ada",
    "": "",
}


@pytest.mark.parametrize(("cell", "shown"), DANGEROUS.items())
def test_no_cell_is_a_formula(cell, shown):
    assert harmless(cell) == shown


def files(tmp_path, world, form: str, name: str):
    place = FilesPlace(tmp_path)
    path = tmp_path / "out" / name
    env = {"DESTINATION_TEST_PATH": str(path), "DESTINATION_TEST_FORMAT": form}
    rows = people(3) | {
        "k00009": people(1)["k00000"] | {"first_name": '=HYPERLINK("x"), "y"\nz', "city": "İzmir"}
    }
    world.set(rows)
    world.deliver(destination_of(place.rule(), env))
    return path, rows


def test_a_file_for_people_opens_in_a_spreadsheet_and_runs_nothing(tmp_path, world):
    path, rows = files(tmp_path, world, "csv_people", "people.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbfrow_key,")
    with path.open(encoding="utf-8-sig", newline="") as file:
        read = {row["row_key"]: row for row in csv.DictReader(file)}
    assert set(read) == set(rows) and read["k00009"]["first_name"] == "'" + rows["k00009"]["first_name"]
    assert read["k00009"]["city"] == "İzmir"


def test_a_file_for_machines_is_exact(tmp_path, world):
    path, rows = files(tmp_path, world, "csv", "people.csv")
    raw = path.read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf") and raw.count(b"\r\n") == len(rows) + 1
    with path.open(encoding="utf-8", newline="") as file:
        read = {row["row_key"]: row for row in csv.DictReader(file)}
    for key, row in rows.items():
        assert read[key]["first_name"] == (row["first_name"] or "")
        assert read[key]["is_member"] == str(row["is_member"]).lower()
        assert read[key]["segments"] == row["segments"]
    assert (path.stat().st_mode & 0o077) == 0, "it is its owner's alone"


def test_parquet_keeps_types(tmp_path, world):
    path, rows = files(tmp_path, world, "parquet", "people.parquet")
    table = pyarrow.parquet.read_table(path)
    types = {field.name: str(field.type) for field in table.schema}
    assert (
        types["orders_count"] == "int64"
        and types["is_member"] == "bool"
        and types["segments"].startswith("list")
    )
    assert table.num_rows == len(rows)


def test_a_file_that_cannot_be_written_stays_as_it_was(tmp_path, world):
    path, rows = files(tmp_path, world, "csv", "people.csv")
    before = path.read_bytes()
    place = FilesPlace(tmp_path)
    target = destination_of(place.rule(), {"DESTINATION_TEST_PATH": str(path)})

    def full(draft, columns):
        draft.write_text("half a fi")
        raise OSError(28, "No space left on device")

    target._csv = full
    world.set({key: row | {"orders_count": 70} for key, row in rows.items()})
    with pytest.raises(TekilError, match="No space left"):
        world.deliver(target)
    assert path.read_bytes() == before and not list(path.parent.glob(f".{path.name}.[0-9]*"))
    world.deliver(destination_of(place.rule(), {"DESTINATION_TEST_PATH": str(path)}))
    assert b",70," in path.read_bytes()


ROW = {
    "destination": "x", "kind": "webhook", "sync_model": "sync_x__y", "is_enabled": "true", "requests_per_second": "5", "batch_size": "0",
    "mass_delete_share": "0.2", "null_policy": "send", "purpose": "marketing", "channels": "EPOSTA", "confidence_level": "exact", "reason": "r",
}  # fmt: skip


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("destination", "My Dest"),
        ("sync_model", "customers"),
        ("is_enabled", "yes"),
        ("requests_per_second", "fast"),
        ("requests_per_second", "-1"),
        ("batch_size", "1.5"),
        ("mass_delete_share", "20"),
        ("mass_delete_share", "NaN"),
        ("null_policy", "drop"),
        ("null_policy", "send city"),
        ("channels", ""),
        ("channels", "EMAIL"),
        ("confidence_level", "loose"),
    ],
)
def test_a_rule_that_does_not_fit_is_refused_in_a_sentence(column, value):
    with pytest.raises(TekilError, match=f"'?{column}"):
        rule_of(ROW | {column: value})


def test_the_shipped_rules_fit_and_nothing_is_switched_on():
    shipped = rules(PROJECT_ROOT)
    assert {one.kind for one in shipped.values()} == set(KINDS)
    for one in shipped.values():
        assert (PROJECT_ROOT / "models" / "activation" / f"{one.sync_model}.sql").exists()
    assert [one for one in shipped.values() if one.is_enabled] == [], (
        "nothing leaves a house nobody has moved into"
    )


def test_a_missing_secret_and_a_wrong_kind_are_named():
    with pytest.raises(TekilError, match="DESTINATION_TEST_URL is not set"):
        destination_of(rule(), {})
    with pytest.raises(TekilError, match="kind 'fax'"):
        destination_of(rule(kind="fax"), {})
    with pytest.raises(TekilError, match="batch_size 76"):
        destination_of(rule(kind="braze", batch_size=76), {"DESTINATION_TEST_URL": "https://x.example.com"})
    for secret in ("", "whsec_", "not base64!", "whsec_c2hvcnQ="):
        with pytest.raises(TekilError, match="SECRET"):
            destination_of(
                rule(), {"DESTINATION_TEST_URL": "https://x.example.com", "DESTINATION_TEST_SECRET": secret}
            )
    assert Secrets("x_y", {}).name("URL") == "DESTINATION_X_Y_URL"


def test_what_is_not_there_is_named(make_settings):
    settings = make_settings()
    assert enabled(settings) == []
    with pytest.raises(TekilError, match="no destination 'nix'"):
        rule_named(settings, "nix")
