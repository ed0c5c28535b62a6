"""The one kind of error a user is meant to read."""


class TekilError(Exception):
    """Something the user can put right; the message is the one sentence shown, without personal data."""
