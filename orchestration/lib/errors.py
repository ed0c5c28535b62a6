"""The one kind of error a user is meant to read."""


class TekilError(Exception):
    """Something the user can put right; the message is the one sentence shown, without personal data."""


class WarehouseBusy(TekilError):
    """Somebody else has the warehouse; the same thing may work in a minute."""


class NotPermitted(TekilError):
    """Something that is looked at before anything leaves says no; it will say so in a minute too."""
