"""Where rows go: one class per kind of destination, found by the column `kind` of seeds/rules/destinations.csv."""

from collections.abc import Mapping

from orchestration.lib.destinations.base import Destination, Secrets
from orchestration.lib.destinations.braze import BrazeUsers
from orchestration.lib.destinations.files import Files
from orchestration.lib.destinations.google_ads import CustomerMatch
from orchestration.lib.destinations.mailchimp import MailchimpMembers
from orchestration.lib.destinations.meta import CustomAudience
from orchestration.lib.destinations.onsite import Onsite
from orchestration.lib.destinations.postgres import PostgresTable
from orchestration.lib.destinations.provider import MessagingProvider
from orchestration.lib.destinations.webhook import Webhook
from orchestration.lib.errors import TekilError
from orchestration.lib.outbox.rules import Rule

KINDS: dict[str, type[Destination]] = {
    kind.kind: kind
    for kind in (
        *(Webhook, MailchimpMembers, BrazeUsers, MessagingProvider, CustomerMatch, CustomAudience),
        *(PostgresTable, Files, Onsite),
    )
}


def destination_of(rule: Rule, environment: Mapping[str, str], **more) -> Destination:
    """The destination a rule names, with its secrets. Raises TekilError when its kind or a secret is missing."""
    if rule.kind not in KINDS:
        raise TekilError(
            f"seeds/rules/destinations.csv: '{rule.destination}' has the kind '{rule.kind}': "
            f"write one of {', '.join(sorted(KINDS))}."
        )
    return KINDS[rule.kind](rule, Secrets(rule.destination, environment), **more)
