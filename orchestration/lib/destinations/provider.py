"""An SMS, push or WhatsApp provider: the recipients of a template, with the parameters that fill it.

No two providers agree, so this is the common denominator, written down in docs/destinations.md: recipients by their own key,
upserted and deleted in batches, one result each.
"""

from collections.abc import Sequence

from orchestration.lib.destinations.base import plain_fields
from orchestration.lib.destinations.http import HttpDestination
from orchestration.lib.outbox.answers import Answer, Transient, acknowledged, again, refused
from orchestration.lib.outbox.ledger import Command


class MessagingProvider(HttpDestination):
    """DESTINATION_<NAME>_URL, DESTINATION_<NAME>_TOKEN, and DESTINATION_<NAME>_TEMPLATE: the template the audience is for."""

    kind = "messaging"
    batch_size = 500
    concurrency = 4

    async def send(self, batch: Sequence[Command]) -> list[Answer]:
        """POST {url}/templates/{template}/recipients with upserts or deletions; results name each by its id."""
        recipients = []
        for one in batch:
            recipient = {"id": one.row_key, "version": one.version}
            if not one.is_delete:
                fields = plain_fields(one)
                recipient |= {"channel": fields.pop("channel", None), "to": one.address, "parameters": fields}
            recipients.append(recipient)
        reply = await self.request(
            "POST",
            f"{self.base}/templates/{self.secrets.need('TEMPLATE')}/recipients",
            {"action": "delete" if batch[0].is_delete else "upsert", "recipients": recipients},
            {
                "Authorization": f"Bearer {self.secrets.need('TOKEN')}",
                "Idempotency-Key": batch[0].idempotency_key if len(batch) == 1 else _key_of(batch),
            },
        )
        results = reply.object().get("results")
        if not isinstance(results, list):
            raise Transient("an answer of another shape")
        by_id = {result.get("id"): result.get("status") for result in results if isinstance(result, dict)}
        return [_answer(by_id.get(one.row_key)) for one in batch]


def _key_of(batch: Sequence[Command]) -> str:
    """One key for a batch: the same rows with the same contents give the same key."""
    import hashlib

    return hashlib.sha256("".join(one.idempotency_key for one in batch).encode()).hexdigest()[:32]


def _answer(status: object) -> Answer:
    if status in ("accepted", "deleted"):
        return acknowledged(str(status))
    if status == "rejected":
        return refused("the provider rejected the recipient")
    return again("the provider could not say")
