"""When values were sampled: reading the times, and asking about old, scattered, future or unknown ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from accounts.moments import read_moment
from accounts.skew import without_skew
from scoring.inputs import TYPED_INPUTS
from scoring.issues import Issue, as_text, quoted
from scoring.parsing import is_blank

STALE_AFTER = timedelta(hours=12)
SCATTERED_BEYOND = timedelta(hours=12)


@dataclass(slots=True)
class Sampling:
    """Times by input name, refusals and warnings."""

    times: dict[str, datetime] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    warnings: list[Issue] = field(default_factory=list)


def read_sampling(
    raw: object,
    entered: Sequence[str],
    *,
    now: datetime | None,
    expected: bool,
    latest: datetime | None = None,
) -> Sampling:
    """The times of the `entered` inputs from one time for all or times by input name.

    What lies after `latest` (`now` where only that is given) is refused.
    """
    sampling = Sampling()
    latest = latest or now
    if isinstance(raw, Mapping):
        for name, typed in raw.items():
            _take_one(sampling, str(name), typed, entered, latest)
    elif not is_blank(raw):
        time = _time(sampling, "sampled_at", raw, latest)
        if time is not None:
            sampling.times.update({name: time for name in entered if TYPED_INPUTS[name].laboratory})
    _ask_about_age(sampling, now)
    _ask_about_scatter(sampling)
    if expected:
        unknown = [name for name in entered if TYPED_INPUTS[name].laboratory and name not in sampling.times]
        sampling.warnings += [Issue(name, "sampled_at_missing") for name in unknown]
    return sampling


def _take_one(
    sampling: Sampling, name: str, typed: object, entered: Sequence[str], latest: datetime | None
) -> None:
    if name not in TYPED_INPUTS:
        sampling.issues.append(Issue(f"sampled_at.{name}", "unknown_field"))
    elif name in entered and not is_blank(typed):
        time = _time(sampling, f"sampled_at.{name}", typed, latest)
        if time is not None:
            sampling.times[name] = time


def _time(sampling: Sampling, field_name: str, typed: object, latest: datetime | None) -> datetime | None:
    params = {"value": quoted(typed)}
    try:
        time = typed if isinstance(typed, datetime) else datetime.fromisoformat(as_text(typed).strip())
        if time.tzinfo is None:
            sampling.issues.append(Issue(field_name, "time_without_offset", params))
            return None
        time = read_moment(time)
    except ValueError:
        sampling.issues.append(Issue(field_name, "time_invalid", params))
        return None
    if latest is None:
        return time
    time = without_skew(time, latest)
    if time > latest:
        sampling.issues.append(Issue(field_name, "sampled_in_future", params))
        return None
    return time


def _ask_about_age(sampling: Sampling, now: datetime | None) -> None:
    """One question for values of one old sample, else one for each old value."""
    if now is None:
        return
    old = {name: time for name, time in sampling.times.items() if now - time > STALE_AFTER}
    if len(old) > 1 and len(set(old.values())) == 1:
        elapsed = now - next(iter(old.values()))
        sampling.warnings.append(Issue("sampled_at", "stale_samples", _hours(elapsed, STALE_AFTER)))
        return
    for name, time in old.items():
        sampling.warnings.append(Issue(name, "stale_sample", _hours(now - time, STALE_AFTER)))


def _ask_about_scatter(sampling: Sampling) -> None:
    if not sampling.times:
        return
    spread = max(sampling.times.values()) - min(sampling.times.values())
    if spread > SCATTERED_BEYOND:
        sampling.warnings.append(Issue("sampled_at", "scattered_samples", _hours(spread, SCATTERED_BEYOND)))


def _hours(elapsed: timedelta, limit: timedelta) -> dict[str, int]:
    hour = timedelta(hours=1)
    return {"hours": elapsed // hour, "limit": limit // hour}
