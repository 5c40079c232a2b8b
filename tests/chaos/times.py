"""Time and load: clocks apart, 30 days of outage, a hundred thousand due at once, a portal that dies."""

import time
from datetime import timedelta

from accounts import clock
from tests.chaos.faults import Faults
from tests.chaos.platform import forward, until
from tests.chaos.reckoning import rows
from tests.chaos.suite import Chaos, scenario

HOUR = timedelta(hours=1)
HALF_HOUR = timedelta(minutes=30)
LONGEST_RECOVERY_SECONDS = 600.0
ANY_DUE = """
SELECT true FROM referral_deadline
WHERE closed_at IS NULL AND quarantined_at IS NULL AND next_at <= %(now)s LIMIT 1
"""
FIRED_EARLY = "SELECT count(*) FROM referral_deadline WHERE missed_at IS NOT NULL AND due_at > %(now)s"


@scenario("two engines whose clocks are two hours apart")
def clocks_apart(chaos: Chaos) -> None:
    chaos.platform.start("engine", "worker", faults=Faults(clock_off=HOUR))
    chaos.platform.start("engine 2", "delivery", faults=Faults(clock_off=-HOUR))
    chaos.traffic.fall_due(40)
    chaos.traffic.fall_due(40, within=HALF_HOUR)
    chaos.expect("what is due now is told", chaos.all_sent)
    time.sleep(2)
    if early := rows(FIRED_EARLY, now=clock.now())[0][0]:
        chaos.wrong.append(f"{early} deadlines fired early")
    forward(HALF_HOUR)


@scenario("100,000 due at once")
def hundred_thousand(chaos: Chaos) -> None:
    """All but a thousand belong to doctors who read it in the portal only."""
    chaos.traffic.fall_due(99_000, quiet=True)
    chaos.traffic.fall_due(1_000)
    began = time.monotonic()
    chaos.platform.start("engine", "engine 2", "worker", "worker 2", "delivery")
    fired = until(lambda: not rows(ANY_DUE, now=clock.now()), LONGEST_RECOVERY_SECONDS, poll_every=0.5)
    seconds = time.monotonic() - began
    if fired:
        chaos.remarks.append(f"The engines had fired 100,000 overdue deadlines after {seconds:.0f} s.")
    else:
        chaos.wrong.append(f"100,000 overdue deadlines were not fired within {seconds:.0f} s")


@scenario("30 days of outage", repeats=True)
def thirty_days(chaos: Chaos) -> None:
    now, world = clock.now(), chaos.traffic.world
    for nth, begin in enumerate((world.register, world.flagged, world.accepted, world.admitted) * 5):
        begin(now=now, local_number=f"outage-{nth}", name=f"停电{nth}")
    chaos.traffic.fall_due(100, within=HOUR)
    forward(timedelta(days=30))
    chaos.platform.start("engine", "engine 2", "worker", "worker 2", "delivery")
