"""The outbox: what a destination should hold against what it has acknowledged, and the way from one to the other (A9)."""
