"""What the tests of the outcome share: saying it, and reading what holds."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from referral.models import Case
from referral.outcomes.resolve import outcomes_of
from referral.pathway.perform import perform
from referral.pathway.refusals import InputError
from referral.pathway.vocabulary import Verb
from tests.world import NOW

DAY = timedelta(days=1)
D28, D90 = NOW + 28 * DAY, NOW + 90 * DAY


def say(case: Case, actor: User, day: int, status: str, now: datetime, **more: Any) -> Case:
    verb = more.pop("verb", Verb.RECORD_OUTCOME)
    return perform(case, verb, actor=actor, now=now, day=day, status=status, **more)


def refused(case: Case, actor: User, day: int, status: str, now: datetime, **more: Any) -> tuple[str, str]:
    """Field and code of the only refusal; the words must be a sentence."""
    with pytest.raises(InputError) as refusal:
        say(case, actor, day, status, now, **more)
    (field, code, message), *others = refusal.value.rows
    assert not others
    assert str(message).endswith((".", "。"))
    return field, code


def status_at(case: Case, day: int) -> str | None:
    agreed = outcomes_of(case).agreed.get(day)
    status = "" if agreed is None else str(agreed.status)
    assert status == getattr(Case.objects.get(pk=case.pk), f"outcome_{day}")
    return status or None
