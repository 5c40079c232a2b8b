"""Who saw which cases: lists and pages that redraw themselves, on the audit trail."""

from collections.abc import Iterable
from datetime import datetime

from django.core.cache import cache

from accounts import audit
from accounts.models import User
from referral.models import Case

REMEMBERED_SECONDS = 3600


def record_list(*, user: User, cases: Iterable[Case], now: datetime) -> None:
    """Record that `user` was shown a list of `cases`."""
    shown = list(cases)
    networks = {case.network_id for case in shown}
    audit.record(
        actor=user,
        action="list",
        subject_type="case",
        subject_id="",
        now=now,
        network=networks.pop() if len(networks) == 1 else None,
        cases=[str(case.pk) for case in shown],
    )


def record_live(*, user: User, cases: Iterable[Case], now: datetime) -> None:
    """Record that `user` is shown `cases` on a page that renews itself: only those new to this reader.

    What was recorded is remembered for an hour; without the cache every drawing leaves its line.
    """
    shown = list(cases)
    key, ids = f"shown:{user.pk}", {str(case.pk) for case in shown}
    recorded = set(cache.get(key) or ())
    if ids <= recorded:
        return
    record_list(user=user, cases=shown, now=now)
    cache.set(key, recorded | ids, REMEMBERED_SECONDS)
