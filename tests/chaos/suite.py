"""One run of the suite: what a scenario has to work with, and how one is played and counted."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle
from typing import TypeVar

from accounts import clock
from tests.chaos.platform import Platform, forward, until
from tests.chaos.reckoning import Reckoning, reckon, waiting
from tests.chaos.traffic import Traffic

Choice = TypeVar("Choice")
STALLED_SECONDS = 0.6
GIVE_UP_SECONDS = 45.0
POLL_EVERY_SECONDS = 0.1
# Longer than the age at which a hint is repeated, and than a lease.
JUMPS = (timedelta(seconds=6), timedelta(seconds=125))


@dataclass
class Chaos:
    """One run of the suite: the platform, its traffic, and the dice."""

    platform: Platform
    traffic: Traffic
    random: random.Random
    is_short: bool
    wrong: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def pick(self, short: Choice, full: Choice) -> Choice:
        return short if self.is_short else full

    def settle(self) -> None:
        """Wait until nothing is due and nothing under way; where it stalls, let the product's time pass.

        Gives up, and the rest is lost, when nothing has moved for very long.
        """
        jumps, seen = cycle(JUMPS), self._progress()
        moved_at = stalled_at = time.monotonic()
        while seen[:2] != (0, 0) and time.monotonic() - moved_at < GIVE_UP_SECONDS:
            time.sleep(POLL_EVERY_SECONDS)
            if (progress := self._progress()) != seen:
                seen, moved_at = progress, time.monotonic()
                stalled_at = moved_at
            elif time.monotonic() - stalled_at > STALLED_SECONDS:
                forward(next(jumps))
                stalled_at = time.monotonic()

    def _progress(self) -> tuple[int, ...]:
        receivers = (self.platform.mailbox.copies, self.platform.honouring.requests)
        return (*waiting(clock.now()), *(sum(dict(copies).values()) for copies in receivers))

    def expect(self, what: str, holds: Callable[[], bool], seconds: float = 60.0) -> None:
        if not until(holds, seconds):
            self.wrong.append(f"not within {seconds:.0f} s: {what}")

    def all_sent(self) -> bool:
        return waiting(clock.now())[:2] == (0, 0)


@dataclass(frozen=True)
class Scenario:
    name: str
    run: Callable[[Chaos], None]
    is_short: bool
    repeats: bool = False


SCENARIOS: list[Scenario] = []


def scenario(
    name: str, *, short: bool = False, repeats: bool = False
) -> Callable[[Callable[[Chaos], None]], Scenario]:
    """Add a function to the suite. `repeats`: its cases have ladders that tell a person again later."""

    def register(run: Callable[[Chaos], None]) -> Scenario:
        SCENARIOS.append(Scenario(name, run, short, repeats))
        return SCENARIOS[-1]

    return register


def play(chaos: Chaos, chosen: Scenario) -> tuple[Reckoning, int, float]:
    """What was found, how many processes were killed, and the seconds it took."""
    since, kills, began = clock.now(), chaos.platform.kills, time.monotonic()
    chaos.wrong.clear()
    try:
        chosen.run(chaos)
        chaos.settle()
        ended = chaos.platform.dead()
        now, platform = clock.now(), chaos.platform
        reckoning = reckon(since, now, platform.mailbox, platform.honouring, repeats=chosen.repeats)
        reckoning.lost += [*chaos.wrong, *(f"{name} ended by itself" for name in ended)]
    finally:
        killed = chaos.platform.kills - kills
        chaos.platform.stop_all()
    return reckoning, killed, time.monotonic() - began
