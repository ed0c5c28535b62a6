"""One visit as calls of the tracker (Segment spec, e-commerce v2) and, for some, as Google Analytics rows."""

import json

from . import networks, vocab
from . import rates as R
from .catalogue import Catalogue, money
from .clock import DAY_MS, END_MS, ISTANBUL_MS, day_text, month, offset, utc
from .dice import Roll, between, pick
from .people import Device, Person, ascii_fold
from .spelling import e164
from .writers import Writer

SITE = "https://www.magaza.example"
_GA = {
    "page": "page_view",
    "Product List Viewed": "view_item_list",
    "Products Searched": "view_search_results",
    "Product Viewed": "view_item",
    "Product Added": "add_to_cart",
    "Product Removed": "remove_from_cart",
    "Cart Viewed": "view_cart",
    "Checkout Started": "begin_checkout",
    "Order Completed": "purchase",
    "identify": "login",
}
_TYPES = {
    "app_ios": ("ios", "iOS"),
    "app_android": ("android", "Android"),
    "mobile": ("mobile", "Android"),
    "home": ("desktop", "Macintosh"),
    "office": ("desktop", "Windows"),
    "shared": ("tablet", "iOS"),
    "kiosk": ("kiosk", "Linux"),
    "tablet": ("tablet", "iOS"),
}
_SOURCES = (("google", "cpc"), ("newsletter", "email"), ("instagram", "social"), ("criteo", "display"))


class Visit:
    """Steps of one visit, gathered first and written at once.

    Each step is (seconds after the one before, type, event or name, path, search, body as JSON, product).
    """

    def __init__(self, device: Device, start: int, user: str) -> None:
        self.device, self.start, self.user = device, start, user
        self.steps: list[tuple] = []
        self.order: tuple | None = None

    def add(self, gap, kind, event, path, body="", search="", product=None) -> None:
        self.steps.append((gap, kind, event, path, search, body, product))


class Tracker:
    """Writes visits of one chunk of people and counts what it planted."""

    def __init__(self, w: Writer, cat: Catalogue, counts: dict[str, int]) -> None:
        self.w, self.cat, self.counts = w, cat, counts
        self.store_ids: dict[str, str] = {}

    # ---------- making the steps

    def browse(self, r: Roll, v: Visit, p: Person, pages: int, searching: bool = False) -> list:
        """Add a landing page, lists, searches and `pages` looked-at products; return the products."""
        cat, currency = self.cat, p.currency
        app = v.device.kind.startswith("app")
        v.add(0, "screen" if app else "page", "Home", "/")
        seen = []
        for i in range(pages):
            product = seen[-1] if seen and r() < 0.12 else self.choose(r, p)
            if i == 0 or r() < 0.35:
                if searching or r() < 0.3:
                    word = product.title.split()[-1].lower() if r() < 0.7 else product.category.lower()
                    v.add(
                        between(r, 3, 25),
                        "track",
                        "Products Searched",
                        "/ara",
                        f'"query":"{word}"',
                        f"?q={ascii_fold(word).replace(' ', '+')}",
                    )
                    searching = False
                else:
                    base = product.number // 25 * 25
                    items = [cat.products[base + int(25 * r() * r())] for _ in range(2)] + [product]
                    shown = ",".join(
                        f'{{{x.json},{self.priced(x, currency, v.start)},"position":{k + 1}}}'
                        for k, x in enumerate(items)
                    )
                    v.add(
                        between(r, 3, 25),
                        "track",
                        "Product List Viewed",
                        f"/{product.slug}",
                        f'"list_id":"{product.slug}","category":"{product.category}","products":[{shown}]',
                    )
            duration = between(r, 2, 20) + int(160 * r() * r() * r())
            v.add(
                between(r, 4, 30),
                "track",
                "Product Viewed",
                product.path,
                f"{product.json},{self.priced(product, currency, v.start)},"
                f'"quantity":1,"currency":"{currency}","position":{between(r, 1, 24)},"duration":{duration}',
                product=product,
            )
            # the next step comes after the time spent here
            v.add(duration, "", "", "", "")
            seen.append(product)
        return seen

    def choose(self, r: Roll, p: Person):
        c = pick(r, p.tastes) if r() < 0.75 else int(r() * 12)
        return self.cat.products[c * 25 + int(25 * r() * r())]

    def priced(self, product, currency: str, ms: int) -> str:
        return f'"price":{money(self.cat.price(product, currency, ms))}'

    def basket_json(self, basket: list, currency: str) -> str:
        """Return the products of a cart as a JSON array; a basket is a list of (product, quantity, price)."""
        return ",".join(
            f'{{{x.json},"price":{money(c)},"quantity":{q},"position":{k + 1}}}'
            for k, (x, q, c) in enumerate(basket)
        )

    def fill(self, r: Roll, v: Visit, p: Person, basket: list, cart: str) -> None:
        """Look at the basket's products and put them in the cart; sometimes one is taken out again."""
        for product, quantity, price in basket:
            head = f'{product.json},"price":{money(price)},'
            if r() < 0.7:
                duration = between(r, 3, 60)
                v.add(
                    between(r, 3, 20),
                    "track",
                    "Product Viewed",
                    product.path,
                    f'{head}"quantity":1,"currency":"{p.currency}","duration":{duration}',
                    product=product,
                )
                v.add(duration, "", "", "", "")
            v.add(
                between(r, 2, 10),
                "track",
                "Product Added",
                product.path,
                f'"cart_id":"{cart}",{head}"quantity":{quantity},"currency":"{p.currency}"',
                product=product,
            )
        if r() < 0.12:
            other = self.choose(r, p)
            if all(other is not x for x, _, _ in basket):
                body = (
                    f'"cart_id":"{cart}",{other.json},{self.priced(other, p.currency, v.start)},'
                    f'"quantity":1,"currency":"{p.currency}"'
                )
                v.add(between(r, 5, 30), "track", "Product Added", other.path, body, product=other)
                v.add(between(r, 5, 60), "track", "Product Removed", "/sepet", body, product=other)
        v.add(
            between(r, 2, 15),
            "track",
            "Cart Viewed",
            "/sepet",
            f'"cart_id":"{cart}","products":[{self.basket_json(basket, p.currency)}]',
        )

    def checkout(
        self, r: Roll, v: Visit, p: Person, basket: list, checkout: str, reached: int, total: int
    ) -> None:
        """Start the checkout and reach step 1 (address), 2 (delivery), 3 (payment), or 4 (all done)."""
        v.add(
            between(r, 3, 20),
            "track",
            "Checkout Started",
            "/odeme",
            f'"checkout_id":"{checkout}","value":{money(total)},"revenue":{money(revenue(total))},"shipping":0,'
            f'"tax":{money(total - revenue(total))},"discount":0,"currency":"{p.currency}",'
            f'"products":[{self.basket_json(basket, p.currency)}]',
        )
        delivery = "store" if r() < 0.2 else "courier"
        pay = pick(r, ("card", "card", "card", "transfer", "on_delivery"))
        for step in range(1, 4):
            body = f'"checkout_id":"{checkout}","step":{step},"shipping_method":"{delivery}"'
            body += f',"payment_method":"{pay}"'
            v.add(between(r, 1, 6), "track", "Checkout Step Viewed", f"/odeme/{step}", body)
            if step >= reached:
                break
            v.add(between(r, 10, 70), "track", "Checkout Step Completed", f"/odeme/{step}", body)

    def complete(
        self, r: Roll, v: Visit, p: Person, basket: list, checkout: str, order: str, total: int, off: int
    ):
        """Complete the order; `order` is the shop's order id."""
        v.add(
            between(r, 2, 9),
            "track",
            "Order Completed",
            "/odeme/tesekkurler",
            f'"checkout_id":"{checkout}","order_id":"{order}","total":{money(total)},'
            f'"revenue":{money(revenue(total))},"shipping":0,"tax":{money(total - revenue(total))},'
            f'"discount":{money(off)},"currency":"{p.currency}",'
            f'"products":[{self.basket_json(basket, p.currency)}]',
        )
        v.order = (order, total, basket)

    def login(self, r: Roll, v: Visit, p: Person, new: bool) -> None:
        """Identify: what follows carries the account. After a sign-up an alias call may follow."""
        traits = {"email": p.email, "first_name": p.first, "last_name": p.last}
        if r() < 0.6:
            traits["phone"] = e164(p.phone)
        if p.has_card and r() < 0.3:
            traits["loyalty_card_no"] = p.card
        if r() < 0.2:
            traits["birthday"] = f"{p.birth[0]}-{p.birth[1]:02d}-{p.birth[2]:02d}"
            traits["gender"] = "female" if p.female else "male"
        path = "/uye-ol" if new else "/giris"
        v.add(between(r, 4, 30), "identify", p.account, path, json.dumps(traits, ensure_ascii=False)[1:-1])
        if new and r() < 0.25:
            v.add(0, "alias", p.account, path)

    # ---------- writing them

    def write(
        self, r: Roll, v: Visit, p: Person, prefix: str, anon: str = "", channel: str = "", store=None
    ) -> int:
        """Write the visit; return the moment of its last step (ms)."""
        dev, t, user = v.device, v.start, v.user
        kind = dev.kind
        app = kind.startswith("app")
        channel = channel or ("app" if app else "web")
        anon = anon or self.anonymous_id(dev, t)
        device_type, system = _TYPES[kind]
        city = store[2] if store else p.city
        zone = "Europe/Berlin" if city == "Berlin" else "Europe/Istanbul"
        ip = "10.1.0.9" if store else networks.address(p, dev, t)
        agent = vocab.STORE_AGENTS[kind] if store else networks.agent(p, dev, t)
        device = (
            f'"id":"{device_id(dev)}","type":"{device_type}"' if (app or store) else f'"type":"{device_type}"'
        )
        if app:
            device += f',"advertisingId":"{ad_id(dev)}","token":"{dev.token}"'
        day = (t - self.cat.start) // DAY_MS
        window = self.cat.window_of_day[day] if 0 <= day < len(self.cat.window_of_day) else ""
        campaign = ""
        name, source, medium = "(direct)", "(direct)", "(none)"
        if not store and r() < (0.5 if window else 0.18):
            source, medium = pick(r, _SOURCES)
            name = window or f"surekli-{source}"
            campaign = f'"campaign":{{"name":"{name}","source":"{source}","medium":"{medium}"}},'
        locale = "de-DE" if p.berlin else "tr-TR"
        country = "DE" if city == "Berlin" else "TR"
        region = vocab.CITIES[city][1]
        context = (
            f'"context":{{"ip":"{ip}","userAgent":"{agent}","locale":"{locale}","timezone":"{zone}",'
            f'"device":{{{device}}},{campaign}"location":{{"city":"{city}","region":"{region}","country":"{country}"}}'
        )
        late = 0
        if not store and r() < R.LATE_VISIT:
            late = between(r, 2, 9) * DAY_MS + between(r, 0, 80_000_000)
        ga = None
        if not app and not store and r() < R.GA_VISITS:
            ga = self.ga_head(dev, p, t, system, device_type, source, medium, name)
        if user and not store:
            dev.seen[anon] = user
        referrer = f"https://www.{source}.com/" if campaign and source != "newsletter" else ""
        w, counts = self.w, self.counts
        store_field = f'"store_id":"{store[0]}"' if store else ""
        period = ""
        last_month = -1
        events = 0
        for number, (gap, call, event, path, search, body, product) in enumerate(v.steps):
            t += gap * 1000 + (number * 37) % 900
            if not call:
                continue
            if t + late + 1500 >= END_MS:
                break
            stamp, received = utc(t), utc(t + late + 1200)
            if store:
                when = f'"timestamp":{t},"sentAt":{t + 400},"receivedAt":{t + 1200}'
            elif app:
                when = (
                    f'"timestamp":"{offset(t)}","originalTimestamp":"{offset(t + dev.skew)}",'
                    f'"sentAt":"{offset(t + dev.skew + late)}","receivedAt":"{received}"'
                )
            else:
                when = (
                    f'"timestamp":"{stamp}","originalTimestamp":"{stamp}","sentAt":"{utc(t + late + 300)}",'
                    f'"receivedAt":"{received}"'
                )
            if call == "track":
                what = f'"type":"track","event":"{event}"'
                fields = f',"properties":{{{body}{"," + store_field if store else ""}}}'
            elif call == "identify":
                user = event
                what = '"type":"identify"'
                fields = f',"traits":{{{body}}}'
                if not store:
                    dev.seen[anon] = user
            elif call == "alias":
                what = f'"type":"alias","previousId":"{anon}"'
                fields = ""
            else:
                what = f'"type":"{call}","name":"{event}"'
                fields = f',"properties":{{{store_field}}}' if store else ""
            who = f',"userId":"{user}"' if user else ""
            url = "" if app else f'"url":"{SITE}{path}{search}",'
            line = (
                f'{{{what},"messageId":"{prefix}{number:02d}","anonymousId":"{anon}"{who},{when},'
                f'"channel":"{channel}",{context},"page":{{{url}"path":"{path}","referrer":"{referrer}",'
                f'"search":"{search}"}}}}{fields}}}'
            )
            day = (t + late + ISTANBUL_MS) // DAY_MS
            if day != last_month:
                period, last_month = month(t + late), day
            w.json("tracker/events", line, period)
            events += 1
            if r() < R.DUPLICATE_EVENT:
                later = period
                if r() < R.DUPLICATE_LATER_FILE and t + late + 3 * DAY_MS < END_MS:
                    later = month(min(t + late + 30 * DAY_MS, END_MS - 1))
                w.json("tracker/events", line, later)
                w.repeats["tracker/events"] += 1
                counts["duplicate_events"] += 1
            if late:
                counts["late_events"] += 1
            if ga:
                self.ga_row(ga, call, event, t, user, path, search, body, product, v, p)
            referrer = f"{SITE}{path}" if not app else ""
        counts["visits"] += 1
        if not user:
            counts["anonymous_visits"] += 1
        counts["tracker_calls"] += events
        return t

    def anonymous_id(self, dev: Device, t: int) -> str:
        """Return the cookie or install id in force at a moment."""
        era = dev.era(t)
        anon = dev.ids.get(era)
        if anon is None:
            anon = dev.ids[era] = uuid_of(dev.key, era)
        return anon

    def ga_head(self, dev, p, t, system, device_type, source, medium, campaign) -> tuple:
        era = dev.era(t)
        client = dev.ga.get(era)
        if client is None:
            client = dev.ga[era] = f"{1_000_000_000 + int(dev.key) * 97 % 1_000_000_007}.{t // 1000}"
        country = "Germany" if p.berlin else "Türkiye"
        tail = (
            f'"device":{{"category":"{device_type}","operating_system":"{system}"}},"geo":{{"city":"{p.city}",'
            f'"region":"{p.region}","country":"{country}"}},"traffic_source":{{"name":"{campaign}",'
            f'"medium":"{medium}","source":"{source}"}}'
        )
        return client, t // 1000, tail

    def ga_row(self, ga, call, event, t, user, path, search, body, product, v, p) -> None:
        """Write the Google Analytics twin of a step, if that step has one."""
        name = _GA.get("page" if call == "page" else "identify" if call == "identify" else event)
        if name is None:
            return
        client, session, tail = ga
        params = [
            f'{{"key":"ga_session_id","value":{{"int_value":{session}}}}}',
            f'{{"key":"page_location","value":{{"string_value":"{SITE}{path}{search}"}}}}',
            f'{{"key":"engagement_time_msec","value":{{"int_value":{900 + t % 9000}}}}}',
        ]
        extra = ""
        if name == "view_search_results":
            word = body.split('"')[3]
            params.append(f'{{"key":"search_term","value":{{"string_value":"{word}"}}}}')
        items = ""
        if product is not None:
            price = money(self.cat.price(product, p.currency, v.start))
            params.append(f'{{"key":"currency","value":{{"string_value":"{p.currency}"}}}}')
            params.append(f'{{"key":"value","value":{{"double_value":{price}}}}}')
            items = ga_item(product, price, 1)
        elif name == "purchase" and v.order:
            order, total, basket = v.order
            params.append(f'{{"key":"transaction_id","value":{{"string_value":"{order}"}}}}')
            params.append(f'{{"key":"currency","value":{{"string_value":"{p.currency}"}}}}')
            params.append(f'{{"key":"value","value":{{"double_value":{money(total)}}}}}')
            extra = f',"ecommerce":{{"transaction_id":"{order}","purchase_revenue":{money(total)}}}'
            items = ",".join(ga_item(x, money(c), q) for x, q, c in basket)
        who = f'"user_id":"{user}",' if user else ""
        day = day_text((t + ISTANBUL_MS) // DAY_MS).replace("-", "")
        self.w.json(
            "google_analytics/events",
            f'{{"event_date":"{day}","event_timestamp":{t * 1000 + 117},"event_name":"{name}","event_params":'
            f'[{",".join(params)}],{who}"user_pseudo_id":"{client}",{tail}{extra},"items":[{items}]}}',
            month(t),
        )


def ga_item(product, price: str, quantity: int) -> str:
    """Return one element of a GA4 items array."""
    return (
        f'{{"item_id":"{product.id}","item_name":"{product.title}","item_brand":"{product.brand}",'
        f'"item_category":"{product.category}","price":{price},"quantity":{quantity}}}'
    )


def revenue(total: int) -> int:
    """Return the amount without 20 % tax, in hundredths."""
    return (total * 10 + 6) // 12


def uuid_of(key: str, era: int) -> str:
    """Return an id that looks like a UUID, one to one with device and cookie era."""
    x = (int(key) * 1_000 + era) * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128
    h = f"{x:032x}"
    return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}"


def device_id(dev: Device) -> str:
    """Return the id of the device an app or a store's machine reports."""
    return f"d{int(dev.key):011d}" if dev.key.isdigit() else dev.key


def ad_id(dev: Device) -> str:
    """Return the advertising id of a phone."""
    return uuid_of(dev.key, 999).upper()
