"""A webhook signed as Standard Webhooks says (standardwebhooks.com): one message per row, its id the idempotency key."""

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Sequence

from orchestration.lib.destinations.base import Secrets, plain_fields
from orchestration.lib.destinations.http import HttpDestination
from orchestration.lib.errors import TekilError
from orchestration.lib.outbox.answers import Answer, acknowledged
from orchestration.lib.outbox.ledger import Command
from orchestration.lib.outbox.rules import Rule


class Webhook(HttpDestination):
    """POST to DESTINATION_<NAME>_URL, signed with DESTINATION_<NAME>_SECRET (whsec_...)."""

    kind = "webhook"
    batch_size = 1
    concurrency = 8

    def __init__(self, rule: Rule, secrets: Secrets, **more):
        super().__init__(rule, secrets, **more)
        self._key = signing_key(secrets)

    async def send(self, batch: Sequence[Command]) -> list[Answer]:
        """One message: `customer.changed` with the fields, or `customer.deleted` with the key."""
        (command,) = batch
        data = {"key": command.address, "version": command.version, **plain_fields(command)}
        body = json.dumps(
            {"type": "customer.deleted" if command.is_delete else "customer.changed", "data": data},
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode()
        timestamp = str(int(time.time()))
        reply = await self.request(
            "POST",
            self.base,
            content=body,
            headers={
                "Content-Type": "application/json",
                "webhook-id": command.idempotency_key,
                "webhook-timestamp": timestamp,
                "webhook-signature": signature(self._key, command.idempotency_key, timestamp, body),
            },
        )
        return [acknowledged(f"HTTP {reply.status}")]


def signing_key(secrets: Secrets) -> bytes:
    """The bytes of the secret. Raises TekilError when it is not base64."""
    try:
        key = base64.b64decode(secrets.need("SECRET").removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) < 16:
        raise TekilError(
            f"{secrets.name('SECRET')} is no secret of 16 bytes or more: write whsec_ and base64."
        )
    return key


def signature(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    """v1 of Standard Webhooks: HMAC-SHA256 over id, timestamp and body with dots between."""
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
