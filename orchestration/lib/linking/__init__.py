"""Probabilistic linking of people records and of visitors: Splink as the engine, trained without labels, the same values for every warehouse.

rules.py reads the settings. people.py and visitors.py are the two populations (population.py says what one is). Of people, records.py prepares what is
compared, comparisons.py says how, model.py learns; scoring.py weighs pairs, run.py brings it together. How it works in words: docs/linking.md.
"""

from orchestration.lib.linking.run import LinkingReport, due, forget, link

__all__ = ["LinkingReport", "due", "forget", "link"]
