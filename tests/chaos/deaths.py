"""Processes that die: at random, at named points, before every statement."""

import time
from datetime import timedelta

from tests.chaos import faults
from tests.chaos.faults import Faults
from tests.chaos.platform import forward, until
from tests.chaos.suite import Chaos, scenario

MOST_STATEMENTS = 150
LEASE_OVER = timedelta(seconds=125)


@scenario("SIGKILL at random: engines, workers, sweeper", short=True)
def killed_at_random(chaos: Chaos) -> None:
    worker = chaos.pick("worker", "pool")
    names = ("engine", "engine 2", worker, f"{worker} 2", "delivery")
    chaos.platform.start(*names)
    for _ in range(chaos.pick(8, 60)):
        chaos.traffic.fall_due(chaos.pick(5, 10), within=timedelta(seconds=chaos.random.random()))
        time.sleep(chaos.random.uniform(0.05, 0.5))
        chaos.platform.restart(chaos.random.choice(names))


def killed_at(chaos: Chaos, victim: str, point: str, nth: int) -> None:
    """One of `victim` dies at `point`; the same kind starts again, whole."""
    helpers = {"engine": ("worker", "delivery"), "worker": ("engine", "delivery")}[victim]
    chaos.platform.start(*helpers)
    chaos.traffic.fall_due(chaos.pick(5, 40))
    chaos.platform.start(victim, faults=Faults(point, nth))
    if not chaos.platform.await_death(victim):
        chaos.wrong.append(f"the {victim} never came to the point {point}")
    chaos.platform.start(victim)


@scenario("engine killed before its commit", short=True)
def engine_before_commit(chaos: Chaos) -> None:
    killed_at(chaos, "engine", faults.BEFORE_COMMIT, 1)


@scenario("engine killed after its commit, before the hint", short=True)
def engine_after_commit(chaos: Chaos) -> None:
    killed_at(chaos, "engine", faults.AFTER_COMMIT, 1)


@scenario("worker killed after the lease, before sending", short=True)
def worker_before_sending(chaos: Chaos) -> None:
    killed_at(chaos, "worker", faults.BEFORE_SENDING, 3)


@scenario("worker killed between acceptance and confirmation", short=True)
def worker_before_confirming(chaos: Chaos) -> None:
    for nth in range(1, chaos.pick(2, 10)):
        killed_at(chaos, "worker", faults.BEFORE_CONFIRMING, nth)
        chaos.settle()
        chaos.platform.stop_all()


@scenario("sweeper killed between acceptance and confirmation, no broker")
def sweeper_before_confirming(chaos: Chaos) -> None:
    chaos.platform.servers.redis.stop()
    try:
        chaos.platform.start("engine", "delivery", faults=Faults(faults.BEFORE_CONFIRMING, 7))
        chaos.traffic.fall_due(40)
        if not chaos.platform.await_death("delivery", seconds=60):
            chaos.wrong.append("the sweeper did not deliver without a broker")
        chaos.platform.start("delivery")
        forward(LEASE_OVER)
        chaos.expect("everything sent without a broker", chaos.all_sent)
    finally:
        chaos.platform.servers.redis.start()


@scenario("engine killed before every statement of a cycle")
def engine_at_every_statement(chaos: Chaos) -> None:
    for nth in range(1, MOST_STATEMENTS):
        chaos.traffic.fall_due(3)
        chaos.platform.start("once", faults=Faults(faults.STATEMENT, nth))
        if not chaos.platform.await_death("once"):
            break
    else:
        chaos.wrong.append("an engine's cycle has no end")
    chaos.platform.start("engine", "worker", "delivery")


@scenario("worker killed before every statement of a delivery")
def worker_at_every_statement(chaos: Chaos) -> None:
    chaos.platform.start("engine", "delivery")
    for nth in range(1, MOST_STATEMENTS):
        chaos.traffic.fall_due(2)
        chaos.platform.start("worker", faults=Faults(faults.STATEMENT, nth))
        pid = chaos.platform.pids["worker"]
        until(lambda pid=pid: chaos.platform.nursery.status(pid) is not None or chaos.all_sent(), 60)
        if not chaos.platform.await_death("worker", seconds=0):
            break
        forward(LEASE_OVER)
    else:
        chaos.wrong.append("a delivery has no end")
    chaos.platform.start("worker")
