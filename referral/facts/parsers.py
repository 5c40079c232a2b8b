"""From what a face was given to the values that a verb takes."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet

from accounts.models import User, Ward
from referral.facts.shapes import Fact, Shape
from referral.models import Assessment, Case, Deadline


def _text(fact: Fact, value: Any, case: Case, user: User) -> str:
    if not isinstance(value, str) or len(value) > fact.max_length or not value.strip() or "\x00" in value:
        raise ValueError
    return value.strip()


def _choice(fact: Fact, value: Any, case: Case, user: User) -> str:
    if not isinstance(fact.choices, type):
        raise TypeError
    return str(fact.choices(value).value)


def _number(fact: Fact, value: Any, case: Case, user: User) -> int:
    number = int(str(value))
    if isinstance(fact.choices, tuple) and number not in fact.choices:
        raise ValueError
    return number


def _moment(fact: Fact, value: Any, case: Case, user: User) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    if moment.tzinfo is None or not 1900 <= moment.year < 2200:
        raise ValueError
    return moment


def _values(fact: Fact, value: Any, case: Case, user: User) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError
    return dict(value)


def _one_of(rows: Callable[[Case, User], QuerySet[Any]]) -> Callable[[Fact, Any, Case, User], Model]:
    def parse(fact: Fact, value: Any, case: Case, user: User) -> Model:
        found = rows(case, user).filter(pk=UUID(str(getattr(value, "pk", value)))).first()
        if found is None:
            raise ValueError
        return found

    return parse


PARSERS: dict[Shape, Callable[[Fact, Any, Case, User], Any]] = {
    Shape.TEXT: _text,
    Shape.CHOICE: _choice,
    Shape.NUMBER: _number,
    Shape.MOMENT: _moment,
    Shape.VALUES: _values,
    Shape.WARD: _one_of(lambda case, user: Ward.objects.visible_to(user).select_related("hospital")),
    Shape.DEADLINE: _one_of(lambda case, user: Deadline.objects.filter(case=case)),
    Shape.ASSESSMENT: _one_of(lambda case, user: Assessment.objects.filter(case=case)),
}
