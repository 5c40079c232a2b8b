"""`make chaos`: break the running product in every way we could think of, then count at the receiving end."""

import argparse
import random
import sys

from tests.chaos.platform import platform


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--short", action="store_true", help="the few scenarios that `make test` runs")
    parser.add_argument("--only", default="", help="scenarios whose name contains this")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10_000))
    parser.add_argument(
        "--mark-before-send", action="store_true", help="break the rule on purpose: this must be noticed"
    )
    parser.add_argument("--write", action="store_true", help="put the table into docs/chaos.md")
    return parser.parse_args()


def main() -> int:
    chosen = parse()
    with platform(marks_before_sending=chosen.mark_before_send) as running:
        from tests.chaos import report
        from tests.chaos import deaths, outages, portal, times  # noqa: F401
        from tests.chaos.suite import SCENARIOS, Chaos, play
        from tests.chaos.traffic import begin

        traffic = begin(f"http://127.0.0.1:{running.honouring_port}/")
        chaos = Chaos(running, traffic, random.Random(chosen.seed), chosen.short)
        table = report.Table(seed=chosen.seed, is_short=chosen.short)
        for scenario in SCENARIOS:
            if chosen.only in scenario.name and (scenario.is_short or not chosen.short):
                table.add(scenario.name, *play(chaos, scenario))
    table.close()
    if chosen.write:
        table.write()
    return 0 if table.holds else 1


if __name__ == "__main__":
    sys.exit(main())
