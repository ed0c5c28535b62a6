"""Real web events with planted traps: what another project expects of them, and what we say (S1, X4, I5).

The expectations are those of a known session model over the same events. They are equal, or differ by a rule that docs/profiles.md
states. The rules are also played by twenty lines of Python over the source file.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import datetime, timedelta

import pytest

from tests.support.project import SHARED_DATA, build_models, environment
from tests.support.tables import rows

pytestmark = pytest.mark.shared_data
FOLDER = SHARED_DATA / "snowplow_web"

# user of the expectations -> (page views, sessions) as we count them, and the rule that tells why where it is another number
DIFFERENCES = {
    "dupe: event_id same collector_tstamp": ((6, 2), "another campaign begins a session"),
    "dupe: page_view_id different derived_tst": ((8, 1), "an event is its event id, not its page view id"),
    "long session": ((4, 11), "silence ends a session; nothing is cut after three days"),
    "Unexpired session": ((2, 2), "silence ends a session; nothing is cut after three days"),
    "Rotating domain_userid per session": ((3, 3), "silence ends a session"),
    "Multiple first sessions per user": ((4, 1), "the sender's session id is not read"),
    "Multiple last sessions per user": ((4, 1), "the sender's session id is not read"),
    "user stitch - session: 1st id: 1": ((7, 10), "ten accounts on one cookie are ten people"),
    "No edge cases": ((4, 3), "a page ping is no page view"),
    "stray page ping": ((1, 2), "a page ping is no page view"),
}


def read(path) -> list[dict]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def events(tmp_path_factory):
    """Every event of the warehouse with who its sender says it is from."""
    if not FOLDER.exists():
        pytest.skip("snowplow_web is not beside the project")
    env = environment(tmp_path_factory.mktemp("web"), TEKIL_AS_OF="2021-04-01T00:00:00Z", TEKIL_LINKING="off")
    env["TEKIL_LANDING"] = str(SHARED_DATA / "landing_web")
    build_models(env)
    return rows(
        env,
        "select raw.message_id, raw.user_id, raw.anonymous_id, events.customer_id, events.session_id, events.event_name, "
        "events.campaign, events.occurred_at from profiles.customer_events as events "
        "join raw.tracker__events as raw on events.event_id = 'tracker/' || raw.message_id order by 1",
    )


def test_users_page_views_and_sessions_are_as_expected_or_differ_by_a_stated_rule(events):
    ours = defaultdict(lambda: ([], set()))
    for _, user, cookie, _, session, name, _, _ in events:
        label = "user stitch - session: 1st id: 1" if (user or "").startswith("user stitch") else user
        ours[label or cookie][1].add(session)
        if name == "Page Viewed":
            ours[label or cookie][0].append(session)
    found = {}
    expected = read(FOLDER / "expected" / "snowplow_web_users_expected.csv")
    for user in expected:
        label = next(name for name in ours if name and name.startswith(user["user_id"][:40]))
        key = next((name for name in DIFFERENCES if name.startswith(user["user_id"][:40])), user["user_id"])
        counted = (len(ours[label][0]), len(ours[label][1]))
        theirs = (int(user["page_views"]), int(user["sessions"]))
        if counted != theirs:
            found[key] = counted
    assert len(expected) == 11
    assert found == {name: numbers for name, (numbers, _) in DIFFERENCES.items()}


def test_who_the_expectations_leave_out(events):
    """They drop what has no session id or no cookie, what came late and what their consent part takes; we keep every event."""
    expected = {user["user_id"] for user in read(FOLDER / "expected" / "snowplow_web_users_expected.csv")}
    source = read(FOLDER / "source" / "snowplow_web_events.csv")
    assert {row[0] for row in events} == {row["event_id"] for row in source}
    users = {row[1] for row in events}
    assert {user for user in users - expected if not user.startswith("user stitch")} == {
        "NULL domain_sessionid",
        "NULL domain_userid",
        "NULL page_view_id",
        "consent_accel",
        "late arriving: device created/sent >3 days",
    }


def test_sessions_are_those_of_the_plain_rule(events):
    """30 minutes of silence, midnight in Istanbul (three hours ahead), another campaign: the same in Python."""
    lines = defaultdict(list)
    for number, _, _, customer, _, _, campaign, at in events:
        lines[customer].append((datetime.fromisoformat(at), campaign is None, number, campaign))
    grouped = set()
    for line in lines.values():
        session, last, named = [], None, None
        for at, _, number, campaign in sorted(line):
            day = (at + timedelta(hours=3)).date()
            new = (
                last is None or at - last > timedelta(minutes=30) or day != (last + timedelta(hours=3)).date()
            )
            if new or (campaign and campaign != named):
                grouped.add(frozenset(session))
                session = []
            session.append(number)
            last, named = at, campaign or named
        grouped.add(frozenset(session))
    ours = defaultdict(set)
    for number, _, _, _, session, *_ in events:
        ours[session].add(number)
    assert {frozenset(members) for members in ours.values()} == grouped - {frozenset()}
