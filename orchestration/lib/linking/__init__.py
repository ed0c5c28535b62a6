"""Probabilistic linking of people records: Splink as the engine, trained without labels, the same values for every warehouse.

rules.py reads the settings, records.py prepares what is compared, comparisons.py says how, model.py learns, scoring.py weighs
pairs, run.py brings it together. How it works in words: docs/linking.md.
"""

from orchestration.lib.linking.run import LinkingReport, forget, is_due, link

__all__ = ["LinkingReport", "forget", "is_due", "link"]
