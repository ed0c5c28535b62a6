"""Judge of the behaviour profiles in plain Python: views, affinities, rhythm, RFM, companions, alternatives and recommendations.

It reads what happened (events, orders, lines, catalogue) and the rules (seeds/rules), and recomputes what the tables say,
one customer and one loop at a time. It knows no SQL of the models.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise, permutations
from pathlib import Path
from types import SimpleNamespace

from tests.scenarios.segment_judge import plain
from tests.support.tables import rows

RULES = Path(__file__).resolve().parents[2] / "seeds" / "rules"
DAY = timedelta(days=1)


def seed(name: str) -> list[dict[str, str]]:
    with (RULES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def told(env: dict[str, str], columns: str, relation: str) -> list[SimpleNamespace]:
    """Rows with their columns by name; a column that ends in _at is a time."""
    names = columns.split()
    return [
        SimpleNamespace(
            **{
                name: datetime.fromisoformat(value) if value and name.endswith("_at") else value
                for name, value in zip(names, row, strict=True)
            }
        )
        for row in rows(env, f"select {', '.join(names)} from {relation}")
    ]


def rounded(number: Decimal, places: int) -> Decimal:
    """Half away from zero, as the tables round."""
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP).normalize() + 0


def best(found: list, key) -> list:
    return sorted(found, key=key)


class Judge:
    """What the tables must say at the clock `as_of`, from what happened."""

    def __init__(self, env: dict[str, str], as_of: datetime) -> None:
        self.as_of = as_of
        self.settings = {
            (row["topic"], row["setting"]): Decimal(row["value"]) for row in seed("profile_settings")
        }
        self.events = told(
            env,
            "event_id customer_id event_kind event_name product_id category channel session_id campaign duration_seconds occurred_at",
            "profiles.customer_events",
        )
        self.orders = told(
            env,
            "source order_id customer_id is_purchase net_amount_base gross_amount refunded_amount items ordered_at",
            "profiles.customer_orders",
        )
        self.lines = told(
            env,
            "source order_id line_id customer_id product_id kind is_purchase quantity ordered_at",
            "profiles.customer_order_lines",
        )
        self.products = {
            product.product_id: product
            for product in told(
                env, "product_id category brand price currency status", "staging.stg_shop__products"
            )
        }
        self.stock: dict[str, Decimal | None] = {}
        for level in told(env, "product_id available_count", "staging.stg_shop__inventory_levels"):
            if level.available_count is not None:
                self.stock[level.product_id] = (self.stock.get(level.product_id) or 0) + level.available_count
        self.refunds = [
            refund
            for refund in told(env, "order_id order_line_id refunded_at", "staging.stg_shop__refunds")
            if refund.refunded_at <= as_of
        ]
        self.rates = told(
            env,
            "currency rate_to_base valid_from valid_to",
            "profiles.int_profiles__currency_rates_ranged",
        )
        self.unhappy = {
            f"zendesk/{ticket.ticket_id}"
            for ticket in told(
                env, "ticket_id ticket_type satisfaction_score", "staging.stg_zendesk__tickets"
            )
            if ticket.satisfaction_score == "bad"
            or (ticket.ticket_type == "problem" and ticket.satisfaction_score != "good")
        } | {
            f"sprout_social/{message.social_message_id}"
            for message in told(env, "social_message_id sentiment", "staging.stg_sprout_social__messages")
            if message.sentiment == "negative"
        }
        self.cart = told(env, "customer_id product_id added_at", "profiles.int_profiles__open_cart_items")

    def within(self, moment: datetime, days) -> bool:
        """Half open: exactly so many days old is out."""
        return moment > self.as_of - int(days) * DAY

    def setting(self, topic: str, name: str) -> Decimal:
        return self.settings[topic, name]

    def views(self) -> set[tuple]:
        found = defaultdict(list)
        for event in self.events:
            if event.event_kind == "view" and event.product_id:
                found[event.customer_id, event.product_id].append(event)
        days = self.setting("product_views", "repeat_window_days")
        enough = self.setting("product_views", "repeat_min_views")
        said = set()
        for (customer, product), seen in found.items():
            online = sum(
                event.channel not in ("store", "kiosk", "tablet") and self.within(event.occurred_at, days)
                for event in seen
            )
            spent = [event.duration_seconds for event in seen if event.duration_seconds is not None]
            windows = tuple(
                sum(self.within(event.occurred_at, window) for event in seen)
                for window in (1, 7, 30, 90, 365)
            )
            last = max(event.occurred_at for event in seen)
            said.add(
                (
                    customer,
                    product,
                    len(seen),
                    *windows,
                    online,
                    online >= enough,
                    sum(spent) if spent else None,
                    last.isoformat(sep=" "),
                )
            )
        return said

    def returned(self) -> list[tuple]:
        """(customer, product, order, when) of what was given back."""
        orders = {(order.source, order.order_id): order for order in self.orders}
        first: dict[tuple, datetime] = {}
        for line in self.lines:
            if not line.customer_id or not line.product_id:
                continue
            moments = []
            if line.source == "pos" and line.kind == "return":
                moments.append(line.ordered_at)
            if line.source == "shop":
                order = orders[line.source, line.order_id]
                whole = order.refunded_amount >= order.gross_amount
                moments += [
                    refund.refunded_at
                    for refund in self.refunds
                    if refund.order_id == line.order_id
                    and (refund.order_line_id == line.line_id or (refund.order_line_id is None and whole))
                ]
            if moments:
                key = (line.customer_id, line.product_id, line.source, line.order_id)
                first[key] = min([*moments, *([first[key]] if key in first else [])])
        return [(customer, product, moment) for (customer, product, _, _), moment in first.items()]

    def complaints(self) -> list[tuple]:
        days = int(self.setting("affinity", "blame_days"))
        found = set()
        for event in self.events:
            if event.event_id not in self.unhappy and event.event_name != "Message Complained":
                continue
            before = [
                line
                for line in self.lines
                if line.customer_id == event.customer_id
                and line.product_id
                and line.is_purchase
                and line.ordered_at <= event.occurred_at < line.ordered_at + days * DAY
            ]
            if before:
                last = min(
                    before, key=lambda line: (-line.ordered_at.timestamp(), line.source, line.order_id)
                )
                found |= {
                    (event.event_id, event.customer_id, line.product_id, event.occurred_at)
                    for line in before
                    if (line.source, line.order_id) == (last.source, last.order_id)
                }
        return [entry[1:] for entry in found]

    def unsubscribes(self) -> list[tuple]:
        """An unsubscribe falls on the category that the name of its campaign holds, the longest of several."""

        def words(text: str) -> str:
            return f" {' '.join(re.findall('[a-z0-9]+', plain(text)))} "

        categories = sorted(
            {product.category for product in self.products.values() if product.category},
            key=lambda name: (-len(words(name)), name),
        )
        found = []
        for event in self.events:
            if event.event_name == "Unsubscribed" and event.campaign:
                held = [category for category in categories if words(category) in words(event.campaign)]
                found += [(event.customer_id, held[0], event.occurred_at)] if held else []
        return found

    def affinities(self) -> dict[tuple, list[tuple]]:
        """(customer, kind) -> values in order: (value, stance, score, share)."""
        weights = {row["event_kind"]: Decimal(row["weight"]) for row in seed("affinity_weights")}
        decay = sorted((int(row["window_days"]), Decimal(row["share"])) for row in seed("affinity_decay"))
        acts = [
            (event.customer_id, event.product_id, event.category, event.event_kind, event.occurred_at)
            for event in self.events
            if event.product_id or event.category
        ]
        acts += [
            (line.customer_id, line.product_id, None, "order", line.ordered_at)
            for line in self.lines
            if line.customer_id and line.product_id and line.is_purchase
        ]
        acts += [(customer, product, None, "return", moment) for customer, product, moment in self.returned()]
        acts += [
            (customer, product, None, "complaint", moment) for customer, product, moment in self.complaints()
        ]
        acts += [
            (customer, None, category, "unsubscribe", moment)
            for customer, category, moment in self.unsubscribes()
        ]
        scores: dict[tuple, Decimal] = defaultdict(Decimal)
        newest: dict[tuple, datetime] = {}
        for customer, product, category, kind, moment in acts:
            left = next((share for days, share in decay if self.within(moment, days)), None)
            if kind not in weights or left is None:
                continue
            known = self.products.get(product)
            names = {
                "category": (known.category if known and known.category else category),
                "brand": known.brand if known else None,
            }
            for what, value in names.items():
                if value is not None:
                    scores[customer, what, value] += weights[kind] * left
                    newest[customer, what, value] = max(moment, newest.get((customer, what, value), moment))
        grouped = defaultdict(list)
        for (customer, what, value), score in scores.items():
            grouped[customer, what].append((score, newest[customer, what, value], value))
        said = {}
        for key, found in grouped.items():
            total = sum((score for score, _, _ in found if score > 0), Decimal(0))
            said[key] = [
                (
                    value,
                    "like"
                    if score >= self.setting("affinity", "like_min_score")
                    else "dislike"
                    if score <= self.setting("affinity", "dislike_max_score")
                    else "neutral",
                    score.normalize() + 0,
                    rounded(score / total, 4) if score > 0 else Decimal(0),
                )
                for score, _, value in best(found, lambda x: (-x[0], -x[1].timestamp(), x[2]))
            ]
        return said

    def purchases(self) -> dict[str, list[SimpleNamespace]]:
        found = defaultdict(list)
        for order in self.orders:
            if order.is_purchase and order.customer_id:
                found[order.customer_id].append(order)
        return {customer: best(orders, lambda o: o.ordered_at) for customer, orders in found.items()}

    def rhythms(self) -> set[tuple]:
        """(customer, mean gap, median gap, deviation, regular, basket, due)."""
        lines = {
            row["threshold"]: Decimal(row["value"])
            for row in seed("segment_thresholds")
            if row["segment"] == "at_risk"
        }
        said = set()
        for customer, orders in self.purchases().items():
            moments = [order.ordered_at for order in orders]
            gaps = [int((later - earlier).total_seconds()) for earlier, later in pairwise(moments)]
            mean = rounded(Decimal(sum(gaps)) / (86400 * len(gaps)), 2) if gaps else None
            middle = sorted(gaps)[(len(gaps) - 1) // 2] if gaps else None
            strays = sorted(abs(gap - middle) for gap in gaps) if len(gaps) >= 2 else []
            regular = len(orders) >= lines["min_orders"] and (moments[-1] - moments[0]).total_seconds() <= (
                len(orders) - 1
            ) * 86400 * int(lines["max_mean_gap_days"])
            said.add(
                (
                    customer,
                    mean,
                    rounded(Decimal(middle) / 86400, 2) if gaps else None,
                    rounded(Decimal(strays[(len(strays) - 1) // 2]) / 86400, 2) if strays else None,
                    bool(regular),
                    rounded(sum((order.items for order in orders), Decimal(0)) / len(orders), 2),
                    (moments[-1] + timedelta(minutes=middle // 60)).isoformat(sep=" ") if gaps else None,
                )
            )
        return said

    def rfm(self) -> set[tuple]:
        """(customer, recency, frequency, money, three scores, cell, three quintiles)."""
        days = self.setting("rfm", "window_days")
        lines = defaultdict(list)
        for row in seed("rfm_thresholds"):
            lines[row["dimension"]].append((int(row["score"]), Decimal(row["threshold"])))
        cells = {
            (int(row["recency_score"]), int(row["value_score"])): row["cell"] for row in seed("rfm_cells")
        }
        facts = {}
        for customer, orders in self.purchases().items():
            facts[customer] = (
                (self.as_of - orders[-1].ordered_at) // DAY,
                sum(self.within(order.ordered_at, days) for order in orders),
                sum(
                    (
                        order.net_amount_base or Decimal(0)
                        for order in self.orders
                        if order.customer_id == customer and self.within(order.ordered_at, days)
                    ),
                    Decimal(0),
                ),
            )
        population = [fact for fact in facts.values() if fact[1]]
        said = set()
        for customer, (recency, frequency, money) in facts.items():
            r = max([1, *(score for score, line in lines["recency"] if recency <= line)])
            f = max([1, *(score for score, line in lines["frequency"] if frequency >= line)])
            m = max([1, *(score for score, line in lines["monetary"] if money >= line)])
            fifths = (None, None, None)
            if frequency:
                worse = (
                    sum(other[0] > recency for other in population),
                    sum(other[1] < frequency for other in population),
                    sum(other[2] < money for other in population),
                )
                fifths = tuple(5 * count // len(population) + 1 for count in worse)
            said.add(
                (
                    customer,
                    recency,
                    frequency,
                    money.normalize() + 0,
                    r,
                    f,
                    m,
                    cells[r, (f + m + 1) // 2],
                    *fifths,
                )
            )
        return said

    def associations(self) -> dict[tuple, list[tuple]]:
        """(kind, product) -> companions in order: (other, baskets, support, confidence, lift)."""
        topic = "associations"
        baskets: dict[tuple, set] = defaultdict(set)
        for line in self.lines:
            if (
                line.is_purchase
                and line.product_id
                and self.within(line.ordered_at, self.setting(topic, "bought_window_days"))
            ):
                baskets["bought_together", (line.source, line.order_id)].add(line.product_id)
        for event in self.events:
            if (
                event.event_kind == "view"
                and event.product_id
                and event.session_id
                and self.within(event.occurred_at, self.setting(topic, "viewed_window_days"))
            ):
                baskets["viewed_together", event.session_id].add(event.product_id)
        singles: Counter = Counter()
        totals: Counter = Counter()
        for (kind, _), products in baskets.items():
            totals[kind] += 1
            singles.update((kind, product) for product in products)
        assert max(map(len, baskets.values())) <= self.setting(topic, "max_products_per_basket")
        together: Counter = Counter()
        for (kind, _), products in baskets.items():
            together.update((kind, one, other) for one, other in permutations(products, 2))
        said = defaultdict(list)
        for (kind, one, other), count in together.items():
            lift = rounded(Decimal(count) * totals[kind] / (singles[kind, one] * singles[kind, other]), 4)
            if count >= self.setting(topic, "min_support") and lift >= self.setting(topic, "min_lift"):
                said[kind, one].append(
                    (
                        other,
                        count,
                        rounded(Decimal(count) / totals[kind], 6),
                        rounded(Decimal(count) / singles[kind, one], 4),
                        lift,
                    )
                )
        most = int(self.setting(topic, "max_per_product"))
        return {key: best(found, lambda x: (-x[3], -x[4], x[0]))[:most] for key, found in said.items()}

    def in_stock(self, product: str) -> bool:
        pieces = self.stock.get(product)
        if pieces is None:
            return self.setting("recommendations", "unknown_stock_is_in_stock") == 1
        return pieces > 0

    def offered(self, product: str) -> bool:
        known = self.products.get(product)
        return known is not None and known.status in (None, "active") and self.in_stock(product)

    def price(self, product: SimpleNamespace) -> Decimal | None:
        today = self.as_of.date().isoformat()
        for rate in self.rates:
            if rate.currency == product.currency and rate.valid_from <= today < rate.valid_to:
                return None if product.price is None else rounded(product.price * rate.rate_to_base, 4)
        return None

    def sold(self) -> Counter:
        """Purchases that hold each product, within the window of associations."""
        days = self.setting("associations", "bought_window_days")
        return Counter(
            product
            for product, _ in {
                (line.product_id, (line.source, line.order_id))
                for line in self.lines
                if line.is_purchase and line.product_id and self.within(line.ordered_at, days)
            }
        )

    def alternatives(self) -> dict[str, list[str]]:
        band = self.setting("alternatives", "price_band_share")
        most = int(self.setting("alternatives", "max_per_product"))
        sold = self.sold()
        said = {}
        active = [
            product
            for product in self.products.values()
            if product.status in (None, "active") and product.category and self.price(product) is not None
        ]
        for gone in active:
            if self.in_stock(gone.product_id):
                continue
            price = self.price(gone)
            found = [
                (
                    gone.brand is None or gone.brand != other.brand,
                    abs(self.price(other) - price),
                    -sold[other.product_id],
                    other.product_id,
                )
                for other in active
                if other.category == gone.category
                and self.in_stock(other.product_id)
                and price * (1 - band) <= self.price(other) <= price * (1 + band)
            ]
            if found:
                said[gone.product_id] = [entry[-1] for entry in sorted(found)][:most]
        return said

    def recommendations(self) -> dict[str, list[tuple]]:
        """customer -> (product, reason, score) in order."""
        topic = "recommendations"
        window = self.setting("associations", "bought_window_days")
        bought: dict[tuple, datetime] = {}
        for line in self.lines:
            if line.is_purchase and line.product_id and line.customer_id:
                key = (line.customer_id, line.product_id)
                bought[key] = max(line.ordered_at, bought.get(key, line.ordered_at))
        speaks: dict[tuple, list] = defaultdict(list)
        for item in self.cart:
            speaks[item.customer_id, "cart"].append((item.added_at, item.product_id))
        for (customer, product), moment in bought.items():
            if self.within(moment, window):
                speaks[customer, "bought"].append((moment, product))
        for row in self.views():
            moment = datetime.fromisoformat(row[-1])
            if self.within(moment, self.setting("associations", "viewed_window_days")):
                speaks[row[0], "viewed"].append((moment, row[1]))
        companions = self.associations()
        most = int(self.setting(topic, "max_sources"))
        points: dict[tuple, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for (customer, reason), found in speaks.items():
            kind = "viewed_together" if reason == "viewed" else "bought_together"
            for _, product in best(found, lambda x: (-x[0].timestamp(), x[1]))[:most]:
                for other, _, _, confidence, _ in companions.get((kind, product), [])[
                    : int(self.setting(topic, "max_companions"))
                ]:
                    points[customer, other][reason] += confidence * self.setting(topic, f"weight_{reason}")
        sellers = defaultdict(list)
        for product, count in self.sold().items():
            if self.offered(product) and self.products[product].category:
                sellers[self.products[product].category].append((count, product))
        for (customer, what), values in self.affinities().items():
            value, stance = values[0][:2]
            if what == "category" and stance == "like" and sellers[value]:
                top = best(sellers[value], lambda x: (-x[0], x[1]))[
                    : int(self.setting(topic, "popular_per_category"))
                ]
                for count, product in top:
                    points[customer, product]["popular"] += rounded(
                        rounded(Decimal(count) / top[0][0], 4) * self.setting(topic, "weight_popular"), 4
                    )
        refused = {(customer, product) for customer, product, _ in self.returned()}
        refused |= {(item.customer_id, item.product_id) for item in self.cart}
        refused |= {
            key
            for key, moment in bought.items()
            if self.within(moment, self.setting(topic, "exclude_bought_days"))
        }
        said = defaultdict(list)
        for (customer, product), reasons in points.items():
            if (customer, product) not in refused and self.offered(product):
                scores = {reason: rounded(score, 4) for reason, score in reasons.items()}
                strongest = min(scores, key=lambda reason: (-scores[reason], reason))
                said[customer].append((product, strongest, sum(scores.values()).normalize() + 0))
        most = int(self.setting(topic, "max_per_customer"))
        return {customer: best(found, lambda x: (-x[2], x[0]))[:most] for customer, found in said.items()}


def assert_what_follows(env: dict[str, str], clock: datetime) -> None:
    """Rhythm, RFM and affinities of everybody are what this judge makes of events and orders (P4, P5, P6, G20)."""
    judge = Judge(env, clock)
    columns = "customer_id mean_gap_days median_gap_days gap_deviation_days is_regular average_basket_items next_order_due_at"
    sql = f"select {', '.join(columns.split())} from profiles.customers where orders_count > 0"
    assert set(rows(env, sql)) == judge.rhythms()
    columns = (
        "customer_id recency_days frequency_count monetary_amount recency_score frequency_score monetary_score rfm_cell "
        "recency_quintile frequency_quintile monetary_quintile"
    )
    assert set(rows(env, f"select {', '.join(columns.split())} from profiles.customer_rfm")) == judge.rfm()
    found: dict[tuple, list] = {}
    for row in told(
        env,
        "customer_id kind value stance score share rank",
        "profiles.customer_affinities order by rank",
    ):
        found.setdefault((row.customer_id, row.kind), []).append(
            (row.value, row.stance, row.score, row.share)
        )
    assert found == judge.affinities()
