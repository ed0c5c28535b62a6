"""Whose a cookie or installation truly is, told by how the generator makes ids: for measuring only.

The labels name cookies on which somebody logged in, which exact identifiers link already; those that nobody logged in on are what
likeness is for. A tablet or desktop that two people share belongs to neither.
"""

from .visits import uuid_of

# the last digit of a device's key: app, mobile, home, office, shared
DEVICES = "12348"
MOST_ERAS = 12


def owners(people: int) -> dict[str, str]:
    """Return the person of each cookie that the first so many people can have: customers and visitors together."""
    found = {}
    for n in range(people):
        for device in DEVICES:
            for era in range(MOST_ERAS):
                who = f"shared-{n:07d}" if device == "8" else f"P{n:07d}"
                found[uuid_of(f"{n:07d}{device}", era)] = who
    return found
