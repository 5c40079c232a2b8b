"""The kit against what came: organ failure within 28 days of sampling, overall, by ward and by lot.

Counted is the first result of each case with an answer of yes or no, sampled while no organ was failing, as
far as the records go that count, also those that were entered later. A result belongs to the ward that used
the kit, wherever the patient was taken afterwards. Organ failure is present if a table within 28 days shows
one or the outcome says so, absent if the outcome says that there was none; everything else is unknown and
only told, as is a sample of the last 28 days, of which a failure would be known and its absence not yet.
"""

from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, Exists, OuterRef, QuerySet, Sum, Value, When

from accounts.models import Ward
from referral.models import CaseFacts, OrganFailureAssessment
from referral.statistics.reports.filters import ReportFilter
from referral.statistics.reports.privacy import few, hidden_parts, pseudonym, shown
from scoring.research.agreement import Agreement, agreement

WINDOW = timedelta(days=28)
LANDMARK = timedelta(hours=24)
"""A failure that was recorded so soon after sampling may have been there already. One that only the outcome
tells of has no hour and counts as later."""


@dataclass(frozen=True, slots=True)
class Result:
    """One counted result: where and of which lot, what the kit said, and whether an organ failed, `too_close`
    within LANDMARK."""

    ward: UUID
    lot: str
    positive: bool
    failed: bool
    too_close: bool = False


@dataclass(frozen=True, slots=True)
class Site:
    """The agreement at one ward or of one lot; None where too few for the reader."""

    key: Hashable
    agreement: Agreement | None


@dataclass(frozen=True, slots=True)
class KitRecord:
    """All figures of the kit, by the landmark: without the failures of `too_close`, which were recorded
    within LANDMARK of sampling. `with_close` counts them as failures too, which flatters the kit.
    `indeterminate`, `beside_purpose`, `unknown`: results that are not counted.
    """

    whole: Agreement | None
    with_close: Agreement | None
    too_close: int | None
    wards: list[Site]
    lots: list[Site]
    indeterminate: int | None
    beside_purpose: int | None
    unknown: int | None


def kit_record(rows: QuerySet[CaseFacts], *, now: datetime, hides_small: bool) -> KitRecord:
    """The record of the kit on the cases of `rows`."""
    every, left_out = _counted(rows, now)
    counted = Counter({result: cases for result, cases in every.items() if not result.too_close})
    too_close = every.total() - counted.total()
    return KitRecord(
        whole=_whole(counted, hides_small),
        with_close=_whole(every, hides_small),
        too_close=shown(too_close) if hides_small else too_close,
        wards=by_place(counted, lambda result: result.ward, hides_small),
        lots=by_place(counted, lambda result: result.lot, hides_small),
        **{name: shown(count) if hides_small else count for name, count in left_out.items()},
    )


def _whole(results: Counter[Result], hides_small: bool) -> Agreement | None:
    whole = _agreement(results)
    return None if hides_small and any(map(few, cells(whole))) else whole


def ward_names(record: KitRecord, report_filter: ReportFilter) -> dict[Hashable, str]:
    """What the wards of the record are called; codes for whoever may not read names of places."""
    keys = [UUID(str(site.key)) for site in record.wards]
    if report_filter.hides_small:
        return {key: pseudonym("W", key) for key in keys}
    return {ward.pk: str(ward) for ward in Ward.objects.filter(pk__in=keys)}


def _counted(rows: QuerySet[CaseFacts], now: datetime) -> tuple[Counter[Result], dict[str, int]]:
    """The results that count, and how many of those that do not, by the reason."""
    groups = (
        _followed(rows, now)
        .order_by()
        .values_list("kit_ward", "kit_lot", "kit_positive", "kit_failed", "is_followed", "too_close")
        .annotate(Count("pk"), Sum("kit_indeterminate"), Sum("kit_beside_purpose"))
    )
    counted: Counter[Result] = Counter()
    left_out = Counter(indeterminate=0, beside_purpose=0, unknown=0)
    for ward, lot, positive, failed, is_followed, too_close, cases, indeterminate, beside_purpose in groups:
        left_out.update(indeterminate=indeterminate, beside_purpose=beside_purpose)
        if is_followed and failed is not None:
            counted[Result(ward, lot, positive, failed, too_close)] += cases
        elif positive is not None:
            left_out.update(unknown=cases)
    return counted, left_out


def counted_results(rows: QuerySet[CaseFacts], now: datetime) -> dict[UUID, tuple[str, str]]:
    """By case with a result that counts: its answer as `positive` or `negative`, and in FAILED what came."""
    counting = _followed(rows, now).filter(is_followed=True, kit_failed__isnull=False)
    return {
        case: ("positive" if positive else "negative", FAILED[failed, failed and too_close])
        for case, positive, failed, too_close in counting.values_list(
            "pk", "kit_positive", "kit_failed", "too_close"
        )
    }


FAILED = {(False, False): "none", (True, False): "failure", (True, True): "failure_within_24_h"}
"""What came within 28 days, in words of a file: whether an organ failed, and whether within LANDMARK."""


def _followed(rows: QuerySet[CaseFacts], now: datetime) -> QuerySet[Any, Any]:
    """Cases with results, each with whether its 28 days are over and whether an organ failed too soon."""
    soon = OrganFailureAssessment.objects.counting().filter(
        case=OuterRef("pk"),
        failures__gt=0,
        occurred_at__gte=OuterRef("kit_sampled_at"),
        occurred_at__lte=OuterRef("kit_sampled_at") + LANDMARK,
    )
    is_over = Case(When(kit_sampled_at__lte=now - WINDOW, then=Value(True)), default=Value(False))
    return rows.filter(kit_results__gt=0).annotate(is_followed=is_over, too_close=Exists(soon))


def by_place(results: Counter[Result], key_of: Callable[[Result], Hashable], hides_small: bool) -> list[Site]:
    """The agreement in each group of results that have a key in common."""
    groups: dict[Hashable, Counter[Result]] = {}
    for result, cases in results.items():
        groups.setdefault(key_of(result), Counter())[result] += cases
    ordered = sorted(groups, key=str)
    agreements = [_agreement(groups[key]) for key in ordered]
    hidden = hidden_parts([cells(site) for site in agreements]) if hides_small else set()
    return [Site(key, None if place in hidden else agreements[place]) for place, key in enumerate(ordered)]


def cells(agreement: Agreement) -> tuple[int, int, int, int]:
    """The two-by-two table: positive with and without failure, negative with and without."""
    return (
        agreement.true_positive,
        agreement.false_positive,
        agreement.false_negative,
        agreement.true_negative,
    )


def _agreement(results: Counter[Result]) -> Agreement:
    counts: Counter[tuple[bool, bool]] = Counter()
    for result, cases in results.items():
        counts[result.positive, result.failed] += cases
    return agreement(
        true_positive=counts[True, True],
        false_positive=counts[True, False],
        false_negative=counts[False, True],
        true_negative=counts[False, False],
    )
