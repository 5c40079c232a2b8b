"""Cumulative incidence where one event rules the other out (Aalen-Johansen), with its interval.

The variance is that of Dinse GE, Larson MG, Biometrika 1986;73:379-386, equation 6, the interval on the scale
of log(-log), as in scikit-survival with `var_type="Dinse_Approx"` and `conf_type="log-log"`, with which it
agrees.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

Z_95 = 1.959963984540054
CENSORED = 0


@dataclass(frozen=True, slots=True)
class Incidence:
    """The share (0-1) that had the event by the horizon; `low` and `high` are None where there is none."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class _Step:
    """What happened at one time: those at risk, the events of any kind and of the one, survival before."""

    at_risk: int
    events: int
    of_kind: int
    before: float


def incidence(
    times: Sequence[float], events: Sequence[int], *, kind: int, horizon: float
) -> Incidence | None:
    """The cumulative incidence of `kind` at `horizon`; `events` are CENSORED or a kind.

    None where it cannot be known: nobody is there, or the last of them was last seen before the horizon.
    """
    if not times or _ends_too_early(times, events, horizon):
        return None
    steps = list(_steps(times, events, kind, horizon))
    reached = [0.0]
    for step in steps:
        reached.append(reached[-1] + step.before * step.of_kind / step.at_risk)
    value = reached[-1]
    return Incidence(value, *_interval(value, _variance(steps, reached[1:])))


def _ends_too_early(times: Sequence[float], events: Sequence[int], horizon: float) -> bool:
    """Whether nobody was followed to the horizon although somebody had nothing happen to them."""
    followed = any(time >= horizon for time in times)
    return not followed and any(event == CENSORED for event in events)


def _steps(times: Sequence[float], events: Sequence[int], kind: int, horizon: float) -> list[_Step]:
    steps, survival = [], 1.0
    for moment in sorted({time for time, event in zip(times, events, strict=True) if event != CENSORED}):
        if moment > horizon:
            break
        at_risk = sum(time >= moment for time in times)
        here = [event for time, event in zip(times, events, strict=True) if time == moment and event]
        steps.append(_Step(at_risk, len(here), here.count(kind), survival))
        survival *= 1 - len(here) / at_risk
    return steps


def _variance(steps: Sequence[_Step], reached: Sequence[float]) -> float:
    total = reached[-1] if reached else 0.0
    variance = 0.0
    for step, until in zip(steps, reached, strict=True):
        n, d, of_kind = step.at_risk, step.events, step.of_kind
        ahead = total - until
        if n > d:
            variance += ahead**2 * d / (n * (n - d))
        variance += step.before**2 * of_kind * (n - of_kind) / n**3
        variance -= 2 * ahead * step.before * of_kind / n**2
    return max(variance, 0.0)


def _interval(value: float, variance: float) -> tuple[float | None, float | None]:
    if not 0 < value < 1 or variance <= 0:
        return None, None
    reach = Z_95 * math.sqrt(variance) / (value * abs(math.log(value)))
    return value ** math.exp(reach), value ** math.exp(-reach)
