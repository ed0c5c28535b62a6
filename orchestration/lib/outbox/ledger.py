"""What a destination should hold, what it has acknowledged, and the difference: all in the warehouse, by sets.

The state of a row says what its destination is known to hold. Before a page of rows is sent, their states are made unknown and
their addresses written down (a claim); an acknowledgement makes them known again. So a process that dies between the two leaves
rows that the next run sends again, or deletes, and none that nobody remembers.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from orchestration.lib.errors import TekilError
from orchestration.lib.outbox.rules import Rule
from orchestration.lib.warehouse import SERVICE_TABLES, Warehouse

# what every sync_ model carries beside its fields
SERVICE_COLUMNS = ("row_key", "customer_id", "address", "consents_required", "payload_hash")
READ = {
    "profiles.contact_consents": "consents per contact point",
    "profiles.customer_consents": "consents per customer",
    "identity.identity_aliases": "retired customers",
    "identity.identity_levels": "levels of confidence",
    "vault.suppressed_customers": "requests to erase or restrict",
}
DELETING = ("delete", "move")
WRITING = ("insert", "update")
FEW = 200


@dataclass(frozen=True)
class Command:
    """One row to carry. `fields` may hold personal data: it is never shown, nor written to ops."""

    row_key: str
    customer_id: str
    operation: str
    cause: str
    address: str = field(repr=False)
    fields: dict[str, Any] = field(repr=False)
    payload_hash: str
    idempotency_key: str
    version: int
    attempts: int

    @property
    def is_delete(self) -> bool:
        return self.operation in DELETING


@dataclass(frozen=True)
class Outcome:
    """What became of a command: acknowledged, failed (to be tried again), dead, skipped, or unsent."""

    command: Command
    result: str
    reason: str = ""
    receipt: str = ""


@dataclass
class Plan:
    """How many rows of each kind the difference has."""

    inserts: int = 0
    updates: int = 0
    moves: int = 0
    deletes: int = 0
    unchanged: int = 0
    live: int = 0
    not_permitted: int = 0
    dead: int = 0

    @property
    def changes(self) -> int:
        return self.inserts + self.updates + self.moves + self.deletes


class Ledger:
    """The outbox of one destination in one open warehouse."""

    def __init__(self, warehouse: Warehouse, rule: Rule):
        self.warehouse = warehouse
        self.rule = rule
        self.model = f"activation.{rule.sync_model}"
        self.destination = _text(rule.destination)

    def prepare(self) -> None:
        """Make the tables of the outbox where they are missing, and see that everything read here exists."""
        warehouse = self.warehouse
        existing = warehouse.existing_columns(("raw", "ops", "profiles", "identity", "vault", "activation"))
        if "raw.identifier_salt" not in existing or self.model not in existing:
            raise TekilError(
                f"The warehouse has no {self.model} yet, which {self.rule.destination} is to get: "
                "run make build first, or correct sync_model in seeds/rules/destinations.csv."
            )
        for table, what in READ.items():
            if table not in existing:
                raise TekilError(
                    f"The warehouse has no {table} ({what}), so nothing may leave: run make build."
                )
        for column in SERVICE_COLUMNS:
            if column not in existing[self.model]:
                raise TekilError(f"{self.model} has no column {column}: add it to the model.")
        for table, columns in SERVICE_TABLES.items():
            if "outbox_" in table:
                warehouse.ensure_table(table, columns, existing.get(table, []))
                if "row_key" in columns:
                    warehouse.look_up_by(table, ("destination", "row_key"))

    def fields(self) -> list[str]:
        """The columns of the model that are the payload, in name order."""
        return sorted(set(self.warehouse.columns_of(self.model)) - set(SERVICE_COLUMNS))

    def check_keys(self) -> None:
        """Refuse a model whose keys do not tell its rows apart, before the first byte leaves."""
        empty, rows, keys, addressed = self.warehouse.fetch(
            "select coalesce(sum(case when row_key is null or row_key = '' or address is null or address = ''"
            " or customer_id is null or payload_hash is null then 1 else 0 end), 0),"
            f" count(*), count(distinct row_key), count(distinct address) from {self.model}"
        )[0]
        if empty:
            raise TekilError(
                f"{self.model} has {empty} rows without row_key, address, customer_id or payload_hash: "
                "nothing was sent; correct the model."
            )
        if keys < rows or addressed < rows:
            raise TekilError(
                f"{self.model} has {rows} rows but {keys} keys and {addressed} addresses: "
                "nothing was sent; make one row per key and address."
            )

    def compare(self) -> Plan:
        """Fill the temporary table outbox_difference with what to do, and count it."""
        self._find_permitted(None)
        warehouse, destination = self.warehouse, self.destination
        warehouse.temporary_table(
            "outbox_difference",
            {
                **dict.fromkeys(("row_key", "customer_id", "operation", "cause", "payload_hash"), "varchar"),
                "attempts": "bigint",
            },
        )
        warehouse.execute(
            f"""
            insert into outbox_difference
            with model as (
                select model.row_key, model.customer_id, model.address, {self._keyed("model.payload_hash")} as payload_hash
                from {self.model} as model
                inner join outbox_permitted on model.row_key = outbox_permitted.row_key
            ),
            held as (
                select state.row_key, state.customer_id, state.payload_hash, addresses.address
                from (select * from ops.outbox_state where destination = {destination} and not is_deleted) as state
                left join (select * from raw.outbox_addresses where destination = {destination}) as addresses
                    on state.row_key = addresses.row_key
            ),
            compared as (
                select
                    coalesce(held.row_key, model.row_key) as row_key,
                    coalesce(model.customer_id, held.customer_id) as customer_id,
                    case
                        when held.row_key is null then 'insert'
                        when model.row_key is null then 'delete'
                        when model.address is distinct from held.address then 'move'
                        when model.payload_hash is distinct from held.payload_hash then 'update'
                    end as operation,
                    case when model.row_key is null then '' else model.payload_hash end as payload_hash
                from model
                full join held on model.row_key = held.row_key
            ),
            caused as (
                select
                    compared.row_key,
                    compared.customer_id,
                    compared.operation,
                    case
                        when compared.operation = 'move' then 'moved'
                        when compared.operation <> 'delete' then 'changed'
                        when erased.customer_id is not null then 'erased'
                        when refused.customer_id is not null then 'withdrawn'
                        else 'left'
                    end as cause,
                    case when compared.operation in ('delete', 'move') then '' else compared.payload_hash end as payload_hash
                from compared
                left join ({self._erased()}) as erased on compared.customer_id = erased.customer_id
                left join (select distinct customer_id from ({self._refusals()}) as refusals) as refused
                    on compared.customer_id = refused.customer_id
                where compared.operation is not null
            )
            select
                caused.row_key, caused.customer_id, caused.operation, caused.cause, caused.payload_hash,
                coalesce(earlier.attempts, 0)
            from caused
            left join (select * from ops.outbox_commands where destination = {destination}) as earlier
                on caused.row_key = earlier.row_key
                and caused.payload_hash = earlier.payload_hash
            left join (select * from ops.outbox_dead_letters where destination = {destination}) as dead
                on caused.row_key = dead.row_key
                and caused.payload_hash = dead.payload_hash
            where dead.row_key is null
            """
        )
        return self._counted()

    def _counted(self) -> Plan:
        by_operation = dict(
            self.warehouse.fetch("select operation, count(*) from outbox_difference group by operation")
        )
        (model_rows, permitted, live, dead) = self.warehouse.fetch(
            f"select (select count(*) from {self.model}), (select count(*) from outbox_permitted),"
            f" (select count(*) from ops.outbox_state where destination = {self.destination} and not is_deleted),"
            f" (select count(*) from ops.outbox_dead_letters where destination = {self.destination})"
        )[0]
        plan = Plan(
            inserts=by_operation.get("insert", 0),
            updates=by_operation.get("update", 0),
            moves=by_operation.get("move", 0),
            deletes=by_operation.get("delete", 0),
            live=live,
            not_permitted=model_rows - permitted,
            dead=dead,
        )
        plan.unchanged = max(0, permitted - plan.inserts - plan.updates - plan.moves - dead)
        return plan

    def differences(self, most: int) -> list[tuple[str, str, str, str]]:
        """The first rows of the difference: operation, row key, customer, cause. No contact values."""
        return self.warehouse.fetch(
            "select operation, row_key, customer_id, cause from outbox_difference"
            f" order by operation, {self.warehouse.by_code_point('row_key')} limit {most}"
        )

    def enqueue(self, run_id: str, now: datetime) -> None:
        """Make the rows of the difference the commands of this destination."""
        with self.warehouse.transaction():
            self.warehouse.execute(f"delete from ops.outbox_commands where destination = {self.destination}")
            self.warehouse.execute(
                "insert into ops.outbox_commands (destination, row_key, customer_id, operation, cause, payload_hash,"
                " attempts, planned_at, run_id)"
                f" select {self.destination}, row_key, customer_id, operation, cause, payload_hash, attempts, ?, ?"
                " from outbox_difference",
                [now, run_id],
            )
        self.warehouse.after_copy("ops.outbox_commands")

    def claim(
        self, operations: Sequence[str], after: str, most: int
    ) -> tuple[list[Command], list[Outcome], str | None]:
        """The next commands with these operations by key, with what they carry read anew and consent and erasure looked at again.

        Returns those to send, those that are not to be sent any more, and the last key looked at (None at the end).
        """
        warehouse = self.warehouse
        ordered = warehouse.by_code_point("row_key")
        warehouse.temporary_table(
            "outbox_page",
            {
                **dict.fromkeys(("row_key", "customer_id", "operation", "cause"), "varchar"),
                "attempts": "bigint",
            },
        )
        warehouse.execute(
            "insert into outbox_page select row_key, customer_id, operation, cause, attempts from ops.outbox_commands"
            f" where destination = {self.destination} and operation in ({', '.join(map(_text, operations))})"
            f" and {ordered} > ? order by {ordered} limit {most}",
            [after],
        )
        last = warehouse.fetch(f"select max({ordered}) from outbox_page")[0][0]
        if last is None:
            return [], [], None
        self._find_permitted("outbox_page")
        fields = self.fields()
        rows = warehouse.fetch(
            f"""
            select
                page.row_key, page.operation, page.cause, page.attempts, page.customer_id,
                permitted.row_key is not null, model.customer_id, {self._keyed("model.payload_hash")}, model.address,
                addresses.address, state.claimed, coalesce(state.version, 0), coalesce(state.is_deleted, true)
                {"".join(f', model."{name}"' for name in fields)}
            from outbox_page as page
            left join {self.model} as model on page.row_key = model.row_key
            left join outbox_permitted as permitted on page.row_key = permitted.row_key
            left join (select * from raw.outbox_addresses where destination = {self.destination}) as addresses
                on page.row_key = addresses.row_key
            left join (select * from ops.outbox_state where destination = {self.destination}) as state
                on page.row_key = state.row_key
            """
        )
        if len({row[0] for row in rows}) < len(rows):
            raise TekilError(f"{self.model} was built anew with two rows of one key: correct the model.")
        read = [self._command(row, fields) for row in sorted(rows, key=lambda row: row[0])]
        commands = [one for one in read if isinstance(one, Command)]
        self._write_claims(commands)
        return commands, [one for one in read if isinstance(one, Outcome)], last

    def _command(self, row: tuple, fields: list[str]) -> Command | Outcome:
        row_key, operation, cause, attempts, planned_customer, is_permitted, customer_id = row[:7]
        payload_hash, address, held_address, claimed, version, is_deleted = row[7:13]
        is_delete = operation in DELETING
        is_moved = not is_deleted and address != held_address
        if is_delete:
            payload_hash = ""
        claim = f"{'delete' if is_delete else 'write'}:{payload_hash}"
        version = version if claim == claimed else version + 1
        key = f"{self.rule.destination}|{row_key}|{claim}|{version}"
        command = Command(
            row_key=row_key,
            customer_id=(planned_customer if is_delete else customer_id) or planned_customer,
            operation=operation,
            cause=cause,
            address=(held_address if is_delete else address) or "",
            fields={} if is_delete else self._with_policy(dict(zip(fields, row[13:], strict=True))),
            payload_hash=payload_hash or "",
            idempotency_key=hashlib.sha256(key.encode()).hexdigest()[:32],
            version=version,
            attempts=attempts,
        )
        if is_delete and is_permitted and not is_moved:
            return Outcome(command, "skipped", "it is wanted again")
        if not is_delete and not is_permitted:
            return Outcome(command, "skipped", "consent, contact point or customer is gone since the plan")
        if not is_delete and is_moved:
            return Outcome(command, "skipped", "its address has changed since the plan")
        return command

    def _with_policy(self, fields: dict[str, Any]) -> dict[str, Any]:
        kept = {}
        for name, value in fields.items():
            policy = self.rule.policy_of(name)
            if value is not None or policy == "send":
                kept[name] = value
            elif policy == "empty":
                kept[name] = ""
        return kept

    def _write_claims(self, commands: list[Command]) -> None:
        columns = {
            **dict.fromkeys(("row_key", "customer_id", "claimed", "address"), "varchar"),
            "version": "bigint",
            "is_delete": "boolean",
        }
        self._fill(
            "outbox_claims",
            columns,
            (
                (
                    *(one.row_key, one.customer_id),
                    f"{'delete' if one.is_delete else 'write'}:{one.payload_hash}",
                    *(one.address, one.version, one.is_delete),
                )
                for one in commands
            ),
        )
        claimed = "row_key in (select row_key from outbox_claims"
        with self.warehouse.transaction():
            self.warehouse.execute(
                f"delete from ops.outbox_state where destination = {self.destination} and {claimed})"
            )
            self.warehouse.execute(
                "insert into ops.outbox_state (destination, row_key, customer_id, claimed, version, is_deleted)"
                f" select {self.destination}, row_key, customer_id, claimed, version, false from outbox_claims"
            )
            self.warehouse.execute(
                f"delete from raw.outbox_addresses where destination = {self.destination}"
                f" and {claimed} where not is_delete)"
            )
            self.warehouse.execute(
                "insert into raw.outbox_addresses (destination, row_key, address)"
                f" select {self.destination}, row_key, address from outbox_claims where not is_delete"
            )

    def settle(self, outcomes: Iterable[Outcome], run_id: str, now: datetime) -> None:
        """Write down what became of a page; only what was acknowledged moves the state."""
        columns = {
            **dict.fromkeys(
                (
                    *("row_key", "customer_id", "operation", "cause", "payload_hash", "idempotency_key"),
                    *("result", "reason", "receipt"),
                ),
                "varchar",
            ),
            "attempts": "bigint",
            "is_delete": "boolean",
        }
        self._fill("outbox_outcomes", columns, map(_settled, outcomes))
        warehouse, where = self.warehouse, f"destination = {self.destination}"
        described = "row_key, customer_id, operation, cause, payload_hash"
        with warehouse.transaction():
            warehouse.execute(
                "update ops.outbox_state set payload_hash = case when outcome.is_delete then null else outcome.payload_hash end,"
                " is_deleted = outcome.is_delete, acknowledged_at = ? from outbox_outcomes as outcome"
                f" where ops.outbox_state.{where} and ops.outbox_state.row_key = outcome.row_key"
                " and outcome.result = 'acknowledged'",
                [now],
            )
            warehouse.execute(
                f"delete from raw.outbox_addresses where {where} and row_key in"
                " (select row_key from outbox_outcomes where result = 'acknowledged' and is_delete)"
            )
            warehouse.execute(
                f"insert into ops.outbox_receipts (destination, {described}, idempotency_key, receipt, acknowledged_at, run_id)"
                f" select {self.destination}, {described}, idempotency_key, receipt, ?, ? from outbox_outcomes"
                " where result = 'acknowledged'",
                [now, run_id],
            )
            warehouse.execute(
                f"insert into ops.outbox_dead_letters (destination, {described}, attempts, reason, died_at, run_id)"
                f" select {self.destination}, {described}, attempts, reason, ?, ? from outbox_outcomes where result = 'dead'",
                [now, run_id],
            )
            # a row that was acknowledged is no dead letter any more, whatever it once died of
            warehouse.execute(
                f"delete from ops.outbox_dead_letters where {where} and row_key in"
                " (select row_key from outbox_outcomes where result = 'acknowledged')"
            )
            warehouse.execute(
                f"delete from ops.outbox_commands where {where} and row_key in"
                " (select row_key from outbox_outcomes where result in ('acknowledged', 'dead', 'skipped'))"
            )
            warehouse.execute(
                "update ops.outbox_commands set attempts = outcome.attempts, reason = outcome.reason"
                f" from outbox_outcomes as outcome where ops.outbox_commands.{where}"
                " and ops.outbox_commands.row_key = outcome.row_key and outcome.result = 'failed'"
            )

    def release_dead(self) -> int:
        """Let the dead letters be tried again; returns how many there were."""
        count = self.warehouse.fetch(
            f"select count(*) from ops.outbox_dead_letters where destination = {self.destination}"
        )[0][0]
        with self.warehouse.transaction():
            for table in ("ops.outbox_dead_letters", "ops.outbox_commands"):
                self.warehouse.execute(f"delete from {table} where destination = {self.destination}")
        return count

    def dead_letters(self) -> list[tuple[str, str, int, datetime]]:
        """Operation, reason, how many, and when the last of them died."""
        return self.warehouse.fetch(
            "select operation, reason, count(*), max(died_at) from ops.outbox_dead_letters"
            f" where destination = {self.destination} group by operation, reason order by 3 desc, 1, 2"
        )

    def forget_contents(self) -> None:
        """Take what the destination holds for unknown, so that every row is sent again as an update."""
        self.warehouse.execute(
            "update ops.outbox_state set payload_hash = null, claimed = null"
            f" where destination = {self.destination} and not is_deleted"
        )

    def start_run(self, run_id: str, now: datetime) -> None:
        with self.warehouse.transaction():
            self.warehouse.execute(
                "update ops.outbox_runs set status = 'interrupted', finished_at = ?"
                f" where destination = {self.destination} and status = 'running'",
                [now],
            )
            self.warehouse.execute(
                "insert into ops.outbox_runs (run_id, destination, started_at, status) values (?, ?, ?, 'running')",
                [run_id, self.rule.destination, now],
            )

    def end_run(self, run_id: str, now: datetime, status: str, reason: str, counts: dict[str, int]) -> None:
        written = "".join(f", {name} = {int(number)}" for name, number in counts.items())
        self.warehouse.execute(
            f"update ops.outbox_runs set finished_at = ?, status = ?, reason = ?{written} where run_id = ?"
            f" and destination = {self.destination}",
            [now, status, reason, run_id],
        )

    def pending(self) -> int:
        """Commands that wait for another run."""
        return self.warehouse.fetch(
            f"select count(*) from ops.outbox_commands where destination = {self.destination}"
        )[0][0]

    def _find_permitted(self, page: str | None) -> None:
        """Fill outbox_permitted with the keys of rows all of whose consents are given now; no row is no consent (A7)."""
        channels = ", ".join(map(_text, self.rule.channels))
        within = f" where row_key in (select row_key from {page})" if page else ""
        needs = dict.fromkeys(("row_key", "customer_id", "channel", "contact_key"), "varchar")
        self.warehouse.temporary_table("outbox_needs", needs)
        self.warehouse.execute(
            f"""
            insert into outbox_needs
            with needs as (
                select row_key, customer_id, unnest(string_to_array(consents_required, ',')) as need
                from {self.model}{within}
            )
            select row_key, customer_id, split_part(need, ':', 1), split_part(need, ':', 2) from needs
            """
        )
        self.warehouse.after_copy("outbox_needs")
        # of a page, only the consents it stands on are read; of everything, all
        asked = " and consents.contact_key in (select contact_key from outbox_needs)" if page else ""
        told = f" and {self._level('consents')} in (select customer_id from outbox_needs)" if page else ""
        self.warehouse.temporary_table("outbox_permitted", {"row_key": "varchar"})
        self.warehouse.execute(
            f"""
            insert into outbox_permitted
            with parts as (select * from outbox_needs),
            granted as (
                select {self._level("consents")} as customer_id, consents.channel, consents.contact_key
                from profiles.contact_consents as consents{self._leveled("consents")}
                where consents.status = 'ONAY' and consents.purpose = {_text(self.rule.purpose)}
                    and consents.channel in ({channels}){asked}
            ),
            judged as (
                select
                    parts.row_key, parts.customer_id,
                    case when granted.contact_key is not null and refusals.channel is null then 0 else 1 end as is_missing
                from parts
                left join granted
                    on parts.customer_id = granted.customer_id
                    and parts.channel = granted.channel
                    and parts.contact_key = granted.contact_key
                left join ({self._refusals()}{told}) as refusals
                    on parts.customer_id = refusals.customer_id
                    and parts.channel = refusals.channel
            )
            select judged.row_key
            from judged
            left join (
                select distinct {self._level("suppressed")} as customer_id
                from vault.suppressed_customers as suppressed{self._leveled("suppressed")}
            ) as suppressed on judged.customer_id = suppressed.customer_id
            where suppressed.customer_id is null
            group by judged.row_key
            having sum(judged.is_missing) = 0
            """
        )

    def _refusals(self) -> str:
        """Who has refused one of the destination's channels: by any customer that its level takes for the same person."""
        channels = ", ".join(map(_text, self.rule.channels))
        return (
            f"select distinct {self._level('consents')} as customer_id, consents.channel"
            f" from profiles.customer_consents as consents{self._leveled('consents')}"
            f" where consents.status <> 'ONAY' and consents.purpose = {_text(self.rule.purpose)}"
            f" and consents.channel in ({channels})"
        )

    def _erased(self) -> str:
        return (
            f"select {self._level('suppressed')} as customer_id from vault.suppressed_customers as suppressed"
            f"{self._leveled('suppressed')} where suppressed.request_kind = 'erase'"
            " union select retired_customer_id from identity.identity_aliases where cause = 'erase'"
        )

    def _level(self, alias: str) -> str:
        level = self.rule.confidence_level
        return (
            f"{alias}.customer_id"
            if level == "exact"
            else f"coalesce(levels.{level}_customer_id, {alias}.customer_id)"
        )

    def _leveled(self, alias: str) -> str:
        if self.rule.confidence_level == "exact":
            return ""
        return f" left join identity.identity_levels as levels on {alias}.customer_id = levels.customer_id"

    def _keyed(self, text: str) -> str:
        """A hash nobody can guess a payload from: with the salt of the warehouse."""
        return self.warehouse.sha256(f"(select salt from raw.identifier_salt) || {text}")

    def _fill(self, table: str, columns: dict[str, str], rows: Iterable[tuple]) -> None:
        """Make a temporary table and put rows of Python in it, many of them by way of a file."""
        rows = list(rows)
        self.warehouse.temporary_table(table, columns)
        if not rows:
            return
        if len(rows) <= FEW:
            places = ", ".join(f"({', '.join('?' * len(columns))})" for _ in rows)
            self.warehouse.execute(
                f"insert into {table} values {places}", [value for row in rows for value in row]
            )
            return
        path = self.warehouse.scratch_folder / "outbox.jsonl"
        with path.open("w", encoding="utf-8") as file:
            for row in rows:
                file.write(json.dumps(dict(zip(columns, row, strict=True))) + "\n")
        types = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
        try:
            self.warehouse.copy_in(
                table,
                list(columns),
                f"select * from read_json('{path}', columns = {{{types}}}, format = 'newline_delimited')",
            )
        finally:
            path.unlink()


def _settled(one: Outcome) -> tuple:
    command = one.command
    return (
        *(command.row_key, command.customer_id, command.operation, command.cause, command.payload_hash),
        *(command.idempotency_key, one.result, one.reason, one.receipt),
        command.attempts + (1 if one.result in ("failed", "dead") else 0),
        command.is_delete,
    )


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
