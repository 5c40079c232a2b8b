"""`make bench`: every benchmark in turn, each in a process of its own; raw figures as JSON in bench/results/.

`make bench ARGS="engine live"` runs only those.
"""

import subprocess
import sys

NAMES = ("scoring", "engine", "load", "handover", "live", "statistics")

if __name__ == "__main__":
    chosen = sys.argv[1:] or NAMES
    if unknown := set(chosen) - set(NAMES):
        sys.exit(f"No such benchmark: {', '.join(sorted(unknown))}. There are: {', '.join(NAMES)}.")
    missed = [name for name in chosen if subprocess.call([sys.executable, "-m", f"bench.{name}"])]
    sys.exit(f"\nTargets missed in: {', '.join(missed)}" if missed else 0)
