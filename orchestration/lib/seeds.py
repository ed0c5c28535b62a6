"""Seeds that were built with other columns than their file has now: dbt only refills a seed, so those are made anew."""

from pathlib import Path

from orchestration.lib.warehouse import Warehouse


def drop_outgrown(warehouse: Warehouse, root: Path) -> list[str]:
    """Drop each table of the schema rules whose columns are not those of its file; returns their names.

    Everything in them is in the files, so nothing is lost; views that read them are made again by the same build.
    """
    built = warehouse.existing_columns(["rules"])
    outgrown = []
    for path in sorted((root / "seeds" / "rules").glob("*.csv")):
        with path.open(encoding="utf-8") as file:
            header = {name.strip('"') for name in file.readline().strip().split(",")}
        columns = built.get(f"rules.{path.stem}")
        if columns and set(columns) != header:
            warehouse.execute(f'drop table rules."{path.stem}" cascade')
            outgrown.append(path.stem)
    return outgrown
