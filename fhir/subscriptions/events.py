"""Which subscriptions a change is an event of: written in its transaction."""

from collections.abc import Collection
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from files import hints
from integrations.models import EventSubscription, SubscriptionEvent
from integrations.subscriptions import Status
from referral.models import Case, Offer, Question

TASK = "fhir.tasks.send_notifications"


def write_events(*, case: Case, moments: Collection[datetime], **_signal: Any) -> None:
    """Write an event for each subscription and each resource of the case that changed and matches.

    Called in the transaction of the change (`referral.signals.case_changed`); `moments` are the times with
    which what changed is dated.
    """
    are_open = EventSubscription.objects.exclude(status=Status.OFF)
    # Asked first, because most installations have none, and whom a change concerns is a long question.
    if not are_open.exists() or not (concerned := list(_concerned(case, are_open))):
        return
    # All resources, which a deadline engine without a subscription has no use for: 10 MB.
    from fhir.subscriptions.matches import changed

    now = max(moments)
    rows = [
        SubscriptionEvent(subscription=row, focus=focus, at=now)
        for row in concerned
        for focus in changed(row, case, moments)
    ]
    if rows:
        SubscriptionEvent.objects.bulk_create(rows)
        transaction.on_commit(partial(hints.send, TASK, queue="retry"), robust=True)


def _concerned(case: Case, rows: QuerySet[EventSubscription]) -> QuerySet[EventSubscription]:
    """Those of the systems of the case's hospital and of wards that have to do with it."""
    wards = [pk for pk in (case.ward_id, case.expecting_ward_id) if pk]
    asked = Q(integration__ward__in=Offer.objects.filter(case=case).values("ward"))
    asked |= Q(integration__ward__in=Question.objects.filter(case=case).values("ward"))
    of_hospital = Q(integration__hospital=case.hospital_id, integration__ward=None)
    concerned = rows.filter(of_hospital | asked | Q(integration__ward__in=wards))
    return concerned.select_related("integration__account")
