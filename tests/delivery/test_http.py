"""Where HTTP may go and what it may bring back: no private network, no redirect, no endless answer, no secret elsewhere (A9)."""

from __future__ import annotations

import asyncio
import http.server
import json
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from orchestration.lib.destinations import http as web
from orchestration.lib.destinations.base import Secrets
from orchestration.lib.destinations.http import GuardedTransport, is_public, retry_after
from orchestration.lib.destinations.webhook import Webhook
from orchestration.lib.errors import TekilError
from orchestration.lib.outbox.answers import Closed, Transient
from tests.delivery.fakes import SECRET, WebhookPlace
from tests.delivery.world import people, rule

PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255",
    "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "2002:7f00:1::",
    "64:ff9b::a00:1", "fd00:ec2::254",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_public_is_told(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_a_public_address_is_told(address):
    assert is_public(address)


def fetched(url: str, resolve, **more) -> tuple[httpx.Response, list[httpx.Request]]:
    """One request through the guard, and what reached the network behind it."""
    reached: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        reached.append(request)
        return httpx.Response(200, json={})

    async def ask():
        guard = GuardedTransport(resolve=resolve, inner=httpx.MockTransport(answer), **more)
        async with httpx.AsyncClient(transport=guard) as client:
            await client.get(url)
            return await client.get(url)

    return asyncio.run(ask()), reached


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_stands_for_a_private_address_is_refused(address):
    with pytest.raises(Closed, match="not public"):
        fetched("https://hooks.example.com/", lambda host, port: [address])


def test_one_private_address_among_public_ones_is_enough():
    with pytest.raises(Closed):
        fetched("https://hooks.example.com/", lambda host, port: ["93.184.216.34", "10.0.0.1"])


def test_http_is_refused_even_to_a_public_address():
    with pytest.raises(Closed, match="https"):
        fetched("http://hooks.example.com/", lambda host, port: ["93.184.216.34"])


def test_loopback_needs_the_setting_and_the_setting_opens_nothing_else():
    with pytest.raises(Closed):
        fetched("http://localhost/", lambda host, port: ["127.0.0.1"])
    assert (
        fetched("http://localhost/", lambda host, port: ["127.0.0.1"], may_loop_back=True)[0].status_code
        == 200
    )
    for address in ("10.0.0.1", "169.254.169.254"):
        with pytest.raises(Closed):
            fetched("http://localhost/", lambda host, port, a=address: [a], may_loop_back=True)


def test_the_address_looked_at_is_the_address_connected_to():
    """A name that answers anew with a private address (rebinding) changes nothing: it is asked once."""
    answers = [["93.184.216.34"], ["127.0.0.1"]]
    _, reached = fetched("https://hooks.example.com/in", lambda host, port: answers.pop(0))
    assert [request.url.host for request in reached] == ["93.184.216.34", "93.184.216.34"]
    assert {request.headers["host"] for request in reached} == {"hooks.example.com"}
    assert {request.extensions["sni_hostname"] for request in reached} == {"hooks.example.com"}


def test_a_name_nobody_knows_is_an_outage_and_no_crash():
    def unknown(host, port):
        raise OSError("no such host")

    with pytest.raises(Transient):
        fetched("https://nowhere.example.com/", unknown)


def asked(answer, **more):
    """One request of a destination whose server is `answer`."""
    destination = Webhook(
        rule(**more),
        Secrets(
            "test",
            {"DESTINATION_TEST_URL": "https://hooks.example.com/in", "DESTINATION_TEST_SECRET": SECRET},
        ),
        transport=httpx.MockTransport(answer),
    )

    async def ask():
        await destination.open()
        try:
            return await destination.request("POST", destination.base, {"a": 1})
        finally:
            await destination.close()

    return asyncio.run(ask())


def test_a_redirect_is_not_followed():
    hosts = []

    def answer(request):
        hosts.append(request.url.host)
        return httpx.Response(307, headers={"Location": "https://169.254.169.254/latest/meta-data"})

    with pytest.raises(Closed, match="HTTP 307"):
        asked(answer)
    assert hosts == ["hooks.example.com"]


def test_an_answer_without_an_end_is_cut_off(monkeypatch):
    monkeypatch.setattr(web, "LARGEST_ANSWER", 10_000)
    given = []

    async def endless():
        while True:
            given.append(1)
            yield b"x" * 5_000

    with pytest.raises(Transient, match="does not end"):
        asked(lambda request: httpx.Response(200, content=endless()))
    assert len(given) < 10


def test_retry_after_is_a_number_or_a_date():
    assert retry_after({"retry-after": "12"}) == 12
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert 80 < retry_after({"retry-after": later}) <= 90
    assert retry_after({"retry-after": "soon"}) is None
    assert retry_after({}) is None
    assert retry_after({"retry-after": "Sun, 06 Nov 1994 08:49:37 GMT"}) == 0


@pytest.mark.parametrize(
    "url", ["ftp://x/", "hooks.example.com", "https://user:pw@hooks.example.com/", "https://"]
)
def test_an_address_that_is_none_is_refused_without_showing_it(url):
    with pytest.raises(TekilError) as problem:
        Webhook(rule(), Secrets("test", {"DESTINATION_TEST_URL": url, "DESTINATION_TEST_SECRET": SECRET}))
    assert "DESTINATION_TEST_URL" in str(problem.value) and "pw" not in str(problem.value)


def test_a_real_server_on_this_machine_gets_signed_messages(world, monkeypatch):
    """Once without any stand-in: sockets, HTTP/1.1, and the judge of Standard Webhooks on the other side."""
    place = WebhookPlace()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            content = self.rfile.read(int(self.headers["Content-Length"]))
            place.apply(
                httpx.Request("POST", "http://x/", content=content, headers=dict(self.headers)), False
            )
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        env = {
            "DESTINATION_TEST_URL": f"http://127.0.0.1:{server.server_port}/in",
            "DESTINATION_TEST_SECRET": SECRET,
        }
        world.set(people(20))
        with pytest.raises(TekilError, match="https"):
            asyncio.run(world.delivery(Webhook(rule(), Secrets("test", env))).run())
        secrets = Secrets("test", env | {"TEKIL_DELIVER_LOOPBACK": "on"})
        asyncio.run(world.delivery(Webhook(rule(), secrets)).run())
        assert place.contents() == place.expected(people(20))
    finally:
        server.shutdown()


def test_secrets_are_not_shown_by_accident():
    secrets = Secrets("test", {"DESTINATION_TEST_TOKEN": "hidden"})
    assert "hidden" not in repr(secrets) and json.dumps(repr(secrets))
