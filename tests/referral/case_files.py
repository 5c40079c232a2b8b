"""Files of cases for the tests: a picture that was sent and checked."""

from datetime import datetime
from typing import Any

from accounts.ids import new_id
from accounts.models import User
from files import checking
from files.intake import Sent
from referral.intake.case_files import add_to_case
from referral.models import Case, CaseFile
from tests.files.pictures import jpeg, sheet
from tests.world import NOW


def added(
    case: Case, user: User, *, content: bytes | None = None, now: datetime = NOW, **inputs: Any
) -> CaseFile:
    """A picture that `user` added to `case`, not yet checked."""
    sent = Sent(new_id(), "IMG_1.jpg", jpeg() if content is None else content)
    return add_to_case(user=user, case=case, sent=sent, inputs={"kind": "laboratory", **inputs}, now=now)


def added_and_checked(case: Case, user: User, **more: Any) -> CaseFile:
    row = added(case, user, **more)
    checking.check(now=more.get("now", NOW), ids=[row.file_id])
    return CaseFile.objects.get(pk=row.pk)


def picture(number: int) -> bytes:
    """A picture unlike that of any other number."""
    return jpeg(sheet(text=f"sheet {number}"))
