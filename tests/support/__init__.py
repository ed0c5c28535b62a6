"""Helpers shared by the tests: a PostgreSQL server that needs nothing but pip."""
