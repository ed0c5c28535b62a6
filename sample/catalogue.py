"""Products, prices, stock, stores and campaigns: what is the same for everybody."""

from datetime import date
from functools import lru_cache

from . import vocab
from .clock import DAY_MS, END_MS, offset, utc_seconds
from .dice import pick, roll

PRICE_DAYS = 75  # a product's price changes every 75 days, each on its own day
CATEGORIES = list(vocab.CATEGORIES)
PER_CATEGORY = 25
LOCATIONS = ("WEB", *(s[0] for s in vocab.STORES))


class Product:
    """One product: constant texts, and its price in kuruş and cent after each change."""

    def __init__(self, number: int, seed: int, changes: int) -> None:
        category = CATEGORIES[number // PER_CATEGORY]
        slug, things, low, high = vocab.CATEGORIES[category]
        r = roll(seed, "product", number)
        i = number % PER_CATEGORY
        thing, adjective = things[i % 5], i // 5
        self.number = number
        self.id = f"P{number + 1:04d}"
        self.sku = f"{slug[:3].upper()}-{number + 1:04d}"
        self.category, self.slug, self.brand = category, slug, pick(r, vocab.BRANDS)
        words = vocab.ENGLISH if self.brand == "Nordhaus" else vocab.ADJECTIVES
        self.title = f"{words[adjective]} {thing.replace('-', ' ')}"
        self.path = f"/{slug}/{self.id.lower()}"
        base = low + (high - low) * r() * r()
        kurus = int(base) * 100 + 90
        self.prices = {"TRY": [kurus], "EUR": [int(base / 42) * 100 + 190]}
        for _ in range(changes):
            kurus = kurus * (103 + int(r() * 9)) // 100 // 1000 * 1000 + 990
            self.prices["TRY"].append(kurus)
            self.prices["EUR"].append(self.prices["EUR"][-1] + (100 if r() < 0.3 else 0))
        self.out_of_stock = r() < 0.06
        fields = {"product_id": self.id, "sku": self.sku, "category": category, "name": self.title}
        fields["brand"] = self.brand
        self.json = ",".join(f'"{k}":"{v}"' for k, v in fields.items())


class Catalogue:
    """The products and campaigns of one sample. A pure function of seed and days."""

    def __init__(self, seed: int, days: int) -> None:
        self.seed, self.days, self.start = seed, days, END_MS - days * DAY_MS
        self.products = [
            Product(n, seed, days // PRICE_DAYS + 1) for n in range(len(CATEGORIES) * PER_CATEGORY)
        ]
        self.campaigns = self._campaigns()
        self.windows = self._windows()
        self.lift = [1.0] * (days + 1)
        self.window_of_day = [""] * (days + 1)
        for name, begins, ends, lift in self.windows:
            first, last = (begins - self.start) // DAY_MS, (ends - self.start) // DAY_MS
            for d in range(max(0, first), min(days, last) + 1):
                self.lift[d], self.window_of_day[d] = lift, name

    def price(self, product: Product, currency: str, ms: int) -> int:
        """Return the price in hundredths at a moment."""
        k = ((ms - self.start) // DAY_MS + product.number * 7 % PRICE_DAYS) // PRICE_DAYS
        prices = product.prices[currency]
        return prices[k if k < len(prices) else -1] if k > 0 else prices[0]

    def _windows(self) -> list[tuple[str, int, int, float]]:
        out = []
        for year in range(2020, 2027):
            for name, m, d, length, lift in vocab.WINDOWS:
                begins = epoch(year, m, d)
                if begins < END_MS and begins + length * DAY_MS > self.start:
                    out.append((f"{name}-{year}", begins, begins + length * DAY_MS, lift))
        return sorted(out, key=lambda w: w[1])

    def _campaigns(self) -> list[tuple[str, int, str, str]]:
        """Return (id, send time, title, subject): one newsletter every three weeks, and one per window."""
        out = []
        for i in range(self.days // 21 + 1):
            at = self.start + (i * 21 + 3) * DAY_MS + 7 * 3_600_000
            if at < END_MS - DAY_MS:
                out.append((f"mc{i:03d}", at, f"Bülten {i + 1}", f"Bu haftanın seçtikleri #{i + 1}"))
        for i, (name, begins, _, _) in enumerate(self._windows()):
            if begins > self.start:
                out.append((f"mw{i:03d}", begins + 6 * 3_600_000, name, f"Kaçırmayın: {name}"))
        return sorted(out, key=lambda c: c[1])

    def write(self, w) -> None:
        """Write products, inventory_levels, stores and campaigns."""
        for p in self.products:
            for k, kurus in enumerate(p.prices["TRY"]):
                day = k * PRICE_DAYS - p.number * 7 % PRICE_DAYS if k else -30
                at = self.start + day * DAY_MS + 3 * 3_600_000
                if at >= END_MS:
                    break
                w.row(
                    "shop/products",
                    (p.id, p.title, p.category, p.brand, money(kurus), "TRY", "active", offset(at)),
                )
                w.repeats["shop/products"] += k > 0
            r = roll(self.seed, "stock", p.number)
            for place in LOCATIONS:
                empty = p.out_of_stock or r() < 0.04
                at = END_MS - int(r() * 40 * 3_600_000) - 1000
                pieces = 0 if empty else 1 + int(r() * 60)
                if place == "WEB" and r() < 0.1:
                    # the stock of some days ago: sold out since, or back again
                    before = (p.id, place, 0 if pieces else 7, utc_seconds(at - 9 * DAY_MS))
                    w.row("shop/inventory_levels", before, "earlier")
                    w.repeats["shop/inventory_levels"] += 1
                w.row("shop/inventory_levels", (p.id, place, pieces, utc_seconds(at)))
        for store in vocab.STORES:
            w.row("pos/stores", store)
        for cid, at, title, subject in self.campaigns:
            w.row("mailchimp/campaigns", (cid, title, subject, utc_seconds(at), "L1"))


@lru_cache(maxsize=4)
def catalogue(seed: int, days: int) -> Catalogue:
    """Return the catalogue, made once per process."""
    return Catalogue(seed, days)


def epoch(year: int, m: int, d: int) -> int:
    """Return the epoch milliseconds of midnight in Istanbul."""
    return (date(year, m, d).toordinal() - 719_163) * DAY_MS - 3 * 3_600_000


def money(hundredths: int) -> str:
    """Return `12.30` for 1230."""
    return f"{hundredths // 100}.{hundredths % 100:02d}"
