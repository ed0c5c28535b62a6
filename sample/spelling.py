"""How one fact is spelt in different systems: typos, capitals, blanks, phone and e-mail variants."""

from . import rates as R
from .dice import Roll, between, pick
from .people import ascii_fold

_UPPER = str.maketrans("iı", "İI")


def capitals(text: str) -> str:
    """Return Turkish capitals: i becomes İ, ı becomes I."""
    return text.translate(_UPPER).upper()


def typo(r: Roll, word: str) -> str:
    """Return the word with one slip of the finger after its first letter; words below four letters stay."""
    if len(word) < 4:
        return word
    i = between(r, 1, len(word) - 2)
    how = r()
    if how < 0.4:
        return word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    if how < 0.7:
        return word[:i] + word[i] + word[i:]
    return word[:i] + word[i + 1 :]


def phone(r: Roll, digits: str) -> str:
    """Return one of the spellings people and tills write for a number given as digits with country code."""
    if digits.startswith("49"):
        d = digits[2:]
        return pick(r, (f"+49 {d[:3]} {d[3:]}", f"+49{d}", f"0049 {d}", f"+49 ({d[:3]}) {d[3:]}"))
    d = digits[2:]
    a, b, c, e = d[:3], d[3:6], d[6:8], d[8:]
    return pick(
        r,
        (
            f"0{a} {b} {c} {e}",
            f"+90{d}",
            f"0{d}",
            f"+90 {a} {b} {c} {e}",
            f"00 90 {a} {b} {c} {e}",
            f"(0{a}) {b}-{c}-{e}",
            f"{a} {b}{c}{e}",
            f"90 {a} {b} {c} {e}",
            f"{d}",
        ),
    )


def e164(digits: str) -> str:
    """Return `+905321234567`."""
    return f"+{digits}"


def email(r: Roll, address: str, loud: bool = True) -> str:
    """Return the address as a second system may hold it; all forms reach the same mailbox."""
    name, _, domain = address.partition("@")
    if domain == "gmail.com" and r() < R.GMAIL_SPELLING:
        how = r()
        if how < 0.4:
            i = between(r, 1, len(name) - 1)
            name = name.replace(".", "") if "." in name else f"{name[:i]}.{name[i:]}"
        elif how < 0.75:
            name += pick(r, ("+magaza", "+shop", "+alisveris"))
        else:
            domain = "googlemail.com"
    address = f"{name}@{domain}"
    if loud and r() < R.EMAIL_CAPITALS:
        address = address.upper() if r() < 0.5 else address[0].upper() + address[1:]
    return address


def email_typo(r: Roll, address: str) -> str:
    """Return an address that reaches nobody: a slip in the letters or a wrong domain."""
    name, _, domain = address.partition("@")
    wrong = {"gmail.com": "gmial.com", "hotmail.com": "hotmial.com", "outlook.com": "outlok.com"}
    if domain in wrong and r() < 0.6:
        return f"{name}@{wrong[domain]}"
    return f"{typo(r, name[:4])}x{name[4:]}@{domain}"


def phone_typo(r: Roll, digits: str) -> str:
    """Return the number with two digits swapped or one wrong, never the number itself."""
    i = between(r, 5, len(digits) - 1)
    return digits[:i] + str((int(digits[i]) + between(r, 1, 9)) % 10) + digits[i + 1 :]


def blanks(r: Roll, text: str) -> str:
    """Return the text with NBSP, two blanks, or blanks around it."""
    return pick(
        r, (f"{text} ", f" {text}", text.replace(" ", "\u00a0") + "\u00a0", text.replace(" ", "  ") + "  ")
    )


def crm_name(r: Roll, name: str, upper: bool, folded: bool) -> str:
    """Return a name as store staff typed it."""
    if r() < R.CRM_NAME_TYPO:
        name = typo(r, name)
    if upper:
        name = capitals(name)
        if folded:
            name = ascii_fold(name)
    if r() < R.CRM_BLANKS:
        name = blanks(r, name)
    return name
