"""The life of a person: when they visit and buy, and every record it leaves in the shop's systems."""

from . import measured as M
from . import networks, spelling
from . import rates as R
from .catalogue import Catalogue, money
from .clock import (
    DAY_MS,
    END_MS,
    ISTANBUL_MS,
    berlin,
    berlin_offset_ms,
    local,
    month,
    offset,
    weekday,
)
from .dice import Roll, between, pick, quantile, roll, steps, weighted
from .people import Device, Person, turkish_phone
from .records import Records
from .visits import Tracker, Visit
from .writers import Writer

HOUR_MS = 3_600_000
_FREQUENCY = steps([(i + 1, n) for i, n in enumerate(M.ONLINE_FREQUENCY)])
_PAGES = steps(M.SESSION_PAGES)
_HOURS = {
    "office": steps(list(M.ONLINE_HOURS.items())),
    "store": steps(list(M.STORE_HOURS.items())),
    "home": steps(list(M.HOME_HOURS.items())),
    "phone": steps(list(M.PHONE_HOURS.items())),
}
_QUANTITIES = steps(M.STORE_QUANTITIES)
_DEVICE_WEIGHT = {"app_ios": 0.36, "app_android": 0.36, "mobile": 0.27, "home": 0.30, "office": 0.18}
_DEVICE_WEIGHT["shared"] = 0.25
_BUSIEST = max(M.STORE_WEEKDAYS)


class Chunk(Records):
    """Everything one chunk of people needs: files, catalogue, and the counts of what was planted."""

    def __init__(self, w: Writer, cat: Catalogue, seed: int, counts: dict, examples: dict) -> None:
        self.w, self.cat, self.seed, self.counts, self.examples = w, cat, seed, counts, examples
        self.tracker = Tracker(w, cat, counts)

    # ---------- people

    def pair(self, k: int, last: int) -> None:
        """Live the lives of customers 2k and 2k+1."""
        people, conflicts = people_of_pair(self.seed, k, last, self.cat.days)
        for name in conflicts:
            self.counts[name] += 1
        for p in people:
            self.live(p)

    def visitor(self, n: int) -> None:
        """Live the life of somebody who only looks, on one or two browsers, and never leaves a name."""
        p = Person(self.seed, n, self.cat.days)
        r = p.r
        self.counts["visitors"] += 1
        key = f"{n:07d}"
        kind = pick(r, ("mobile", "mobile", "home", "office"))
        devices = [Device(r, kind, f"{key}2", p.start)]
        if r() < 0.15:
            devices.append(Device(r, "home", f"{key}3", p.start))
        for i in range(1 + int(9 * r() * r())):
            dev = pick(r, devices)
            t = self.moment(r, p.start + int(r() * self.cat.days) * DAY_MS, kind_of_hours(dev))
            if p.start <= t < END_MS - 60_000:
                self.look(p, dev, t, "", i, r() < 0.10)

    def moment(self, r: Roll, day_ms: int, hours: str) -> int:
        """Return a moment of that day (or a later one that suits the weekday): hour by the measured table."""
        if hours == "office":
            while weekday(day_ms) >= 5:
                day_ms += DAY_MS
        elif hours == "store":
            while r() > M.STORE_WEEKDAYS[weekday(day_ms)] / _BUSIEST:
                day_ms += DAY_MS
        midnight = (day_ms + ISTANBUL_MS) // DAY_MS * DAY_MS - ISTANBUL_MS
        return midnight + weighted(r, _HOURS[hours]) * HOUR_MS + int(r() * HOUR_MS)

    def purchases(self, p: Person) -> list[int]:
        """Return the days (ms) a person buys, the last first, by their state of life."""
        r, days, life = p.r, self.cat.days, p.life
        day = END_MS - DAY_MS
        n = weighted(r, _FREQUENCY)
        if life == "lead":
            return []
        if life == "new":
            return [day - int(r() * min(28, days - 2)) * DAY_MS for _ in range(1 if r() < 0.7 else 2)]
        if life == "occasional":
            return [day - int(r() * (days - 2)) * DAY_MS for _ in range(min(n, 3))]
        if life == "vip":
            n, rhythm, last = between(r, 10, 30), 0.0, r() * 20
            rhythm = days * 0.95 / n
        elif life == "active":
            n = min(n + (r() < 0.6), 14)
            rhythm, last = min(75.0, days * 0.85 / n), r() * 28
        elif life == "silent":
            n, rhythm, last = between(r, 5, 10), 16 + 18 * r(), 60 + 90 * r()
        else:
            n = min(n + (r() < 0.5), 8)
            rhythm, last = 30.0, 181 + r() * (min(days, 330) - 190)
        out, back = [], last
        for i in range(n):
            if back > days - 2:
                if i > 1:
                    break
                back = days - 2 - r() * 4
            out.append(day - int(back) * DAY_MS)
            back += max(0.8, quantile(r, M.AT, M.ONLINE_GAPS) / M.ONLINE_GAPS_MEAN * rhythm)
        if life in ("active", "vip") and self.cat.windows:
            for i in range(1, len(out)):
                if r() < 0.14:
                    _, begins, ends, lift = pick(r, self.cat.windows)
                    at = begins + int(r() * (ends - begins))
                    if p.start < at < out[0] and r() < lift / 2.2:
                        out[i] = at
        return out

    # ---------- a life

    def live(self, p: Person) -> None:
        """Write everything about one customer."""
        r, cat, counts, start = p.r, self.cat, self.counts, p.start
        counts["customers"] += 1
        counts["life_" + p.life] += 1
        plan: list[tuple] = []  # (moment, kind, device, login wanted, detail)
        online, store = [], []
        for day in self.purchases(p):
            in_store = p.style == "store" or (p.style == "cross" and r() < 0.5)
            if in_store:
                t = self.moment(r, day, "store")
                if start < t < END_MS - HOUR_MS:
                    store.append(t)
            else:
                dev = self.device(r, p)
                t = self.moment(r, day, kind_of_hours(dev))
                if start < t < END_MS - HOUR_MS:
                    online.append((t, dev))
        online.sort(key=lambda x: x[0])
        # the account: from before the sample, or opened at the first or second purchase, or on a visit
        p.opened = 0
        browse_days = between(r, 3, 8) + (1 if p.life == "lead" else 0) + len(online) + (len(online) > 1)
        browse: list[tuple[int, Device]] = []
        if p.devices:
            for i in range(browse_days):
                dev = self.device(r, p)
                near = online[i % len(online)][0] - int(r() * 7 * DAY_MS) if online and i >= 2 else None
                day = near if near else start + int(r() * (cat.days - 1)) * DAY_MS
                if near is None and cat.lift[(day - start) // DAY_MS] == 1.0 and cat.windows and r() < 0.2:
                    _, begins, ends, _ = pick(r, cat.windows)
                    day = begins + int(r() * (ends - begins))
                t = self.moment(r, day, kind_of_hours(dev))
                if start < t < END_MS - HOUR_MS:
                    browse.append((t, dev))
        browse.sort(key=lambda x: x[0])
        sign_up_visit = -1
        if p.has_account:
            if r() < R.ACCOUNT_BEFORE_START or not (online or browse):
                p.opened = start - int((1 + 900 * r()) * DAY_MS)
            elif online:
                p.opened = -1 if len(online) == 1 or r() < 0.75 else -2
            else:
                sign_up_visit = between(r, 0, len(browse) - 1)
        for i, (t, dev) in enumerate(online):
            new = p.has_account and ((p.opened == -1 and i == 0) or (p.opened == -2 and i == 1))
            plan.append((t, "buy", dev, new, None))
        for i, (t, dev) in enumerate(browse):
            plan.append((t, "sign_up" if i == sign_up_visit else "look", dev, False, None))
        plan.extend((t, "store", None, False, None) for t in store)
        self.stories(p, plan, online, store)
        if p.devices and p.life in ("active", "vip", "silent", "lead", "occasional") and r() < R.OPEN_CART:
            t = END_MS - HOUR_MS - int(r() * 4 * DAY_MS)
            if t > start:
                plan.append((t, "cart", self.device(r, p), False, None))
        if p.shared:
            for _ in range(3):
                t = self.moment(r, start + int(r() * (cat.days - 1)) * DAY_MS, "home")
                if start < t < END_MS - HOUR_MS:
                    plan.append((t, "look", p.shared, True, None))
        plan.sort(key=lambda x: (x[0], x[1]))
        p.signup = p.opened if p.opened > 0 else 0
        self.orders = 0
        self.receipts = 0
        bought: list[tuple[int, int, list]] = []
        carts: list[tuple[int, Device]] = []
        for i, (t, kind, dev, flag, detail) in enumerate(plan):
            if kind == "look":
                if self.look(p, dev, t, self.user(p, dev, t), i, r() < 0.16, flag):
                    carts.append((t, dev))
            elif kind == "cart":
                self.look(p, dev, t, self.user(p, dev, t), i, True, open_cart=True)
                counts["open_carts"] += 1
                carts.append((t, dev))
            elif kind in ("buy", "buy_here", "sign_up_buy"):
                done = self.buy(p, dev, t, i, flag, detail)
                if done:
                    bought.append(done)
            elif kind == "sign_up":
                self.sign_up(p, dev, t, i)
            elif kind == "steps":
                self.walk(p, dev, t, i, detail)
            elif kind == "store":
                self.in_store(p, t, i, detail)
        self.records(p, bought, carts)

    def device(self, r: Roll, p: Person) -> Device:
        """Return one of the person's devices, the handy ones more often."""
        total = sum(_DEVICE_WEIGHT[d.kind] for d in p.devices)
        x = r() * total
        for d in p.devices:
            x -= _DEVICE_WEIGHT[d.kind]
            if x < 0:
                return d
        return p.devices[-1]

    def user(self, p: Person, dev: Device, t: int) -> str:
        """Return the account logged in on a device when a visit begins: only apps stay logged in."""
        return p.account if dev.known and p.signup and t > p.signup and dev.kind.startswith("app") else ""

    def stories(self, p: Person, plan: list, online: list, store: list) -> None:
        """Plant the three stories of the requirements where a person has what they need."""
        r = p.r
        at_home = p.style == "cross" and p.app and p.home and p.has_card and p.has_account
        if at_home and online and r() < R.STORY_A:
            i = between(r, 0, len(online) - 1)
            day = (online[i][0] + ISTANBUL_MS) // DAY_MS * DAY_MS - ISTANBUL_MS
            if day + 23 * HOUR_MS < END_MS - HOUR_MS and self.settled(p, i):
                self.drop(plan, online[i][0])
                at = day + 21 * HOUR_MS + int(r() * 90) * 60_000
                morning = day + 8 * HOUR_MS + int(r() * 50) * 60_000
                plan.append((morning, "steps", p.app, True, ("view", None, "")))
                plan.append((day + 12 * HOUR_MS + int(r() * 50) * 60_000, "store", None, False, "card"))
                plan.append((at, "buy", p.home, self.opens(p, i), None))
                self.story("a", p)
                return
        if p.opened == -1 and p.mobile and p.home and p.office and online and r() < R.STORY_B:
            t = online[0][0]
            midnight = (t + ISTANBUL_MS) // DAY_MS * DAY_MS - ISTANBUL_MS
            while weekday(midnight) >= 5:
                midnight -= DAY_MS
            before = midnight - DAY_MS
            late = midnight + 4 * DAY_MS
            if before > p.start and late < END_MS - DAY_MS:
                self.drop(plan, t)
                basket = self.basket(p, t, False)
                cart = f"c{p.n:07d}b"
                plan[:] = [x for x in plan if x[0] >= late or x[1] == "store" or x[0] < before]
                at = midnight + 10 * HOUR_MS + int(r() * 300) * 60_000
                for when, dev, what in (
                    (before + 18 * HOUR_MS, p.mobile, ("cart", basket, cart)),
                    (before + 22 * HOUR_MS, p.home, ("left", basket, cart)),
                    (midnight + 44 * HOUR_MS, p.mobile, ("view", None, "")),
                    (midnight + 68 * HOUR_MS, p.home, ("view", None, "")),
                ):
                    plan.append((when + int(r() * 40) * 60_000, "steps", dev, what[0] == "view", what))
                plan.append((at, "buy_here", p.office, True, (basket, cart)))
                self.story("b", p)
                return
        desk = p.home or p.office
        if p.app and desk and p.has_account and online and r() < R.STORY_C:
            i = between(r, 0, len(online) - 1)
            if self.settled(p, i):
                t = online[i][0]
                self.drop(plan, t)
                basket, cart = self.basket(p, t, True), f"c{p.n:07d}c"
                first = max(p.start + 60_000, t - HOUR_MS - int(r() * 100) * 60_000)
                plan.append((first, "steps", p.app, True, ("left", basket, cart)))
                plan.append((t, "buy_here", desk, self.opens(p, i), (basket, cart)))
                self.story("c", p)

    def settled(self, p: Person, i: int) -> bool:
        """Return whether the account exists before the i-th online purchase."""
        return p.opened > 0 or (p.opened != 0 and i >= -p.opened)

    def opens(self, p: Person, i: int) -> bool:
        """Return whether the i-th online purchase opens the account."""
        return p.opened < 0 and i == -p.opened - 1

    def drop(self, plan: list, t: int) -> None:
        """Take the online purchase at a moment out of the plan: a story tells it instead."""
        plan[:] = [x for x in plan if not (x[0] == t and x[1] == "buy")]

    def story(self, name: str, p: Person) -> None:
        self.counts["story_" + name] += 1
        if len(self.examples["story_" + name]) < 5:
            self.examples["story_" + name].append(p.id)

    # ---------- visits

    def look(
        self, p: Person, dev: Device, t: int, user: str, i: int, cart: bool, must=False, open_cart=False
    ) -> bool:
        """A visit without a purchase; return whether a cart was left."""
        r, tracker = p.r, self.tracker
        v = Visit(dev, t, user)
        pages = weighted(r, _PAGES)
        if (
            (must or r() < R.LOGIN_VISIT)
            and not user
            and p.signup
            and t > p.signup + HOUR_MS
            and p.has_account
        ):
            tracker.login(r, v, p, False)
            user = p.account
            if dev.kind.startswith("app"):
                dev.known = True
        seen = tracker.browse(r, v, p, pages - 1 if not cart else max(1, pages - 2), r() < 0.2)
        if cart:
            basket = [(x, 1, self.cat.price(x, p.currency, t)) for x in list(dict.fromkeys(seen))[:3]]
            code = f"c{p.n:07d}{i:02d}"
            tracker.fill(r, v, p, basket, code)
            if r() < (0.3 if open_cart else 0.45):
                total = sum(c for _, _, c in basket)
                tracker.checkout(r, v, p, basket, "k" + code[1:], between(r, 1, 3), total)
            self.counts["carts_left"] += 1
        if dev.kind.startswith("app") and user:
            dev.known = True
        tracker.write(r, v, p, f"m{p.n:07d}{i:03d}{dev.key[-1]}")
        return cart

    def walk(self, p: Person, dev: Device, t: int, i: int, detail: tuple) -> None:
        """A visit of a story: view, cart or checkout left; the app of an account holder is logged in."""
        what, basket, cart = detail
        r, tracker = p.r, self.tracker
        known = p.signup and t > p.signup and (what == "view" or dev.kind.startswith("app"))
        v = Visit(dev, t, "")
        if known:
            tracker.login(r, v, p, False)
            if dev.kind.startswith("app"):
                dev.known = True
        tracker.browse(r, v, p, 2 if what == "view" else 1)
        if basket:
            tracker.fill(r, v, p, basket, cart)
            if what == "left":
                total = sum(q * c for _, q, c in basket)
                tracker.checkout(r, v, p, basket, "k" + cart[1:], 2, total)
        tracker.write(r, v, p, f"m{p.n:07d}{i:03d}{dev.key[-1]}")

    def sign_up(self, p: Person, dev: Device, t: int, i: int) -> None:
        """A visit that opens the account and buys nothing."""
        v = Visit(dev, t, "")
        self.tracker.browse(p.r, v, p, 1)
        self.tracker.login(p.r, v, p, True)
        p.signup = t
        if dev.kind.startswith("app"):
            dev.known = True
        self.tracker.write(p.r, v, p, f"m{p.n:07d}{i:03d}{dev.key[-1]}")

    def basket(self, p: Person, t: int, store: bool) -> list:
        """Return (product, quantity, price in hundredths) for as many lines as real baskets have."""
        r = p.r
        if store:
            lines = round(quantile(r, M.AT, M.STORE_LINES) / M.STORE_LINES_DIVISOR)
        else:
            lines = round(quantile(r, M.AT, M.ONLINE_LINES) / M.ONLINE_LINES_DIVISOR)
        if p.life == "vip":
            lines += 2
        chosen: dict[int, tuple] = {}
        for _ in range(max(1, lines)):
            x = self.tracker.choose(r, p)
            chosen[x.number] = (x, weighted(r, _QUANTITIES), self.cat.price(x, p.currency, t))
        return list(chosen.values())

    def buy(self, p: Person, dev: Device, t: int, i: int, new: bool, detail) -> tuple | None:
        """A visit that ends in an order; write the visit, the order and what becomes of it."""
        r, tracker = p.r, self.tracker
        basket, cart = detail or (self.basket(p, t, False), f"c{p.n:07d}{i:02d}")
        discounted = r() < 0.15
        lines = [(x, q, c, q * c // 10 if discounted else 0) for x, q, c in basket]
        subtotal = sum(q * c for _, q, c, _ in lines)
        off = sum(d for *_, d in lines)
        total = subtotal - off
        k = self.orders
        self.orders += 1
        order = str(5_000_000_000_000 + p.n * 1000 + k)
        user = self.user(p, dev, t)
        known = bool(p.has_account and (new or (p.signup and p.signup < t)))
        v = Visit(dev, t, user)
        tracker.browse(r, v, p, weighted(r, _PAGES) - 1, r() < 0.15)
        tracker.fill(r, v, p, basket, cart)
        if known and not user:
            tracker.login(r, v, p, new)
        checkout = "k" + cart[1:]
        tracker.checkout(r, v, p, basket, checkout, 4, total)
        tracker.complete(r, v, p, basket, checkout, order, total, off)
        ends = t + sum(s[0] for s in v.steps) * 1000 + 20_000
        if ends >= END_MS:
            return None
        if new:
            p.signup = t
        if known and dev.kind.startswith("app"):
            dev.known = True
        if new or detail or r() >= R.UNTRACKED_ORDER:
            ends = tracker.write(r, v, p, f"m{p.n:07d}{i:03d}{dev.key[-1]}")
        else:
            self.counts["untracked_orders"] += 1
        self.order(p, dev, order, lines, ends, known, cart, checkout, subtotal, off, total)
        return ends, total, basket

    def order(self, p, dev, order, lines, t, known, cart, checkout, subtotal, off, total) -> None:
        """Write an order with its lines, its later versions (cancelled, refunded) and refunds."""
        r, w, counts = p.r, self.w, self.counts
        app = dev.kind.startswith("app")
        phone = spelling.e164(p.phone_at(t)) if r() < 0.7 else ""
        agent = networks.agent(p, dev, t)
        kind = "mobile" if app or dev.kind == "mobile" else "tablet" if dev.kind == "shared" else "desktop"
        made = offset(t)
        tail = ("app" if app else "web", cart, checkout, networks.address(p, dev, t), agent, kind)

        def export(changed: int, status: str, cancelled: str) -> None:
            placed = (
                order,
                p.account if known else "",
                p.email,
                phone,
                made,
                offset(min(t + 9_000, END_MS - 1)),
            )
            amounts = (money(subtotal), money(off), money(total))
            w.row(
                "shop/orders",
                (*placed, offset(changed), cancelled, p.currency, *amounts, status, *tail),
                month(changed),
            )

        export(t + 9_000 if t + 9_000 < END_MS else t, "paid" if r() < 0.93 else "pending", "")
        if not known:
            counts["guest_orders"] += 1
        for j, (x, q, c, d) in enumerate(lines):
            w.row(
                "shop/order_lines",
                (f"{order}{j + 1:02d}", order, x.id, f"{x.id}-1", x.sku, x.title, q, money(c), money(d)),
            )
        fate = r()
        changed = t + between(r, 1, 20) * DAY_MS + between(r, 0, 30_000) * 1000
        if fate < R.ORDER_CANCELLED:
            changed = t + between(r, 1, 40) * HOUR_MS
            if changed < END_MS:
                export(changed, "voided", offset(changed))
                w.repeats["shop/orders"] += 1
                counts["cancelled_orders"] += 1
        elif fate < R.ORDER_CANCELLED + R.ORDER_REFUNDED and changed < END_MS:
            back = [n for n in range(len(lines)) if r() < 0.5] or [between(r, 0, len(lines) - 1)]
            whole = len(back) == len(lines)
            for j in back:
                _, q, c, d = lines[j]
                some = between(r, 1, q)
                whole = whole and some == q
                line, amount = f"{j + 1:02d}", money((q * c - d) * some // q)
                why = pick(r, ("beden", "kusurlu", "vazgeçti", "yanlış ürün"))
                row = (f"R{order[3:]}{line}", order, f"{order}{line}", offset(changed), some, amount, why)
                w.row("shop/refunds", row)
            export(changed, "refunded" if whole else "partially_refunded", "")
            w.repeats["shop/orders"] += 1
            counts["refunded_orders"] += 1
        elif fate > 0.93 and changed < END_MS:
            export(changed, "paid", "")
            w.repeats["shop/orders"] += 1

    def in_store(self, p: Person, t: int, i: int, how) -> None:
        """A store visit: maybe the kiosk first, then a receipt, and maybe a return at the counter later."""
        r, counts = p.r, self.counts
        store = p.store
        if r() < R.KIOSK:
            kind = "kiosk" if r() < 0.6 else "tablet"
            machine = f"{kind}-{store[0].lower()}-{between(r, 1, 2)}"
            dev = Device(lambda: 1.0, kind, machine, p.start)
            v = Visit(dev, t - between(r, 4, 20) * 60_000, "")
            if p.has_account and p.signup and p.signup < t and r() < R.KIOSK_LOGIN:
                self.tracker.login(r, v, p, False)
                counts["kiosk_logins"] += 1
            self.tracker.browse(r, v, p, between(r, 1, 3), True)
            self.tracker.write(r, v, p, f"m{p.n:07d}{i:03d}k", machine, kind, store)
            counts["kiosk_visits"] += 1
        x = r()
        card = phone = email = ""
        if p.has_card and (how == "card" or x < R.RECEIPT_CARD) and t > p.start:
            card = p.card
        elif x > 1 - R.RECEIPT_PHONE:
            phone = spelling.phone(r, p.phone_at(t))
        if r() < R.RECEIPT_EMAIL and not how:
            email = p.email
        token = p.token if r() < R.RECEIPT_TOKEN else ""
        basket = self.basket(p, t, True)
        self.receipt(p, t, "sale", store, card, phone, email, token, basket)
        later = t + between(r, 1, 20) * DAY_MS
        if (card or phone) and r() < R.RECEIPT_RETURNED and later < END_MS - HOUR_MS:
            x, q, c = pick(r, basket)
            self.receipt(p, later, "return", store, card, phone, "", token, [(x, between(r, 1, q), c)])
            counts["counter_returns"] += 1

    def receipt(self, p, t, kind, store, card, phone, email, token, basket, walk_in=False) -> None:
        """Write a receipt and its lines; label it when an identifier of the person is on it."""
        r, w, counts = p.r, self.w, self.counts
        k = self.receipts
        self.receipts += 1
        if store[0] == "S11":
            shift = berlin_offset_ms(t) - ISTANBUL_MS
            t = min(t - shift, END_MS - 5000)  # the same hour on the wall, in Berlin
            when = berlin(t)
        else:
            when = local(t)
        rid = f"{store[0]}-{when[:10].replace('-', '')}-{'W' if walk_in else ''}{p.n:07d}{k:02d}"
        known = bool(card or phone or email)
        if known:
            counts["identified_receipts"] += 1
            w.row("labels/identity_labels", ("pos", "receipts", rid, p.id))
        else:
            counts["anonymous_receipts"] += 1
            if r() < R.POS_PLACEHOLDER:
                counts["placeholder_receipts"] += 1
                x = r()
                if x < 0.45:
                    phone = pick(r, R.PLACEHOLDER_PHONES)
                elif x < 0.75:
                    email = pick(r, R.PLACEHOLDER_EMAILS)
                else:
                    card = pick(r, R.PLACEHOLDER_CARDS)
        total = 0
        for j, (x, q, c) in enumerate(basket):
            off = q * c // 10 if (p.n + j + k) % 9 == 0 and kind == "sale" else 0
            total += q * c - off
            w.row("pos/receipt_lines", (rid, j + 1, x.id, x.sku, q, money(c), money(off)))
        currency = "EUR" if store[0] == "S11" else "TRY"
        w.row(
            "pos/receipts",
            (
                rid,
                store[0],
                f"{store[0]}-R{1 + k % 3}",
                when,
                kind,
                card,
                phone,
                email,
                token,
                currency,
                money(total),
            ),
            month(t),
        )

    def walk_in(self, n: int) -> None:
        """A receipt of somebody nobody knows."""
        r = roll(self.seed, "walk-in", n)
        p = Person(self.seed, n, self.cat.days)
        p.r, self.receipts = r, 0
        p.life = "walk-in"
        t = self.moment(r, p.start + int(r() * (self.cat.days - 9)) * DAY_MS, "store")
        if t >= END_MS - HOUR_MS:
            return
        token = f"tok_w{n:09x}" if r() < R.RECEIPT_TOKEN else ""
        self.receipt(p, t, "sale", p.store, "", "", "", token, self.basket(p, t, True), walk_in=True)


def people_of_pair(seed: int, k: int, last: int, days: int) -> tuple[list[Person], list[str]]:
    """Return customers 2k and 2k+1 (below `last`), perhaps a household, and their planted conflicts."""
    r = roll(seed, "pair", k)
    a = Person(seed, 2 * k, days)
    home = r() < R.HOUSEHOLD
    if 2 * k + 1 >= last:
        return [a], []
    b = Person(seed, 2 * k + 1, days, a if home else None)
    conflicts = []
    if home:
        conflicts.append("households")
        if r() < R.FAMILY_EMAIL / R.HOUSEHOLD:
            conflicts.append("family_emails")
            b.email = a.email
            a.has_crm = b.has_crm = a.family_email = b.family_email = True
            b.has_mailchimp = False
            if a.has_account:
                b.has_account = False
        elif r() < R.SHARED_DEVICE / R.HOUSEHOLD:
            conflicts.append("shared_devices")
            a.has_account = b.has_account = True
            a.shared = b.shared = Device(r, "shared", f"{a.n:07d}8", a.start)
            a.devices.append(a.shared)
            b.devices.append(b.shared)
        if r() < R.SHARED_PAYMENT / R.HOUSEHOLD:
            conflicts.append("shared_payment_cards")
            b.token = a.token
    elif (
        r() < R.RECYCLED_PHONE / (1 - R.HOUSEHOLD) and not (a.berlin or b.berlin) and a.first[0] != b.first[0]
    ):
        conflicts.append("recycled_phones")
        a.handover = b.handover = a.start + int((0.3 + 0.4 * r()) * days) * DAY_MS
        a.old_phone = b.phone = a.phone
        a.phone = "90" + turkish_phone(a.n + 100_000_000)
        a.has_crm = b.has_crm = True
    return [a, b], conflicts


def kind_of_hours(dev: Device) -> str:
    """Return which table of hours a device follows."""
    return "office" if dev.kind == "office" else "home" if dev.kind in ("home", "shared") else "phone"
