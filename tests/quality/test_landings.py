"""Landings that nobody here wrote pass the shipped rules, and no row of them is refused by the gate (O2)."""

from dataclasses import replace
from pathlib import Path

import pytest

from sample import generate
from tests.quality.helpers import GateDesk
from tests.support.project import SHARED_DATA


def check_passes(desk: GateDesk) -> None:
    report = desk.load()
    assert desk.closed is None and desk.closed_because() is None, desk.closed
    assert report.rows.loaded > 0 and report.files_stopped == report.files_held == 0
    assert desk.fetch("select * from ops.gate where outcome = 'error' or rows_quarantined > 0") == []
    assert desk.fetch("select count(*) from raw.quarantine where reason like 'gate:%'") == [(0,)]
    judged = desk.fetch("select count(distinct source || table_name) from ops.gate where outcome = 'passed'")
    assert judged == desk.fetch("select count(*) from ops.row_counts where rows_loaded > 0")
    assert desk.load().rows.read == 0


def test_the_sample_passes(make_settings, tmp_path):
    generate(tmp_path / "sample", 7, 120, 365, 1)
    check_passes(GateDesk(replace(make_settings(), landing=tmp_path / "sample")))


@pytest.mark.shared_data
@pytest.mark.parametrize("name", ["retail", "saas", "grocery", "web"])
def test_real_landings_pass(make_settings, name):
    landing = Path(SHARED_DATA) / f"landing_{name}"
    if not landing.is_dir():
        pytest.skip(f"landing_{name} is not beside the project")
    check_passes(GateDesk(replace(make_settings(), landing=landing)))
