"""Finding a case again: by a part of its number, or by exactly what its hospital wrote of the patient."""

from datetime import datetime

from django.db.models import Q, QuerySet

from accounts import audit
from accounts.encryption import blind_index
from accounts.limits import seconds_over
from accounts.models import Hospital, User
from referral.identity.national_id import canonical
from referral.identity.placeholders import is_no_national_id, is_no_number
from referral.identity.text import folded_name, folded_number
from referral.models import Case
from referral.pathway.refusals import TooOften
from referral.queries import cases

LONGEST = 64
SHORTEST_NUMBER = 2


def search_cases(user: User, typed: str, *, now: datetime) -> QuerySet[Case]:
    """The cases the user may see, open and closed, the newest first: by a part of the case number, or by the
    patient's name, hospital number or national ID in full.

    Every search is audited, without what was typed. Raises TooOften.
    """
    if seconds := seconds_over("search", user, now):
        raise TooOften(seconds)
    query = typed.replace("\x00", "").strip()[:LONGEST]
    results = cases.cases(user).filter(_meant(user, query)).order_by("-registered_at", "-pk")
    audit.record(actor=user, action="search_cases", subject_type="case", subject_id="", now=now)
    return results if query else results.none()


def _meant(user: User, query: str) -> Q:
    """Every reading of what was typed."""
    meant = Q(patient__name_index=blind_index("name", folded_name(query)))
    number = folded_number(query)
    if len(number) >= SHORTEST_NUMBER:
        meant |= Q(number__icontains=number)
    if not is_no_national_id(query):
        meant |= Q(patient__national_id_index=blind_index("national_id", canonical(query)))
    if not is_no_number(query):
        hospitals = Hospital.objects.visible_to(user).values_list("pk", flat=True)
        hashes = [blind_index("local_number", str(hospital), number) for hospital in hospitals]
        meant |= Q(patient__local_number_index__in=hashes)
    return meant
