"""Time without surprises: epoch milliseconds inside, ready-made text outside."""

from datetime import date

END_MS = 1_782_853_200_000  # 2026-06-30T21:00:00Z, midnight in Istanbul: the last instant of every sample
DAY_MS = 86_400_000
ISTANBUL_MS = 3 * 3_600_000  # Turkey keeps +03:00 all year
HMS = [f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(86_400)]
_days: dict[int, str] = {}


def day_text(day: int) -> str:
    """Return the ISO date of a day counted from 1970-01-01."""
    text = _days.get(day)
    if text is None:
        text = _days[day] = date.fromordinal(719_163 + day).isoformat()
    return text


def utc(ms: int) -> str:
    """Return `2026-01-31T10:00:00.000Z`."""
    s = ms // 1000
    return f"{day_text(s // 86_400)}T{HMS[s % 86_400]}.{ms % 1000:03d}Z"


def utc_seconds(ms: int) -> str:
    """Return `2026-01-31T10:00:00Z`."""
    s = ms // 1000
    return f"{day_text(s // 86_400)}T{HMS[s % 86_400]}Z"


def offset(ms: int) -> str:
    """Return Istanbul time with its offset: `2026-01-31T13:00:00+03:00`."""
    s = (ms + ISTANBUL_MS) // 1000
    return f"{day_text(s // 86_400)}T{HMS[s % 86_400]}+03:00"


def local(ms: int) -> str:
    """Return Istanbul time without a zone: `2026-01-31 13:00:00`."""
    s = (ms + ISTANBUL_MS) // 1000
    return f"{day_text(s // 86_400)} {HMS[s % 86_400]}"


def berlin_offset_ms(ms: int) -> int:
    """Return Berlin's offset: two hours between the last Sundays of March and October, else one."""
    d = date.fromordinal(719_163 + ms // DAY_MS)
    march, october = date(d.year, 3, 31), date(d.year, 10, 31)
    first = march.toordinal() - (march.weekday() + 1) % 7
    last = october.toordinal() - (october.weekday() + 1) % 7
    hours = (ms // 3_600_000) - (-719_163 * 24)
    return 7_200_000 if first * 24 + 1 <= hours < last * 24 + 1 else 3_600_000


def berlin(ms: int) -> str:
    """Return Berlin time with its offset: `2026-07-31T12:00:00+02:00`."""
    off = berlin_offset_ms(ms)
    s = (ms + off) // 1000
    return f"{day_text(s // 86_400)}T{HMS[s % 86_400]}+0{off // 3_600_000}:00"


def month(ms: int) -> str:
    """Return the month in Istanbul, `2026-01`: files are named by it."""
    return day_text((ms + ISTANBUL_MS) // DAY_MS)[:7]


def weekday(ms: int) -> int:
    """Return the day of the week in Istanbul, Monday is 0."""
    return ((ms + ISTANBUL_MS) // DAY_MS + 3) % 7
