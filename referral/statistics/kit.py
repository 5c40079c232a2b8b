"""The kit against what came: organ failure within 28 days of sampling, overall, by ward and by lot.

Counted is the first result of each case with an answer of yes or no, sampled while no organ was failing, as
far as the records go that count, also those that were entered later. A result belongs to the ward that used
the kit, wherever the patient was taken afterwards. Organ failure is present if a table within 28 days shows
one or the outcome says so, absent if the outcome says that there was none; everything else is unknown and
only told, as is a sample of the last 28 days, of which a failure would be known and its absence not yet.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet

from accounts.models import Ward
from referral.codes import OrganFailureSeen
from referral.models import CaseFacts, KitResult, OrganFailureAssessment
from referral.statistics.privacy import few, hidden_parts, pseudonym, shown
from referral.statistics.scope import Wanted
from referral.ward_codes import KitAnswer
from scoring.research.agreement import Agreement, agreement

WINDOW = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Result:
    """One counted result: where and of which lot, what the kit said, and whether an organ failed."""

    ward: UUID
    lot: str
    positive: bool
    failed: bool


@dataclass(frozen=True, slots=True)
class Site:
    """The agreement at one ward or of one lot; None where too few for the reader."""

    key: Hashable
    agreement: Agreement | None


@dataclass(frozen=True, slots=True)
class KitRecord:
    """All figures of the kit. `indeterminate`, `beside_purpose`, `unknown`: results that are not counted."""

    whole: Agreement | None
    wards: list[Site]
    lots: list[Site]
    indeterminate: int | None
    beside_purpose: int | None
    unknown: int | None


def kit_record(rows: QuerySet[CaseFacts], *, now: datetime, hides_small: bool) -> KitRecord:
    """The record of the kit on the cases of `rows`."""
    results = KitResult.objects.counting().filter(case__statistics__in=rows.values("pk"))
    left_out = {
        "indeterminate": results.filter(answer=KitAnswer.INDETERMINATE).count(),
        "beside_purpose": results.filter(organ_failure_at_sampling=True).count(),
    }
    results = results.exclude(organ_failure_at_sampling=True)
    counted, unknown = _counted(results, now)
    left_out["unknown"] = unknown
    whole = _agreement(counted)
    return KitRecord(
        whole=None if hides_small and any(map(few, cells(whole))) else whole,
        wards=by_place(counted, [result.ward for result in counted], hides_small),
        lots=by_place(counted, [result.lot for result in counted], hides_small),
        **{name: shown(count) if hides_small else count for name, count in left_out.items()},
    )


def ward_names(found: KitRecord, wanted: Wanted) -> dict[Hashable, str]:
    """What the wards of the record are called; codes for whoever may not read names of places."""
    keys = [UUID(str(site.key)) for site in found.wards]
    if wanted.hides_small:
        return {key: pseudonym("W", key) for key in keys}
    return {ward.pk: str(ward) for ward in Ward.objects.filter(pk__in=keys)}


def _counted(results: QuerySet[KitResult], now: datetime) -> tuple[list[Result], int]:
    """The results that count, and how many would if their outcome were known."""
    told = (
        results.exclude(answer=KitAnswer.INDETERMINATE)
        .annotate(seen=Exists(_failures()), said=F("case__organ_failure_28"))
        .order_by("case_id", "sampled_at", "recorded_at", "pk")
        .distinct("case_id")
        .values_list("ward", "lot", "answer", "seen", "said", "sampled_at")
    )
    found, unknown = [], 0
    for ward, lot, answer, seen, said, sampled_at in told:
        failed = seen or said == OrganFailureSeen.YES
        if sampled_at + WINDOW <= now and (failed or said == OrganFailureSeen.NO):
            found.append(Result(ward, lot, answer == KitAnswer.POSITIVE, failed))
        else:
            unknown += 1
    return found, unknown


def _failures() -> QuerySet[OrganFailureAssessment]:
    return OrganFailureAssessment.objects.counting().filter(
        case=OuterRef("case"),
        failures__gt=0,
        occurred_at__gte=OuterRef("sampled_at"),
        occurred_at__lte=OuterRef("sampled_at") + WINDOW,
    )


def by_place(results: list[Result], keys: Sequence[Hashable], hides_small: bool) -> list[Site]:
    """The agreement in each group of results that have a key in common."""
    groups: dict[Hashable, list[Result]] = {}
    for result, key in zip(results, keys, strict=True):
        groups.setdefault(key, []).append(result)
    ordered = sorted(groups, key=str)
    found = [_agreement(groups[key]) for key in ordered]
    hidden = hidden_parts([cells(site) for site in found]) if hides_small else set()
    return [Site(key, None if place in hidden else found[place]) for place, key in enumerate(ordered)]


def cells(found: Agreement) -> tuple[int, int, int, int]:
    """The two-by-two table: positive with and without failure, negative with and without."""
    return found.true_positive, found.false_positive, found.false_negative, found.true_negative


def _agreement(results: Iterable[Result]) -> Agreement:
    counts = Counter((result.positive, result.failed) for result in results)
    return agreement(
        true_positive=counts[True, True],
        false_positive=counts[True, False],
        false_negative=counts[False, True],
        true_negative=counts[False, False],
    )
