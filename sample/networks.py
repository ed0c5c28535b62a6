"""From which network and with which browser a visit comes: what a server sees of a device.

A pure function of person, device and moment that draws nothing from the person's own chance, so that all else stays as it is. The
traps are those of the street: carriers send thousands through a few addresses, staff share a line and a computer's make, spouses buy
one model, providers deal addresses anew, and many phones hide their model.
"""

from . import rates as R
from .clock import DAY_MS, END_MS
from .dice import steps, weighted
from .people import Device, Person

_BITS = 2**64
HOUR_MS = 3_600_000
# model as the user agent tells it, and its share; K is what a browser says that hides the model
_PHONES = steps(
    (
        *(("K", 0.30), ("SM-A556B", 0.09), ("SM-A546B", 0.08), ("SM-A155F", 0.07), ("SM-S911B", 0.05)),
        *(("SM-S928B", 0.04), ("SM-A346B", 0.04), ("Redmi Note 13", 0.05), ("Redmi Note 12", 0.04)),
        *(("2312DRA50G", 0.03), ("CPH2591", 0.03), ("CPH2629", 0.02), ("V2206", 0.02), ("Pixel 7", 0.02)),
        *(
            ("Pixel 8", 0.02),
            ("RMX3998", 0.02),
            ("TECNO KL4", 0.02),
            ("Infinix X6837", 0.02),
            ("LE2123", 0.01),
        ),
        *(("XQ-DQ54", 0.01), ("moto g84", 0.01), ("NTH-NX9", 0.01)),
    )
)
_SAFARI = (
    "Mozilla/5.0 ({system}) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{safari}{mobile} Safari/605.1.15"
)
_CHROME = "Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{chrome}.0.0.0{mobile} Safari/537.36{other}"
_FIREFOX = "Mozilla/5.0 ({system}; rv:{firefox}.0) Gecko/20100101 Firefox/{firefox}.0"


def draw(*words: int) -> float:
    """Return a number in [0, 1): the same words, the same number."""
    x = 0x9E3779B97F4A7C15
    for word in words:
        x = (x ^ word) * 0xBF58476D1CE4E5B9 % _BITS
        x ^= x >> 31
        x = x * 0x94D049BB133111EB % _BITS
        x ^= x >> 29
    return (x >> 12) / 2**52


def address(p: Person, dev: Device, t: int) -> str:
    """Return the address a visit comes from: the line at home, the carrier's, or the office's."""
    if dev.kind == "office":
        return _office(p)
    away = (
        dev.kind in ("mobile", "app_ios", "app_android")
        and draw(int(dev.key), t // HOUR_MS, 1) >= R.PHONE_AT_HOME
    )
    return carrier(p, t) if away else _home(p, t)


def _home(p: Person, t: int) -> str:
    """Return the address of the household's line, which most providers deal anew now and then, out of some ranges."""
    home = p.household
    lease = 25 + int(draw(home, 11) * 95)
    era = 0 if draw(home, 12) < R.HOME_ADDRESS_STAYS else (t // DAY_MS + int(draw(home, 13) * lease)) // lease
    first, second = p.network.split(".")
    area = int(draw(home, 14) * 128)
    third = area % 32 * 8 + int(draw(home, era, 15) * 8)
    return f"{first}.{int(second) + area // 32}.{third}.{1 + int(draw(home, era, 16) * 254)}"


def carrier(p: Person, t: int) -> str:
    """Return one of the few addresses through which a carrier sends everybody."""
    whose = int(draw(p.n, 21) * 3)
    way = int(draw(p.n, t // HOUR_MS, 22) * R.CARRIER_ADDRESSES)
    return f"5.{24 + whose}.{way // 20}.{10 + way % 20}"


def _office(p: Person) -> str:
    """Return the address of a company's line; people with neighbouring numbers work together."""
    company = _company(p)
    return f"212.{150 + company % 40}.{company // 40 % 250}.{1 + int(draw(company, 32) * 250)}"


def _company(p: Person) -> int:
    return p.n // 96 * 8 + (0 if draw(p.n // 96, 31) < R.LARGE_COMPANY else p.n % 96 // 12)


def agent(p: Person, dev: Device, t: int) -> str:
    """Return the user agent: make, model and browser of the device, and the browser's version of those days."""
    kind = dev.kind
    version = 137 - (END_MS - t) // (28 * DAY_MS)
    told = {
        "chrome": version,
        "firefox": version,
        "safari": "18.4" if t > END_MS - 90 * DAY_MS else "18.1",
        "mobile": "",
        "other": "",
    }
    if kind == "office":
        company = _company(p)
        if draw(company, 41) < 0.25:
            told["other"] = f" Edg/{version}.0.0.0"
        return _CHROME.format(system="Windows NT 10.0; Win64; x64", **told)
    if kind == "home":
        way = draw(p.household if draw(int(dev.key), 51) < R.SAME_MODEL else int(dev.key), 52)
        system = "Macintosh; Intel Mac OS X 10_15_7"
        return (_SAFARI if way < 0.45 else _CHROME if way < 0.85 else _FIREFOX).format(system=system, **told)
    if kind == "shared":
        told["mobile"] = " Mobile/15E148"
        return _SAFARI.format(system="iPad; CPU OS 17_5 like Mac OS X", **told)
    # a couple often has one model, of one offer
    of = p.household if draw(int(dev.key), 61) < R.SAME_MODEL else int(dev.key) // 10
    model = weighted(lambda: draw(of, 62), _PHONES)
    if kind == "app_ios":
        return f"MagazaApp/5.{version % 10} (iPhone; iOS {told['safari']})"
    if kind == "app_android":
        return f"MagazaApp/5.{version % 10} (Android 15; {model})"
    if kind == "mobile":
        told["mobile"] = " Mobile"
        system = (
            "Linux; Android 10; K"
            if model == "K"
            else f"Linux; Android {14 + (t > END_MS - 200 * DAY_MS)}; {model}"
        )
        return _CHROME.format(system=system, **told)
    return ""
