"""The verb that corrects who the patient is."""

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from accounts.limits import seconds_over
from referral.identity import corrections, meetings
from referral.identity.written import identity_of
from referral.pathway.change import Change
from referral.pathway.perform import effect
from referral.pathway.refusals import TooOften
from referral.pathway.vocabulary import Verb


@effect(Verb.CORRECT_IDENTITY)
def correct_identity(
    change: Change, *, why: str, removed: Iterable[str] = (), confirmed: Iterable[str] = (), **typed: Any
) -> None:
    """Put right what the first hospital wrote of the patient. Nobody is linked or parted by it.

    Both versions are on the timeline, encrypted. Where another patient has the number, whoever corrects
    learns nothing of it; that patient's hospital and the coordinator are told.
    """
    case, before = change.case, identity_of(change.case.patient)
    visited = case.first_visit_at.astimezone(ZoneInfo(case.hospital.zone)).date()
    after = corrections.corrected(case, typed, removed=removed, confirmed=confirmed, visited=visited)
    old, new = corrections.different_fields(before, after) or ({}, {})
    corrections.store(case, after)
    change.details["fields"], change.note = sorted(new), why
    change.personal = {"before": old, "after": new}
    if new.keys() & {"national_id", "local_number"}:
        if seconds := seconds_over("corrected_numbers", change.person, change.now):
            raise TooOften(seconds)
        others = corrections.others_of_the_number(case, after)
        meetings.report_shared_number(case, others, actor=change.person, now=change.now)
