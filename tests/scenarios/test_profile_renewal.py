"""A renewal of the profiles gives what a rebuild gives, to the row, in every table (I8).

One warehouse hears of a sample in shuffled parts, while the clock moves: rows that come late, that come twice, that come again for somebody else or with
other words; customers that a decision joins and parts again; rows deleted by hand. After that nothing comes but other words on a few people and orders, and the clock moves by a day (each night
by hours, a month and most of a year too), so that what was counted grows too old for its windows. Then a copy is built with everything made anew.
"""

from __future__ import annotations

import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import sample
from tests.conftest import warehouse_environment
from tests.operation.helpers import copy_of_tree, python, settings
from tests.scenarios.test_behaviour import LEDGERS
from tests.scenarios.test_landings import split
from tests.support.project import environment, land, run
from tests.support.tables import differences, rows, snapshot

END = datetime(2026, 6, 30, 21)
FULL = bool(os.environ.get("TEKIL_FUZZ"))
# clocks at which nothing new lands, and whether a rebuild is compared: after a day, since a longer step touches nearly everybody, and would hide a
# window that is forgotten
QUIET = {END + timedelta(days=1): True}
if FULL:
    QUIET = {
        END + timedelta(hours=5): False,
        END + timedelta(days=1, hours=5): True,
        END + timedelta(days=31): False,
        END + timedelta(days=270): False,
        END + timedelta(days=271): True,
    }
WINDOWS = (1, 7, 30, 90, 365)
PLAN = "select is_renewal, reason from profiles.int_profiles__reads_planned"
# what tells of the run itself, not of the customers
OF_THE_RUN = ("_touched", "_reread", "_planned", "_settled")
LAYERS = ("staging", "identity", "profiles", "segments", "vault", "activation")
# whole layers each night; else what profiles are made of, without what is made for people to look at
SELECTED = (
    ()
    if FULL
    else (
        *(
            "--select",
            "resource_type:seed",
            "path:models/staging",
            "path:models/identity",
            "path:models/profiles",
            "path:models/segments",
            "customer_names",
        ),
        *(
            "--exclude",
            "identity_quality",
            "identity_readiness",
            "identity_plausibility",
            "int_identity__labels_matched",
            "segment_flows",
            "segment_comparisons+",
        ),
    )
)


# whom the clock lists anew each day: a row that a batch forgot would be put right by the next day, and so is looked for at once
COUNTED = (
    "int_profiles__customers_described",
    "int_profiles__purchases_joined",
    "customers",
    "int_profiles__versions_kept",
)
# renewed however much is touched, since of few customers a batch touches most
ALWAYS = ("--vars", "'{renewed_share: 100}'")


def dbt(env: dict[str, str], *arguments: str, selected: tuple[str, ...] = SELECTED) -> None:
    run(
        env,
        "orchestration.lib.run_dbt",
        "build",
        "--exclude-resource-type",
        "test",
        "unit_test",
        "--quiet",
        *selected,
        *ALWAYS,
        *arguments,
    )


def tables(env: dict[str, str], among: tuple[str, ...] = ()) -> dict[str, list[tuple]]:
    """Every table of every layer, private steps too, but ledgers and what tells of the run; or those named."""
    found = rows(
        env,
        "select table_schema || '.' || table_name from information_schema.tables "
        f"where table_schema in {LAYERS} and table_type = 'BASE TABLE' order by 1",
    )
    names = [
        name
        for (name,) in found
        if name not in LEDGERS and not name.endswith(OF_THE_RUN) and "int_changes__" not in name
        if not among or name.split(".")[1] in among
    ]
    return snapshot(env, tables=names, without=("refreshed_at",))


def execute(env: dict[str, str], *statements: str) -> None:
    """Change rows by hand, as a person with a console does."""
    if env["TEKIL_TARGET"] == "postgres":
        import psycopg2

        names = ("host", "port", "user", "password", "dbname")
        connection = psycopg2.connect(**{name: env[f"TEKIL_PG_{name.upper()}"] for name in names})
    else:
        import duckdb

        connection = duckdb.connect(env["TEKIL_DUCKDB_PATH"])
    cursor = connection.cursor()
    for statement in statements:
        cursor.execute(statement)
    connection.commit()
    connection.close()


class Player:
    """A warehouse that hears of batches, and what differs between its renewals and rebuilds."""

    def __init__(self, folder: Path, env: dict[str, str], parts: int, customers: int, days: int) -> None:
        self.folder, self.env = folder, env
        self.differing: list[str] = []
        self.plans: list[tuple] = []
        whole = folder / "whole"
        sample.generate(whole, 7, customers, days)
        self.parts = split(whole, parts)

    def hear(self, number: int) -> None:
        """Let one part of the sample arrive."""
        for relative, content in self.parts[number].items():
            path = Path(self.env["TEKIL_LANDING"]) / relative
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def build(self, as_of: datetime, compared: bool = True) -> None:
        """Load, renew, and compare with everything made anew, or with what counts from the clock made anew of its parts."""
        self.env["TEKIL_AS_OF"] = f"{as_of.isoformat()}Z"
        run(self.env, "orchestration.lib.load")
        dbt(self.env)
        self.plans.append(rows(self.env, PLAN)[0])
        # on PostgreSQL there is no copy, and a part made anew in place would have the next run make everything anew
        is_copied = self.env["TEKIL_TARGET"] == "duckdb"
        if not compared and not (is_copied and self.plans[-1][0]):
            return
        among, selected = ((), SELECTED) if compared else (COUNTED, ("--select", *COUNTED))
        renewed = tables(self.env, among)
        if is_copied:
            copy = self.folder / "copy" / "test.duckdb"
            shutil.rmtree(copy.parent, ignore_errors=True)
            shutil.copytree(Path(self.env["TEKIL_DUCKDB_PATH"]).parent, copy.parent)
            again = self.env | {"TEKIL_DUCKDB_PATH": str(copy)}
        else:
            # made anew in place: the next run then renews what a rebuild has settled
            again = self.env
        dbt(again, "--full-refresh", selected=selected)
        found = differences(renewed, tables(again, among))
        self.differing += [f"batch {len(self.plans)}: {line}" for line in found]


def call(name: str, moment: datetime | str, cookie: str, **more) -> dict:
    """A call as the tracker sends it: a name of another form would leave it in quarantine."""
    at = moment if isinstance(moment, str) else f"{moment.isoformat()}Z"
    return {"messageId": name, "anonymousId": cookie, "channel": "web", "timestamp": at} | more


def changed_rows(env: dict[str, str]) -> None:
    """What a shop changes: rows that come again for another, or with other words."""
    calls = rows(
        env,
        "select message_id, anonymous_id, cast(timestamp as varchar) from raw.tracker__events "
        "where anonymous_id is not null and user_id is null and type = 'track' order by message_id limit 40",
    )
    moved = [
        call(message, at.replace(" ", "T") + "Z", calls[-1 - place][1], type="track", event="Product Viewed")
        for place, (message, _, at) in enumerate(calls[:15])
    ]
    land(env, "tracker", "events", moved, "moved")
    campaigns = rows(env, "select id, list_id from raw.mailchimp__campaigns order by id limit 2")
    land(
        env,
        "mailchimp",
        "campaigns",
        [
            {"id": row[0], "list_id": row[1], "title": "Renamed", "send_time": "2026-06-01T08:00:00Z"}
            for row in campaigns
        ],
        "renamed",
    )
    tickets = rows(
        env, "select id, cast(created_at as varchar) from raw.zendesk__tickets order by id limit 2"
    )
    users = rows(env, "select id from raw.zendesk__users order by id desc limit 2")
    land(
        env,
        "zendesk",
        "tickets",
        [
            {
                "id": ticket,
                "requester_id": users[place][0],
                "created_at": at.replace(" ", "T") + "Z",
                "updated_at": "2026-07-01T00:00:00Z",
            }
            for place, (ticket, at) in enumerate(tickets)
        ],
        "moved",
    )
    orders = rows(env, "select id from raw.shop__orders order by id limit 3")
    refunds = rows(env, "select id from raw.shop__refunds order by id limit 1")
    land(
        env,
        "shop",
        "refunds",
        [
            {
                "id": refunds[0][0],
                "order_id": orders[0][0],
                "amount": 1.5,
                "created_at": "2026-06-02T08:00:00Z",
                "updated_at": "2026-07-01T00:00:00Z",
            }
        ]
        + [
            {"id": f"late-{row[0]}", "order_id": row[0], "amount": 2.25, "created_at": "2026-06-03T08:00:00Z"}
            for row in orders
        ],
        "late",
    )
    stores = rows(env, "select store_id from raw.pos__stores order by 1 limit 1")
    land(
        env,
        "pos",
        "stores",
        [{"store_id": stores[0][0], "name": "Moved", "city": "Izmir", "country": "TR"}],
        "moved",
    )


def products_moved(env: dict[str, str]) -> None:
    """Products come to stand in another category that is there already; of another one only the price changes."""
    found = rows(
        env,
        "select id, category, brand from raw.shop__products where category is not null order by id limit 400",
    )
    categories = sorted({row[1] for row in found})
    land(
        env,
        "shop",
        "products",
        [
            {
                "id": product,
                "title": "Moved",
                "category": categories[place % len(categories)] if place else category,
                "brand": brand,
                "price": 10,
                "updated_at": "2026-07-01T00:00:00Z",
            }
            for place, (product, category, brand) in enumerate(found)
        ],
        "moved",
    )


def consents_moved(env: dict[str, str]) -> None:
    """What people say of being written to: a refusal of no day, a token's, one of tomorrow; a member, a message and a click that come again for somebody else."""
    members = rows(
        env, "select id, email_address from raw.mailchimp__members where status <> 'unsubscribed' order by id"
    )
    (_, address), (moved, _), (_, other), (gone, _) = members[:4]
    land(
        env,
        "mailchimp",
        "members",
        [
            {"id": "undated", "email_address": address, "status": "unsubscribed"},
            {
                "id": moved,
                "email_address": other,
                "status": "cleaned",
                "last_changed": "2026-06-29T08:00:00Z",
            },
            {"id": "tomorrow", "email_address": members[4][1], "status": "cleaned"}
            | {"last_changed": f"{END.isoformat()}Z"},
        ],
        "moved",
    )
    execute(env, f"delete from raw.mailchimp__members where id = '{gone}'")
    tokens = rows(
        env,
        "select distinct recipient from raw.messaging__sends where recipient_type = 'push_token' order by 1",
    )
    phones = rows(
        env, "select message_id, recipient from raw.messaging__sends where channel = 'sms' order by 1 limit 2"
    )
    said = {"purpose": "marketing", "source": "HS_WEB", "recipient_type": "BIREYSEL"}
    land(
        env,
        "consent",
        "records",
        [
            said | {"recipient": recipient, "channel": channel, "status": status, "consent_date": day}
            for recipient, channel, status, day in (
                (tokens[0][0], "PUSH", "RET", "2026-06-29 10:00:00"),
                (tokens[1][0], "PUSH", "ONAY", "2026-06-29 10:00:00"),
                (tokens[2][0], "PUSH", "RET", "2026-07-01 12:00:00"),
                (phones[0][1], "MESAJ", "RET", "2026-07-01 12:00:00"),
                (other, "EPOSTA", "ONAY", "2026-06-29 10:00:00"),
                (address, "EPOSTA", "RET", "2026-06-29 00:00:00"),
            )
        ]
        # two are restricted, one of them until the clock has moved by a day
        + [
            said
            | {"purpose": "processing"}
            | {"recipient": recipient, "channel": "EPOSTA", "status": status, "consent_date": day}
            for recipient, status, day in (
                (other, "RET", "2026-06-29 10:00:00"),
                (members[5][1], "RET", "2026-06-29 10:00:00"),
                (members[5][1], "ONAY", "2026-07-01 12:00:00"),
            )
        ],
        "moved",
    )
    land(
        env,
        "messaging",
        "receipts",
        [
            {"message_id": phones[0][0], "event": "complained", "occurred_at": "2026-06-29T10:00:00Z"},
            {"message_id": phones[1][0], "event": "failed", "occurred_at": "2026-06-30T22:00:00Z"},
        ],
        "moved",
    )
    land(
        env,
        "messaging",
        "sends",
        [
            {
                "message_id": phones[0][0],
                "channel": "sms",
                "recipient_type": "phone",
                "recipient": phones[1][1],
                "sent_at": "2026-06-01T10:00:00Z",
            }
        ],
        "moved",
    )
    clicks = rows(
        env,
        "select campaign_id, email_id, action, cast(timestamp as varchar) from raw.mailchimp__email_activity "
        "where action in ('unsub', 'bounce') order by 1, 2 limit 4",
    )
    land(
        env,
        "mailchimp",
        "email_activity",
        [
            {
                "campaign_id": campaign,
                "email_id": email,
                "email_address": other,
                "action": action,
                "timestamp": at.replace(" ", "T") + "Z",
            }
            for campaign, email, action, at in clicks
        ],
        "moved",
    )


def edges(env: dict[str, str]) -> None:
    """Visitors of one product view each, which is to the second as old as a window at one of the quiet clocks: then it is out. One was written to, too."""
    product = rows(env, "select min(id) from raw.shop__products where category is not null")[0][0]
    seen = {
        f"edge-{clock:%m%d%H}-{days}": clock - timedelta(days=days) for clock in QUIET for days in WINDOWS
    }
    seen["edge-message"] = END - timedelta(days=200)
    # a cart left, too, and one whose product lies there for too long then
    seen["edge-cart"] = max(QUIET) - timedelta(days=365)
    seen["edge-cart-open"] = min(QUIET) - timedelta(days=30)
    land(
        env,
        "tracker",
        "events",
        [
            call(
                name,
                moment,
                name,
                type="track",
                event="Product Added" if name.startswith("edge-cart") else "Product Viewed",
                properties={"product_id": product},
            )
            for name, moment in seen.items()
            if moment <= END
        ],
        "edges",
    )
    sent = {
        "message_id": "edge-message",
        "channel": "onsite",
        "recipient_type": "anonymous_id",
        "recipient": "edge-message",
        "sent_at": f"{(max(QUIET) - timedelta(days=365)).isoformat()}Z",
    }
    land(env, "messaging", "sends", [sent], "edges")


def seen_in(city: str) -> dict:
    """Where the network saw a call."""
    return {"location": {"city": city, "country": "TR"}}


def people_told(env: dict[str, str]) -> None:
    """People of whom nothing is heard but what `people_told_again` lands, or what the clock brings: a birthday, a word that was said after it."""
    order = rows(env, "select max(id) from raw.shop__orders")[0][0]
    born = (END + timedelta(days=1, hours=3)).strftime("%m-%d")
    told = {"type": "identify"}
    calls = [
        call("trait-word", END - timedelta(days=9), "trait-word", **told, traits={"gender": "female"}),
        call("trait-moved", END - timedelta(days=9), "trait-from", **told, traits={"gender": "female"}),
        call("trait-born", END - timedelta(days=9), "trait-born", **told, traits={"birthday": f"1985-{born}"}),
        call("trait-both", END - timedelta(days=9), "trait-both", type="identify", userId="trait-account", traits={"gender": "male"}),
        call("trait-late", END + timedelta(hours=3), "trait-late", **told, traits={"gender": "male"}),
        # the shop tells the order too, so that the one call that counts in the city is the other one's
        call("trait-order", END - timedelta(hours=1), "trait-order", type="track", event="Order Completed", properties={"order_id": order}, context=seen_in("Sivas Sole")),
        call("trait-sight", END - timedelta(hours=1), "trait-sight", type="page", context=seen_in("Sivas Sole")),
    ]  # fmt: skip
    calls += [
        call(f"{cookie}-seen", END - timedelta(days=10), cookie, type="page")
        for cookie in ("trait-word", "trait-from", "trait-to", "trait-born", "trait-both", "trait-late")
    ]
    land(env, "tracker", "events", calls, "traits")
    contact = {"gender": "female", "city": "ANKARA", "country": "TR", "created_at": "2026-01-01T00:00:00Z"}
    contacts = [
        contact | {"contact_id": "trait-word", "first_name": "Ada", "updated_at": "2026-06-01T00:00:00Z"},
        contact | {"contact_id": "trait-born", "birth_date": f"1990-{born}"},
        contact | {"contact_id": "trait-late", "updated_at": f"{(END + timedelta(hours=3)).isoformat()}Z"},
    ]  # fmt: skip
    land(env, "crm", "contacts", contacts, "traits")
    execute(env, "delete from raw.crm__contacts where contact_id = (select min(contact_id) from raw.crm__contacts)")  # fmt: skip


def people_told_again(env: dict[str, str]) -> None:
    """The same records and calls with other words, or for somebody else; no identifier comes or goes."""
    told = {"type": "identify"}
    calls = [
        call("trait-word", END - timedelta(days=9), "trait-word", **told, traits={"gender": "male"}),
        call("trait-moved", END - timedelta(days=9), "trait-to", **told, traits={"gender": "female"}),
        call("trait-sight", END - timedelta(hours=1), "trait-sight", type="page", context=seen_in("Ordu")),
    ]
    land(env, "tracker", "events", calls, "traits-again")
    again = {
        "contact_id": "trait-word",
        "first_name": "Adalet",
        "marital_status": "Evli",
        "city": "Izmir",
        "country": "TR",
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-06-20T00:00:00Z",
    }
    land(env, "crm", "contacts", [again], "traits-again")


def ordered(name: str, at: datetime, **more) -> dict:
    """An order as the shop sends it, of somebody of whom nothing else is heard."""
    told = {"id": name, "email": f"{name}@posta.com.tr", "currency": "TRY", "total_price": 100}
    return told | {"created_at": f"{at.isoformat()}Z"} | more


def lined(name: str, order: str, **more) -> dict:
    """A line of an order."""
    return {"id": name, "order_id": order, "product_id": "order-thing", "quantity": 2, "price": 50} | more


def refunded(name: str, order: str, at: datetime, **more) -> dict:
    """All the money of an order, given back."""
    return {"id": name, "order_id": order, "amount": 100, "created_at": f"{at.isoformat()}Z"} | more


def received(name: str, at: datetime, **more) -> dict:
    """A sale at the counter."""
    told = {"receipt_id": name, "store_id": "order-stand", "kind": "sale", "email": f"{name}@posta.com.tr"}
    return told | {"currency": "TRY", "total_amount": 100, "occurred_at": f"{at.isoformat()}Z"} | more


def counted(receipt: str, **more) -> dict:
    """The line of a sale."""
    told = {"receipt_id": receipt, "line_no": "1", "product_id": "order-thing"}
    return told | {"quantity": 2, "unit_price": 50} | more


def placed(store: str, city: str) -> dict:
    """A store in a city."""
    return {"store_id": store, "name": "Store", "city": city, "country": "TR"}


def completed(order: str) -> dict:
    """What a tracker tells of an order that the shop tells too."""
    more = {"event": "Order Completed", "properties": {"order_id": order}, "context": seen_in("Sivas Sole")}
    return call("order-call", END - timedelta(days=8), "order-call", type="track", **more)


def checked_out(step: int) -> dict:
    """A visit that got as far as a step of the checkout."""
    more = {"event": "Checkout Step Viewed", "properties": {"step": step}}
    return call("order-step", END - timedelta(days=2), "order-step", type="track", **more)


def orders_told(env: dict[str, str]) -> None:
    """Orders of which nothing is heard but what `orders_told_again` lands, or what the clock brings: the order itself, a cancellation, a refund, a receipt; its age."""
    before, after = END - timedelta(days=9), END + timedelta(hours=3)
    category = rows(env, "select min(category) from raw.shop__products")[0][0]
    product = {"title": "Ordered", "category": category, "price": 50}
    products = [product | {"id": name} for name in ("order-product", "order-thing", "order-other-thing")]
    stores = [placed("order-store", "Ordu"), placed("order-stand", "Ordu")]
    aged = {
        f"order-{clock:%m%d%H}-{days}": clock - timedelta(days=days) for clock in QUIET for days in WINDOWS
    }
    plain = ("plain", "other", "moved", "refunded", "lineless", "gone", "regrouped")
    orders = [ordered(name, at) for name, at in aged.items() if at <= END]
    orders += [ordered(f"order-{name}", before) for name in plain]
    orders += [
        ordered("order-priceless", before, total_price=None),
        ordered("order-cancelled", before, cancelled_at=f"{after.isoformat()}Z"),
        ordered("order-late", after, customer_id="order-visitor"),
    ]
    lines = [lined(f"line-{one['id']}", one["id"]) for one in orders if one["id"] != "order-lineless"]
    lines += [
        lined("line-orphan", "order-orphan"),
        lined("line-never", "order-never"),
        lined("line-regrouped", "order-regrouped", product_id="order-product"),
    ]
    refunds = [
        refunded("refund-late", "order-refunded", after, order_line_id="line-order-refunded"),
        refunded("refund-moved", "order-plain", before),
        refunded("refund-orphan", "order-orphan", before),
    ]
    receipts = [received(f"receipt-{name}", before) for name in ("plain", "moved")]
    receipts += [
        received("receipt-placed", before, store_id="order-store"),
        received("receipt-late", after),
        received("receipt-back", before, kind="return"),
    ]
    added = call("order-cart", END - timedelta(days=2), "order-visitor", userId="order-visitor", type="track")
    added |= {"event": "Product Added", "properties": {"product_id": "order-thing"}}
    land(env, "shop", "products", products, "orders")
    land(env, "pos", "stores", stores, "orders")
    land(env, "shop", "orders", orders, "orders")
    land(env, "shop", "order_lines", lines, "orders")
    land(env, "shop", "refunds", refunds, "orders")
    land(env, "pos", "receipts", receipts, "orders")
    land(env, "pos", "receipt_lines", [counted(one["receipt_id"]) for one in receipts], "orders")
    land(env, "tracker", "events", [completed("order-plain"), added, checked_out(1)], "orders")


def orders_told_again(env: dict[str, str]) -> None:
    """The same orders with other words: lines, refunds, receipts and a tracker's call that are of another order, person or store now; a product and a store that moved."""
    before, later = END - timedelta(days=9), {"updated_at": "2026-07-01T00:00:00Z"}
    category = rows(env, "select max(category) from raw.shop__products")[0][0]
    product = {"id": "order-product", "title": "Ordered", "category": category, "price": 50}
    orders = [
        ordered("order-moved", before, email="order-other@posta.com.tr", total_price=90, **later),
        ordered("order-orphan", before),
    ]
    lines = [
        lined("line-order-plain", "order-other", quantity=3),
        lined("line-order-gone", "order-nowhere"),
        lined("line-never", "order-lineless"),
        lined("line-order-priceless", "order-priceless", quantity=5),
    ]
    receipts = [
        received("receipt-plain", before, store_id=None, total_amount=70),
        received("receipt-moved", before, email="receipt-placed@posta.com.tr"),
    ]
    land(env, "shop", "products", [product | later], "orders-again")
    land(env, "pos", "stores", [placed("order-store", "Rize")], "orders-again")
    land(env, "shop", "orders", orders, "orders-again")
    land(env, "shop", "order_lines", lines, "orders-again")
    land(env, "shop", "refunds", [refunded("refund-moved", "order-other", before)], "orders-again")
    land(env, "pos", "receipts", receipts, "orders-again")
    back = counted("receipt-back", product_id="order-other-thing")
    land(env, "pos", "receipt_lines", [back], "orders-again")
    land(env, "tracker", "events", [completed("order-other"), checked_out(2)], "orders-again")


def decided(env: dict[str, str], action: str, at: datetime) -> None:
    """A person's word on two customers who are known by e-mail: that they are one, or that this is not so."""
    execute(
        env,
        "insert into ops.identity_overrides (action, identifier_key, other_identifier_key, decided_at, decided_by, reason) "
        f"select '{action}', min(identifier_key), max(identifier_key), timestamp '{at}', 'a test', 'told by a test' from "
        "(select identifier_key from staging.int_staging__identifiers_keyed where identifier_type = 'email' order by identifier_value limit 2) as pair",
    )


def play(player: Player, parts: int) -> None:
    """Parts in order, the clock ahead of them by ever less, so that rows wait hidden; what else happens falls between two parts. Then the clock, and little else."""
    env = player.env
    for number in range(parts):
        player.hear(number)
        if number == 1:
            changed_rows(env)
            products_moved(env)
            consents_moved(env)
            edges(env)
            people_told(env)
            orders_told(env)
            decided(env, "include", END)
            execute(
                env,
                "delete from raw.tracker__events where message_id in (select message_id from raw.tracker__events order by message_id limit 5)",
            )
        if number == 2:
            decided(env, "withdraw", END + timedelta(days=1))
        player.build(
            END - timedelta(days=20 * (parts - 1 - number) / (parts - 1) * 2), compared=FULL and number > 0
        )
    people_told_again(env)
    orders_told_again(env)
    for clock, compared in QUIET.items():
        player.build(clock, compared)
    landed = " or ".join(
        f"_file like '%/{name}.jsonl'"
        for name in ("traits", "traits-again", "orders", "orders-again", "edges", "moved", "renamed", "late")
    )
    assert rows(env, f"select _file, reason from raw.quarantine where {landed}") == []


@pytest.mark.parametrize(
    "engine", ["duckdb", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.fuzz])]
)
def test_a_renewal_of_profiles_gives_what_a_rebuild_gives(tmp_path, request, engine):
    postgres = warehouse_environment(engine, tmp_path, request) if engine == "postgres" else {}
    named = {name: value for name, value in postgres.items() if name.startswith("TEKIL_PG_")}
    env = environment(tmp_path, engine, named, TEKIL_LINKING="off")
    parts = (30 if engine == "duckdb" else 3) if FULL else 2
    player = Player(tmp_path, env, parts, 300 if FULL else 60, 240 if FULL else 120)
    play(player, parts)
    assert player.differing == []
    assert [plan[0] for plan in player.plans] == [False] + [True] * (parts - 1 + len(QUIET)), player.plans


PLAIN = """{# A segment as somebody writes one: a plain table, whose every member enters anew with the clock. #}
select
    customer_id,
    'gender_female' as segment,
    cast(null as {{ dbt.type_string() }}) as value,
    'told by a test' as reason,
    cast(null as {{ dbt.type_string() }}) as exit_reason,
    {{ add_days(as_of(), -1) }} as entered_at,
    {{ far_future() }} as left_at
from {{ ref('customers') }}
where is_known
"""


@pytest.mark.fuzz
@pytest.mark.skipif(not FULL, reason="long: make fuzz runs it")
def test_a_segment_that_is_a_plain_table_is_right_in_a_renewal(tmp_path):
    """It need not say who changed in it (CONTRIBUTING, Add a segment)."""
    tree, env = copy_of_tree(tmp_path), settings(tmp_path)
    (tree / "models" / "segments" / "seg_gender.sql").write_text(PLAIN)
    player = Player(tmp_path, env, 2, 60, 120)

    def build(*arguments: str) -> dict[str, list[tuple]]:
        for command in (["orchestration.lib.load"], ["orchestration.lib.run_dbt", "build", *arguments]):
            done = python(tree, env, *command)
            assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return tables(env)

    for number, days in enumerate((40, 0)):
        player.hear(number)
        env["TEKIL_AS_OF"] = f"{(END - timedelta(days=days)).isoformat()}Z"
        renewed = build()
    assert rows(env, PLAN)[0][0]
    entered = f"select count(*) from segments.segment_memberships where segment = 'gender_female' and entered_at = timestamp '{END - timedelta(days=1)}'"
    assert rows(env, entered)[0][0] > 10
    assert differences(renewed, build("--full-refresh")) == []
