"""Mailchimp's members by its batches API: an upsert and its tags per member; whoever unsubscribed there stays so.

Segments become tags with the prefix "tekil: ", so that tags made by hand are left alone.
"""

import asyncio
import gzip
import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Sequence

from orchestration.lib.destinations.base import Secrets, plain_fields
from orchestration.lib.destinations.http import HttpDestination
from orchestration.lib.outbox.answers import Answer, Transient, acknowledged, again, refused
from orchestration.lib.outbox.ledger import Command
from orchestration.lib.outbox.rules import Rule

PREFIX = "tekil: "
POLL = 5.0  # seconds between two looks at a batch
LOOKS = 120
LARGEST_RESULTS = 64 * 1024 * 1024
FINISHED = "finished"


class MailchimpMembers(HttpDestination):
    """DESTINATION_<NAME>_URL is https://<dc>.api.mailchimp.com/3.0, _TOKEN an API key, _LIST the audience's id.

    A member that left is archived, one who withdrew is unsubscribed, one to be erased is deleted for good.
    """

    kind = "mailchimp"
    batch_size = 250
    concurrency = 2
    requests_per_second = 5.0

    def __init__(self, rule: Rule, secrets: Secrets, known_segments: Sequence[str] = (), **more):
        super().__init__(rule, secrets, **more)
        self.members = f"/lists/{secrets.need('LIST')}/members"
        self.known_segments = tuple(known_segments)
        self.headers = {"Authorization": f"Bearer {secrets.need('TOKEN')}"}

    async def send(self, batch: Sequence[Command]) -> list[Answer]:
        """Start a batch of operations, wait for its end, and read what became of each."""
        operations = [
            operation for place, one in enumerate(batch) for operation in self.operations(place, one)
        ]
        started = await self.request("POST", f"{self.base}/batches", {"operations": operations}, self.headers)
        batch_id = started.object().get("id")
        if not isinstance(batch_id, str) or not batch_id.isalnum():
            raise Transient("an answer of another shape")
        statuses = await self._results(batch_id)
        return [self._answer(one, statuses.get(place, [])) for place, one in enumerate(batch)]

    def operations(self, place: int, command: Command) -> list[dict]:
        """The calls that bring one member to what it should be, each safe to repeat."""
        member = f"{self.members}/{subscriber_hash(command.address)}"

        def call(method: str, path: str, body: dict | None = None) -> dict:
            made = {"method": method, "path": path, "operation_id": f"{place}:{method}"}
            return made | ({"body": json.dumps(body, ensure_ascii=False)} if body is not None else {})

        if command.is_delete:
            if command.cause == "erased":
                return [call("POST", f"{member}/actions/delete-permanent")]
            if command.cause == "withdrawn":
                return [call("PATCH", member, {"status": "unsubscribed"})]
            return [call("DELETE", member)]
        fields = plain_fields(command)
        segments = fields.pop("segments", None) or []
        # status_if_new alone: a member who unsubscribed is updated, and stays unsubscribed
        body = {
            "email_address": command.address,
            "status_if_new": "subscribed",
            "merge_fields": merge_fields(fields),
        }
        tags = [
            {"name": f"{PREFIX}{segment}", "status": "active" if segment in segments else "inactive"}
            for segment in sorted({*self.known_segments, *segments})
        ]
        return [
            call("PUT", f"{member}?skip_merge_validation=true", body),
            *([call("POST", f"{member}/tags", {"tags": tags})] if tags else []),
        ]

    async def _results(self, batch_id: str) -> dict[int, list[int]]:
        """The statuses of each command's operations, by its place in the batch."""
        for _ in range(LOOKS):
            said = (
                await self.request("GET", f"{self.base}/batches/{batch_id}", headers=self.headers)
            ).object()
            if said.get("status") == FINISHED:
                break
            await asyncio.sleep(POLL)
        else:
            raise Transient("the batch did not finish in time")
        address = said.get("response_body_url")
        if not isinstance(address, str) or not address:
            raise Transient("an answer of another shape")
        # the results lie on another host, which is guarded like the first and gets no credentials
        reply = await self.request("GET", address)
        statuses: dict[int, list[int]] = {}
        for result in read_results(reply.content):
            place, _, _ = str(result.get("operation_id", "")).partition(":")
            if place.isdigit() and isinstance(result.get("status_code"), int):
                statuses.setdefault(int(place), []).append(result["status_code"])
        return statuses

    def _answer(self, command: Command, statuses: list[int]) -> Answer:
        if not statuses:
            return again("the batch has no result for it")
        # who is not there needs no deletion; 405 is Mailchimp's word for an archived member
        allowed = {404, 405} if command.is_delete else set()
        bad = [status for status in statuses if not 200 <= status < 300 and status not in allowed]
        if not bad:
            return acknowledged(f"HTTP {statuses[0]}")
        if any(status == 429 or status >= 500 for status in bad):
            return again(f"HTTP {bad[0]}")
        return refused(f"HTTP {bad[0]}")


def subscriber_hash(email: str) -> str:
    """What Mailchimp calls a member by: the MD5 of the address in small letters."""
    return hashlib.md5(email.strip().lower().encode(), usedforsecurity=False).hexdigest()


def merge_fields(fields: dict) -> dict:
    """Our names as Mailchimp writes them: first_name is FNAME, last_name LNAME, others in capitals, ten letters at most."""
    names = {"first_name": "FNAME", "last_name": "LNAME"}
    return {
        names.get(name, name.upper()[:10]): "" if value is None else value for name, value in fields.items()
    }


def read_results(content: bytes) -> list[dict]:
    """The operations' results from a gzipped tar of JSON lists. Raises Transient when it is none, or too large."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            plain = file.read(LARGEST_RESULTS + 1)
        if len(plain) > LARGEST_RESULTS:
            raise Transient("results that do not end")
        results = []
        with tarfile.open(fileobj=io.BytesIO(plain)) as archive:
            for member in archive:
                if member.isfile() and (part := archive.extractfile(member)):
                    results += json.loads(part.read())
        return [result for result in results if isinstance(result, dict)]
    except (OSError, EOFError, ValueError, TypeError, zlib.error, tarfile.TarError):
        raise Transient("results that cannot be read") from None
