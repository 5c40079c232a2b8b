"""`make chaos`: break the running product in every way we could think of, then count what arrived."""

import argparse
import random
import sys
from typing import TYPE_CHECKING

from tests.chaos.platform import Platform, platform

if TYPE_CHECKING:
    from tests.chaos.report import Table

BROKEN = "the rule broken on purpose, marked as sent before it is sent"


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--short", action="store_true", help="the few scenarios that `make test` runs")
    parser.add_argument("--only", default="", help="scenarios whose name contains this")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10_000))
    parser.add_argument(
        "--mark-before-send",
        action="store_true",
        help="break the rule on purpose in every scenario; this must fail",
    )
    parser.add_argument(
        "--write", action="store_true", help="put the table into docs/chaos.md and the README"
    )
    return parser.parse_args()


def main() -> int:
    chosen = parse()
    with platform(marks_before_sending=chosen.mark_before_send) as running:
        table = play_all(running, chosen)
    return 0 if table.holds else 1


def play_all(running: Platform, chosen: argparse.Namespace) -> "Table":
    # These need Django's settings, which name the servers that have just been started.
    from tests.chaos import callbacks, deaths, laboratory, outages, portal, subscriber, times  # noqa: F401
    from tests.chaos.report import Table
    from tests.chaos.suite import SCENARIOS, Chaos, play
    from tests.chaos.traffic import begin

    chaos = Chaos(running, begin(running.address), random.Random(chosen.seed), chosen.short)
    table = Table("make chaos", chosen.seed, remarks=chaos.remarks)
    for scenario in sorted(SCENARIOS, key=lambda one: one.repeats):
        if chosen.only in scenario.name and (scenario.is_short or not chosen.short):
            table.add(scenario.name, *play(chaos, scenario))
    if not chosen.only and not chosen.mark_before_send:
        running.marks_before_sending = True
        table.add_proof(BROKEN, *play(chaos, deaths.worker_before_sending))
    print(f"\n{table.markdown}\n", *table.remarks, table.verdict, table.conditions(), sep="\n")
    if chosen.write:
        table.write(table.conditions())
    return table


if __name__ == "__main__":
    sys.exit(main())
