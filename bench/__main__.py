"""`make bench`: every benchmark in turn, a table each; raw figures as JSON in bench/results/."""

import sys

from bench import scoring, statistics

if __name__ == "__main__":
    sys.exit(max(scoring.main(), statistics.main()))
