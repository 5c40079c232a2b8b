"""What the pages of pictures and documents show."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from accounts.models import User
from files.models import FileState
from files.refusals import REASONS
from portal.pages.verbs.slugs import slug
from referral.codes import FileKind
from referral.models import Case, CaseFile
from referral.pathway.perform import usable_verbs
from referral.pathway.refusals import Text
from referral.pathway.vocabulary import Verb
from referral.queries import case_files


@dataclass(frozen=True, slots=True)
class Shown:
    """One file. `pages` are the numbers of those that can be looked at; `trouble`: why it was not taken."""

    row: CaseFile
    pages: list[int]
    has_original: bool
    trouble: Text

    @property
    def is_checked(self) -> bool:
        return self.row.file.state == FileState.CHECKED


def shown(row: CaseFile) -> Shown:
    """A file from `case_files.with_parts`."""
    roles = {part.role for part in row.file.parts.all()}
    is_checked = row.file.state == FileState.CHECKED
    pages = case_files.page_numbers(row) if is_checked else []
    return Shown(row, pages, is_checked and "original" in roles, REASONS.get(row.file.reason, ""))


def in_a_list(case: Case, user: User) -> dict[str, Any]:
    """The files of a case for a strip: those that count, and those entered in error."""
    rows = case_files.of_case(case, user)
    return {
        "files": [shown(row) for row in rows if row.error_at is None],
        "files_in_error": [shown(row) for row in rows if row.error_at is not None],
        "has_new_files": any(row.is_new for row in rows if row.error_at is None),
    }


def page(case: Case, user: User, now: datetime) -> dict[str, Any]:
    """The context of the page with all files of a case."""
    usable = usable_verbs(user, case)
    return {
        "case": case,
        "now": now,
        "zone": case.hospital.zone,
        "may_add": Verb.ADD_FILE in usable,
        "read_at": _form_for_values(case, usable),
        "kinds": FileKind.choices,
        **in_a_list(case, user),
    }


def _form_for_values(case: Case, usable: Collection[Verb]) -> str:
    """The address of the form that a laboratory report of the case is read into, or nothing."""
    if Verb.SAVE_INDICATORS in usable:
        return reverse("portal:indicators", args=[case.pk])
    if Verb.ASSESS_ORGAN_FAILURE in usable:
        return reverse("portal:verb", args=[case.pk, slug(Verb.ASSESS_ORGAN_FAILURE)])
    return ""


def viewer(row: CaseFile, case: Case, user: User) -> dict[str, Any]:
    """The context of the page of one file, with the files before and after it."""
    counting = [one for one in case_files.of_case(case, user) if one.error_at is None]
    before, after = _neighbours([one.pk for one in counting], row.pk)
    return {
        "case": case,
        "zone": case.hospital.zone,
        "file": shown(row),
        "before": before,
        "after": after,
        "may_retract": row.error_at is None and Verb.RETRACT_FILE in usable_verbs(user, case),
    }


def _neighbours(keys: Sequence[Any], key: Any) -> tuple[Any, Any]:
    if key not in keys:
        return None, None
    at = keys.index(key)
    return (keys[at - 1] if at else None), (keys[at + 1] if at + 1 < len(keys) else None)
