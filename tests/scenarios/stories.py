"""Named lives of identities: what arrives in each batch, in short, and who must be one customer after it, told by hand.

A line of a batch is a row: its kind, the number of the record where that matters, and what it names:

    a:1 account    c:1 loyalty card   r:1 CRM contact   e:ada e-mail    p:1 phone       z:1 contact centre   m:1 mailing list
    y:1 payment    t:1 push token     d:1 device        v:1 advertising g:1 Google      k:1 cookie
    name=Ayse  born=1990-05-17  at=2026-01-01  updated=2026-01-02

or a decision (`include`, `exclude`, `withdraw` with two identifiers and at=), `denied e:ada`, or `erase contact 1`.
Expected groups stand beside each other with a bar between; an identifier that is nobody's stands in none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.scenarios import worlds
from tests.scenarios.judge import Identifier, Override, partition
from tests.scenarios.worlds import Row, Step, moment, shown

SHORT = {
    "a": "account_id",
    "c": "loyalty_card",
    "r": "crm_contact_id",
    "e": "email",
    "p": "phone",
    "z": "zendesk_user_id",
    "m": "mailchimp_member_id",
    "y": "payment_token",
    "t": "push_token",
    "d": "device_id",
    "v": "advertising_id",
    "g": "ga_client_id",
    "k": "anonymous_id",
}
# the words of the constructors in worlds.py
ARGUMENTS = {
    "a": "account",
    "c": "card",
    "e": "email",
    "p": "phone",
    "y": "payment",
    "t": "token",
    "d": "device",
    "v": "advertising",
    "g": "client",
    "k": "cookie",
}
OWN = {"contact": "r", "account": "a", "member": "m", "asker": "z"}
TABLES = {"contact": "crm/contacts", "account": "shop/customers", "order": "shop/orders", "receipt": "pos/receipts",
          "member": "mailchimp/members", "asker": "zendesk/users", "call": "tracker/events", "visit": "google_analytics/events"}  # fmt: skip


@dataclass
class Story:
    """One life: a sentence that says what it proves, batches, and the groups after each (None: as the judge says)."""

    title: str
    proves: str
    batches: list[tuple[str, str | None]]
    # {batch: earlier batch}: after the one, every identifier has the id it had after the other
    same_ids: dict[int, int] = field(default_factory=dict)
    # values as they are really written, by the short name of the clean one
    written: dict[str, str] = field(default_factory=dict)
    number: int = 0

    def identifier(self, short: str) -> Identifier:
        """The identifier behind a short name, of this story alone."""
        kind, _, value = short.partition(":")
        if value.startswith("="):
            return SHORT[kind], value[1:]
        forms = {
            "e": f"{value}@story{self.number}.com.tr",
            "p": f"+9054{self.number:05}{value:0>3}",
            "c": f"LS{self.number:03}{value}",
        }
        return SHORT[kind], forms.get(kind, f"{SHORT[kind][:4]}-s{self.number}-{value}")

    def steps(self) -> list[Step]:
        return [self.step(batch, text) for batch, (text, _) in enumerate(self.batches)]

    def step(self, batch: int, text: str) -> Step:
        step = Step()
        lines = [line.split("#")[0].split() for line in text.strip().splitlines()]
        for place, (kind, *words) in enumerate(line for line in lines if line):
            named = [word for word in words if re.match("[a-z]:", word)]
            settings = dict(word.split("=", 1) for word in words if re.match("[a-z]+=", word))
            if kind in ("include", "exclude", "withdraw"):
                left, right = map(self.identifier, named)
                step.decisions.append(Override(kind, left, right, moment(settings["at"])))
            elif kind == "denied":
                name, value = self.identifier(named[0])
                step.denied.append((name, "exact", value))
            elif kind == "erase":
                own = OWN.get(words[0])
                key = self.identifier(f"{own}:{words[1]}")[1] if own else f"s{self.number}-{words[1]}"
                step.erased.append((TABLES[words[0]], key))
            else:
                step.rows.append(self.row(kind, words, named, settings, f"{batch}-{place}"))
        return step

    def row(self, kind: str, words: list[str], named: list[str], settings: dict[str, str], place: str) -> Row:
        """One row of a line; a record without a number of its own gets one of the line."""
        number = next((word for word in words if ":" not in word and "=" not in word), place)
        number = self.identifier(f"{OWN[kind]}:{number}")[1] if kind in OWN else f"s{self.number}-{number}"
        names = {ARGUMENTS[short[0]]: self.identifier(short)[1] for short in named}
        make: Callable[..., Row] = getattr(worlds, kind)
        row = make(number, **names, **settings)
        for short in named:
            if short in self.written:
                row = rewritten(
                    row, self.identifier(short)[1], self.written[short].replace("{n}", str(self.number))
                )
        return row

    def expected(self, batch: int) -> set[frozenset[Identifier]] | None:
        """The groups told by hand after a batch; a story that is over stays as it is."""
        told = self.batches[min(batch, len(self.batches) - 1)][1]
        if told is None:
            return None
        groups = (group.split() for group in told.split(" | "))
        return {frozenset(map(self.identifier, group)) for group in groups if group}


class Reader:
    """Looks on while the stories are played, and notes where they end otherwise than was told by hand."""

    def __init__(self) -> None:
        self.faults: dict[str, list[str]] = {}
        self.ids: dict[tuple[str, int], dict] = {}

    def __call__(self, batch: int, lives: dict, tables) -> None:
        for story in STORIES:
            ids = self.ids[story.title, batch] = dict(lives[story.title].ids)
            found, expected = partition(ids.items()), story.expected(batch)
            faults = self.faults.setdefault(story.title, [])
            if expected is not None and found != expected:
                faults.append(
                    f"batch {batch + 1}: found {shown(found - expected)}, expected {shown(expected - found)}"
                )
            earlier = story.same_ids.get(batch)
            if earlier is not None:
                before = self.ids[story.title, earlier]
                moved = [identifier for identifier in before if ids.get(identifier) != before[identifier]]
                if moved:
                    faults.append(f"batch {batch + 1}: not the ids of batch {earlier + 1}: {shown(moved)}")


def rewritten(row: Row, clean: str, dirty: str) -> Row:
    """The row with a value as somebody typed it."""

    def change(value):
        if isinstance(value, dict):
            return {name: change(inner) for name, inner in value.items()}
        return dirty if value == clean else value

    return worlds.replace(row, fields=change(row.fields))


def many(count: int, line: str) -> str:
    """A line again and again; {n} counts from 0, {n1} from 1, {day} is a day of a month of 30 days."""
    return "\n".join(line.format(n=n, n1=n + 1, day=f"{n % 28 + 1:02}") for n in range(count))


STORIES = [
    Story(
        "chain",
        "Evidence that overlaps two by two makes one customer of its whole length.",
        [
            (
                "account 1 e:ada\ncontact 1 e:ada c:7\nreceipt c:7 p:1\nmember 1 p:1",
                "a:1 e:ada r:1 c:7 p:1 m:1",
            ),
        ],
    ),
    Story(
        "fan-in",
        "Twenty cookies on which one account logs in are one customer.",
        [(many(20, "call k:{n} a:1"), "a:1 " + many(20, "k:{n} "))],
    ),
    Story(
        "fan-out",
        "One e-mail address that names a record in every system joins them all.",
        [
            (
                "contact 1 e:ada\nmember 1 e:ada\nasker 1 e:ada\naccount 1 e:ada\norder e:ada\nreceipt e:ada y:1\ncall k:1 e:ada",
                "r:1 m:1 z:1 a:1 e:ada y:1 k:1",
            )
        ],
    ),
    Story(
        "diamond",
        "Two ways from one end to the other are no more than one: taking one away parts nobody.",
        [
            ("contact 1 e:ada p:1\naccount 1 e:ada\nasker 1 p:1 a:1", "r:1 e:ada p:1 a:1 z:1"),
            ("asker 1 p:1 updated=2026-02-01", "r:1 e:ada p:1 a:1 z:1"),
        ],
    ),
    Story(
        "late bridge",
        "Two customers become one when evidence names both, however late it comes; the older id survives.",
        [
            ("contact 1 e:ada c:1 at=2025-01-01\naccount 1 p:1 at=2025-06-01", "r:1 e:ada c:1 | a:1 p:1"),
            ("", "r:1 e:ada c:1 | a:1 p:1"),
            ("order a:1 e:ada at=2025-07-01", "r:1 e:ada c:1 a:1 p:1"),
        ],
        same_ids={1: 0, 3: 2, 4: 2},
    ),
    Story(
        "long chain",
        "Ten thousand links in a row are one customer: no number of hops is too many.",
        [
            (
                many(5000, "call k:{n} d:{n}\ncall k:{n} d:{n1}"),
                " ".join(f"k:{n} d:{n}" for n in range(5000)) + " d:5000",
            )
        ],
    ),
    Story(
        "two accounts on one device",
        "A device on which two accounts log in links nothing; each account keeps its own cookie.",
        [("call k:1 d:1 a:1\ncall k:2 d:1 a:2", "k:1 a:1 | k:2 a:2")],
    ),
    Story(
        "rapid re-merge",
        "Merged, parted, merged and parted again: each time as the newest word says, and with the ids of that time.",
        [
            ("account 1 e:ada at=2025-01-01\naccount 2 e:bora at=2025-02-01", "a:1 e:ada | a:2 e:bora"),
            ("include a:1 a:2 at=2026-06-01", "a:1 e:ada a:2 e:bora"),
            ("exclude a:1 a:2 at=2026-06-02", "a:1 e:ada | a:2 e:bora"),
            ("include a:2 a:1 at=2026-06-03", "a:1 e:ada a:2 e:bora"),
            ("withdraw a:1 a:2 at=2026-06-04", "a:1 e:ada | a:2 e:bora"),
        ],
        same_ids={2: 0, 3: 1, 4: 0},
    ),
    Story(
        "reverse order",
        "What happened last arrives first; the groups are those of any other order.",
        [
            ("call k:1 a:1 at=2026-05-01", "k:1 a:1"),
            ("order a:1 e:ada at=2026-04-01", "k:1 a:1 e:ada"),
            ("receipt c:1 e:ada at=2026-03-01", "k:1 a:1 e:ada c:1"),
            ("contact 1 c:1 at=2020-01-01", "k:1 a:1 e:ada c:1 r:1"),
        ],
        same_ids={4: 3},
    ),
    Story(
        "recycled phone",
        "A number that a second person was given links neither: two given names on it.",
        [
            ("contact 1 p:1 name=Ayse e:ada", "r:1 p:1 e:ada"),
            ("contact 2 p:1 name=Bora e:bora at=2026-03-01", "r:1 e:ada | r:2 e:bora"),
        ],
    ),
    Story(
        "family address",
        "An e-mail address of two given names is a family's and joins none of them.",
        [
            (
                "account 1 e:home name=Ayse\naccount 2 e:home name=Can\ncall k:1 a:1\ncall k:2 a:2",
                "a:1 k:1 | a:2 k:2",
            )
        ],
    ),
    Story(
        "one person, two spellings",
        "Given names that begin alike are one person's, written twice.",
        [("contact 1 e:ada name=Ayse\nmember 1 e:ada name=AYSENUR", "r:1 e:ada m:1")],
    ),
    Story(
        "kiosk",
        "Thirteen cookies on one device within a month: a kiosk, which links nothing and is nobody.",
        [(many(13, "call k:{n} d:1 at=2026-03-{day}"), " | ".join(f"k:{n}" for n in range(13)))],
    ),
    Story(
        "old tablet",
        "Thirteen cookies on one device over three years: somebody who clears them, one customer.",
        [
            (
                "\n".join(f"call k:{n} d:1 at=20{23 + n // 4}-{n % 4 * 3 + 1:02}-01" for n in range(13)),
                "d:1 " + " ".join(f"k:{n}" for n in range(13)),
            )
        ],
    ),
    Story(
        "staff phone",
        "A number typed on sixteen cookies in a week is typed by staff and joins no two of them.",
        [
            (
                many(16, "call k:{n} p:1 at=2026-03-0{n}".replace("0{n}", "01T{n:02}:00")),
                " | ".join(f"k:{n}" for n in range(16)),
            )
        ],
    ),
    Story(
        "busy number",
        "Fifteen cookies in a week is as many as one person may have.",
        [
            (
                many(15, "call k:{n} p:1 at=2026-03-01T{n:02}:00"),
                "p:1 " + " ".join(f"k:{n}" for n in range(15)),
            )
        ],
    ),
    Story(
        "busy month",
        "Twenty cookies in a month, no more than five in a week, are not too many for an address, a number and a card.",
        [
            (
                "\n".join(
                    f"call k:{n} e:ada p:1 c:1 at=2026-03-{n // 5 * 7 + 1:02}T{n % 5:02}:00"
                    for n in range(20)
                ),
                "e:ada p:1 c:1 " + " ".join(f"k:{n}" for n in range(20)),
            ),
            # the limits that are tried in these batches are lower
            ("", None),
            ("", None),
            ("", None),
            ("", None),
            ("", None),
            ("", "e:ada p:1 c:1 " + " ".join(f"k:{n}" for n in range(20))),
        ],
    ),
    Story(
        "merge, split, merge back",
        "Parting by hand gives back the ids from before the merge; withdrawing it gives back the merge.",
        [
            ("account 1 e:ada at=2025-01-01\ncontact 1 c:1 at=2025-02-01", "a:1 e:ada | r:1 c:1"),
            ("receipt c:1 e:ada at=2025-03-01", "a:1 e:ada r:1 c:1"),
            ("exclude a:1 r:1 at=2026-06-01", "a:1 e:ada | r:1 c:1"),
            ("withdraw a:1 r:1 at=2026-06-02", "a:1 e:ada r:1 c:1"),
        ],
        same_ids={2: 0, 3: 1, 4: 1},
    ),
    Story(
        "un-merge by one row",
        "One row parts what one wrong record joined, and both keep everything else that is theirs.",
        [
            (
                "account 1 e:ada p:1\naccount 2 e:bora p:2\nasker 9 e:ada p:2",
                "a:1 e:ada p:1 a:2 e:bora p:2 z:9",
            ),
            ("exclude e:ada p:2 at=2026-06-01", "a:1 e:ada p:1 z:9 | a:2 e:bora p:2"),
        ],
    ),
    Story(
        "include",
        "A person may join what nothing else joins.",
        [
            ("account 1 e:ada\nreceipt c:1 p:1", "a:1 e:ada | c:1 p:1"),
            ("include a:1 c:1 at=2026-06-01", "a:1 e:ada c:1 p:1"),
        ],
    ),
    Story(
        "include wins over a limit",
        "A number that a guard refuses belongs to whom a person gives it, and to nobody else.",
        [
            ("contact 1 p:1 name=Ayse\ncontact 2 p:1 name=Bora", "r:1 | r:2"),
            ("include r:1 p:1 at=2026-06-01", "r:1 p:1 | r:2"),
        ],
    ),
    Story(
        "include wins over a limit, in a renewal",
        "So it is too where a run looks at what changed alone, on whichever side of the pair the number stands.",
        [
            (
                "\n".join(f"contact {n} p:{n} name=Ayse\ncontact 9{n} p:{n} name=Bora" for n in range(6)),
                " | ".join(f"r:{n} | r:9{n}" for n in range(6)),
            ),
            ("", None),
            ("", None),
            ("", None),
            (
                "\n".join(f"include r:{n} p:{n} at=2026-06-01" for n in range(6)),
                " | ".join(f"r:{n} p:{n} | r:9{n}" for n in range(6)),
            ),
        ],
    ),
    Story(
        "an initial",
        "One letter is no name: it is not held against another name.",
        [("contact 1 p:1 name=B\ncontact 2 p:1 name=Ayse", "r:1 r:2 p:1")],
    ),
    Story(
        "seen together again",
        "A window counts whom somebody was first seen with: an old acquaintance seen again is not a new one.",
        [
            (
                "call k:1 e:ada at=2026-01-01\ncall k:1 e:ada d:1 at=2026-03-01\ncall k:2 e:ada at=2026-03-02",
                "k:1 k:2 e:ada d:1",
            )
        ],
    ),
    Story(
        "include wins over the denylist",
        "Even a value of the denylist gets a customer when a person says whose it is.",
        [
            ("account 1 e:shop\ndenied e:shop\ncontact 1 e:shop", "a:1 | r:1"),
            ("include a:1 e:shop at=2026-06-01", "a:1 e:shop | r:1"),
        ],
    ),
    Story(
        "exclude beats include",
        "Of two decisions of one moment the one that keeps people apart holds.",
        [
            ("account 1\naccount 2", "a:1 | a:2"),
            ("include a:1 a:2 at=2026-06-01\nexclude a:2 a:1 at=2026-06-01", "a:1 | a:2"),
        ],
    ),
    Story(
        "include does not go round an exclude",
        "Two that are kept apart do not meet by way of a third that each is joined to; the firmer link holds.",
        [
            ("account 1 e:ada\norder a:1 e:ada\naccount 2 e:bora\naccount 3 e:can", None),
            (
                "exclude a:1 a:2 at=2026-06-01\ninclude a:1 e:ada at=2026-06-01\ninclude e:ada a:2 at=2026-06-01",
                "a:1 e:ada | a:2 e:bora | a:3 e:can",
            ),
        ],
    ),
    Story(
        "withdrawn before it was made",
        "Withdrawing what nobody decided changes nothing; an older decision that arrives later changes nothing either.",
        [
            ("account 1 e:ada\ncontact 1 e:ada", "a:1 e:ada r:1"),
            ("withdraw a:1 r:1 at=2026-06-05", "a:1 e:ada r:1"),
            ("exclude a:1 r:1 at=2026-06-04", "a:1 e:ada r:1"),
        ],
        same_ids={2: 0},
    ),
    Story(
        "father and son",
        "One e-mail address, one given name, two birth dates: two people; the address stays with the better evidence.",
        [
            (
                "contact 1 e:home c:1 name=Mehmet born=1958-03-04\ncontact 2 e:home name=Mehmet born=1987-09-21",
                "r:1 e:home c:1 | r:2",
            )
        ],
    ),
    Story(
        "swapped day and month",
        "A birth date with day and month swapped is the same person's.",
        [("contact 1 e:ada born=1990-05-12\ncontact 2 e:ada born=1990-12-05", "r:1 e:ada r:2")],
    ),
    Story(
        "one wrong digit",
        "One wrong part of a birth date is a typing mistake.",
        [("contact 1 e:ada born=1990-05-12\ncontact 2 e:ada born=1991-05-12", "r:1 e:ada r:2")],
    ),
    Story(
        "first of January",
        "The first of January says a year at most, and keeps nobody apart.",
        [("contact 1 e:ada born=1990-05-12\ncontact 2 e:ada born=1962-01-01", "r:1 e:ada r:2")],
    ),
    Story(
        "include wins over birth dates",
        "A person may join records whose birth dates differ: one of them was typed wrong.",
        [
            ("contact 1 c:1 e:ada born=1990-05-12\ncontact 2 e:ada born=1962-11-03", "r:1 c:1 e:ada | r:2"),
            ("include r:1 r:2 at=2026-06-01", "r:1 c:1 e:ada r:2"),
        ],
    ),
    Story(
        "replaced record",
        "A record that comes again with another address no longer says what it said.",
        [
            ("account 1 e:ada\ncontact 1 c:1 e:ada", "a:1 e:ada r:1 c:1"),
            ("contact 1 c:1 e:can updated=2026-02-01", "a:1 e:ada | r:1 c:1 e:can"),
            ("contact 1 c:1 e:ada updated=2026-01-15", "a:1 e:ada | r:1 c:1 e:can"),
        ],
    ),
    Story(
        "erased record",
        "With the record goes its link, and what only it named.",
        [
            ("account 1 e:ada\ncontact 1 c:1 e:ada\nreceipt r1 p:1 c:1", "a:1 e:ada r:1 c:1 p:1"),
            ("erase contact 1", "a:1 e:ada | c:1 p:1"),
            ("erase receipt r1", "a:1 e:ada"),
        ],
    ),
    Story(
        "anonymous before log-in",
        "What a cookie did before its owner logged in is the owner's, from the first day on.",
        [
            ("call k:1 d:1 at=2026-01-01\ncall k:1 at=2026-01-02", "k:1 d:1"),
            ("account 1 e:ada at=2026-02-01\ncall k:1 a:1 at=2026-02-01", "k:1 d:1 a:1 e:ada"),
        ],
        same_ids={3: 1},
    ),
    Story(
        "shared cookie",
        "A cookie on which two people log in is neither's: it stays an anonymous customer of its own.",
        [
            ("call k:1 a:1", "k:1 a:1"),
            ("call k:1 a:2 at=2026-02-01", "k:1 | a:1 | a:2"),
            ("call k:1 at=2026-02-02\ncall k:1 a:1 at=2026-02-03", "k:1 | a:1 | a:2"),
        ],
    ),
    Story(
        "household's payment card",
        "A payment card beside two loyalty cards is a household's and keeps a customer of its own.",
        [("receipt c:1 y:1\nreceipt c:2 y:1 at=2026-02-01", "c:1 | c:2 | y:1")],
    ),
    Story(
        "lent card",
        "A loyalty card used under two given names is lent: it joins neither, and is nobody's.",
        [("contact 1 c:1 name=Ayse e:ada\ncontact 2 c:1 name=Bora e:bora", "r:1 e:ada | r:2 e:bora")],
    ),
    Story(
        "phone that moved on",
        "A push token that two accounts used moved with its device, and joins neither.",
        [("call k:1 t:1 a:1\ncall k:2 t:1 a:2 at=2026-02-01", "k:1 a:1 | k:2 a:2")],
    ),
    Story(
        "Google's cookie",
        "A Google Analytics client joins the account that logged in on it, until a second one does.",
        [("visit g:1 a:1", "g:1 a:1"), ("visit g:1 a:2 at=2026-02-01", "g:1 | a:1 | a:2")],
    ),
    Story(
        "placeholder beside good values",
        "A value of the denylist joins nobody, and does not count against the limits of what it was typed beside.",
        [
            (
                "receipt e:=test@test.com p:1 c:1\nreceipt e:1 p:1 c:1\nreceipt e:2 p:1 c:1\nreceipt e:3 p:1 c:1\nreceipt e:4 p:1 c:1\ncontact 5 e:=test@test.com",
                "p:1 c:1 e:1 e:2 e:3 e:4 | r:5",
            )
        ],
    ),
    Story(
        "denied later",
        "An address that is put on the denylist lets go of those it joined.",
        [("account 1 e:shop\naccount 2 e:shop", "a:1 e:shop a:2"), ("denied e:shop", "a:1 | a:2")],
    ),
    Story(
        "İ, ı and a no-break space",
        "Turkish capitals, dotless letters and blanks nobody sees are ways to write one address.",
        [
            ("account 1 e:iyi", "a:1 e:iyi"),
            ("contact 1 e:iyi", "a:1 e:iyi r:1"),
        ],
        written={"e:iyi": "\u00a0İYI@Story{n}.com.TR\u00a0"},
    ),
    Story(
        "more accounts than one may hold",
        "Of four accounts in a row the one on the weakest link stays outside: nobody has four.",
        [
            (
                many(3, "order a:1 e:1\norder a:2 e:1\norder a:2 e:2\norder a:3 e:2\norder a:3 e:3")
                + "\norder a:4 e:3",
                "a:1 a:2 a:3 e:1 e:2 e:3 | a:4",
            )
        ],
    ),
    Story(
        "three accounts",
        "Three accounts in a row are one customer.",
        [("order a:1 e:1\norder a:2 e:1\norder a:2 e:2\norder a:3 e:2", "a:1 a:2 a:3 e:1 e:2")],
    ),
    Story(
        "four accounts on one address",
        "An address on four accounts is nobody's.",
        [
            ("account 1 e:x\naccount 2 e:x\naccount 3 e:x", "a:1 a:2 a:3 e:x"),
            ("account 4 e:x", "a:1 | a:2 | a:3 | a:4"),
        ],
    ),
    Story(
        "delivered twice",
        "The same rows again, in one batch and in a later one, change nothing.",
        [
            (
                "contact 1 e:ada c:1\ncontact 1 e:ada c:1\ncall x k:1 e:ada\ncall x k:1 e:ada",
                "r:1 e:ada c:1 k:1",
            ),
            ("contact 1 e:ada c:1\ncall x k:1 e:ada", "r:1 e:ada c:1 k:1"),
        ],
        same_ids={1: 0, 2: 0, 3: 0, 4: 0},
    ),
    Story(
        "hostile strings",
        "Quotes, braces, bars and statements in an identifier are letters like any other.",
        [
            (
                "call k:='x';drop--a a:={{ref('x')}}\ncall k:=%s\\x00\"%% a:={{ref('x')}}\ncall k:=👤|🙂 a:=O'Brien",
                "k:='x';drop--a a:={{ref('x')}} k:=%s\\x00\"%% | k:=👤|🙂 a:=O'Brien",
            )
        ],
    ),
    Story(
        "guest order",
        "A guest's order joins the account that later shows the same address.",
        [("order e:ada p:1", "e:ada p:1"), ("account 1 e:ada at=2026-02-01", "e:ada p:1 a:1")],
        same_ids={2: 1},
    ),
    Story(
        "alias",
        "An alias call says that the cookie from before is this account.",
        [("call k:1 d:1\naccount 1 e:ada", "k:1 d:1 | a:1 e:ada"), ("alias k:1 a:1", "k:1 d:1 a:1 e:ada")],
    ),
    Story(
        "spoken to, not joined",
        "A message we sent and a consent name one recipient each: they found a customer and join nobody.",
        [("send k:1\nconsent e:ada", "k:1 | e:ada"), ("call k:1 e:ada", "k:1 e:ada")],
    ),
    Story(
        "the founder comes back",
        "An id that outlived its founder is not given again to the founder, who gets another when it comes back alone.",
        [
            (
                "order o0 e:ada at=2023-01-01\norder o1 a:1 e:ada at=2024-01-01\naccount 1 at=2024-01-01",
                "a:1 e:ada",
            ),
            ("erase order o0\nerase order o1", "a:1"),
            ("order o2 e:ada at=2025-01-01", "a:1 | e:ada"),
            ("order o3 e:ada p:1 at=2025-01-02", "a:1 | e:ada p:1"),
        ],
        same_ids={4: 3},
    ),
    Story(
        "kept apart twice",
        "Two birth dates and a person's word keep the same two apart: one link refused, one reason told.",
        [
            (
                "contact 1 c:1 e:home born=1958-03-04\ncontact 2 e:home born=1987-09-21",
                "r:1 c:1 e:home | r:2",
            ),
            ("exclude r:1 r:2 at=2026-06-01", "r:1 c:1 e:home | r:2"),
        ],
    ),
    Story(
        "the founder leaves",
        "An id goes with the identifier that founded it, however many stay behind; those get one of their own.",
        [
            (
                "account 1 e:ada p:1 at=2025-01-01\ncontact 1 c:1 e:ada p:1 at=2025-02-01",
                "a:1 e:ada p:1 r:1 c:1",
            ),
            ("exclude a:1 c:1 at=2026-06-01", None),
            ("account 1 at=2025-01-01 updated=2026-03-01", "a:1 | e:ada p:1 r:1 c:1"),
            ("withdraw a:1 c:1 at=2026-06-02", "a:1 | e:ada p:1 r:1 c:1"),
        ],
        same_ids={4: 3},
    ),
]
for number, story in enumerate(STORIES):
    story.number = number
