"""Reading the pictures and documents of a case. Everything goes through `visible_to(user)`."""

from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts import audit
from accounts.models import User
from files import contents
from files.models import PartRole, StoredFile, StoredPart
from files.refusals import ContentMissing, StoreAway
from notifications.live import Update, publish_all
from referral.models import Case, CaseFile, CaseFileLook
from referral.pathway.refusals import FilesAway

LOOKED_AGAIN = "file_settled"
"""What open pages are told when the check of a file came to something."""


def of_case(case: Case, user: User) -> list[CaseFile]:
    """The files of a visible case with their parts, the newest first, those entered in error at the end.

    `is_new`: another person added it since `user` last looked.
    """
    looked = CaseFileLook.objects.filter(case=case, user=user).values_list("at", flat=True).first()
    rows = list(with_parts(case.files.all()).order_by(F("error_at").desc(nulls_first=True), "-added_at"))
    for row in rows:
        row.parts = list(row.file.parts.all())
        row.is_new = row.added_by_id != user.pk and (looked is None or row.added_at > looked)
    return rows


def with_parts(rows: QuerySet[CaseFile]) -> QuerySet[CaseFile]:
    """`rows` with who added them, and the parts of each file."""
    parts = Prefetch("file__parts", StoredPart.objects.order_by("role", "number"))
    return rows.select_related("file", "added_by", "error_by").prefetch_related(parts)


def visible_file(user: User, file_id: UUID) -> CaseFile:
    """A file of a case that the user may see. Raises CaseFile.DoesNotExist."""
    return (
        with_parts(CaseFile.objects.visible_to(user))
        .select_related("case__hospital", "case__transport")
        .get(pk=file_id)
    )


def read_part(
    user: User, file_id: UUID, role: str, number: int, *, now: datetime, case_id: UUID | None = None
) -> tuple[StoredPart, bytes]:
    """One part of a visible file with its content; the reading is audited.

    Raises CaseFile.DoesNotExist, also where the part is not there or the file is not checked yet; FilesAway.
    """
    rows = CaseFile.objects.visible_to(user).select_related("file", "case")
    row = (rows.filter(case=case_id) if case_id else rows).get(pk=file_id)
    part = contents.part_of(row.file, role, number)
    if part is None:
        raise CaseFile.DoesNotExist
    audit.record(
        actor=user,
        action="read",
        subject_type="file",
        subject_id=row.pk,
        now=now,
        network=row.case.network_id,
        part=role,
        number=number,
        case=str(row.case_id),
    )
    try:
        return part, contents.read(part)
    except (StoreAway, ContentMissing) as error:
        raise FilesAway(error.message) from error


def note_look(user: User, case: Case, now: datetime) -> None:
    """`user` has looked at the files of a visible case."""
    CaseFileLook.objects.bulk_create(
        [CaseFileLook(user=user, case=case, at=now)],
        update_conflicts=True,
        unique_fields=["user", "case"],
        update_fields=["at"],
    )


def counted(rows: QuerySet[Case], user: User) -> QuerySet[Case]:
    """`rows` with `file_count`, and `has_new_files`: others added some since the user last looked."""
    files = CaseFile.objects.counting().filter(case=OuterRef("pk")).order_by()
    seen = CaseFileLook.objects.filter(user=user, case=OuterRef("case"), at__gte=OuterRef("added_at"))
    number = files.values("case").annotate(number=Count("pk")).values("number")
    return rows.annotate(
        file_count=Coalesce(Subquery(number, output_field=IntegerField()), 0),
        has_new_files=Exists(files.exclude(added_by=user).filter(~Exists(seen))),
    )


def page_numbers(file: CaseFile) -> list[int]:
    """The numbers of the pages of a file from `with_parts` that can be looked at."""
    return [part.number for part in file.file.parts.all() if part.role == PartRole.PAGE]


def let_pages_look_again(file: StoredFile, **_signal: object) -> None:
    """After the check of a file, redraw the open pages of its case. A receiver of files.signals."""
    case = Case.objects.filter(files__file=file).first()
    if case is None:
        return
    topics = {f"hospital:{case.hospital_id}", f"network:{case.network_id}"}
    topics |= {f"ward:{case.ward_id}"} if case.ward_id else set()
    topics |= {f"ward:{ward}" for ward in case.offers.filter(state="open").values_list("ward", flat=True)}
    ids: dict[str, str | int] = {"case": str(case.pk), "version": case.version, "what": LOOKED_AGAIN}
    update = Update(topics=frozenset(topics), kind="case", ids=ids)
    transaction.on_commit(partial(publish_all, [update]), robust=True)
