"""Confirmations of doubtful values: each counts only for the value that was asked about."""

from collections.abc import Mapping

from django.http import QueryDict
from django.utils.crypto import salted_hmac

FIELD, MARKS = "confirmed", "asked_about"
OF_THE_ID = ("national_id", "sex", "birth_date")
MORE_OF: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(OF_THE_ID, OF_THE_ID),
    "age_years": ("birth_date", "birth_estimate", "national_id"),
}
"""Fields whose change makes the question of another one a new question."""


def confirmed_in(posted: QueryDict) -> set[str]:
    """The fields that a form confirms, without those whose value is another than the one asked about."""
    marks = dict(entry.partition(":")[::2] for entry in posted.getlist(MARKS))
    return {name for name in posted.getlist(FIELD) if marks.get(name) in (None, mark_of(name, posted))}


def mark_of(field: str, posted: QueryDict) -> str:
    """Names the value of a field with all it is judged by, without saying it."""
    names = [field, f"{field}_unit", *MORE_OF.get(field, ())]
    names += sorted(name for name in posted if field == "sampled_at" and name.startswith("sampled_at"))
    typed = (posted.get(name, "").strip() for name in names)
    return salted_hmac("the value that was asked about", "\x1f".join([field, *typed])).hexdigest()
