"""Servers that keep rows by key as the providers do, speak their APIs, and fail when told to."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import io
import json
import re
import sqlite3
import tarfile
from collections.abc import Callable
from pathlib import Path

import httpx
from standardwebhooks import Webhook as Judge

from orchestration.lib.destinations import destination_of
from orchestration.lib.outbox.answers import Closed, Transient
from tests.delivery.world import FIELDS, rule

TOKEN = "tokensecretzq1"
SECRET = "whsec_" + base64.b64encode(b"signing secret zq of the tests").decode()
SEGMENTS = ("active", "new", "vip")
# what a server may do instead of answering properly; after "+" the work is done all the same
FAULTS = (
    "429",
    "429 after 7",
    "500",
    "503",
    "reset",
    "reset+",
    "timeout",
    "timeout+",
    "slow",
    "not json",
    "not json+",
    "partial",
)


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def plain_row(fields: dict) -> dict:
    """The fields as JSON carries them."""
    row = {name: fields.get(name) for name in FIELDS}
    return row | {"segments": row["segments"].split(",") if row["segments"] else []}


class Place:
    """A destination, the server behind it, and what the server should hold when the model holds `wanted`."""

    kind = ""
    batch_size = 0
    channels = ("EPOSTA",)
    secrets: dict[str, str] = {}  # noqa: RUF012
    names_bad_rows = True  # whether a refusal says which row it was

    def __init__(self, folder: Path | None = None):
        self.folder = folder
        self.script: list[str] = []
        self.poison: set[str] = set()  # addresses that are never taken
        self.requests = 0
        self.carried: list[str] = []  # addresses, as often as they arrived
        self.effects: list[str] = []  # addresses, as often as something was changed
        self.limit: Limit | None = None
        self.status: int | None = None  # answer everything with this
        self.latency = 0.02

    def address(self, key: str) -> str:
        """What the model calls the row's place at the destination."""
        return f"{key}@posta.com.tr"

    def rule(self, **more):
        return rule(kind=self.kind, batch_size=self.batch_size, channels=self.channels, **more)

    def environment(self) -> dict[str, str]:
        return {f"DESTINATION_TEST_{name}": value for name, value in self.secrets.items()}

    def target(self, **more):
        """A fresh destination, as every run makes one."""
        return destination_of(
            self.rule(**more),
            self.environment(),
            transport=httpx.MockTransport(self._answered),
            **self.options(),
        )

    def options(self) -> dict:
        return {}

    def contents(self) -> dict:
        raise NotImplementedError

    def expected(self, wanted: dict[str, dict]) -> dict:
        return {
            self.address(key): plain_row(fields)
            for key, fields in wanted.items()
            if self.address(key) not in self.poison
        }

    def apply(self, request: httpx.Request, partial: bool) -> httpx.Response:
        """Do what the request asks for; `partial`: let some rows fail in the way the API says so."""
        raise NotImplementedError

    async def _answered(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        if self.limit is not None and not self.limit.lets_through():
            return httpx.Response(429, headers={"Retry-After": "1"})
        if self.status is not None:
            return httpx.Response(
                self.status, json={"title": "echo", "detail": request.content.decode("utf-8", "replace")}
            )
        fault = self.script.pop(0) if self.script else ""
        await asyncio.sleep(self.latency)
        match fault.rstrip("+"):
            case "429":
                return httpx.Response(429, text="slow down")
            case "429 after 7":
                return httpx.Response(429, headers={"Retry-After": "7"}, text="slow down")
            case "500" | "503":
                return httpx.Response(int(fault), text=f"<html>oops {request.content!r}</html>")
            case "reset" if fault == "reset":
                raise httpx.ConnectError("reset by peer")
            case "timeout" if fault == "timeout":
                await asyncio.sleep(31)
                raise httpx.ReadTimeout("too late")
            # who gets a webhook says yes by the status alone: there "not json" is a yes
            case "not json" if fault == "not json" and self.kind != "webhook":
                return httpx.Response(200, text="<html>maintenance</html>")
        response = self.apply(request, partial=fault == "partial")
        match fault:
            case "reset+":
                raise httpx.RemoteProtocolError("server disconnected")
            case "timeout+":
                await asyncio.sleep(31)
                raise httpx.ReadTimeout("too late")
            case "not json+" if response.is_success:
                return httpx.Response(200, text="<html>")
            case "slow":
                await asyncio.sleep(25)
        return response

    def keep(self, store: dict, address: str, value) -> None:
        """Store or (None) remove a row, counting effects."""
        self.carried.append(address)
        if store.get(address) != value:
            self.effects.append(address)
        if value is None:
            store.pop(address, None)
        else:
            store[address] = value


class Limit:
    """A server's own limit: so many requests in any one second."""

    def __init__(self, per_second: int):
        self.per_second = per_second
        self.times: list[float] = []
        self.refused = 0

    def lets_through(self) -> bool:
        now = asyncio.get_running_loop().time()
        self.times = [time for time in self.times if time > now - 1]
        if len(self.times) >= self.per_second:
            self.refused += 1
            return False
        self.times.append(now)
        return True


class WebhookPlace(Place):
    kind = "webhook"
    secrets = {"URL": "https://hooks.example.com/in", "SECRET": SECRET}  # noqa: RUF012

    def __init__(self, folder=None):
        super().__init__(folder)
        self.store, self.seen = {}, set()

    def contents(self):
        return self.store

    def apply(self, request, partial):
        event = Judge(SECRET).verify(request.content, dict(request.headers))
        data = dict(event["data"])
        address, _ = data.pop("key"), data.pop("version")
        if partial:
            return httpx.Response(503)
        if address in self.poison:
            return httpx.Response(422, json={"error": f"bad {address}"})
        if request.headers["webhook-id"] not in self.seen:
            self.seen.add(request.headers["webhook-id"])
            self.keep(self.store, address, None if event["type"] == "customer.deleted" else data)
        return httpx.Response(200, text="thanks")


class BrazePlace(Place):
    kind = "braze"
    batch_size = 7
    secrets = {"URL": "https://rest.example.com", "TOKEN": TOKEN}  # noqa: RUF012

    def __init__(self, folder=None):
        super().__init__(folder)
        self.store = {}

    def contents(self):
        return self.store

    def expected(self, wanted):
        # an attribute that is null is not held
        return {
            address: {name: value for name, value in row.items() if value is not None}
            for address, row in super().expected(wanted).items()
        }

    def apply(self, request, partial):
        assert request.headers["authorization"] == f"Bearer {TOKEN}"
        body = json.loads(request.content)
        if request.url.path == "/users/delete":
            assert len(body["external_ids"]) <= 50
            for user in body["external_ids"]:
                self.keep(self.store, user, None)
            return httpx.Response(200, json={"deleted": len(body["external_ids"]), "message": "success"})
        assert request.url.path == "/users/track" and len(body["attributes"]) <= 75
        if partial:
            return httpx.Response(500, json={"message": "try later"})
        errors = []
        for index, attributes in enumerate(body["attributes"]):
            user = attributes.pop("external_id")
            if user in self.poison:
                errors.append({"type": f"bad {user}", "input_array": "attributes", "index": index})
            else:
                self.keep(self.store, user, {k: v for k, v in attributes.items() if v is not None})
        said = {"message": "success", "attributes_processed": len(body["attributes"]) - len(errors)}
        return httpx.Response(201, json=said | ({"errors": errors} if errors else {}))


class MessagingPlace(Place):
    kind = "messaging"
    batch_size = 7
    secrets = {"URL": "https://sms.example.com/v1", "TOKEN": TOKEN, "TEMPLATE": "spring"}  # noqa: RUF012

    def __init__(self, folder=None):
        super().__init__(folder)
        self.store, self.by_id = {}, {}

    def contents(self):
        return self.store

    def expected(self, wanted):
        return {
            address: {"channel": None, "parameters": row} for address, row in super().expected(wanted).items()
        }

    def apply(self, request, partial):
        assert request.url.path == "/v1/templates/spring/recipients" and request.headers["idempotency-key"]
        body, results = json.loads(request.content), []
        for number, recipient in enumerate(body["recipients"]):
            key = recipient["id"]
            if partial and number % 3 == 0:
                results.append({"id": key, "status": "unknown"})
            elif body["action"] == "delete":
                self.keep(self.store, self.by_id.pop(key, key), None)
                results.append({"id": key, "status": "deleted"})
            elif recipient["to"] in self.poison:
                results.append({"id": key, "status": "rejected", "reason": f"bad {recipient['to']}"})
            else:
                self.by_id[key] = recipient["to"]
                held = {"channel": recipient["channel"], "parameters": recipient["parameters"]}
                self.keep(self.store, recipient["to"], held)
                results.append({"id": key, "status": "accepted"})
        return httpx.Response(200, json={"results": results})


class MailchimpPlace(Place):
    kind = "mailchimp"
    batch_size = 5
    secrets = {"URL": "https://us1.api.example.com/3.0", "TOKEN": TOKEN, "LIST": "l1"}  # noqa: RUF012

    def __init__(self, folder=None):
        super().__init__(folder)
        self.members: dict[str, dict] = {}
        self.batches: dict[str, bytes] = {}
        self.looked: set[str] = set()

    def options(self):
        return {"known_segments": SEGMENTS}

    def contents(self):
        return {
            member["email_address"]: member["merge_fields"]
            | {"tags": sorted(member["tags"]), "status": member["status"]}
            for member in self.members.values()
            if member["status"] == "subscribed"
        }

    def expected(self, wanted):
        held = {}
        for address, row in super().expected(wanted).items():
            tags = sorted(f"tekil: {segment}" for segment in row.pop("segments"))
            names = {"first_name": "FNAME"}
            fields = {names.get(n, n.upper()[:10]): "" if v is None else v for n, v in row.items()}
            held[address] = fields | {"tags": tags, "status": "subscribed"}
        return held

    def apply(self, request, partial):
        path = request.url.path
        if request.url.host == "results.example.com":
            assert "authorization" not in request.headers, "credentials stay with their host"
            return httpx.Response(200, content=self.batches[path.strip("/")])
        assert request.headers["authorization"] == f"Bearer {TOKEN}"
        if request.method == "GET":
            name = path.rpartition("/")[2]
            if name not in self.looked:
                self.looked.add(name)
                return httpx.Response(200, json={"id": name, "status": "started"})
            url = f"https://results.example.com/{name}"
            return httpx.Response(200, json={"id": name, "status": "finished", "response_body_url": url})
        results = []
        for number, operation in enumerate(json.loads(request.content)["operations"]):
            status = 500 if partial and number % 4 == 1 else self.operate(operation)
            results.append(
                {"operation_id": operation["operation_id"], "status_code": status, "response": "{}"}
            )
        name = f"b{len(self.batches)}"
        self.batches[name] = _tar_gz(results)
        return httpx.Response(200, json={"id": name, "status": "pending"})

    def operate(self, operation) -> int:
        path, _, _ = operation["path"].partition("?")
        member_hash, action = re.fullmatch(r"/lists/l1/members/([0-9a-f]{32})(/.*)?", path).groups()
        member, body = self.members.get(member_hash), json.loads(operation.get("body", "{}"))
        match operation["method"], action:
            case "PUT", None:
                address = body["email_address"]
                if address in self.poison:
                    return 400
                assert hashlib.md5(address.lower().encode()).hexdigest() == member_hash
                if member is None or member["status"] == "archived":
                    member = {"email_address": address, "status": body["status_if_new"], "tags": set()}
                changed = {**member, "merge_fields": body["merge_fields"]}
                self.carried.append(address)
                if changed != self.members.get(member_hash):
                    self.effects.append(address)
                self.members[member_hash] = changed
            case "POST", "/tags":
                if member is None:
                    return 404
                for tag in body["tags"]:
                    (member["tags"].add if tag["status"] == "active" else member["tags"].discard)(tag["name"])
                return 204
            case "PATCH", None:
                if member is None:
                    return 404
                member["status"] = body["status"]
            case "DELETE", None:
                if member is None:
                    return 404
                if member["status"] == "archived":
                    return 405
                member["status"] = "archived"
                self.effects.append(member["email_address"])
                return 204
            case "POST", "/actions/delete-permanent":
                self.members.pop(member_hash, None)
                return 204
        return 200


def _tar_gz(results: list[dict]) -> bytes:
    content = json.dumps(results).encode()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("results.json")
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return gzip.compress(buffer.getvalue())


class AdPlace(Place):
    """What the two ad platforms share: rows are known by hashes of e-mail and phone."""

    batch_size = 6

    def __init__(self, folder=None):
        super().__init__(folder)
        self.store: dict[tuple, bool] = {}

    def address(self, key):
        number = int(re.sub(r"\D", "", key))
        return json.dumps(
            {"id": f"cus_{key}", "email": f" {key.upper()}@Posta.com.tr", "phone": f"+90532{number:07d}"}
        )

    def contents(self):
        return self.store

    def hashes(self, key) -> tuple:
        raise NotImplementedError

    def expected(self, wanted):
        return {self.hashes(key): True for key in wanted if self.address(key) not in self.poison}

    def poisoned(self) -> set[tuple]:
        return {self.hashes(re.search(r"cus_(\w+)", address)[1]) for address in self.poison}


class GooglePlace(AdPlace):
    kind = "google_ads"
    secrets = {"TOKEN": TOKEN, "DEVELOPER_TOKEN": "devtokenzq", "CUSTOMER": "123-456-7890", "LIST": "77"}  # noqa: RUF012

    def __init__(self, folder=None):
        super().__init__(folder)
        self.jobs: dict[str, list] = {}

    def hashes(self, key):
        number = int(re.sub(r"\D", "", key))
        return (sha(f"{key}@posta.com.tr"), sha(f"+90532{number:07d}"))

    def apply(self, request, partial):
        assert (
            request.url.host == "googleads.googleapis.com"
            and request.headers["developer-token"] == "devtokenzq"
        )
        body, path = json.loads(request.content), request.url.path.removeprefix("/v21/")
        if path == "customers/1234567890/offlineUserDataJobs:create":
            assert (
                body["job"]["customerMatchUserListMetadata"]["userList"]
                == "customers/1234567890/userLists/77"
            )
            name = f"customers/1234567890/offlineUserDataJobs/{len(self.jobs)}"
            self.jobs[name] = []
            return httpx.Response(200, json={"resourceName": name})
        name, _, verb = path.partition(":")
        if verb == "run":
            for kind, key in self.jobs[name]:
                self.keep(self.store, key, True if kind == "create" else None)
            return httpx.Response(200, json={"name": "operations/1"})
        if partial:
            return httpx.Response(400, json={"error": {"status": "CONCURRENT_MODIFICATION"}})
        kinds = {kind for operation in body["operations"] for kind in operation}
        assert verb == "addOperations" and len(kinds) == 1 and body["enablePartialFailure"] is True
        errors = []
        for index, operation in enumerate(body["operations"]):
            ((kind, data),) = operation.items()
            named = {name: value for one in data["userIdentifiers"] for name, value in one.items()}
            key = (named.get("hashedEmail"), named.get("hashedPhoneNumber"))
            if key in self.poisoned():
                errors.append(
                    {"location": {"fieldPathElements": [{"fieldName": "operations", "index": index}]}}
                )
            else:
                self.jobs[name].append((kind, key))
        said = {"partialFailureError": {"code": 3, "details": [{"errors": errors}]}} if errors else {}
        return httpx.Response(200, json=said)


class MetaPlace(AdPlace):
    kind = "meta_ads"
    secrets = {"TOKEN": TOKEN, "AUDIENCE": "9001"}  # noqa: RUF012
    names_bad_rows = False

    def hashes(self, key):
        number = int(re.sub(r"\D", "", key))
        return (f"cus_{key}", sha(f"{key}@posta.com.tr"), sha(f"90532{number:07d}"))

    def apply(self, request, partial):
        assert request.url.path == "/v25.0/9001/users" and request.url.host == "graph.facebook.com"
        if partial:
            return httpx.Response(400, json={"error": {"code": 80003, "message": "too many calls"}})
        payload = json.loads(request.content)["payload"]
        assert payload["schema"] == ["EXTERN_ID", "EMAIL", "PHONE"] and len(payload["data"]) <= 10_000
        invalid = 0
        for row in map(tuple, payload["data"]):
            if row in self.poisoned():
                invalid += 1
            else:
                self.keep(self.store, row, None if request.method == "DELETE" else True)
        said = {"audience_id": "9001", "num_received": len(payload["data"]), "num_invalid_entries": invalid}
        return httpx.Response(200, json=said | {"invalid_entry_samples": {}})


class LocalPlace(Place):
    """A destination without HTTP: faults come from the disk or the database, before or after the commit."""

    names_bad_rows = False

    def target(self, **more):
        target = destination_of(self.rule(**more), self.environment())
        target.send = self._faulty(target.send)
        return target

    def _faulty(self, send: Callable) -> Callable:
        async def sent(batch):
            self.requests += 1
            if self.status is not None:
                raise Closed("The file cannot be written: free some disk space.")
            fault = self.script.pop(0) if self.script else ""
            if fault and not fault.endswith("+") and fault not in ("slow", "partial"):
                raise Transient("the disk hesitated")
            answers = await send(batch)
            self.carried += [one.address for one in batch]
            if fault.endswith("+"):
                raise Transient("the connection broke after the commit")
            return answers

        return sent


class OnsitePlace(LocalPlace):
    kind = "onsite"
    batch_size = 7

    @property
    def path(self) -> Path:
        return self.folder / "out" / "onsite.sqlite"

    def environment(self):
        return {"DESTINATION_TEST_PATH": str(self.path)}

    def contents(self):
        if not self.path.exists():
            return {}
        connection = sqlite3.connect(self.path)
        try:
            return {
                key: json.loads(value) for key, value in connection.execute("select key, value from entries")
            }
        finally:
            connection.close()


class FilesPlace(LocalPlace):
    kind = "files"
    batch_size = 7

    @property
    def path(self) -> Path:
        return self.folder / "out" / "people.parquet"

    def environment(self):
        return {"DESTINATION_TEST_PATH": str(self.path)}

    def contents(self):
        import pyarrow.parquet

        if not self.path.exists():
            return {}
        rows = pyarrow.parquet.read_table(self.path).to_pylist()
        return {
            f"{row.pop('row_key')}@posta.com.tr": {name: row.get(name) for name in FIELDS} for row in rows
        }


PLACES = {
    place.kind: place
    for place in (
        *(WebhookPlace, MailchimpPlace, BrazePlace, MessagingPlace, GooglePlace, MetaPlace),
        *(OnsitePlace, FilesPlace),
    )
}
