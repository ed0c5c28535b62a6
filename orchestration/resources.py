"""What assets and sensors are given: the settings of this deployment, and the way to raise an alarm."""

from collections.abc import Callable

from dagster import ConfigurableResource

from orchestration.lib.alerts import send
from orchestration.lib.build import with_landing
from orchestration.lib.settings import Settings


class Tekil(ConfigurableResource):
    """The settings (docs/settings.md), read when a step starts."""

    def settings(self, say: Callable[[str], None]) -> Settings:
        """All settings, with the sample and its clock where no landing folder is named."""
        return with_landing(Settings.from_environment(), say)


class Alerts(ConfigurableResource):
    """Where alarms go: the log, and the webhook of DESTINATION_ALERTS_WEBHOOK if one is set."""

    def send(self, sentence: str, say: Callable[[str], None]) -> None:
        """Say it in the log and post it; an alarm nobody hears is an error."""
        say(sentence)
        send(sentence)
