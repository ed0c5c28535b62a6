"""Braze's user API: POST /users/track with attributes, POST /users/delete; both name users by external_id.

Iterable, MoEngage and their like differ in names only: a class of another kind overrides `track` and `remove`.
"""

from collections.abc import Sequence

from orchestration.lib.destinations.base import plain_fields
from orchestration.lib.destinations.http import HttpDestination
from orchestration.lib.outbox.answers import Answer, Transient, acknowledged, refused
from orchestration.lib.outbox.ledger import Command

DELETIONS = 50  # users one /users/delete takes


class BrazeUsers(HttpDestination):
    """DESTINATION_<NAME>_URL is the REST endpoint, DESTINATION_<NAME>_TOKEN an API key with users.track and users.delete."""

    kind = "braze"
    batch_size = 75
    concurrency = 4

    async def send(self, batch: Sequence[Command]) -> list[Answer]:
        """Attributes of up to 75 users, or up to 50 deletions a call; errors name rows by their index."""
        headers = {"Authorization": f"Bearer {self.secrets.need('TOKEN')}"}
        if batch[0].is_delete:
            for start in range(0, len(batch), DELETIONS):
                users = [one.address for one in batch[start : start + DELETIONS]]
                reply = await self.request(
                    "POST", f"{self.base}/users/delete", {"external_ids": users}, headers
                )
                if not isinstance(reply.object().get("deleted"), int):
                    raise Transient("an answer of another shape")
            return [acknowledged("deleted") for _ in batch]
        attributes = [{"external_id": one.address, **plain_fields(one)} for one in batch]
        reply = await self.request("POST", f"{self.base}/users/track", {"attributes": attributes}, headers)
        said = reply.object()
        if said.get("message") != "success":
            raise Transient("an answer of another shape")
        answers = [acknowledged("processed") for _ in batch]
        for error in said.get("errors") or []:
            if error.get("input_array") == "attributes" and 0 <= error.get("index", -1) < len(batch):
                answers[error["index"]] = refused("the user API refused its attributes")
        return answers
