"""Pages that neither skip nor repeat a row while others are added: cut along the order, not counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core import signing
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from referral.pathway.refusals import InputError

Row = TypeVar("Row", bound=Model)
DEFAULT_LIMIT, MOST = 50, 200


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """`next` is the cursor of the following page, None on the last."""

    rows: list[Row]
    next: str | None


def page(
    rows: QuerySet[Row], *, order: Sequence[str], cursor: str = "", limit: int = DEFAULT_LIMIT
) -> Page[Row]:
    """The page of `rows` after `cursor`. `order` are never-empty fields that together are unique.

    Raises InputError for a cursor that this list did not give.
    """
    salt = f"api.cursor:{','.join(order)}"
    if cursor:
        rows = rows.filter(_after(order, unsealed(cursor, salt, "cursor")))
    results = list(rows.order_by(*order)[: limit + 1])
    if len(results) <= limit:
        return Page(results, None)
    last = [_plain(getattr(results[limit - 1], name.removeprefix("-"))) for name in order]
    return Page(results[:limit], sealed(last, salt))


def _plain(value: Any) -> Any:
    return value if isinstance(value, int) else str(value)


def sealed(position: list[Any], salt: str) -> str:
    """A cursor: always the same one for a position, so that equal answers are equal."""
    return signing.Signer(salt=salt).sign_object(position)


def unsealed(cursor: str, salt: str, field: str) -> list[Any]:
    """The position of a cursor. Raises InputError of `field` for one that was not made with `salt`."""
    try:
        position: list[Any] = signing.Signer(salt=salt).unsign_object(cursor)
    except signing.BadSignature as error:
        message = _("This cursor is not of this list. Start again without one.")
        raise InputError((field, "invalid", message)) from error
    return position


def _after(order: Sequence[str], values: Sequence[Any]) -> Q:
    """Later than `values`: in the first field, or equal in it and later in the second, and so on."""
    condition, equal = Q(), Q()
    for field, value in zip(order, values, strict=True):
        name = field.removeprefix("-")
        condition |= equal & Q(**{f"{name}__{'lt' if field.startswith('-') else 'gt'}": value})
        equal &= Q(**{name: value})
    return condition
