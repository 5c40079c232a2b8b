"""Why a figure of a validation is not known, in sentences of the reader's language."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext, gettext_lazy, gettext_noop

from scoring.research.sample import FEWEST_RESAMPLES, Interval, Sample

FIGURES = {
    "observed_risk": gettext_lazy("Observed risk"),
    "predicted_risk": gettext_lazy("Mean predicted risk"),
    "c_index": gettext_lazy("C index"),
    "auroc": gettext_lazy("AUROC"),
    "brier": gettext_lazy("Brier score"),
    "scaled_brier": gettext_lazy("Scaled Brier score"),
    "calibration_intercept": gettext_lazy("Calibration intercept"),
    "calibration_slope": gettext_lazy("Calibration slope"),
    "groups": gettext_lazy("Groups by predicted risk"),
    "net_benefit": gettext_lazy("Net benefit"),
}
"""What the figures of a validation are called, by field."""

SHORT_FOLLOW_UP = gettext_noop(
    "nobody was followed up to day %(days)s (the longest follow-up is %(longest)s days), so what had "
    "happened by then cannot be told from this cohort."
)
SHORT_IN_GROUPS = gettext_noop("in some of the groups nobody was followed up to day %(days)s.")
NOBODY_ENDED = gettext_noop("nobody reached the end point by day %(days)s.")
EVERYBODY_ENDED = gettext_noop("everybody who was followed up to day %(days)s had reached the end point.")
NO_PAIRS = gettext_noop("nobody reached the end point while another was still followed up.")
NO_LINE = gettext_noop(
    "the predicted risks are all the same, or set those with and those without the end point wholly apart."
)
HELD_INPUTS = gettext_noop("inputs that the cohort lacks were held at the median patient.")
FEW_RESAMPLES = gettext_noop(
    "fewer than %(fewest)s resamples, too few of them in which it could be estimated, or the same value in "
    "all."
)
INTERVAL = "_interval"
_BY_CLASS = ("auroc", "scaled_brier", "calibration_intercept", "calibration_slope")


def reasons(figures: Mapping[str, Interval], sample: Sample) -> dict[str, str]:
    """Why those of the figures that are None are; why an interval is, as `<name>_interval`."""
    lacking = {name: reason(name, sample) for name, figure in figures.items() if figure[0] is None}
    unsure = [name for name, (value, low, _high) in figures.items() if value is not None and low is None]
    sentence = gettext(FEW_RESAMPLES) % {"fewest": FEWEST_RESAMPLES}
    return lacking | {f"{name}{INTERVAL}": sentence for name in unsure}


def reason(name: str, sample: Sample) -> str:
    """Why the figure of this name cannot be estimated in the sample."""
    outcome, days = sample.outcome, sample.days
    params = {"days": days, "longest": f"{outcome.time.max():g}"}
    if name == "c_index":
        return gettext(NO_PAIRS)
    if not outcome.reaches(days):
        return gettext(SHORT_FOLLOW_UP) % params
    if name == "groups":
        return gettext(SHORT_IN_GROUPS) % params
    if name in _BY_CLASS and not outcome.by(days).any():
        return gettext(NOBODY_ENDED) % params
    if name in _BY_CLASS and not (~outcome.by(days) & ~outcome.lost_before(days)).any():
        return gettext(EVERYBODY_ENDED) % params
    return gettext(NO_LINE)


def sentences(lacking: Mapping[str, str]) -> list[str]:
    """One sentence for each reason, naming the figures that it keeps from being known."""
    by_reason: dict[str, list[str]] = {}
    for name, why in lacking.items():
        by_reason.setdefault(why, []).append(name)
    return [_sentence(names, why) for why, names in by_reason.items()]


def _sentence(names: Sequence[str], why: str) -> str:
    figures = gettext(", ").join(str(FIGURES[name.removesuffix(INTERVAL)]) for name in names)
    of_intervals = names[0].endswith(INTERVAL)
    form = (
        gettext("No interval: %(figures)s. The reason: %(reason)s")
        if of_intervals
        else gettext("Not known: %(figures)s. The reason: %(reason)s")
    )
    return form % {"figures": figures, "reason": why}
