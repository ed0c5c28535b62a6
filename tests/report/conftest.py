"""One small retailer for all tests of the report, with strings planted in it that must not come out."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from orchestration.lib.publish import publish
from orchestration.lib.report.reading import read, tables
from orchestration.lib.settings import Settings
from tests.support.project import ROOT, build_models, environment, land, run

# what a sender may write where the report reads
PLANTED = {
    "e-mail": "canary.zqx@posta-zqx.com.tr",
    "phone": "+905329817264",
    "name": "Zquerida Zquintero",
    "markup": "<script>alert('zq')</script>",
    "formula": 'zq";}</style><b>',
}


@pytest.fixture(scope="session")
def shop(tmp_path_factory) -> SimpleNamespace:
    """A sample retailer of 80 customers, built and published: its env, settings, planted strings and the report's answers."""
    folder = tmp_path_factory.mktemp("report")
    env = environment(folder, TEKIL_LINKING="off", TEKIL_REPORT_PATH=str(folder / "page" / "index.html"))
    run(env, "sample", "--out", env["TEKIL_LANDING"], "--seed", "7", "--customers", "80", "--days", "365")
    plant(env)
    build_models(env)
    settings = Settings.from_environment(env, ROOT)
    publish(settings)
    parsed = Path(env["DBT_TARGET_PATH"])
    return SimpleNamespace(
        env=env,
        # what the report can read of this build
        tables=tables(),
        settings=settings,
        parsed=parsed,
        answers=read(settings),
        semantics=json.loads((parsed / "semantic_manifest.json").read_text(encoding="utf-8")),
        manifest=json.loads((parsed / "manifest.json").read_text(encoding="utf-8")),
    )


def parsed_tables(manifest: Path) -> set[str]:
    """All models, seeds and sources of a manifest, as schema.table."""
    parsed = json.loads(manifest.read_text(encoding="utf-8"))
    return {
        f"{node['schema']}.{node['name']}" for kind in ("nodes", "sources") for node in parsed[kind].values()
    }


def plant(env: dict[str, str]) -> None:
    """One visitor who writes a planted string into every text that a sender chooses, and buys."""
    for number, text in enumerate(PLANTED.values()):
        base = {"anonymousId": f"planted-{number}", "channel": text, "context": {"device": {"type": text}, "campaign": {"name": text}}}  # fmt: skip
        land(env, "tracker", "events", [
            {**base, "type": "track", "messageId": f"planted-{number}-1", "timestamp": "2026-06-20T10:00:00Z", "event": "Product Viewed",
             "properties": {"product_id": text, "category": text}},
            {**base, "type": "track", "messageId": f"planted-{number}-2", "timestamp": "2026-06-20T10:01:00Z", "event": "Products Searched",
             "properties": {"query": text}},
        ], f"planted-{number}")  # fmt: skip
        land(env, "shop", "orders", [
            {"id": f"planted-{number}", "email": PLANTED["e-mail"], "created_at": "2026-06-20T10:02:00Z", "currency": "TRY", "total_price": 10,
             "source_name": text, "device_type": text},
        ], f"planted-{number}")  # fmt: skip
