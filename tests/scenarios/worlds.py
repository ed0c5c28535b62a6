"""Lives told as rows: what arrives, what each row means, and the warehouse that hears of it, in dbt or in memory.

Many lives are played side by side in one warehouse. A life has names of its own (e-mails, cookies, ... that no other life
uses), so that each can be judged alone, and the cost is a few builds however many lives there are.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

from tests.scenarios.judge import (
    Evidence,
    Identifier,
    Kind,
    Override,
    Rules,
    Verdict,
    heirs,
    judge,
    key_of,
    name_customers,
    partition,
)
from tests.support.project import ROOT, environment, run
from tests.support.tables import rows as ask

SEEDS = ROOT / "seeds" / "rules"
# what the tests of identity build: the layer and what it reads, without what is made of it for people to look at
MODELS = "path:models/staging path:models/identity"
BESIDES = "identity_quality identity_readiness identity_plausibility int_identity__labels_matched"


@dataclass(frozen=True)
class Row:
    """A landed row and what it means: the identifiers in the form that is compared, when they were seen, and of whom."""

    table: str
    key: str
    fields: dict
    names: dict[str, str]
    seen_at: datetime | None
    version: str | None = None
    given_name: str | None = None
    own: str | None = None
    birth_date: date | None = None
    record_id: str | None = None
    content: tuple | None = None

    def evidence(self) -> Evidence | None:
        """The evidence this row is part of; rows of one content are one evidence."""
        names = tuple((kind, value) for kind, value in self.names.items() if value is not None)
        if not names:
            return None
        source, table = self.table.split("/")
        told = (
            self.record_id if self.content is None else hashlib.md5(repr(self.content).encode()).hexdigest()
        )
        return Evidence(
            name=f"{self.table}/{told}",
            identifiers=names,
            seen_at=self.seen_at,
            given_name=self.given_name,
            own=(self.own, self.names[self.own]) if self.own and self.names.get(self.own) else None,
            birth_date=self.birth_date,
            record=(source, table, self.record_id) if self.record_id is not None else None,
        )


def moment(text: str | None) -> datetime | None:
    """A time told in short: a day, or a day and a time, UTC."""
    if text is None:
        return None
    at = datetime.fromisoformat(text)
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at


def iso(text: str | None) -> str | None:
    at = moment(text)
    return None if at is None else at.strftime("%Y-%m-%dT%H:%M:%SZ")


def landed(fields: dict, written: dict | None) -> dict:
    """The fields that hold something, with what was really written in place of the clean form."""
    return {name: value for name, value in (fields | (written or {})).items() if value is not None}


def called(name: str | None) -> str | None:
    """The given name as it is compared; the names of the tests are written in plain letters."""
    return name.split()[0].lower() if name else None


def contact(
    number,
    at="2026-01-01",
    updated=None,
    email=None,
    phone=None,
    card=None,
    name=None,
    born=None,
    written=None,
) -> Row:
    """A CRM contact."""
    fields = {"contact_id": number, "loyalty_card_no": card, "first_name": name, "email": email, "phone": phone,
              "birth_date": born, "created_at": iso(at), "updated_at": iso(updated or at)}  # fmt: skip
    names = {"crm_contact_id": number, "loyalty_card": card, "email": email, "phone": phone}
    return Row(
        "crm/contacts", number, landed(fields, written), names, moment(at), iso(updated or at), called(name),
        "crm_contact_id", date.fromisoformat(born) if born else None, number,
    )  # fmt: skip


def account(number, at="2026-01-01", updated=None, email=None, phone=None, name=None, written=None) -> Row:
    """A shop customer."""
    fields = {
        "id": number,
        "email": email,
        "phone": phone,
        "first_name": name,
        "created_at": iso(at),
        "updated_at": iso(updated or at),
    }
    names = {"account_id": number, "email": email, "phone": phone}
    return Row(
        "shop/customers", number, landed(fields, written), names, moment(at), iso(updated or at), called(name),
        "account_id", None, number,
    )  # fmt: skip


def order(number, at="2026-01-01", account=None, email=None, phone=None, written=None) -> Row:
    """A shop order; guests order without an account."""
    fields = {
        "id": number,
        "customer_id": account,
        "email": email,
        "phone": phone,
        "created_at": iso(at),
        "updated_at": iso(at),
    }
    names = {"account_id": account, "email": email, "phone": phone}
    return Row("shop/orders", number, landed(fields, written), names, moment(at), iso(at), record_id=number)


def receipt(number, at="2026-01-01", card=None, email=None, phone=None, payment=None, written=None) -> Row:
    """A receipt of a store."""
    fields = {"receipt_id": number, "store_id": "S1", "kind": "sale", "occurred_at": iso(at), "currency": "TRY", "total_amount": 10,
              "loyalty_card_no": card, "email": email, "phone": phone, "payment_token": payment}  # fmt: skip
    names = {"loyalty_card": card, "email": email, "phone": phone, "payment_token": payment}
    return Row("pos/receipts", number, landed(fields, written), names, moment(at), record_id=number)


def member(number, at="2026-01-01", updated=None, email=None, phone=None, name=None, written=None) -> Row:
    """A member of a mailing list."""
    fields = {"id": number, "email_address": email, "merge_fields": {"PHONE": phone, "FNAME": name},
              "timestamp_signup": iso(at), "last_changed": iso(updated or at)}  # fmt: skip
    names = {"mailchimp_member_id": number, "email": email, "phone": phone}
    return Row(
        "mailchimp/members", number, landed(fields, written), names, moment(at), iso(updated or at), called(name),
        "mailchimp_member_id", None, number,
    )  # fmt: skip


def asker(
    number, at="2026-01-01", updated=None, account=None, email=None, phone=None, name=None, written=None
) -> Row:
    """A user of the contact centre."""
    fields = {"id": number, "external_id": account, "email": email, "phone": phone, "name": name,
              "created_at": iso(at), "updated_at": iso(updated or at)}  # fmt: skip
    names = {"zendesk_user_id": number, "account_id": account, "email": email, "phone": phone}
    return Row(
        "zendesk/users", number, landed(fields, written), names, moment(at), iso(updated or at), called(name),
        "zendesk_user_id", None, number,
    )  # fmt: skip


def call(
    number, at="2026-01-01", cookie=None, account=None, device=None, advertising=None, token=None,
    email=None, phone=None, card=None, name=None, channel="web", written=None,
) -> Row:  # fmt: skip
    """A tracker call: a cookie, who is logged in on it, on which device, and what was typed."""
    traits = {"email": email, "phone": phone, "loyalty_card_no": card, "first_name": name}
    machine = {"id": device, "advertisingId": advertising, "token": token}
    fields = {
        "type": "identify", "messageId": number, "timestamp": iso(at), "anonymousId": cookie, "userId": account, "channel": channel,
        "traits": landed(traits, (written or {}).pop("traits", None)), "context": {"device": landed(machine, None)},
    }  # fmt: skip
    names = {"anonymous_id": cookie, "account_id": account, "device_id": device, "advertising_id": advertising,
             "push_token": token, "email": email, "phone": phone, "loyalty_card": card}  # fmt: skip
    names = names if cookie or account else {}
    content = (cookie or account, *names.values(), channel, name)
    return Row(
        "tracker/events", number, landed(fields, written), names, moment(at), given_name=called(name),
        own="anonymous_id", record_id=cookie or account, content=content,
    )  # fmt: skip


def alias(number, at="2026-01-01", cookie=None, account=None) -> Row:
    """A tracker call that says: the id used before is this account."""
    fields = {
        "type": "alias",
        "messageId": number,
        "timestamp": iso(at),
        "previousId": cookie,
        "userId": account,
        "channel": "web",
    }
    return replace(call(number, at, cookie, account), fields=fields)


def visit(number, at="2026-01-01", client=None, account=None) -> Row:
    """An event of Google Analytics; an event has no number there but its name, client and time."""
    fields = {"event_name": number, "event_timestamp": iso(at), "user_pseudo_id": client, "user_id": account}
    return Row(
        "google_analytics/events", number, landed(fields, None), {"ga_client_id": client, "account_id": account},
        moment(at), own="ga_client_id", record_id=client, content=(client, account),
    )  # fmt: skip


def send(number, at="2026-01-01", phone=None, token=None, cookie=None, account=None) -> Row:
    """A message we sent: it names one recipient, and links nothing."""
    names = {"phone": phone, "push_token": token, "anonymous_id": cookie, "account_id": account}
    kind, value = next((kind, value) for kind, value in names.items() if value)
    fields = {
        "message_id": number,
        "channel": "sms",
        "recipient": value,
        "recipient_type": kind,
        "sent_at": iso(at),
    }
    return Row("messaging/sends", number, fields, {kind: value}, moment(at), content=("sms", kind, value))


def consent(number, at="2026-01-01", email=None, phone=None) -> Row:
    """A consent given for a phone number or an address."""
    recipient, channel = (email, "EPOSTA") if email else (phone, "MESAJ")
    fields = {"recipient": recipient, "recipient_type": "BIREYSEL", "channel": channel, "status": "ONAY",
              "source": number, "consent_date": iso(at)}  # fmt: skip
    names = {"email": email} if email else {"phone": phone}
    return Row("consent/records", number, fields, names, moment(at), content=("consent", recipient))


def again(row: Row, number: str, at: str) -> Row:
    """The same content at another time: a further row of one evidence, which moves no more than when it was seen."""
    renamed = {row.key: number, row.seen_at.strftime("%Y-%m-%dT%H:%M:%SZ"): iso(at)}
    fields = {
        name: renamed.get(value, value) if isinstance(value, str) else value
        for name, value in row.fields.items()
    }
    return replace(row, key=number, fields=fields, seen_at=moment(at))


# how a row of a raw table is found again, for erasing it
RAW_KEYS = {
    "crm/contacts": "contact_id",
    "shop/customers": "id",
    "shop/orders": "id",
    "pos/receipts": "receipt_id",
    "mailchimp/members": "id",
    "zendesk/users": "id",
    "tracker/events": "message_id",
    "messaging/sends": "message_id",
    "google_analytics/events": "event_name",
}


@dataclass
class Step:
    """What happens in one batch of a life."""

    rows: list[Row] = field(default_factory=list)
    decisions: list[Override] = field(default_factory=list)
    denied: list[tuple[str, str, str]] = field(default_factory=list)
    erased: list[tuple[str, str]] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The step in words, enough to play it again by hand."""
        told = [f"{row.table} {json.dumps(row.fields, ensure_ascii=False)}" for row in self.rows]
        told += [f"{o.action} {o.left} {o.right} decided at {o.decided_at}" for o in self.decisions]
        told += [f"denylist {kind} {match} {value}" for kind, match, value in self.denied]
        return told + [f"erase {table} {key}" for table, key in self.erased]


def include(left: Identifier, right: Identifier, at="2026-06-01") -> Override:
    return Override("include", left, right, moment(at))


def exclude(left: Identifier, right: Identifier, at="2026-06-01") -> Override:
    return Override("exclude", left, right, moment(at))


def withdraw(left: Identifier, right: Identifier, at="2026-06-01") -> Override:
    return Override("withdraw", left, right, moment(at))


@dataclass
class Life:
    """What is known of one life until now: its rows as they stand, its decisions, and who its identifiers were."""

    title: str
    raw: dict[tuple[str, str], Row] = field(default_factory=dict)
    decisions: list[Override] = field(default_factory=list)
    denied: list[tuple[str, str, str]] = field(default_factory=list)
    groups: set[frozenset] = field(default_factory=set)
    ids: dict[Identifier, str] = field(default_factory=dict)
    ever: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    known: set[Identifier] = field(default_factory=set)
    verdict: Verdict | None = None

    def hear(self, step: Step) -> None:
        """Take a step in: of one key the newest version stands, the later one of two alike."""
        self.verdict = None if step != Step() else self.verdict
        for row in step.rows:
            stored = self.raw.get((row.table, row.key))
            if stored is None or (stored.version or "") <= (row.version or ""):
                self.raw[row.table, row.key] = row
        self.decisions += step.decisions
        self.denied += step.denied
        for place in step.erased:
            self.raw.pop(place, None)

    def evidence(self) -> list[Evidence]:
        told = [row.evidence() for row in self.raw.values()]
        return [evidence for evidence in told if evidence is not None]


@dataclass
class Tables:
    """The identity tables of a build, in keys."""

    identity_map: list[tuple[str, str, bool]]
    refusals: list[tuple[str, str | None, str]]
    links: list[tuple[str, str]]
    aliases: dict[str, str | None]
    records: dict[tuple[str, str, str], str]
    build: int


SAVED = {
    "identity_map": "select identifier_key, customer_id, is_shared from {identity_map}",
    "refusals": "select identifier_key, other_identifier_key, guard from {identity_refusals}",
    "links": "select identifier_key, other_identifier_key from {identity_links}",
    "aliases": "select retired_customer_id, customer_id from {identity_aliases}",
    "records": "select source, table_name, record_id, customer_id from {record_map}",
    "build": "select max(build_number) from {identity_changes}",
}
NAMES = (
    "identity_map",
    "identity_refusals",
    "identity_links",
    "identity_aliases",
    "record_map",
    "identity_changes",
)


def taken(query, schema: str = "identity.") -> Tables:
    """Read the tables through `query`, a function from SQL to rows."""
    names = {name: f"{schema}{name}" for name in NAMES}
    got = {name: query(sql.format(**names)) for name, sql in SAVED.items()}
    got["aliases"] = dict(got["aliases"])
    got["records"] = {row[:3]: row[3] for row in got["records"]}
    got["build"] = int(got["build"][0][0] or 0)
    return Tables(**got)


def rules_of_the_house() -> Rules:
    """The seeds of the project, as the judge reads them."""

    def seed(name: str) -> list[dict[str, str]]:
        with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    types = {
        row["identifier_type"]: Kind(
            int(row["trust_rank"]),
            int(row["max_per_customer"]) if row["max_per_customer"] else None,
            row["is_known_person"] == "true",
            row["is_standalone"] == "true",
        )
        for row in seed("identifier_types")
    }
    limits = [
        (row["identifier_type"], row["counted"], row["time_window"], int(row["max_count"]))
        for row in seed("identifier_limits")
    ]
    denylist = [(row["identifier_type"], row["match"], row["value"]) for row in seed("identifier_denylist")]
    return Rules(types, limits, denylist)


class Warehouse:
    """A warehouse of an engine, built by dbt."""

    def __init__(self, folder: Path, engine: str, postgres: dict[str, str] | None = None) -> None:
        self.env = environment(folder, engine, postgres)
        self.landings = 0
        self.rules = rules_of_the_house()
        self.builds = 0
        self.renewals = 0
        Path(self.env["TEKIL_LANDING"]).mkdir(parents=True)
        run(self.env, "orchestration.lib.load")
        run(self.env, "orchestration.lib.run_dbt", "seed", "--quiet")

    def execute(self, statements: Iterable[tuple[str, tuple]]) -> None:
        """Change rows by hand, as an erasure or a person with a console does."""
        statements = list(statements)
        if not statements:
            return
        if self.env["TEKIL_TARGET"] == "postgres":
            import psycopg2

            names = ("host", "port", "user", "password", "dbname")
            connection = psycopg2.connect(**{name: self.env[f"TEKIL_PG_{name.upper()}"] for name in names})
        else:
            import duckdb

            connection = duckdb.connect(self.env["TEKIL_DUCKDB_PATH"])
        try:
            cursor = connection.cursor()
            for sql, values in statements:
                cursor.execute(
                    sql.replace("?", "%s") if self.env["TEKIL_TARGET"] == "postgres" else sql, values
                )
            connection.commit()
        finally:
            connection.close()

    def hear(self, steps: Iterable[Step]) -> None:
        """Land the rows of all lives as one batch, write decisions and denylist rows, erase what is to be erased."""
        steps = list(steps)
        files: dict[str, list[str]] = defaultdict(list)
        for step in steps:
            for row in step.rows:
                files[row.table].append(json.dumps(row.fields, ensure_ascii=False))
        self.landings += 1
        for table, lines in files.items():
            path = Path(self.env["TEKIL_LANDING"]) / table / f"part-{self.landings:03}.jsonl"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        run(self.env, "orchestration.lib.load")
        self.execute(written_by_hand(steps, "ops.identity_overrides", "rules.identifier_denylist"))
        erased = [place for step in steps for place in step.erased]
        self.execute(
            (f"delete from raw.{table.replace('/', '__')} where {RAW_KEYS[table]} = ?", (key,))
            for table, key in erased
        )

    def set_limits(self, limits: list[tuple[str, str, str, int]]) -> None:
        """Change the limits for everyone, as an edited seed does."""
        self.rules.limits = limits
        self.execute(
            [("delete from rules.identifier_limits", ()), *limits_written(limits, "rules.identifier_limits")]
        )

    def build(self, evidence: list[Evidence], full_refresh: bool = False) -> Tables:
        """Build the identity tables; the evidence is what landed, so it is not looked at. Views are made once."""
        flags = ["--full-refresh"] if full_refresh else []
        left_out = [*BESIDES.split(), *(["config.materialized:view"] if self.builds else [])]
        command = (
            "run",
            "--quiet",
            "--no-write-json",
            *flags,
            "--select",
            *MODELS.split(),
            "--exclude",
            *left_out,
        )
        run(self.env, "orchestration.lib.run_dbt", *command)
        self.builds += 1
        planned = ask(self.env, "select distinct is_renewal from staging.int_staging__reads_planned")
        self.renewals += planned == [(True,)]
        return taken(lambda sql: ask(self.env, sql))


def written_by_hand(steps: Iterable[Step], overrides: str, denylist: str) -> list[tuple[str, tuple]]:
    """The statements that write the decisions and the denylist rows of steps."""
    statements: list[tuple[str, tuple]] = []
    for step in steps:
        for o in step.decisions:
            sql = f"insert into {overrides} (action, identifier_key, other_identifier_key, decided_at, decided_by, reason) values (?, ?, ?, ?, ?, ?)"
            statements.append(
                (sql, (o.action, key_of(o.left), key_of(o.right), o.decided_at, "a test", o.reason))
            )
        for denied in step.denied:
            sql = f"insert into {denylist} (identifier_type, match, value, reason) values (?, ?, ?, ?)"
            statements.append((sql, (*denied, "told by a test")))
    return statements


def limits_written(limits: Iterable[tuple[str, str, str, int]], table: str) -> list[tuple[str, tuple]]:
    sql = f"insert into {table} (identifier_type, counted, time_window, max_count, reason) values (?, ?, ?, ?, ?)"
    return [(sql, (*limit, "told by a test")) for limit in limits]


def play(
    stories: dict[str, list[Step]],
    warehouse,
    limits: dict[int, list[tuple[str, str, str, int]]] | None = None,
    full_refreshes: Iterable[int] = (),
    after=None,
) -> dict[str, list[str]]:
    """Play all lives side by side, batch by batch, and judge each after every batch.

    `limits` changes the limits for everyone from a batch on; `full_refreshes` are batches built anew; `after(number, lives,
    tables)` looks on. Returns the faults of every life that has one, each with the number of its batch.
    """
    lives = {title: Life(title) for title in stories}
    faults: dict[str, list[str]] = {}
    for number in range(max(map(len, stories.values()))):
        steps = {title: told[number] if number < len(told) else Step() for title, told in stories.items()}
        for title, step in steps.items():
            lives[title].hear(step)
        warehouse.hear(steps.values())
        if limits and number in limits:
            warehouse.set_limits(limits[number])
            for life in lives.values():
                life.verdict = None
        evidence = [told for life in lives.values() for told in life.evidence()]
        tables = warehouse.build(evidence, full_refresh=number in set(full_refreshes))
        for title, told in zip(lives, judged(lives, tables, warehouse.rules), strict=True):
            if told and title not in faults:
                faults[title] = [f"batch {number + 1}: {fault}" for fault in told]
        if after:
            after(number, lives, tables)
    return faults


def judged(lives: dict[str, Life], tables: Tables, rules: Rules) -> Iterable[list[str]]:
    """The faults of each life: where the tables say something else than the judge."""
    for life in lives.values():
        life.known |= {identifier for told in life.evidence() for identifier in told.identifiers}
    owner = {
        key_of(identifier): (life.title, identifier) for life in lives.values() for identifier in life.known
    }
    shares: dict[str, dict[str, list]] = {title: defaultdict(list) for title in lives}
    strangers = []
    for name in ("identity_map", "refusals", "links"):
        for key, *rest in getattr(tables, name):
            if key in owner:
                title, identifier = owner[key]
                shares[title][name].append((identifier, *rest))
            else:
                strangers.append(f"{name} holds {key}, which no row names")
    for number, (title, life) in enumerate(lives.items()):
        own_rules = replace(rules, overrides=life.decisions, denylist=rules.denylist + life.denied)
        evidence = life.evidence()
        verdict = life.verdict = life.verdict or judge(evidence, own_rules)
        yield ([] if number else strangers) + compare(
            life, evidence, verdict, own_rules, shares[title], owner, tables
        )


def compare(
    life: Life,
    evidence: list[Evidence],
    verdict: Verdict,
    rules: Rules,
    share: dict[str, list],
    owner: dict,
    tables: Tables,
) -> list[str]:
    """One sentence for everything that is not as the judge says; and remember who the identifiers are now."""
    faults = []

    def must_equal(what: str, found, expected) -> None:
        if found != expected:
            extra, missing = found - expected, expected - found
            faults.append(f"{what}: too much {shown(extra)}; missing {shown(missing)}")

    def pair(row) -> frozenset:
        return frozenset((row[0], owner.get(row[1], (0, row[1]))[1]))

    ids = {identifier: customer for identifier, customer, _ in share["identity_map"]}
    must_equal("customers", partition(ids.items()), verdict.groups)
    must_equal(
        "shared", {i for i, _, shared in share["identity_map"] if shared}, verdict.refused.keys() & ids.keys()
    )
    screening = {"denylist", "bad_value", "limit"}
    must_equal(
        "refused",
        {(i, guard) for i, _, guard in share["refusals"] if guard in screening},
        set(verdict.refused.items()),
    )
    must_equal(
        "refused links",
        {
            (i, owner.get(other, (0, other))[1])
            for i, other, guard in share["refusals"]
            if guard in screening and other
        },
        verdict.refused_pairs,
    )
    must_equal("links", set(map(pair, share["links"])), verdict.accepted)
    must_equal(
        "vetoed links", {pair(row) for row in share["refusals"] if row[2] not in screening}, verdict.vetoed
    )
    for row in share["refusals"]:
        if row[2] is None:
            faults.append(f"a refusal of {row[0]} does not say why")

    # ids: given as the rules say, moved only where membership moved, and the retired ones resolved in one hop
    seen: dict[Identifier, datetime | None] = {}
    for told in evidence:
        for identifier in told.identifiers:
            moments = [at for at in (seen.get(identifier), told.seen_at) if at]
            seen[identifier] = min(moments, default=None)
    order = sorted(seen, key=lambda i: (seen[i] or datetime.max, rules.rank(i), key_of(i)))
    if not faults:
        named = name_customers(
            {frozenset(map(key_of, group)) for group in verdict.groups},
            {key_of(i): customer for i, customer in life.ids.items()},
            [key_of(i) for i in order if i in ids],
            tables.build,
        )
        must_equal("ids", set(ids.items()), {(owner[key][1], c) for key, c in named.items()})
    old, new = (({i: group for group in groups for i in group}) for groups in (life.groups, verdict.groups))
    for identifier in life.ids.keys() & ids.keys():
        if life.ids[identifier] != ids[identifier] and old[identifier] == new.get(identifier):
            faults.append(f"the id of {identifier} moved though nobody came to it or left it")
    life.groups, life.ids = verdict.groups, ids
    now = {key_of(i): customer for i, customer in ids.items()}
    for key, customer in now.items():
        life.ever[customer].add(key)
    expected = heirs(life.ever, now)
    found = {old: tables.aliases[old] for old in expected if old in tables.aliases}
    must_equal("aliases", set(found.items()), set(expected.items()))
    living = set(ids.values())
    faults += [
        f"retired {old} leads to {to}, which does not live"
        for old, to in found.items()
        if to is not None and to not in living
    ]
    faults += [f"{customer} lives and is retired" for customer in living if customer in tables.aliases]

    records: dict[tuple, list] = defaultdict(list)
    for told in evidence:
        for i in told.identifiers if told.record else ():
            if i in ids:
                place = (i != told.own, i in verdict.refused, rules.rank(i), key_of(i))
                records[told.record].append((*place, ids[i]))
    must_equal(
        "records",
        {(told.record, tables.records.get(told.record)) for told in evidence if told.record},
        {
            (told.record, min(records[told.record])[-1] if told.record in records else None)
            for told in evidence
            if told.record
        },
    )
    return faults


def shown(values) -> str:
    """A few of the values, readable."""
    listed = sorted(
        (sorted(map(str, value)) if isinstance(value, frozenset) else value for value in values), key=str
    )
    return f"{listed[:4]}{' ...' if len(listed) > 4 else ''}" if listed else "nothing"


def told(story: list[Step], faults: list[str]) -> str:
    """A life and what is wrong with it, readable."""
    lines = []
    for number, step in enumerate(story):
        lines.append(f"batch {number + 1}")
        lines += [f"    {line}" for line in step.lines()] or ["    nothing arrives"]
    return "\n".join([*lines, *(f"  WRONG after {fault}" for fault in faults)])
