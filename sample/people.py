"""Who the people are: names, contacts, devices. A pure function of seed, number and days."""

from . import rates as R
from . import vocab
from .clock import DAY_MS, END_MS, ISTANBUL_MS
from .dice import between, pick, roll, steps, weighted

_MAP = str.maketrans("çğıöşüÇĞİÖŞÜâßäé", "cgiosuCGIOSUasae")
_PREFIXES = (501, 505, 506, 507, *range(530, 540), *range(541, 550), *range(551, 556), 559)
_PREFIX_COUNT = len(_PREFIXES)
_CITIES = steps([(c, v[0]) for c, v in vocab.CITIES.items() if v[0]])
_DOMAINS = steps(vocab.DOMAINS)
_LIFE = steps(R.LIFECYCLES)
_STYLE = steps(R.STYLES)
_STORES = {c: [s for s in vocab.STORES if s[2] == c] for c in vocab.CITIES}


def ascii_fold(text: str) -> str:
    """Return the text without Turkish and German letters."""
    return text.translate(_MAP)


def turkish_phone(number: int) -> str:
    """Return ten digits of a Turkish mobile, one to one with the person's number below 10^7 * prefixes."""
    x = (number * 7_368_787 + 31_415_927) % (10_000_000 * _PREFIX_COUNT)
    return f"{_PREFIXES[x // 10_000_000]}{x % 10_000_000:07d}"


class Device:
    """A browser or an app install.

    kind: app_ios, app_android, mobile, home, office, shared. `cuts` are the moments its cookie was cleared;
    the anonymous id changes there. `known` is the account that stays logged in (apps).
    """

    __slots__ = ("anon", "cuts", "ga", "ids", "key", "kind", "known", "seen", "skew", "token")

    def __init__(self, r, kind: str, key: str, start: int) -> None:
        self.kind, self.key, self.known = kind, key, ""
        self.cuts: list[int] = []
        self.token = self.anon = ""
        self.skew = 0
        if kind.startswith("app"):
            self.token = f"{'apns' if kind == 'app_ios' else 'fcm'}-{key}-{int(r() * 16**12):012x}"
            if r() < R.CLOCK_OFF:
                self.skew = between(r, 2, 30) * 3_600_000
        elif kind != "shared" and r() < R.COOKIE_ROTATES:
            at = start + int(r() * 100 * DAY_MS)
            while at < END_MS:
                self.cuts.append(at)
                at += (60 + int(r() * 140)) * DAY_MS
        self.ids: dict[int, str] = {}
        self.ga: dict[int, str] = {}
        self.seen: dict[str, str] = {}

    def era(self, ms: int) -> int:
        """Return how often the cookie had been cleared by then."""
        return sum(c <= ms for c in self.cuts)


class Person:
    """One person, with the true contacts; records may spell them otherwise."""

    def __init__(self, seed: int, n: int, days: int, partner: "Person | None" = None) -> None:
        r = self.r = roll(seed, "person", n)
        self.n, self.id = n, f"P{n:07d}"
        start = self.start = END_MS - days * DAY_MS
        self.life = weighted(r, _LIFE)
        if days <= 200 and self.life in ("lost", "silent"):
            self.life = "occasional"
        self.style = weighted(r, _STYLE)
        self.berlin = r() < R.BERLIN if partner is None else partner.berlin
        self.female = r() < 0.54 if partner is None else not partner.female
        foreign = (
            "de" if self.berlin and r() < 0.55 else pick(r, ("en", "de", "ar")) if r() < R.OTHER_NAMES else ""
        )
        if foreign:
            men, women, families = vocab.FOREIGN[foreign]
        else:
            men, women, families = vocab.MALE, vocab.FEMALE, vocab.SURNAMES
        self.first = pick(r, women if self.female else men)
        self.second = pick(r, women if self.female else men) if not foreign and r() < 0.07 else ""
        if self.second == self.first:
            self.second = ""
        self.last = pick(r, families)
        self.city = "Berlin" if self.berlin else weighted(r, _CITIES)
        self.country = "DE" if self.berlin else "TR"
        self.currency = "EUR" if self.berlin else "TRY"
        _, self.region, plate, districts, net = vocab.CITIES[self.city]
        self.district = pick(r, districts)
        self.street = f"{pick(r, vocab.STREETS_DE if self.berlin else vocab.STREETS)} {between(r, 1, 180)}"
        self.postal = f"{plate}{between(r, 0, 999):03d}"
        self.network, self.household = net, n
        r()  # a draw that nothing needs any more: without it everybody would be somebody else
        self.birth = (between(r, 1948, 2007), between(r, 1, 12), between(r, 1, 28))
        self.married = r() < 0.55
        self.job, self.income = pick(r, vocab.OCCUPATIONS), pick(r, vocab.INCOMES)
        if partner:
            for name in ("last", "city", "district", "street", "postal", "region", "network", "household"):
                setattr(self, name, getattr(partner, name))
            while self.first[0] == partner.first[0]:
                self.first = pick(r, women if self.female else men)
            self.second = ""
        self.phone = (
            f"49151{(n * 7_368_787 + 271_828) % 10**8:08d}" if self.berlin else "90" + turkish_phone(n)
        )
        self.email = self.make_email(weighted(r, _DOMAINS), "")
        self.store = pick(r, _STORES[self.city])
        self.tastes = (int(r() * 12), int(r() * 12), int(r() * 12))
        style = self.style
        self.has_account = r() < R.ACCOUNT[style]
        self.has_card = r() < R.CARD[style]
        self.has_crm = self.has_card or r() < R.CRM_WITHOUT_CARD
        if self.life == "lead" and not (self.has_account or self.has_crm):
            self.has_account = True
        self.has_mailchimp = r() < R.MAILCHIMP
        self.has_zendesk = r() < R.ZENDESK
        self.account = str(7_000_000_000 + n)
        self.card = card_number(n)
        self.token = f"tok_{(n * 2_654_435_761 + 97) % 2**32:08x}{n % 4096:03x}"
        self.opened = self.signup = 0  # set by the generator
        self.devices: list[Device] = []
        online = style != "store"
        key = f"{n:07d}"
        self.app = self.mobile = self.home = self.office = None
        if (online and r() < R.APP) or (not online and r() < 0.12):
            self.app = Device(r, "app_ios" if r() < 0.42 else "app_android", f"{key}1", start)
        if r() < (0.85 if online else 0.30):
            self.mobile = Device(r, "mobile", f"{key}2", start)
        if r() < (R.DESKTOP_HOME if online else 0.15):
            self.home = Device(r, "home", f"{key}3", start)
        if r() < (R.DESKTOP_OFFICE if online else 0.08):
            self.office = Device(r, "office", f"{key}4", start)
        self.shared: Device | None = None
        # set where two people of one pair get in each other's way
        self.family_email = False
        self.old_phone = ""
        self.handover = 0
        self.devices = [d for d in (self.app, self.mobile, self.home, self.office) if d]
        if online and not self.devices:
            self.mobile = Device(r, "mobile", f"{key}2", start)
            self.devices = [self.mobile]

    def make_email(self, domain: str, extra: str) -> str:
        """Return an address nobody else has: a stem of letters, then the person's number."""
        r, f, s = self.r, ascii_fold(self.first).lower(), ascii_fold(self.last).lower().replace("-", "")
        stem = pick(r, (f"{f}.{s}", f"{f}{s}", f"{f[0]}{s}", f"{s}.{f}", f"{f}.{s[0]}", f"{f}_{s}"))
        if domain == "gmail.com":
            stem = stem.replace("_", ".")
        return f"{stem}{extra}{self.n}@{domain}"

    def phone_at(self, ms: int) -> str:
        """Return the person's phone at a moment: the one given up later, or the one kept."""
        return self.old_phone if self.old_phone and ms < self.handover else self.phone

    def work_phone(self) -> str:
        """Return a number used nowhere else."""
        return "90" + turkish_phone(self.n + 200_000_000)

    @property
    def full_name(self) -> str:
        """Given names and family name."""
        return " ".join(x for x in (self.first, self.second, self.last) if x)


def card_number(n: int) -> str:
    """Return a loyalty card number of sixteen digits, the last a check digit."""
    body = f"6221{n:011d}"
    total = 0
    for i, c in enumerate(reversed(body)):
        d = int(c) * (2 if i % 2 == 0 else 1)
        total += d - 9 if d > 9 else d
    return body + str(-total % 10)


__all__ = ["ISTANBUL_MS", "Device", "Person", "ascii_fold", "card_number", "turkish_phone"]
