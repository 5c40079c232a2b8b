"""Sealing months that are over: their rows once more as columns, for as long as nothing changes in them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection, transaction
from django.db.models import BinaryField, Exists, Func, OuterRef, QuerySet, Value
from django.db.models.functions import Coalesce

from accounts.models import Network
from referral.models import CaseFacts, Route, SealedColumn, SealedMonth
from referral.statistics.columns.column_reader import (
    MODEL,
    ROUTE,
    SEALED,
    SEALED_LAYOUT,
    shadow_column,
    strung_together,
)
from referral.statistics.columns.layout import KEPT, LAYOUT, SAID, Column
from scoring.models import ShadowScore

SETTLED_AFTER = timedelta(days=120)
"""After the end of a month: its last cases have been followed to day 90, or given up."""

MONTHS_AT_ONCE = 100
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('sealed month ' || %s || ' ' || %s, 0))"
"""Waits for everybody who is writing rows of the month, and lets them wait; the trigger takes it shared."""

NO_SUBJECT = UUID(int=0)
WITH_SUBJECT = np.dtype([("row", LAYOUT), ("assessment", "V16")])
"""A row's `packed`, and the id of its first assessment or NO_SUBJECT."""


class WithSubject(Func):
    template = "%(expressions)s)"
    arg_joiner = " || uuid_send("
    output_field = BinaryField()


def seal_settled(now: datetime) -> int:
    """Seal months that are settled and not sealed, no more than MONTHS_AT_ONCE; return how many."""
    unsealed_months = [
        (network.pk, month)
        for network in Network.objects.order_by("pk")
        for month in unsealed(network, before=network.month_of(now - SETTLED_AFTER))
    ][:MONTHS_AT_ONCE]
    for network, month in unsealed_months:
        seal(network, month)
    return len(unsealed_months)


def unsealed(network: Network, *, before: date) -> list[date]:
    """The months before `before` of the network that are not sealed as they are read now."""
    sealed = SealedMonth.objects.filter(
        network=OuterRef("network"), month=OuterRef("month"), layout=SEALED_LAYOUT
    )
    case_facts = CaseFacts.objects.counted().filter(network=network, month__lt=before)
    months = case_facts.order_by().values_list("month", flat=True)
    return sorted(months.distinct().filter(~Exists(sealed)))


@transaction.atomic
def seal(network: UUID, month: date) -> None:
    """Keep the rows of the month as columns."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [str(network), month.isoformat()])
    SealedMonth.objects.filter(network=network, month=month).delete()
    case_facts = CaseFacts.objects.counted().filter(network=network, month=month)
    with_subject = case_facts.annotate(
        with_subject=WithSubject("packed", Coalesce("assessment", Value(NO_SUBJECT)))
    )
    groups, group, packed = strung_together(
        with_subject, "hospital", "ward", "model", what="with_subject", layout=WITH_SUBJECT
    )
    rows = packed["row"]
    models = sorted({model for _hospital, _ward, model in groups})
    shadows = _said(case_facts, [UUID(bytes=subject.tobytes()) for subject in packed["assessment"]])
    columns = {name: rows[name].astype(SEALED[name]) for name in KEPT} | {
        ROUTE: np.array(_routes(network, [row[:2] for row in groups]), SEALED[ROUTE])[group],
        MODEL: np.array([models.index(model) for _hospital, _ward, model in groups], SEALED[MODEL])[group],
        **{shadow_column(model): said for model, said in shadows.items()},
    }
    sealed = SealedMonth.objects.create(
        network_id=network,
        month=month,
        layout=SEALED_LAYOUT,
        cases=len(rows),
        risk_models=models,
        shadows=[str(model) for model in shadows],
    )
    SealedColumn.objects.bulk_create(
        SealedColumn(month=sealed, name=name, numbers=numbers.tobytes()) for name, numbers in columns.items()
    )


def _routes(network: UUID, places: Sequence[tuple[Any, ...]]) -> list[int]:
    """The ids of the routes between these places, made where there are none yet."""
    Route.objects.bulk_create(
        (Route(network_id=network, hospital_id=hospital, ward_id=ward) for hospital, ward in places),
        ignore_conflicts=True,
    )
    routes = Route.objects.filter(network=network).values_list("hospital", "ward", "pk")
    pk_of = {(hospital, ward): pk for hospital, ward, pk in routes}
    return [pk_of[hospital, ward] for hospital, ward in places]


def _said(case_facts: QuerySet[CaseFacts], subjects: Sequence[UUID]) -> dict[UUID, Column]:
    """By model in shadow: what it and the model in force said of each of `subjects`; NaN of the others."""
    scores = ShadowScore.objects.filter(
        subject__in=case_facts.values("assessment"), risk_90d__isnull=False, active_risk_90d__isnull=False
    ).order_by()
    place = {subject: number for number, subject in enumerate(subjects)}
    said: dict[UUID, Column] = {}
    for model, subject, *risks_and_flags in scores.values_list(
        *("model", "subject", "risk_90d", "active_risk_90d", "high_risk", "active_high_risk")
    ):
        if model not in said:
            said[model] = np.full(len(subjects), np.array(((np.nan, np.nan), (0, 0)), SAID))
        said[model][place[subject]] = tuple(risks_and_flags[:2]), tuple(risks_and_flags[2:])
    return said
