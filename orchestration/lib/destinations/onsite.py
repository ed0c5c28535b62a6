"""What a web server looks up while a page is made: a visitor's segments and open cart, by cookie or account."""

from orchestration.lib.destinations.keyvalue import KeyValueFile


class Onsite(KeyValueFile):
    """A SQLite file at DESTINATION_<NAME>_PATH: `select value from entries where key = ?`."""

    kind = "onsite"
