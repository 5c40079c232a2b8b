"""Taking in a picture or document for a case: kept first, then attached by the verb."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from files import encryption
from files.intake import Sent, receive
from files.models import StoredFile
from files.refusals import AnotherFile, FileRefused, StoreAway
from labs.readings.sources import readings_named
from referral.codes import FileKind
from referral.models import Case, CaseFile
from referral.pathway.effects.case_files import MOST_FILES
from referral.pathway.inputs import parse_inputs
from referral.pathway.perform import admissible, apply, perform
from referral.pathway.refusals import FilesAway, InputError
from referral.pathway.settlement import Settlement
from referral.pathway.vocabulary import Verb


def add_to_case(*, user: User, case: Case, sent: Sent, inputs: Mapping[str, Any], now: datetime) -> CaseFile:
    """Attach what was sent to a visible case; the same content again is the file that is there already.

    `inputs` are those of Verb.ADD_FILE but for `file`. Raises what `perform` raises, an InputError for `file`
    with what to do, and FilesAway.
    """
    admissible(case, Verb.ADD_FILE, actor=user)
    if there := _there_already(case, sent):
        return there
    file = _kept(user, sent, now)
    cleaned = parse_inputs(Verb.ADD_FILE, {**inputs, "file": file}, case=case, user=user)
    perform(case, Verb.ADD_FILE, actor=user, now=now, **cleaned)
    return CaseFile.objects.select_related("file", "added_by").get(file=file)


def _there_already(case: Case, sent: Sent) -> CaseFile | None:
    same = case.files.counting().filter(file__digest=encryption.digest(sent.content))
    return same.select_related("file", "added_by").first()


def _kept(user: User, sent: Sent, now: datetime) -> StoredFile:
    try:
        return receive(user=user, sent=sent, now=now)
    except FileRefused as refused:
        raise InputError(("file", refused.code, refused.message)) from refused
    except AnotherFile as error:
        message = _("This id was used for another file. Make a new one for a new file.")
        raise InputError(("id", "id_taken", message)) from error
    except StoreAway as error:
        raise FilesAway(error.message) from error


def add_reports(settlement: Settlement, *, actor: User, values: Mapping[str, Any]) -> None:
    """Add to the files of a case the pictures that `values` were taken from, as far as they are not there.

    A case that has as many files as it may have goes on without them.
    """
    case, named = settlement.case, values.get("sources")
    given = {name: named[name] for name in named if values.get(name)} if isinstance(named, Mapping) else {}
    readings = readings_named(actor, given)
    for file in {row.file_id: row.file for row in readings.values() if row.file_id}.values():
        if not CaseFile.objects.filter(file=file).exists() and case.files.counting().count() < MOST_FILES:
            sent = {"file": file, "kind": FileKind.LABORATORY}
            cleaned = parse_inputs(Verb.ADD_FILE, sent, case=case, user=actor)
            apply(settlement, Verb.ADD_FILE, actor=actor, **cleaned)
