"""`make dev`: Dagster's UI on this project, with its storage beside the warehouse and its telemetry off."""

import os
import sys
from pathlib import Path

from orchestration.lib.settings import PROJECT_ROOT


def main() -> None:
    """Replace this process by `dagster dev`; it serves until it is stopped."""
    home = Path(os.environ.get("DAGSTER_HOME") or PROJECT_ROOT / "warehouse" / "dagster")
    home.mkdir(parents=True, exist_ok=True)
    settings = home / "dagster.yaml"
    if not settings.exists():
        settings.write_text("telemetry:\n  enabled: false\n", encoding="utf-8")
    os.environ["DAGSTER_HOME"] = str(home)
    dagster = str(Path(sys.executable).with_name("dagster"))
    arguments = [
        "dev",
        "-m",
        "orchestration.definitions",
        "-h",
        "127.0.0.1",
        "-p",
        os.environ.get("TEKIL_DEV_PORT", "3000"),
    ]
    os.execv(dagster, [dagster, *arguments])


if __name__ == "__main__":
    main()
