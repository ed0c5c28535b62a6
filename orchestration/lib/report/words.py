"""Numbers as people read them: 12,345 · 5.6 M TRY · 23 %. A number and its unit stay on one line."""

from decimal import ROUND_HALF_UP, Decimal

Number = int | Decimal
BLANK = "\u00a0"


def count(number: Number | None) -> str:
    """A whole number with its thousands parted; an en dash for none."""
    return "–" if number is None else f"{int(number):,}"


def short(number: Number | None) -> str:
    """A number in three digits or so: 941, 12.3 k, 5.6 M."""
    if number is None:
        return "–"
    size = abs(Decimal(number))
    # what rounds up to the next unit is written in it
    for unit, letter in ((10**9, "bn"), (10**6, "M"), (10**3, "k")):
        if size >= unit * Decimal("0.9995"):
            return f"{rounded(Decimal(number) / unit, 0 if size >= 100 * unit else 1)}{BLANK}{letter}"
    return f"{rounded(Decimal(number), 0)}"


def money(number: Number | None, currency: str) -> str:
    """An amount in three digits or so, with its currency."""
    return f"{short(number)}{BLANK}{currency}"


def share(part: Number | None, whole: Number | None = 1, digits: int = 0) -> str:
    """A part of a whole in per cent; an en dash where there is no whole."""
    return (
        "–"
        if part is None or not whole
        else f"{rounded(Decimal(part) * 100 / Decimal(whole), digits)}{BLANK}%"
    )


def ratio(part: Number | None, whole: Number | None) -> Decimal | None:
    """A part divided by a whole, to six places; none where there is no whole."""
    if part is None or not whole:
        return None
    return (Decimal(part) / Decimal(whole)).quantize(Decimal("0.000001"), ROUND_HALF_UP)


def change(now: Number | None, before: Number | None) -> str:
    """How far a number moved from an earlier one, in per cent with its sign."""
    if now is None or not before or before < 0:
        return ""
    moved = rounded((Decimal(now) - Decimal(before)) * 100 / Decimal(before), 0)
    return f"{'+' if moved > 0 else '−' if moved < 0 else '±'}{count(abs(moved))}{BLANK}%"


def rounded(number: Decimal, digits: int) -> Decimal:
    """Rounded half away from zero, as people do; never a negative zero."""
    return number.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP) + 0


def plural(number: Number, one: str, many: str | None = None) -> str:
    """`1 order`, `2 orders`."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"
