"""The web server: `python -m config.web --port 8000`, with the options of granian.

The product is loaded once, before the first worker begins. Each worker is a copy of the process that loaded
it: all of them share that memory, and one that dies is replaced by another that answers at once.
"""

import multiprocessing
import sys

from granian.cli import cli

import config.asgi

OPTIONS = ("--interface", "asginl", "--respawn-failed-workers")


def main() -> None:
    multiprocessing.set_start_method("fork")
    application = f"{config.asgi.__name__}:application"
    cli([*OPTIONS, *sys.argv[1:], application], auto_envvar_prefix="GRANIAN")


if __name__ == "__main__":
    main()
