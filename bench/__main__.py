"""`make bench`: every benchmark in turn, each in a process of its own; raw figures as JSON in bench/results/.

`make bench ARGS="engine live"` runs only those; with --write the figures go into docs/benchmarks.md.
"""

import argparse
import subprocess
import sys

from bench import report

NAMES = (
    "scoring",
    "engine",
    "load",
    "handover",
    "pages",
    "pages_while_reading",
    "live",
    "statistics",
    "reading",
    "hl7",
    "hooks",
    "at_rest",
    "slow_line",
)
BY_NAME_ONLY = ("hour", "month")
"""Run only when named: they take long."""


def main() -> int:
    """Run what was chosen; 1 if a target was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        choices=[*NAMES, *BY_NAME_ONLY, []],
        metavar="NAME",
        help=", ".join([*NAMES, *BY_NAME_ONLY]),
    )
    parser.add_argument("--write", action="store_true", help="put the figures into docs/benchmarks.md")
    chosen = parser.parse_args()
    names = chosen.names or NAMES
    missed = [name for name in names if subprocess.call([sys.executable, "-m", f"bench.{name}"])]
    if chosen.write:
        report.document([*NAMES, *BY_NAME_ONLY])
    if missed:
        print(f"\nTargets missed, or not measured: {', '.join(missed)}")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
