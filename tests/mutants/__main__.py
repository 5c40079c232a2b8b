"""Make some of the possible mistakes, one after the other, and say which of them no test noticed."""

import argparse
import random
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

from config.embedded import ROOT
from scoring.research.agreement import share
from tests.mutants.mistakes import AREAS, Mistake, possible_mistakes
from tests.mutants.trial import PYTEST, ROUND, TestsByLine, Tree, environment

WORK = ROOT / ".data" / "mutants"
COVERAGE = WORK / "coverage"
TESTED_BY = (
    *("tests/referral", "tests/notifications", "tests/scoring", "tests/api"),
    "tests/contract/test_documents.py",
)
"""Where a mistake would be noticed; the last compares the page of the pathway with the one that is drawn."""


def main() -> int:
    """Exit status 0 when at least `--least` per cent of the mistakes tried were noticed."""
    options = _options()
    WORK.mkdir(parents=True, exist_ok=True)
    if options.fresh or not COVERAGE.exists():
        _record_tests_by_line(options.jobs)
    possible = [one for one in possible_mistakes(ROOT) if one.path.startswith(options.only)]
    chosen = sorted(_sample(possible, options.count, options.seed))
    missed = _missed(chosen, options.jobs)
    print(report(possible, chosen, missed))
    return int(len(missed) * 100 > len(chosen) * (100 - options.least))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("--count", type=int, default=160, help="mistakes to make, as many in each area")
    parser.add_argument("--seed", type=int, default=1, help="which ones; the same number gives the same ones")
    parser.add_argument("--only", default="", help="mistakes in this folder or file: referral/deadlines")
    parser.add_argument("--jobs", type=int, default=2, help="how many at once")
    parser.add_argument("--least", type=int, default=85, help="per cent that have to be noticed")
    parser.add_argument("--fresh", action="store_true", help="record again which test runs which line")
    return parser.parse_args()


def _record_tests_by_line(jobs: int) -> None:
    print("Recording which test runs which line (all tests of the areas run once)", flush=True)
    command = [PYTEST, "-q", "-n", str(jobs), "--dist", "worksteal", "--cov"]
    contexts = ["--cov-context=test", "--cov-report=", "--cov-fail-under=0"]
    to_file = environment(COVERAGE_FILE=str(COVERAGE))
    subprocess.run([*command, *contexts, *TESTED_BY], cwd=ROOT, env=to_file, check=True)


def _sample(possible: list[Mistake], count: int, seed: int) -> list[Mistake]:
    """As many of each area, drawn by chance that can be repeated."""
    draw = random.Random(seed)
    by_area = {area: [one for one in possible if one.area == area] for area in AREAS}
    share = count // sum(map(bool, by_area.values()))
    return [one for mistakes in by_area.values() for one in draw.sample(mistakes, min(share, len(mistakes)))]


def _missed(chosen: list[Mistake], jobs: int) -> list[Mistake]:
    tests = TestsByLine(COVERAGE, ROOT)
    trees: SimpleQueue[Tree] = SimpleQueue()
    for number in range(jobs):
        tree = Tree.copied(ROOT, WORK / f"tree-{number}")
        if not tree.passes(tests.of(chosen[0])[:ROUND]):
            raise SystemExit("The tests do not pass without a mistake: nothing can be learnt from them.")
        trees.put(tree)

    def is_missed(mistake: Mistake) -> bool:
        asked = tests.of(mistake)
        tree = trees.get()
        try:
            missed = not asked or not tree.notices(mistake, asked)
        finally:
            trees.put(tree)
        print(f"{'MISSED ' if missed else 'noticed'} {mistake} ({len(asked)} tests)", flush=True)
        return missed

    with ThreadPoolExecutor(jobs) as pool:
        verdicts = list(pool.map(is_missed, chosen))
    return [mistake for mistake, missed in zip(chosen, verdicts, strict=True) if missed]


def report(possible: list[Mistake], chosen: list[Mistake], missed: list[Mistake]) -> str:
    """A table by area, with 95 % intervals of what all possible mistakes would give."""
    counts = [Counter(mistake.area for mistake in some) for some in (possible, chosen, missed)]
    lines = ["", "| area | possible | tried | noticed | 95 % interval |", "|---|---|---|---|---|"]
    for area in AREAS:
        all_of_area, tried, missed_of_area = (count[area] for count in counts)
        noticed = share(tried - missed_of_area, tried)
        interval = f"{noticed.low:.0%} to {noticed.high:.0%}"
        lines.append(f"| {area} | {all_of_area:,} | {tried} | {noticed.value:.0%} | {interval} |")
    return "\n".join([*lines, f"\nNoticed {len(chosen) - len(missed)} of {len(chosen)}."])


if __name__ == "__main__":
    sys.exit(main())
