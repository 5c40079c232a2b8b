"""`make bench`: every benchmark in turn, a table each; raw figures as JSON in bench/results/."""

from bench import scoring

if __name__ == "__main__":
    scoring.main()
