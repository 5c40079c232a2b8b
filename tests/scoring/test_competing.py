"""Cumulative incidence with competing events, against scikit-survival and by hand."""

import random

import numpy as np
import pytest

from scoring.research.competing import Incidence, incidence

DEATH, TRANSPLANT = 1, 2


def test_five_patients_by_hand() -> None:
    times, events = [2, 3, 3, 8, 40], [DEATH, TRANSPLANT, DEATH, 0, 0]
    death = incidence(times, events, kind=DEATH, horizon=28)
    transplant = incidence(times, events, kind=TRANSPLANT, horizon=28)
    assert death is not None
    assert transplant is not None
    assert death.value == pytest.approx(1 / 5 + 4 / 5 * 1 / 4)
    assert transplant.value == pytest.approx(4 / 5 * 1 / 4)


@pytest.mark.parametrize("seed", range(40))
def test_it_agrees_with_scikit_survival(seed: int) -> None:
    nonparametric = pytest.importorskip("sksurv.nonparametric", reason="no wheel for this machine")
    dice = random.Random(seed)
    count = dice.randint(12, 90)
    times = [float(dice.randint(1, 60)) for _ in range(count)]
    events = [dice.choice([0, 0, DEATH, DEATH, TRANSPLANT]) for _ in range(count)]
    events[:2] = [DEATH, TRANSPLANT]
    times[2:4], events[2:4] = [100.0, 100.0], [0, 0]
    at, reached, interval = nonparametric.cumulative_incidence_competing_risks(
        np.array(events), np.array(times), conf_type="log-log", var_type="Dinse_Approx"
    )
    place = np.searchsorted(at, 28, side="right") - 1
    for kind in (DEATH, TRANSPLANT):
        ours = incidence(times, events, kind=kind, horizon=28)
        assert ours is not None
        theirs = reached[kind][place] if place >= 0 else 0.0
        assert ours.value == pytest.approx(theirs, abs=1e-12)
        if ours.low is not None and ours.high is not None and place >= 0:
            assert (ours.low, ours.high) == pytest.approx(tuple(interval[kind][:, place]), abs=1e-9)


def test_the_horizon_itself_belongs_to_the_time_before_it() -> None:
    at_it = incidence([27, 28, 29, 60], [0, DEATH, DEATH, 0], kind=DEATH, horizon=28)
    assert at_it is not None
    assert at_it.value == pytest.approx(1 / 3)
    followed = incidence([5, 28], [DEATH, 0], kind=DEATH, horizon=28)
    assert followed is not None
    assert followed.value == pytest.approx(1 / 2)
    assert incidence([5, 27.9], [DEATH, 0], kind=DEATH, horizon=28) is None


def test_a_transplant_is_no_death_and_no_censoring() -> None:
    times, events = [5.0] * 4 + [40.0] * 4, [TRANSPLANT] * 4 + [0] * 4
    assert incidence(times, events, kind=DEATH, horizon=28) == Incidence(0.0, None, None)
    reached = incidence(times, events, kind=TRANSPLANT, horizon=28)
    assert reached is not None
    assert reached.value == pytest.approx(0.5)


def test_where_everybody_had_the_event_there_is_no_interval() -> None:
    assert incidence([3.0] * 4, [DEATH] * 4, kind=DEATH, horizon=28) == Incidence(1.0, None, None)


def test_what_nobody_was_followed_for_is_not_known() -> None:
    assert incidence([], [], kind=DEATH, horizon=28) is None
    assert incidence([5, 9], [0, DEATH], kind=DEATH, horizon=28) is None
    everybody = incidence([5, 9], [TRANSPLANT, DEATH], kind=DEATH, horizon=28)
    assert everybody is not None
    assert everybody.value == pytest.approx(0.5)
