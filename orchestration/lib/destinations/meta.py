"""Meta Custom Audiences: POST and DELETE /{audience}/users with a schema and hashed data, at most 10,000 rows a call."""

import json
import random
from collections.abc import Sequence

from orchestration.lib.destinations.base import Secrets
from orchestration.lib.destinations.google_ads import e164, sha256
from orchestration.lib.destinations.http import HttpDestination, Reply
from orchestration.lib.outbox.answers import Answer, Closed, RateLimited, Refused, Transient, acknowledged
from orchestration.lib.outbox.ledger import Command
from orchestration.lib.outbox.rules import Rule

API = "v25.0"
SCHEMA = ["EXTERN_ID", "EMAIL", "PHONE"]
TOO_MANY = {4, 17, 32, 613, 80000, 80003, 80004}  # error codes of its rate limits, which come as HTTP 400
EXPIRED = {102, 190, 200, 10}


class CustomAudience(HttpDestination):
    """DESTINATION_<NAME>_TOKEN and _AUDIENCE (its id); _URL has Meta's as default."""

    kind = "meta_ads"
    batch_size = 10_000
    concurrency = 1
    requests_per_second = 1.0

    def __init__(self, rule: Rule, secrets: Secrets, **more):
        super().__init__(rule, secrets, **more)
        self.users = f"{self.base}/{API}/{secrets.need('AUDIENCE')}/users"

    def address(self) -> str:
        """Meta's, unless another is named."""
        return super().address() if self.secrets.get("URL") else "https://graph.facebook.com"

    async def send(self, batch: Sequence[Command]) -> list[Answer]:
        """One session of one batch. Rows that Meta calls invalid are counted, not named: the engine halves until they are found."""
        body = {
            "session": {
                "session_id": random.getrandbits(63),
                "batch_seq": 1,
                "last_batch_flag": True,
                "estimated_num_total": len(batch),
            },
            "payload": {"schema": SCHEMA, "data": [hashed(one) for one in batch]},
        }
        reply = await self.request(
            "DELETE" if batch[0].is_delete else "POST",
            self.users,
            body,
            {"Authorization": f"Bearer {self.secrets.need('TOKEN')}"},
        )
        said = reply.object()
        received, invalid = said.get("num_received"), said.get("num_invalid_entries")
        if not isinstance(received, int) or not isinstance(invalid, int):
            raise Transient("an answer of another shape")
        if invalid:
            raise Refused("Custom Audiences called it invalid")
        if received < len(batch):
            raise Transient("fewer rows were received than sent")
        return [acknowledged("received") for _ in batch]

    def problem(self, reply: Reply) -> Exception:
        """Meta's own codes say more than its statuses do."""
        try:
            error = json.loads(reply.content).get("error") or {}
            code = int(error.get("code", 0))
        except (ValueError, AttributeError, TypeError):
            return super().problem(reply)
        if code in TOO_MANY:
            return RateLimited(f"HTTP {reply.status} code {code}")
        if code in EXPIRED:
            return Closed(
                f"{self.rule.destination} does not accept our credentials (code {code}): correct {self.secrets.name('TOKEN')}."
            )
        if error.get("is_transient"):
            return Transient(f"HTTP {reply.status} code {code}")
        return super().problem(reply)


def hashed(command: Command) -> list[str]:
    """A row in the order of SCHEMA; what is not known is an empty text. Phones have no plus at Meta."""
    contact = json.loads(command.address)
    email = (contact.get("email") or "").strip().lower()
    phone = e164(contact.get("phone")).removeprefix("+")
    return [contact.get("id") or "", sha256(email) if email else "", sha256(phone) if phone else ""]
