"""How loading, locking and settings are done, in plain Python: nothing here knows Dagster."""
