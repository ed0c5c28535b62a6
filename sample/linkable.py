"""How much of a sample exact identifiers alone can link: judges the sample, not the product.

`python -m sample.linkable FOLDER` prints pairwise precision and recall over labelled records, by union-find
over exact normalised identifiers and three simple guards: made-up values are refused; an e-mail or phone seen
with two clearly different given names is refused; a cookie or device seen with two accounts is refused.
"""

import csv
import gzip
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

_FOLD = str.maketrans("çğıöşüâßä", "cgiosuasa")
_MADE_UP = {"yok@yok.com", "test@test.com", "musteri@magaza.com.tr", "a@a.com", "0000000000", "9999999999"}
_MADE_UP |= {"905555555555", "905000000000", "905320000000"}


def read(folder: Path, table: str) -> Iterator[dict]:
    """Yield the records of a table's gzipped files (the broken rows are in plain files)."""
    for path in sorted((folder / table).glob("*.gz")):
        with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
            yield from map(json.loads, lines) if ".jsonl" in path.name else csv.DictReader(lines)


def fold(text: str) -> str:
    """Return lower case without Turkish letters."""
    return text.replace("İ", "i").replace("I", "ı").lower().translate(_FOLD).replace("i̇", "i")


def email(text: str) -> str:
    """Return the one form of an address that is compared, or an empty text."""
    name, _, domain = fold(text or "").strip().partition("@")
    if domain in ("gmail.com", "googlemail.com"):
        name, domain = name.partition("+")[0].replace(".", ""), "gmail.com"
    address = f"{name}@{domain}" if domain else ""
    return "" if address in _MADE_UP else address


def phone(text: str) -> str:
    """Return digits with country code, or an empty text when it is no Turkish or German mobile."""
    d = "".join(c for c in text or "" if c.isdigit())
    d = d[2:] if d.startswith("00") else d
    d = "90" + d[1:] if d.startswith("0") else "90" + d if len(d) == 10 else d
    return d if d not in _MADE_UP and d[:2] in ("90", "49") and len(d) >= 12 else ""


def given(text: str) -> str:
    """Return the first given name, folded."""
    words = fold(text or "").replace("\u00a0", " ").split()
    return words[0] if words else ""


def alike(a: str, b: str) -> bool:
    """Return whether two given names may be one name with a slip of the finger."""
    if a[:3] == b[:3] or a in b or b in a or sorted(a) == sorted(b):
        return True
    common = sum((Counter(a) & Counter(b)).values())
    return a[0] == b[0] and common >= max(len(a), len(b)) - 1


def measure(folder: Path) -> dict[str, float]:
    """Return pairwise precision and recall, the pairs, and the identifiers refused."""
    edges: list[tuple[str, str, str]] = []  # record, identifier type and value, given name
    folder = Path(folder)

    def link(record: str, who: str, **identifiers: str) -> None:
        edges.extend((record, f"{k}:{v}", who) for k, v in identifiers.items() if v)

    for x in read(folder, "shop/customers"):
        link(
            f"shop/customers/{x['id']}",
            given(x["first_name"]),
            account=x["id"],
            email=email(x["email"]),
            phone=phone(x["phone"]),
        )
    for x in read(folder, "crm/contacts"):
        card = "" if x["loyalty_card_no"] in _MADE_UP else x["loyalty_card_no"]
        record = f"crm/contacts/{x['contact_id']}"
        link(record, given(x["first_name"]), card=card, email=email(x["email"]), phone=phone(x["phone"]))
    for x in read(folder, "mailchimp/members"):
        merge = x["merge_fields"]
        record = f"mailchimp/members/{x['id']}"
        link(record, given(merge["FNAME"]), email=email(x["email_address"]), phone=phone(merge["PHONE"]))
    for x in read(folder, "zendesk/users"):
        record = f"zendesk/users/{x['id']}"
        link(
            record,
            given(x["name"]),
            account=x["external_id"],
            email=email(x["email"]),
            phone=phone(x["phone"]),
        )
    for x in read(folder, "pos/receipts"):
        card = "" if x["loyalty_card_no"] in _MADE_UP else x["loyalty_card_no"]
        record = f"pos/receipts/{x['receipt_id']}"
        link(record, "", card=card, email=email(x["email"]), phone=phone(x["phone"]))
    for x in read(folder, "shop/orders"):
        link(
            f"order/{x['id']}", "", account=x["customer_id"], email=email(x["email"]), phone=phone(x["phone"])
        )
    accounts = defaultdict(set)
    for x in read(folder, "tracker/events"):
        if x.get("userId"):
            accounts[x["anonymousId"]].add(x["userId"])
        if x["type"] == "identify":
            t = x["traits"]
            card = t.get("loyalty_card_no", "")
            values = {"card": card, "email": email(t["email"]), "phone": phone(t.get("phone", ""))}
            link(f"account/{x['userId']}", given(t["first_name"]), account=x["userId"], **values)
    for cookie, users in accounts.items():
        if len(users) == 1:
            link(f"tracker/events/{cookie}", "", account=next(iter(users)))
    names = defaultdict(set)
    for _, value, who in edges:
        if who:
            names[value].add(who)
    refused = {
        value
        for value, seen in names.items()
        if value[:5] in ("email", "phone") and any(not alike(a, b) for a in seen for b in seen)
    }
    parent: dict[str, str] = {}

    def root(x: str) -> str:
        parent.setdefault(x, x)
        while parent[x] != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    for record, value, _ in edges:
        if value not in refused:
            parent[root(record)] = root(value)
    truth, found, both = Counter(), Counter(), Counter()
    for x in read(folder, "labels/identity_labels"):
        cluster = root(f"{x['source']}/{x['table']}/{x['record_id']}")
        truth[x["person_id"]] += 1
        found[cluster] += 1
        both[cluster, x["person_id"]] += 1
    pairs = [sum(n * (n - 1) // 2 for n in c.values()) for c in (truth, found, both)]
    return {
        "precision": pairs[2] / max(1, pairs[1]),
        "recall": pairs[2] / max(1, pairs[0]),
        "true_pairs": pairs[0],
        "labelled_records": sum(truth.values()),
        "labelled_people": len(truth),
        "refused_identifiers": len(refused),
    }


if __name__ == "__main__":
    for key, number in measure(Path(sys.argv[1])).items():
        print(f"{key:20} {number:,.4f}" if isinstance(number, float) else f"{key:20} {number:,}")
