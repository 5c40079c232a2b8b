"""Cumulative incidence where one event rules the other out (Aalen-Johansen), with its interval.

The variance is that of Dinse GE, Larson MG, Biometrika 1986;73:379-386, equation 6, the interval on the scale
of log(-log), as in scikit-survival with `var_type="Dinse_Approx"` and `conf_type="log-log"`, with which it
agrees.
"""

import math
from bisect import bisect_left
from collections import Counter
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
class Step:
    """What happened at one time: how many were at risk, how many had an event of any kind and of the one that
    is asked about, and the share (0-1) to whom nothing had happened `before`."""

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
    made = steps(times, events, kind=kind, horizon=horizon)
    reached = [0.0]
    for step in made:
        reached.append(reached[-1] + step.before * step.of_kind / step.at_risk)
    value = reached[-1]
    return Incidence(value, *_interval(value, _variance(made, reached[1:])))


def _ends_too_early(times: Sequence[float], events: Sequence[int], horizon: float) -> bool:
    """Whether nobody was followed to the horizon although somebody had nothing happen to them."""
    followed = any(time >= horizon for time in times)
    return not followed and any(event == CENSORED for event in events)


def steps(times: Sequence[float], events: Sequence[int], *, kind: int, horizon: float) -> list[Step]:
    """The times up to `horizon` at which somebody had an event, in their order."""
    at = list(zip(times, events, strict=True))
    of_any = Counter(time for time, event in at if event != CENSORED and time <= horizon)
    of_kind = Counter(time for time, event in at if event == kind)
    ordered, survival, made = sorted(times), 1.0, []
    for moment in sorted(of_any):
        at_risk = len(ordered) - bisect_left(ordered, moment)
        made.append(Step(at_risk, of_any[moment], of_kind[moment], survival))
        survival *= 1 - of_any[moment] / at_risk
    return made


def _variance(steps: Sequence[Step], reached: Sequence[float]) -> float:
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
