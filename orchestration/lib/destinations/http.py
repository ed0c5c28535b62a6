"""HTTP to the outside: https only, to public addresses only, redirects never, answers read up to a bound, no word of them repeated."""

import asyncio
import email.utils
import ipaddress
import json
import socket
import ssl
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from orchestration.lib.destinations.base import Destination, Secrets
from orchestration.lib.errors import TekilError
from orchestration.lib.outbox.answers import Closed, RateLimited, Refused, Transient
from orchestration.lib.outbox.rules import Rule

TIMEOUT = 30.0
LARGEST_ANSWER = 16 * 1024 * 1024
LOOPBACK = "TEKIL_DELIVER_LOOPBACK"

Resolve = Callable[[str, int], list[str]]


def addresses_of(host: str, port: int) -> list[str]:
    """The addresses a name stands for."""
    return [found[4][0] for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def is_public(address: str) -> bool:
    """Whether an address is on the public network: not private, local, link-local (metadata services), shared or reserved."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        for inner in (ip.ipv4_mapped, ip.sixtofour, ip.teredo[1] if ip.teredo else None):
            if inner is not None:
                return is_public(str(inner))
        if ip in ipaddress.ip_network("64:ff9b::/96"):
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
    return ip.is_global and not ip.is_multicast


class GuardedTransport(httpx.AsyncBaseTransport):
    """Looks a name up once, refuses what is not public, and connects to the very address it has looked at."""

    def __init__(
        self,
        may_loop_back: bool = False,
        resolve: Resolve = addresses_of,
        inner: httpx.AsyncBaseTransport | None = None,
    ):
        self.may_loop_back = may_loop_back
        self.resolve = resolve
        self.inner = inner or httpx.AsyncHTTPTransport(
            verify=ssl.create_default_context(), retries=0, trust_env=False
        )
        self._pinned: dict[tuple[str, int], str] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request. Raises Closed for a place that may not be reached."""
        host, scheme = request.url.host, request.url.scheme
        port = request.url.port or (443 if scheme == "https" else 80)
        address = self._pinned.get((host, port)) or await self._look_at(host, port, scheme)
        self._pinned[host, port] = address
        request.headers.setdefault("Host", request.url.netloc.decode())
        if scheme == "https":
            request.extensions = {**request.extensions, "sni_hostname": host}
        request.url = request.url.copy_with(host=address)
        return await self.inner.handle_async_request(request)

    async def _look_at(self, host: str, port: int, scheme: str) -> str:
        try:
            found = await asyncio.get_running_loop().run_in_executor(None, self.resolve, host, port)
        except (OSError, UnicodeError):
            raise Transient("the name of the host is not known") from None
        loops_back = bool(found) and all(
            ipaddress.ip_address(one.partition("%")[0]).is_loopback for one in found
        )
        if self.may_loop_back and loops_back:
            return found[0]
        if scheme != "https":
            raise Closed(
                f"The destination's address is not https: use https ({LOOPBACK}=on allows http to this machine)."
            )
        if not found or not all(map(is_public, found)):
            raise Closed(
                "The destination's host has an address that is not public, and nothing is sent into private networks: "
                "correct the DESTINATION_..._URL."
            )
        return found[0]

    async def aclose(self) -> None:
        """Close the connections."""
        await self.inner.aclose()


@dataclass(frozen=True)
class Reply:
    """A status and what came with it."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        """The answer as JSON. Raises Transient when it is none: nobody knows what was done."""
        try:
            return json.loads(self.content)
        except ValueError:
            raise Transient(f"HTTP {self.status} with an answer that is no JSON") from None

    def object(self) -> dict:
        """The answer as a JSON object."""
        found = self.json()
        if not isinstance(found, dict):
            raise Transient(f"HTTP {self.status} with an answer of another shape")
        return found


class HttpDestination(Destination):
    """A destination behind an HTTP API; DESTINATION_<NAME>_URL is its base address."""

    def __init__(self, rule: Rule, secrets: Secrets, transport: httpx.AsyncBaseTransport | None = None):
        super().__init__(rule, secrets)
        self.base = self.address()
        self._transport = transport
        self._client: httpx.AsyncClient | None = None

    def address(self) -> str:
        """The base address, without a slash at its end. Raises TekilError when it is none."""
        base = self.secrets.need("URL").rstrip("/")
        try:
            url = httpx.URL(base)
        except httpx.InvalidURL:
            url = httpx.URL("")
        if url.scheme not in ("http", "https") or not url.host or url.userinfo:
            raise TekilError(
                f"{self.secrets.name('URL')} is no web address without a user in it: write https://host/path."
            )
        return base

    async def open(self) -> None:
        """Make the client: no proxy, cookie or .netrc of the machine takes part."""
        transport = self._transport or GuardedTransport(self.secrets.environment.get(LOOPBACK, "") == "on")
        self._client = httpx.AsyncClient(
            transport=transport, timeout=TIMEOUT, follow_redirects=False, trust_env=False
        )

    async def close(self) -> None:
        """Close the client."""
        if self._client is not None:
            await self._client.aclose()

    async def request(
        self,
        method: str,
        url: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        allowed: Collection[int] = (),
    ) -> Reply:
        """One request at the destination's pace; a status of 2xx, or of `allowed`, comes back.

        Raises RateLimited, Transient, Refused or Closed by the status alone: an answer's words may quote a row.
        """
        await self.pace.turn()
        if body is not None:
            content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        sent = {
            "User-Agent": "tekil/0.1",
            **({"Content-Type": "application/json"} if content else {}),
            **(headers or {}),
        }
        reply = await self._exchange(method, url, content, sent)
        if 200 <= reply.status < 300 or reply.status in allowed:
            return reply
        raise self.problem(reply)

    async def _exchange(
        self, method: str, url: str, content: bytes | None, headers: Mapping[str, str]
    ) -> Reply:
        try:
            async with (
                asyncio.timeout(2 * TIMEOUT),
                self._client.stream(method, url, content=content, headers=headers) as response,
            ):
                parts, size = [], 0
                async for part in response.aiter_bytes():
                    size += len(part)
                    if size > LARGEST_ANSWER:
                        raise Transient(f"HTTP {response.status_code} with an answer that does not end")
                    parts.append(part)
                return Reply(response.status_code, response.headers, b"".join(parts))
        except (TimeoutError, httpx.TimeoutException):
            raise Transient("no answer in time") from None
        except httpx.InvalidURL:
            raise Refused("it makes an address that is none") from None
        except (httpx.HTTPError, httpx.StreamError) as problem:
            raise Transient(f"the connection broke ({type(problem).__name__})") from None

    def problem(self, reply: Reply) -> Exception:
        """What a status that is no success means."""
        status, name = reply.status, self.rule.destination
        if status == 429:
            return RateLimited("HTTP 429", retry_after(reply.headers))
        if status == 503 and "retry-after" in reply.headers:
            return RateLimited("HTTP 503", retry_after(reply.headers))
        if status >= 500 or status in (408, 425):
            return Transient(f"HTTP {status}")
        if status in (401, 403):
            return Closed(
                f"{name} does not accept our credentials (HTTP {status}): correct {self.secrets.name('...')}."
            )
        if status in (404, 405, 410) or 300 <= status < 400:
            return Closed(
                f"{name} has nothing at its address (HTTP {status}): correct {self.secrets.name('URL')}."
            )
        return Refused(f"HTTP {status}")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a destination asks to wait: a number, or a date."""
    text = headers.get("retry-after", "").strip()
    if text.isdigit():
        return float(text)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (moment - datetime.now(UTC)).total_seconds()) if moment.tzinfo else None
