"""`python -m tests.orchestration.look` prints what Dagster sees as JSON; with `--graph` as the text that is kept beside this file."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

GRAPH = Path(__file__).with_name("graph.txt")


REACHING_OUT = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")


def seen() -> dict:
    """Assets, checks, jobs, schedules and sensors, as plain values; the network is shut meanwhile, and who tried it is told."""
    reached: list[str] = []

    def refuse(event: str, arguments: tuple) -> None:
        if event in REACHING_OUT:
            reached.append(event)
            raise ConnectionRefusedError(f"{event} while the definitions are loaded")

    sys.addaudithook(refuse)
    import orchestration.definitions

    definitions = orchestration.definitions.defs()
    repository = definitions.get_repository_def()
    graph = repository.asset_graph
    return {
        "cpu_seconds": time.process_time(),
        "reached_out": reached,
        "modules": sorted(sys.modules),
        "assets": {
            "/".join(key.path): {
                "group": graph.get(key).group_name,
                "parents": sorted("/".join(parent.path) for parent in graph.get(key).parent_keys),
                "description": graph.get(key).description or "",
                "owners": list(graph.get(key).owners),
                "kinds": sorted(graph.get(key).kinds),
                "pools": sorted(graph.get(key).pools or []),
                "is_executable": graph.get(key).is_executable,
                "condition": getattr(graph.get(key).automation_condition, "label", None),
                "is_fresh_by": graph.get(key).freshness_policy is not None,
                "columns": columns_of(graph.get(key).metadata),
            }
            for key in graph.get_all_asset_keys()
        },
        "checks": {
            f"{'/'.join(key.asset_key.path)}:{key.name}": {
                "is_blocking": graph.get(key).blocking,
                "description": graph.get(key).description or "",
            }
            for key in graph.asset_check_keys
        },
        "jobs": {
            name: job_seen(definitions.resolve_job_def(name))
            for name in ("micro_batch", "nightly", "weekly_retraining")
        },
        "schedules": {
            schedule.name: [schedule.cron_schedule, schedule.job_name, schedule.default_status.value]
            for schedule in repository.schedule_defs
        },
        "sensors": {sensor.name: sensor.default_status.value for sensor in repository.sensor_defs},
    }


def columns_of(metadata) -> dict[str, str]:
    """Columns with their descriptions, where an asset says them."""
    schema = metadata.get("dagster/column_schema")
    schema = getattr(schema, "value", schema)
    return {column.name: column.description or "" for column in schema.columns} if schema else {}


def job_seen(job) -> dict:
    """What a job runs."""
    layer = job.asset_layer
    return {
        "assets": sorted("/".join(key.path) for key in layer.selected_asset_keys),
        "checks": sorted(
            f"{'/'.join(key.asset_key.path)}:{key.name}" for key in layer.asset_graph.asset_check_keys
        ),
        "steps": sorted(node.name for node in job.nodes),
        "tags": dict(job.tags),
    }


def graph_text(look: dict) -> str:
    """One line an asset, in order: its group, its key, what it is made from."""
    lines = (
        f"{asset['group']:<12}{key}" + (f" <- {' '.join(asset['parents'])}" if asset["parents"] else "")
        for key, asset in look["assets"].items()
    )
    return (
        "# The asset graph: group, key, what it is made from. Renew with `make graph`, and read the difference.\n"
        + "".join(f"{line}\n" for line in sorted(lines))
    )


if __name__ == "__main__":
    found = seen()
    print(graph_text(found) if "--graph" in sys.argv else json.dumps(found), end="")
