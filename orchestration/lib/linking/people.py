"""People records: contacts, accounts, members and contact-centre users, compared by name, birth date, contact points and address."""

from typing import ClassVar

from orchestration.lib.linking import model as learning
from orchestration.lib.linking import scoring
from orchestration.lib.linking.comparisons import COMPARISONS, shape_hash
from orchestration.lib.linking.grouping import Pair
from orchestration.lib.linking.model import Model, TooLittle, Training
from orchestration.lib.linking.population import Population
from orchestration.lib.linking.records import COLUMNS, prepare_records


class People(Population):
    """Learned by expectation maximisation over several ways of finding pairs."""

    name: ClassVar = "people"
    noun: ClassVar = "people records"
    prepared: ClassVar = "int_staging__people_prepared"
    landed: ClassVar = (
        ("crm", "contacts"),
        ("shop", "customers"),
        ("mailchimp", "members"),
        ("zendesk", "users"),
    )
    columns: ClassVar = COLUMNS
    comparisons: ClassVar = COMPARISONS
    has_frequencies: ClassVar = True

    @classmethod
    def shape(cls) -> str:
        return shape_hash()

    def prepare(self) -> int:
        variants = self.settings.root / "seeds" / "rules" / "given_name_variants.csv"
        self.connection.execute(
            "create or replace table variants as select name, variant_of from read_csv(?, header = true, all_varchar = true)",
            [str(variants)],
        )
        return prepare_records(self.connection, self.rules)

    def may_keep(self, records: int) -> bool:
        return records >= self.rules.count("min_records")

    def learn(self, records: int) -> Model:
        """Train, weigh all pairs, learn from them what only all pairs tell, and weigh them again."""
        self.progress(f"linking: learning from {records} people records")
        training = Training(self.connection, self.rules, records, self.settings.threads).learn()
        scoring.learn_frequencies(self.connection)
        scoring.make_frequencies(self.connection)
        scoring.find_pairs(self.connection, changed_only=False)
        wrong_dates = 0.0
        for is_last in (False, True):
            scoring.weigh(
                self.connection,
                training.comparisons,
                training.numbers,
                -scoring.log_odds(scoring.MOST_PAIRS_PER_RECORD / (records + 60)) - 1,
            )
            scoring.judge(self.connection, training.comparisons, training.numbers, wrong_dates, self.rules)
            prior, likely_pairs = scoring.learn_prior(self.connection, records)
            if not is_last:
                wrong_dates = scoring.learn_wrong_dates(self.connection, self.rules)
                learning.deflate(training.numbers, training.comparisons, prior)
        if likely_pairs < self.rules.count("min_likely_pairs"):
            raise TooLittle(
                f"About {likely_pairs:.0f} pairs are of one person and min_likely_pairs is {self.rules.count('min_likely_pairs')}: "
                "rates learned from so few would be a guess."
            )
        return Model(learning.write_down(training, prior, likely_pairs, wrong_dates, self.rules))

    def rescore(self, model: Model) -> None:
        scoring.make_frequencies(self.connection)
        comparisons, numbers = model.of(self.comparisons), model.numbers()
        least = scoring.log_odds(self.rules.number("floor_probability")) - 1
        scoring.weigh(self.connection, comparisons, numbers, least - scoring.log_odds(model.prior))
        scoring.judge(self.connection, comparisons, numbers, model.content["wrong_birth_dates"], self.rules)

    def contest(self, strongest_first: list[Pair], model: Model) -> None:
        scoring.contest(self.connection, strongest_first, model, self.rules)
