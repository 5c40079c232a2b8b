"""The numbers of the pages on predictions and on the kit as lines of a file, in the reader's precision."""

from collections.abc import Iterable, Iterator
from typing import Any

from referral.statistics.reports.kit import KitRecord, cells
from referral.statistics.reports.predictions import Performance, Shadow
from referral.statistics.reports.table import counted
from scoring.research.agreement import Agreement, Estimate, Share
from scoring.research.observed import Observed

PREDICTIONS_HEADER = (
    *("part", "model", "figure", "from", "to", "predicted"),
    *("cases", "hits", "value", "low", "high"),
)
SHARES = ("sensitivity", "specificity", "positive_predictive_value", "negative_predictive_value")
KIT_HEADER = (
    *("part", "results", "true_positive", "false_positive", "false_negative", "true_negative"),
    *(f"{name}{end}" for name in (*SHARES, "kappa") for end in ("", "_low", "_high")),
)
Line = tuple[Any, ...]


def prediction_lines(performance: Performance, shadows: Iterable[Shadow]) -> Iterator[Line]:
    """Lines of PREDICTIONS_HEADER: one model's record, and the models in shadow beside the one in force."""
    model = performance.model
    yield _line("outcomes", model, "unknown", cases=counted(performance.unknown))
    yield from _record("", model, performance.observed)
    for shadow in shadows:
        name = str(shadow.comparison.model)
        for flags, count in shadow.flags.items():
            yield _line("shadow_flags", name, flags, cases=counted(count))
        yield from _record("shadow_", name, shadow.shadow)
        yield from _record("in_force_beside_", name, shadow.active)


def _record(before: str, model: str, observed: Observed) -> Iterator[Line]:
    yield _line(f"{before}outcomes", model, "known", cases=observed.patients, hits=observed.events)
    if observed.observed is None:
        return
    yield _line(f"{before}figures", model, "predicted", value=_number(observed.predicted))
    for name, estimate in (
        ("observed", observed.observed),
        ("ratio", observed.ratio),
        ("auroc", observed.auroc),
    ):
        value, low, high = _three(estimate)
        yield _line(f"{before}figures", model, name, value=value, low=low, high=high)
    for group in observed.groups:
        value, low, high = _three(group.observed)
        yield _line(
            f"{before}calibration",
            model,
            f"group {group.number}",
            since=_number(group.low),
            until=_number(group.high),
            predicted=_number(group.predicted),
            cases=group.observed.total,
            hits=group.observed.hits,
            value=value,
            low=low,
            high=high,
        )
    for at, by_model, everybody in observed.net_benefit:
        benefits = {"by the model": by_model, "refer everybody": everybody, "refer nobody": 0.0}
        for name, benefit in benefits.items():
            yield _line(f"{before}decision", model, name, since=_number(at), value=_number(benefit))


def _line(
    part: str,
    model: str,
    figure: str,
    *,
    since: str = "",
    until: str = "",
    predicted: str = "",
    cases: object = "",
    hits: object = "",
    value: str = "",
    low: str = "",
    high: str = "",
) -> Line:
    return part, model, figure, since, until, predicted, cases, hits, value, low, high


def kit_lines(named: Iterable[tuple[str, str, Agreement | None]], record: KitRecord) -> Iterator[Line]:
    """Lines of KIT_HEADER: each named table, then what is not counted."""
    for part, name, table in named:
        yield (part, name, *(_agreement(table) if table else [counted(None)]))
    for name in ("too_close", "indeterminate", "beside_purpose", "unknown"):
        yield "not_counted", name, counted(getattr(record, name))


def _agreement(table: Agreement) -> Iterator[object]:
    yield from cells(table)
    for estimate in (*(getattr(table, name) for name in SHARES), table.kappa):
        yield from _three(estimate)


def _three(measured: Share | Estimate | None) -> tuple[str, str, str]:
    if measured is None:
        return "", "", ""
    return _number(measured.value), _number(measured.low), _number(measured.high)


def _number(part: float | None) -> str:
    return "" if part is None else str(part)
