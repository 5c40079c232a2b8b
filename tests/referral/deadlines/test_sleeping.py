"""How long the engine sleeps."""

import pytest

from referral.deadlines.engine import seconds_until_next
from tests.world import MINUTE, NOW, World


def test_the_engine_sleeps_until_the_next_rung_and_never_longer_than_told(world: World) -> None:
    world.flagged()
    assert seconds_until_next(NOW + MINUTE, 1000) == pytest.approx(240)
    assert seconds_until_next(NOW + MINUTE, 1) == 1
