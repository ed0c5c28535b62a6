"""`python -m sample --out FOLDER` writes a sample retailer."""

import argparse
import sys
import time

from .generator import generate


def main() -> int:
    """Read the arguments, write the sample, say how much and how fast."""
    ask = argparse.ArgumentParser(prog="python -m sample", description="Write a sample retailer.")
    ask.add_argument("--out", required=True, help="folder to write; an older sample there is replaced")
    ask.add_argument("--seed", type=int, default=20_260_101)
    ask.add_argument("--customers", type=int, default=5_000)
    ask.add_argument("--days", type=int, default=365, help="length; the end is always 2026-06-30T21:00:00Z")
    ask.add_argument("--jobs", type=int, default=1, help="processes; the files are the same for any number")
    args = ask.parse_args()
    began = time.perf_counter()
    try:
        said = generate(args.out, args.seed, args.customers, args.days, args.jobs)
    except (ValueError, FileExistsError) as reason:
        print(f"sample: {reason}", file=sys.stderr)
        return 2
    took = time.perf_counter() - began
    people, rows = sum(said["people"].values()), sum(said["rows"].values())
    print(f"{rows:,} rows of {people:,} people in {took:.1f} s ({people / took:,.0f} people/s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
