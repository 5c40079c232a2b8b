import time
from collections import Counter
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.world import NOW


def test_seed(db):
    from referral.demo import seed
    from referral.models import Case, Deadline, Offer, Event
    from notifications.models import Notification, Delivery

    t = time.perf_counter()
    with CaptureQueriesContext(connection) as q:
        print(seed(now=NOW))
    print(time.perf_counter() - t, len(q))
    print(Counter(Case.objects.values_list("state", flat=True)))
    for c in Case.objects.order_by("number"):
        print(
            c.number,
            c.state,
            c.hospital.name,
            c.assessment and (c.assessment.risk_90d, c.assessment.band, c.assessment.high_risk),
            c.flagged_late,
            [(d.kind, d.state, d.delay_reason) for d in c.deadlines.order_by("due_at")],
            [(o.ward.name, o.state) for o in c.offers.all()],
        )
    print(Counter(Deadline.objects.values_list("kind", "outcome")))
    print(
        Counter(
            Notification.objects.filter(read_at=None, withdrawn_at=None).values_list(
                "recipient__email", "kind"
            )
        ),
        Notification.objects.count(),
    )
    print(Counter(Delivery.objects.values_list("state", "dropped_reason")))
    print(Counter(Event.objects.values_list("what", flat=True)))
