"""From answers to figures: which chart, what it is called, what it says, how to read it, and its numbers as a table."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from orchestration.lib.report import charts
from orchestration.lib.report.reading import Rows
from orchestration.lib.report.words import change, count, money, plural, ratio, share, short

Answers = dict[str, Rows]
LIFE_CYCLE = ("G1", "G2", "G3", "G4", "G5")
MOST_SEGMENTS = 24
MOST_PAIRED = 16
STEPS = {"visits": "visits", "viewed": "saw a product", "put_in_cart": "put in cart", "checked_out": "began checkout", "ordered": "ordered"}  # fmt: skip


@dataclass(frozen=True)
class Tile:
    """A headline number."""

    name: str
    value: str
    note: str
    metric: str


@dataclass(frozen=True)
class Figure:
    """A chart with its words; `svg` is empty where `empty` says why there is none."""

    name: str
    title: str
    says: str
    how: str
    svg: str = ""
    empty: str = ""
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    is_wide: bool = False
    is_table: bool = False


@dataclass(frozen=True)
class Section:
    """Figures that answer one question."""

    name: str
    title: str
    figures: list[Figure] = field(default_factory=list)


def tiles(answers: Answers, currency: str) -> list[Tile]:
    """The headline numbers; each is a metric of dbt's semantic layer over the window that its note names."""
    (n,), (ready,) = answers["headline"], answers["readiness"]
    before = "vs the 30 days before"
    orders = change(n["orders_30d"], n["orders_30d_before"])
    revenue = change(n["revenue_30d"], n["revenue_30d_before"])
    visitors = count(n["anonymous_visitors"] or 0)
    basket = ratio(n["purchase_revenue_365d"], n["orders_365d"])
    members = sum(row["size"] for row in answers["segments"])
    return [
        Tile("Known customers", count(n["known_customers"] or 0), f"and {visitors} anonymous visitors", "known_customers"),
        Tile("Active customers", count(n["active_customers"] or 0), f"known, acted in the last 30 days: {share(n['active_customers'], n['known_customers'])}", "active_customers"),
        Tile("On two or more channels", share(ready["share"]), "of known customers: the readiness dial", "readiness_share"),
        Tile("Segment memberships", count(members), f"in {plural(len(answers['segments']), 'segment')}; one customer may be in many", "segment_size"),
        Tile("Cart abandonment", share(n["abandoned_cart_sessions_30d"], n["cart_sessions_30d"]), f"of {plural(n['cart_sessions_30d'] or 0, 'visit')} with a cart in 30 days", "cart_abandonment_rate"),
        Tile("Orders, 30 days", count(n["orders_30d"] or 0), f"{orders} {before}" if orders else "none in the 30 days before", "orders"),
        Tile("Revenue, 30 days", money(n["revenue_30d"] or 0, currency), f"net of returns; {revenue} {before}" if revenue else "net of returns", "revenue"),
        Tile("Revenue, 365 days", money(n["revenue_365d"] or 0, currency), f"net of returns, {plural(n['orders_365d'] or 0, 'order')}", "revenue"),
        Tile("Average order value", money(basket, currency), "net, purchases of 365 days", "average_order_value"),
        Tile("Repeat purchase rate", share(n["repeat_buyers"], n["buyers"]), f"of {plural(n['buyers'] or 0, 'buyer')} bought twice or more, ever", "repeat_purchase_rate"),
    ]  # fmt: skip


def sections(answers: Answers, currency: str) -> list[Section]:
    """The whole report, in reading order."""
    return [
        Section("identity", "Do we know our customers?", [readiness(answers), quality(answers)]),
        Section("sales", "What do they buy?", [revenue(answers, currency), cohorts(answers), rfm(answers, currency)]),
        Section("membership", "Who is in which segment?", [sizes(answers), flow(answers), overlap(answers)]),
        Section("meeting", "Where do they meet us?", [channel_mix(answers, currency), channel_counts(answers, currency), funnel(answers)]),
        Section("data", "How fresh and complete is the data?", [loads(answers)]),
    ]  # fmt: skip


def readiness(answers: Answers) -> Figure:
    (row,) = answers["readiness"]
    state = "Ready for activation" if row["is_ready"] else "Not ready: activation refuses to run"
    return Figure(
        "readiness",
        "Readiness dial",
        f"{state}: {row['reason']}.",
        "Share of known customers whom we see as one profile acting on two or more channels (I12). Below the mark, which is a "
        "setting, activation refuses to run. Anonymous visitors are not counted.",
        charts.dial(
            float(row["share"]),
            float(row["threshold"]),
            share(row["share"]),
            "on two or more channels",
            f"line {share(row['threshold'])}",
        )
        if row["customers"]
        else "",
        "No customer is known yet.",
        ["known customers", "on two or more channels", "share", "line", "anonymous visitors"],
        [
            [
                count(row["customers"]),
                count(row["customers_on_two_channels"]),
                share(row["share"], digits=1),
                share(row["threshold"]),
                count(row["anonymous_visitors"]),
            ]
        ],
    )


def quality(answers: Answers) -> Figure:
    values = {(row["measure"], row["level"]): row["value"] for row in answers["quality"]}
    levels = {
        "exact": "exact: shared identifiers",
        "strict": "strict: + sure likenesses",
        "wide": "wide: + likely ones",
    }
    kinds = {"precision": "precision", "recall": "recall", "f1": "F1"}
    points = [
        {"place": levels[level], "kind": kind, "value": float(values["pairwise_" + measure, level]),
         "said": f"{level}: {kind} {share(values['pairwise_' + measure, level], digits=2)}"}
        for level in levels
        for measure, kind in kinds.items()
        if values.get(("pairwise_" + measure, level)) is not None
    ]  # fmt: skip
    labelled = values.get(("labelled_records", "exact")) or 0
    exact = {
        measure: share(values.get((f"pairwise_{measure}", "exact")), digits=1)
        for measure in ("precision", "recall")
    }
    return Figure(
        "quality",
        "Identity quality by level",
        f"At the exact level {exact['precision']} of the pairs we joined are one person, and {exact['recall']} of the pairs that are "
        f"one person are joined (by {plural(labelled, 'labelled record')})."
        if points
        else "",
        "Pairs of records, 0 to 1, measured against labels (I11). Precision: of the pairs we call one customer, how many are. Recall: of "
        "the pairs that are one person, how many we joined. F1 weighs both. Messages use exact, analytics may use wide.",
        charts.dots(points, low=math.floor(min(point["value"] for point in points) * 20 - 0.2) / 20) if points else "",
        "No labels have landed, so precision and recall cannot be measured. identity.identity_plausibility says what is checked instead.",
        ["level", "precision", "recall", "F1", "B-cubed precision", "B-cubed recall", "B-cubed F1", "known customers", "largest (identifiers)"],
        [
            [
                level,
                *(share(values.get((f"{method}_{kind}", level)), digits=2) for method in ("pairwise", "bcubed") for kind in kinds),
                count(values.get(("known_customers", level))),
                count(values.get(("largest_customer", level))),
            ]
            for level in levels
        ],
    )  # fmt: skip


def revenue(answers: Answers, currency: str) -> Figure:
    rows = answers["revenue"]
    while rows and not rows[0]["orders"] and not rows[0]["revenue"]:
        rows = rows[1:]
    whole = [row for row in rows if row["is_over"]]
    best = max(whole, key=lambda row: row["revenue"], default=None)
    return Figure(
        "revenue",
        "Net revenue by month",
        f"The best whole month was {best['month']:%B %Y} with {money(best['revenue'], currency)} from {plural(best['orders'], 'order')}."
        if best
        else "",
        f"Net of refunds and returns, cancelled orders left out, in {currency} by the rate of the order's day. A pale bar is a month that "
        "is not over.",
        charts.bars(
            [
                {"place": f"{row['month']:%b %y}", "value": float(row["revenue"]), "label": short(row["revenue"]), "faint": not row["is_over"],
                 "said": f"{row['month']:%B %Y}: {money(row['revenue'], currency)}, {plural(row['orders'], 'order')}"}
                for row in rows
            ],
            width=960, title=currency,
        ) if rows else "",
        "No order has landed in the last 13 months.",
        ["month", "orders", f"net revenue, {currency}", "whole month"],
        [
            [f"{row['month']:%Y-%m}", count(row["orders"]), count(row["revenue"]), "yes" if row["is_over"] else "no"]
            for row in rows
        ],
        is_wide=True,
    )  # fmt: skip


def cohorts(answers: Answers) -> Figure:
    found = {(row["month"], row["months_since"]): row["customers"] for row in answers["cohorts"]}
    months = sorted({month for month, _ in found})[-12:]
    last = max((month_after(month, since) for month, since in found), default=None)
    cells = []
    for month in months:
        since = 0
        while month_after(month, since) <= last:
            cells.append((month, since, found.get((month, since), 0)))
            since += 1
    points = [
        {"row": cohort(month, found), "column": str(since), "value": float(ratio(buyers, found[month, 0])),
         "label": share(buyers, found[month, 0]),
         "said": f"first bought {month:%B %Y}, {since} months later: {count(buyers)} of {count(found[month, 0])} bought"}
        for month, since, buyers in cells
        if since > 0
    ]  # fmt: skip
    back = [(buyers, found[month, 0]) for month, since, buyers in cells if since == 1]
    return Figure(
        "cohorts",
        "Cohort retention",
        f"A month after the month of their first purchase {share(sum(b for b, _ in back), sum(n for _, n in back))} buy again."
        if back
        else "",
        "A row is the customers who first bought in that month (how many in brackets); a column is months later; a cell is the share of "
        "them who bought in that month. Whole calendar months only.",
        charts.heat(
            points,
            [str(since) for since in range(1, max((since for _, since, _ in cells), default=0) + 1)],
            [cohort(month, found) for month in months if month_after(month, 1) <= last],
            "months since the first purchase", "first purchase in", cell=(34, 28),
        ) if points else "",
        "Retention needs two whole months with purchases of known customers; there are fewer yet.",
        ["first bought", "months later", "bought", "of", "share"],
        [
            [f"{month:%Y-%m}", str(since), count(buyers), count(found[month, 0]), share(buyers, found[month, 0], 1)]
            for month, since, buyers in cells
        ],
    )  # fmt: skip


def cohort(month: date, found: dict[tuple[date, int], int]) -> str:
    """`Jul 2025 (34)`."""
    return f"{month:%b %Y} ({count(found[month, 0])})"


def month_after(month: date, months: int) -> date:
    """The first day of the month so many months later."""
    number = month.year * 12 + month.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def rfm(answers: Answers, currency: str) -> Figure:
    recency, frequency = bands(answers, "recency"), bands(answers, "frequency")
    found = {(row["recency_score"], row["frequency_score"]): row for row in answers["rfm"]}
    most = max((row["customers"] for row in found.values()), default=0)
    spend, buyers = (sum(row[name] for row in found.values()) for name in ("spend", "customers"))
    best = [row for scores, row in found.items() if min(scores) >= 4]
    best_spend, best_buyers = (sum(row[name] for row in best) for name in ("spend", "customers"))
    return Figure(
        "rfm",
        "Recency × frequency × value",
        f"The upper right corner, the two best bands of both, is {plural(best_buyers, 'buyer')} ({share(best_buyers, buyers)}) who bring {share(best_spend, spend)} of the money."
        if best and spend > 0
        else "",
        "Customers who bought in the last 365 days: across, how many purchases; down, days since the last one. The upper number is customers, the lower their "
        f"average net spend of 365 days in {currency}; stronger colour is more customers.",
        charts.heat(
            [
                {"row": recency[row["recency_score"]], "column": frequency[row["frequency_score"]], "value": float(ratio(row["customers"], most)),
                 "label": f"{count(row['customers'])}\n{short(ratio(row['spend'], row['customers']))}",
                 "said": f"{recency[row['recency_score']]} days since the last, {frequency[row['frequency_score']]} purchases: {plural(row['customers'], 'customer')}, {money(row['spend'], currency)} in all"}
                for row in found.values()
            ],
            list(frequency.values()), list(recency.values())[::-1], "purchases in 365 days", "days since the last", cell=(74, 44),
        ) if found else "",
        "Nobody we know has bought in the last 365 days.",
        ["days since the last", "purchases", "customers", f"spend of 365 days, {currency}"],
        [
            [recency[row["recency_score"]], frequency[row["frequency_score"]], count(row["customers"]), count(row["spend"])]
            for _, row in sorted(found.items(), reverse=True)
        ],
    )  # fmt: skip


def bands(answers: Answers, dimension: str) -> dict[int, str]:
    """What a score from 1 to 5 stands for, in words: `31–60` days, `2` purchases."""
    lines = {
        row["score"]: int(row["threshold"]) for row in answers["rfm_lines"] if row["dimension"] == dimension
    }
    if dimension == "recency":
        ends = {score: (lines[score + 1] + 1 if score < 5 else 0, lines.get(score)) for score in range(1, 6)}
    else:
        ends = {
            score: (lines.get(score, 1), lines[score + 1] - 1 if score < 5 else None) for score in range(1, 6)
        }
    return {
        score: f"{first} +" if last is None else f"{first}" if first == last else f"{first}–{last}"
        for score, (first, last) in ends.items()
    }


def coded(answers: Answers) -> list[dict]:
    """The segments in the order of their codes: G1, G2 ... G11."""
    return sorted(answers["segments"], key=lambda row: (int("".join(filter(str.isdigit, row["requirement"])) or 999), row["segment"]))  # fmt: skip


def left_out(rows: list[dict], most: int) -> str:
    """A sentence where a chart does not show every segment."""
    return f" The first {most} by code are shown, of {len(rows)}." if len(rows) > most else ""


def sizes(answers: Answers) -> Figure:
    every = coded(answers)
    shown = every[:MOST_SEGMENTS]
    days: dict[str, list[tuple[date, int]]] = {row["segment"]: [] for row in every}
    for row in answers["segment_sizes"]:
        days[row["segment"]].append((row["day"], row["size"]))
    moved = {name: (line[-1][1], line[-31][1]) for name, line in days.items() if len(line) > 30}
    most = max(moved, key=lambda name: (abs(moved[name][0] - moved[name][1]), name), default=None)
    return Figure(
        "sizes",
        "Segment sizes over time",
        f"The largest move of the last 30 days: {most} went from {count(moved[most][1])} to {count(moved[most][0])}."
        if most and moved[most][0] != moved[most][1]
        else "",
        "Customers in each segment at the end of each day, up to 365 days back, by today's rules (G21). Each panel has a scale of its own; "
        "the number is the size at the clock." + left_out(every, MOST_SEGMENTS),
        charts.areas(
            [
                {"panel": f"{row['segment']} · {count(row['size'])}", "day": day.isoformat(), "value": size}
                for row in shown
                for day, size in days[row["segment"]]
            ]
        ) if any(size for line in days.values() for _, size in line) else "",
        "No customer has ever been in a segment.",
        ["segment", "code", "now", "30 days ago", "what it means"],
        [
            [row["segment"], row["requirement"], count(row["size"]), count(moved.get(row["segment"], (None, None))[1]), row["description"]]
            for row in every
        ],
        is_wide=True,
    )  # fmt: skip


def flow(answers: Answers) -> Figure:
    names = [row["segment"] for row in coded(answers) if row["requirement"] in LIFE_CYCLE]
    found = [
        row for row in answers["segment_flow"] if {row["segment"], row["now_segment"]} <= {*names, "none"}
    ]
    before = {row["segment"]: row["size"] for row in found if row["size"]}
    moves = [row for row in found if row["size"] and row["now_segment"] != "none" and row["newcomers"]]
    largest = max(moves, key=lambda row: (row["newcomers"], row["segment"], row["now_segment"]), default=None)
    arrivals = sum(row["customers"] for row in found if row["segment"] == "none") or 1

    def part(row: dict) -> float:
        return float(ratio(row["customers"], row["size"] or arrivals))

    label = {name: f"{name} ({count(before.get(name, 0))})" for name in names} | {"none": "in none of them"}
    return Figure(
        "flow",
        "Flow between life-cycle segments in 30 days",
        f"The largest move: {count(largest['newcomers'])} of the {count(largest['size'])} who were in {largest['segment']} came into {largest['now_segment']}."
        if largest
        else "",
        "Rows: where customers were 30 days ago (how many in brackets). Columns: where they are now. The number is customers; stronger colour is a larger share of the "
        "row. One customer may be in several segments, so a row may add up to more than all of it (G21).",
        charts.heat(
            [
                {"row": label[row["segment"]], "column": "none" if row["now_segment"] == "none" else row["now_segment"], "value": part(row), "label": count(row["customers"]),
                 "said": f"from {row['segment']} to {row['now_segment']}: {plural(row['customers'], 'customer')}" + (f", {share(row['customers'], row['size'])} of the row" if row["size"] else "")}
                for row in found
            ],
            [*names, "none"], list(label.values()), "now in", "30 days ago in", cell=(68, 34),
        ) if found else "",
        "Nobody was in a life-cycle segment (G1 to G5) 30 days ago or is now.",
        ["30 days ago in", "now in", "customers", "share of the row", "of them new to it"],
        [[row["segment"], row["now_segment"], count(row["customers"]), share(row["customers"], row["size"]), count(row["newcomers"])] for row in found],
    )  # fmt: skip


def overlap(answers: Answers) -> Figure:
    every = [row for row in coded(answers) if row["size"]]
    names = [row["segment"] for row in every[:MOST_PAIRED]]
    place = {name: number for number, name in enumerate(names)}
    found = [
        row
        for row in answers["segment_overlap"]
        if {row["segment"], row["other_segment"]} <= set(names) and place[row["other_segment"]] < place[row["segment"]]
    ]  # fmt: skip
    closest = max(found, key=lambda row: (row["jaccard"], row["segment"]), default=None)
    few = len(names) <= 12
    return Figure(
        "overlap",
        "Segment overlap",
        f"{closest['segment']} and {closest['other_segment']} share the most: {share(closest['jaccard'])} of those in either are in both."
        if closest and closest["jaccard"]
        else "",
        "Customers in both segments, in per cent of those in either (Jaccard, 0 to 100): 0 is nothing in common, 100 is the same people. Each pair stands once."
        + left_out(every, MOST_PAIRED),
        charts.heat(
            [
                {"row": row["segment"], "column": row["other_segment"], "value": float(row["jaccard"]),
                 "label": str(int(row["jaccard"] * 100 + Decimal("0.5"))) if few or row["jaccard"] >= Decimal("0.05") else "",
                 "said": f"{row['segment']} and {row['other_segment']}: {plural(row['customers'], 'customer')} in both, {share(row['jaccard'])} of those in either"}
                for row in found
            ],
            names[:-1], names[1:], "", "", cell=(40, 28) if few else (24, 20), label_angle=-45,
        ) if found else "",
        "Fewer than two segments have members.",
        ["segment", "and", "customers in both", "Jaccard"],
        [
            [row["segment"], row["other_segment"], count(row["customers"]), share(row["jaccard"], digits=1)]
            for row in sorted(found, key=lambda row: (-row["jaccard"], row["segment"], row["other_segment"]))[:60]
        ],
        is_wide=not few,
    )  # fmt: skip


def channel_mix(answers: Answers, currency: str) -> Figure:
    rows = sorted(answers["channels"], key=lambda row: (-row["acts"], -row["orders"], row["channel"]))
    if len(rows) > 12:
        rest = {name: sum(row[name] for row in rows[11:]) for name in ("acts", "orders", "revenue")}
        rows = [*rows[:11], {"channel": "all others", **rest}]
    acts, orders = (sum(row[name] for row in rows) for name in ("acts", "orders"))
    first = max(rows, key=lambda row: row["orders"], default=None)
    return Figure(
        "channels",
        "Channel mix",
        f"{share(first['orders'], orders)} of the orders of the last 90 days came through {first['channel']}." if first and orders else "",
        "Left: what customers did of their own accord (a view, a click, a purchase; not a message sent to them). Right: orders that were "
        "not cancelled. Last 90 days, share of all channels.",
        charts.lying_bars(
            [
                {"panel": panel, "place": row["channel"], "value": float(ratio(row[name], whole) or 0), "label": share(row[name], whole, 1 if 0 < row[name] * 100 < whole else 0),
                 "said": f"{row['channel']}: {plural(row[name], one)}"}
                for panel, name, whole, one in (("own acts", "acts", acts, "act"), ("orders", "orders", orders, "order"))
                for row in rows
            ],
            width=190,
        ) if rows else "",
        "Nothing has happened in the last 90 days.",
        ["channel", "own acts", "orders", f"net revenue, {currency}"],
        [[row["channel"], count(row["acts"]), count(row["orders"]), count(row["revenue"])] for row in rows],
    )  # fmt: skip


def channel_counts(answers: Answers, currency: str) -> Figure:
    rows = [row for row in answers["channel_counts"] if row["channels"] > 0]
    one = [row for row in rows if row["channels"] == 1]
    more = [row for row in rows if row["channels"] > 1]

    def each(group: list[dict]) -> Decimal | None:
        return ratio(sum(row["spend"] for row in group), sum(row["customers"] for row in group))

    called = {1: "one", 2: "two", 3: "three", 4: "four or more"}
    return Figure(
        "channel_counts",
        "One channel against several",
        f"A customer seen on two or more channels spent {money(each(more), currency)} in 365 days, one seen on a single channel {money(each(one), currency)}."
        if one and more
        else "",
        f"Known customers by the number of channels on which they acted: average net spend of 365 days in {currency}, buyers or not; below the bar how many they are. "
        "Who buys much meets us in more places: this is no proof that channels make people buy.",
        charts.bars(
            [
                {"place": f"{called[row['channels']]} ({count(row['customers'])})", "value": float(ratio(row["spend"], row["customers"])),
                 "label": short(ratio(row["spend"], row["customers"])), "faint": False,
                 "said": f"{called[row['channels']]}: {plural(row['customers'], 'customer')}, {share(row['buyers'], row['customers'])} bought, {plural(row['orders'], 'order')}"}
                for row in rows
            ],
            width=400, height=200, title=f"{currency} per customer",
        ) if rows else "",
        "No known customer has acted yet.",
        ["channels", "customers", "buyers", "orders per customer", f"spend per customer, {currency}"],
        [
            [called[row["channels"]], count(row["customers"]), count(row["buyers"]), f"{ratio(row['orders'], row['customers']):.2f}", count(ratio(row["spend"], row["customers"]))]
            for row in rows
        ],
    )  # fmt: skip


def funnel(answers: Answers) -> Figure:
    rows = sorted(answers["funnel"], key=lambda row: (-row["visits"], row["device"]))
    rated = [row for row in rows if row["visits"] >= 30]
    best = max(rated, key=lambda row: (ratio(row["ordered"], row["visits"]), row["device"]), default=None)
    return Figure(
        "funnel",
        "From visit to order, by device",
        f"Visits from a {best['device']} end in an order most often: {share(best['ordered'], best['visits'], 1)}." if best and best["ordered"] else "",
        "Online visits of the last 30 days by the kind of device (X1): the share that came at least this far, and how many. A visit that reached a step "
        "counts in the steps before it. Phones and apps are mobile.",
        charts.lying_bars(
            [
                {"panel": f"{row['device']} · {plural(row['visits'], 'visit')}", "place": words, "value": float(ratio(row[step], row["visits"])),
                 "label": f"{share(row[step], row['visits'])} · {count(row[step])}", "said": f"{row['device']}, {words}: {count(row[step])} of {plural(row['visits'], 'visit')}"}
                for row in rows
                for step, words in list(STEPS.items())[1:]
            ],
            width=190, columns=4,
        ) if rows else "",
        "There was no online visit in the last 30 days.",
        ["device", *STEPS.values(), "left with a full cart"],
        [
            [row["device"], *(count(row[step]) for step in STEPS), share(row["put_in_cart"] - row["ordered"], row["put_in_cart"], 1)]
            for row in rows
        ],
        is_wide=True,
    )  # fmt: skip


def loads(answers: Answers) -> Figure:
    (clock,) = answers["clock"]
    rows = answers["loads"]
    read, held = (sum(row[name] for row in rows) for name in ("rows_read", "rows_quarantined"))
    return Figure(
        "loads",
        "Freshness and loads",
        f"{count(read)} rows read, {count(held)} of them quarantined ({share(held, read, 2)}); the newest data is {old(clock['as_of'], clock['refreshed_at'])} old."
        if rows and clock["refreshed_at"]
        else "",
        "Every row read was loaded, replaced an older version of itself, or was quarantined with a reason (raw.quarantine). "
        "Times are UTC; the age counts back from the clock.",
        "",
        "" if rows else "Nothing has been loaded yet.",
        ["source", "read", "= loaded", "+ replaced", "+ quarantined", "files refused", "newest load", "age"],
        [
            [
                row["source"],
                *(count(row[name]) for name in ("rows_read", "rows_loaded", "rows_replaced", "rows_quarantined", "files_rejected")),
                f"{row['loaded_at']:%Y-%m-%d %H:%M}" if row["loaded_at"] else "–",
                old(clock["as_of"], row["loaded_at"]),
            ]
            for row in rows
        ],
        is_wide=True,
        is_table=True,
    )  # fmt: skip


def old(now: datetime | None, then: datetime | None) -> str:
    """How long ago, in its largest unit: 3 days, 5 hours, less than an hour."""
    if now is None or then is None:
        return "–"
    past = max(now - then, timedelta())
    if past >= timedelta(days=2):
        return f"{past.days} days"
    hours = past // timedelta(hours=1)
    return plural(hours, "hour") if hours else "less than an hour"
