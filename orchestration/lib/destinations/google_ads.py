"""Google Customer Match by OfflineUserDataJobs: a job is made, filled, and run; hashed here and nowhere before."""

import hashlib
import json
from collections.abc import Sequence

from orchestration.lib.destinations.base import Secrets
from orchestration.lib.destinations.http import HttpDestination, Reply
from orchestration.lib.outbox.answers import Answer, Closed, Transient, acknowledged, refused
from orchestration.lib.outbox.ledger import Command
from orchestration.lib.outbox.rules import Rule

API = "v21"
GRANTED = {"adUserData": "GRANTED", "adPersonalization": "GRANTED"}


class CustomerMatch(HttpDestination):
    """DESTINATION_<NAME>_TOKEN (OAuth), _DEVELOPER_TOKEN, _CUSTOMER (digits), _LIST (user list id); _URL has Google's as default."""

    kind = "google_ads"
    # up to two identifiers a row, and a request takes 100,000 of them
    batch_size = 50_000
    concurrency = 1
    requests_per_second = 1.0

    def __init__(self, rule: Rule, secrets: Secrets, **more):
        super().__init__(rule, secrets, **more)
        self.customer = secrets.need("CUSTOMER").replace("-", "")
        self.list = f"customers/{self.customer}/userLists/{secrets.need('LIST')}"
        self.headers = {
            "Authorization": f"Bearer {secrets.need('TOKEN')}",
            "developer-token": secrets.need("DEVELOPER_TOKEN"),
        }

    def address(self) -> str:
        """Google's, unless another is named."""
        return super().address() if self.secrets.get("URL") else "https://googleads.googleapis.com"

    async def send(self, batch: Sequence[Command]) -> list[Answer]:
        """One job of creations or of removals: Google does not mix them."""
        operation = "remove" if batch[0].is_delete else "create"
        named = [identifiers(one.address) for one in batch]
        operations = [{operation: {"userIdentifiers": found}} for found in named if found]
        answers = [acknowledged("job run") if found else refused("no identifier") for found in named]
        if not operations:
            return answers
        job = {
            "job": {
                "type": "CUSTOMER_MATCH_USER_LIST",
                "customerMatchUserListMetadata": {"userList": self.list, "consent": GRANTED},
            }
        }
        made = await self._post(f"customers/{self.customer}/offlineUserDataJobs:create", job)
        name = made.object().get("resourceName")
        if not isinstance(name, str) or not name.startswith(
            f"customers/{self.customer}/offlineUserDataJobs/"
        ):
            raise Transient("an answer of another shape")
        filled = await self._post(
            f"{name}:addOperations", {"enablePartialFailure": True, "operations": operations}
        )
        places = [place for place, found in enumerate(named) if found]
        for index in failed_operations(filled.object()):
            if index < len(places):
                answers[places[index]] = refused("Customer Match refused its identifiers")
        running = await self._post(f"{name}:run", {})
        if not isinstance(running.object().get("name"), str):
            raise Transient("an answer of another shape")
        return answers

    async def _post(self, path: str, body: dict) -> Reply:
        return await self.request("POST", f"{self.base}/{API}/{path}", body, self.headers)

    def problem(self, reply: Reply) -> Exception:
        """Google says RESOURCE_EXHAUSTED with 429, and CONCURRENT_MODIFICATION with 400, which passes."""
        if reply.status == 400 and b"CONCURRENT_MODIFICATION" in reply.content:
            return Transient("HTTP 400 CONCURRENT_MODIFICATION")
        if reply.status == 429 and b"RESOURCE_EXHAUSTED" in reply.content and b"PER_DAY" in reply.content:
            return Closed(
                f"{self.rule.destination} has used up its requests of today: the rest goes with a run tomorrow."
            )
        return super().problem(reply)


def identifiers(address: str) -> list[dict[str, str]]:
    """What Google knows a row by, from the model's address (JSON of e-mail and phone): SHA-256 of the normalised forms."""
    contact = json.loads(address)
    found = []
    if email := google_email(contact.get("email")):
        found.append({"hashedEmail": sha256(email)})
    if phone := e164(contact.get("phone")):
        found.append({"hashedPhoneNumber": sha256(phone)})
    return found


def google_email(email: str | None) -> str:
    """Trimmed, in small letters; in gmail.com and googlemail.com without dots and without what follows a plus."""
    text = (email or "").strip().lower()
    local, at, domain = text.rpartition("@")
    if domain in ("gmail.com", "googlemail.com"):
        local = local.partition("+")[0].replace(".", "")
    return f"{local}{at}{domain}" if local else ""


def e164(phone: str | None) -> str:
    """A plus and digits."""
    digits = "".join(letter for letter in phone or "" if letter in "0123456789")
    return f"+{digits}" if digits else ""


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def failed_operations(said: dict) -> set[int]:
    """The places of operations in a partialFailureError, by its field paths."""
    failed = set()
    for detail in (said.get("partialFailureError") or {}).get("details") or []:
        for error in detail.get("errors") or []:
            for element in (error.get("location") or {}).get("fieldPathElements") or []:
                if element.get("fieldName") == "operations" and str(element.get("index", "0")).isdigit():
                    failed.add(int(element.get("index", 0)))
    return failed
