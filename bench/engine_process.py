"""One process that evaluates what is due, as an engine or as raw SQL: `bench.engine_process engine|raw`.

It gets ready, prints "ready", waits for a line, fires everything that is due then, and prints how many
deadlines that were, the seconds it took, and the seconds of processor time here and in its database process.
"""

import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import django

RAW_BATCH = 500


def worker(kind: str) -> Callable[[datetime], int]:
    """What fires everything due at a moment, and returns how many deadlines that were."""
    from accounts.models import User
    from bench import raw_sql
    from referral.deadlines import engine

    if kind == "engine":
        return engine.run_cycle
    audience = list(User.objects.order_by("pk").values_list("pk", flat=True)[:4])
    return lambda now: raw_sql.fire_all(now, audience, RAW_BATCH)


def server_seconds() -> float:
    """Processor time of our database process so far; zero where the system does not say."""
    from django.db import connection

    connection.ensure_connection()
    file = Path(f"/proc/{connection.connection.info.backend_pid}/stat")
    if not file.exists():
        return 0.0
    fields = file.read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def main() -> None:
    django.setup()
    from accounts import clock

    evaluate = worker(sys.argv[1])
    evaluate(clock.now())
    print("ready", flush=True)
    for _line in sys.stdin:
        now, start, used, served = clock.now(), time.perf_counter(), time.process_time(), server_seconds()
        fired = evaluate(now)
        seconds = time.perf_counter() - start
        print(fired, seconds, time.process_time() - used, server_seconds() - served, flush=True)


if __name__ == "__main__":
    main()
