"""What people records and visitors have in common for a linking run: how each is prepared, learned and judged is its own."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar

import duckdb

from orchestration.lib.linking.comparisons import Comparison
from orchestration.lib.linking.grouping import Pair
from orchestration.lib.linking.model import Model
from orchestration.lib.linking.rules import LinkingRules
from orchestration.lib.settings import Settings


class Population(ABC):
    """One kind of record that is compared with its like.

    A run fills a table named as the population, and `salt`; prepare() makes of them `records` and `keys`, learn() and rescore() leave
    `judged`: pairs with weight, levels, `held_by` and `ceiling`.
    """

    name: ClassVar[str]
    noun: ClassVar[str]
    prepared: ClassVar[str]
    landed: ClassVar[tuple[tuple[str, str], ...]]
    columns: ClassVar[dict[str, str]]
    comparisons: ClassVar[tuple[Comparison, ...]]
    has_frequencies: ClassVar[bool]

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        rules: LinkingRules,
        settings: Settings,
        progress: Callable[[str], None],
    ):
        self.connection, self.rules, self.settings, self.progress = connection, rules, settings, progress

    @classmethod
    @abstractmethod
    def shape(cls) -> str:
        """Changes when what is compared does."""

    @abstractmethod
    def prepare(self) -> int:
        """Make `records` and `keys`; returns how many records there are."""

    @abstractmethod
    def may_keep(self, records: int) -> bool:
        """Whether so many records are enough to use a model that was learned before."""

    @abstractmethod
    def learn(self, records: int) -> Model:
        """Learn from all pairs, and judge them. Raises TooLittle."""

    @abstractmethod
    def rescore(self, model: Model) -> None:
        """Judge the table `pairs` by a model."""

    @abstractmethod
    def contest(self, strongest_first: list[Pair], model: Model) -> None:
        """Mark links of `all_links` that would join two people."""
