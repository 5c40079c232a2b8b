"""What a subscription is notified of: resources that its program sees and that match."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import User
from fhir.reading import keys_for, matching
from fhir.subscriptions.topics import query_of, served
from fhir.types import Source
from integrations.models import EventSubscription, SubscriptionEvent
from integrations.subscriptions import may_receive
from referral.models import Case


def changed(row: EventSubscription, case: Case, moments: Collection[datetime]) -> list[str]:
    """What a subscription is notified of: resources of the case that its program sees and that match."""
    if not may_receive(row.integration, row.resource_type):
        return []
    user, query = row.integration.account, query_of(row.criteria)
    dated = Q(updated__in=moments) | Q(updated__gte=max(moments))
    pks: list[Any] = []
    for source in served(row.resource_type).sources:
        rows = matching(source, _of_case(source, user, case), query)
        pks += rows.filter(dated).order_by("pk").values_list("pk", flat=True) if rows is not None else []
    return [f"{row.resource_type}/{pk}" for pk in pks]


def _of_case(source: Source, user: User, case: Case) -> QuerySet[Any]:
    rows = source.rows(user)
    return rows.filter(**{"pk" if rows.model is Case else "case": case.pk})


def foci_of(row: EventSubscription, events: Collection[SubscriptionEvent]) -> dict[int, str]:
    """By event: what it is about, where the program may still see that; none where nothing is to be said."""
    if row.payload == EventSubscription.Payload.EMPTY:
        return {}
    ids = {event.focus.partition("/")[2] for event in events}
    visible: set[UUID] = set()
    for source in served(row.resource_type).sources if ids else ():
        rows = source.rows(row.integration.account)
        visible |= set(rows.filter(pk__in=keys_for(rows, ids)).values_list("pk", flat=True))
    kept = {f"{row.resource_type}/{pk}" for pk in visible}
    return {event.pk: event.focus for event in events if event.focus in kept}
