"""Unfinished forms: saved while somebody types, seen by nobody else, gone when sent or after three days."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, QueryDict
from django.urls import resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.models import User
from accounts.retention import UNSENT_KEPT_FOR
from accounts.rota import wards_watched_by
from portal.models import FormDraft
from portal.page_owner import FIELD, Mark
from portal.pages.verbs import texts
from portal.pages.verbs.slugs import of_slug
from referral.queries import cases

MOST = 50
LARGEST = 64 * 1024
"""Characters that are kept of one form."""

FORMS = (
    *("portal:new_case", "portal:indicators", "portal:verb", "portal:checklist", "portal:ward"),
    "portal:duty",
)
NOT_TYPED = ("csrfmiddlewaretoken", FIELD, "once", "then", "draft_page", "draft_subject", "draft_version")

Typed = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a draft belongs: the form's address and the id of the case it is about."""

    page: str
    subject: UUID

    @classmethod
    def of(cls, page: str, subject: str = "") -> "Place | None":
        """The place of a form of ours that is long enough to be kept; None for any other."""
        try:
            match = resolve(page)
            about = match.kwargs.get("pk") or UUID(subject)
        except (Http404, ValueError):
            return None
        return cls(page, about) if match.view_name in FORMS else None

    @property
    def address(self) -> str:
        """The page that shows the form with what was typed."""
        is_new = self.page == reverse("portal:new_case")
        return f"{self.page}?{urlencode({'draft': self.subject})}" if is_new else self.page


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A draft as a list shows it."""

    draft: FormDraft
    what: str | Promise
    about: str
    address: str


class Overtaken(Exception):
    """Another window of the same person has saved since: `draft` is what is kept now."""

    def __init__(self, draft: FormDraft) -> None:
        super().__init__()
        self.draft = draft


class Finished(Exception):
    """The form was sent meanwhile: the case is registered."""


def typed_in(posted: QueryDict) -> Typed:
    """Names and values of a form that was sent, as a person typed them."""
    return [
        (name, value) for name, values in posted.lists() if name not in NOT_TYPED for value in values if value
    ]


def keep_posted(request: HttpRequest, mark: Mark) -> Place | None:
    """Keep a form that cannot be taken now for the owner of its page; where it can be gone on with.

    None where the form is not one of those that are kept.
    """
    owner, place = mark.person(), Place.of(request.path, request.POST.get("case_id", ""))
    typed = typed_in(request.POST)
    if owner is None or place is None or is_too_large(typed):
        return None
    with suppress(Finished):
        save(owner, place, typed, now=clock.now())
    return place


def is_too_large(typed: Typed) -> bool:
    return sum(len(name) + len(value) for name, value in typed) > LARGEST


@transaction.atomic
def save(user: User, place: Place, typed: Typed, *, now: datetime, version: int | None = None) -> FormDraft:
    """Keep `typed`. `version` is the last one the window knows; None keeps it whatever else was saved.

    Raises Overtaken, and Finished for a first visit that is registered already.
    """
    if _is_registered(user, place):
        raise Finished
    User.objects.select_for_update().get(pk=user.pk)
    draft = of(user, place, now)
    if draft is not None and version is not None and draft.version != version:
        raise Overtaken(draft)
    draft = draft or FormDraft(user=user, page=place.page, subject=place.subject)
    draft.typed, draft.version, draft.saved_at = typed, draft.version + 1, now
    draft.save()
    spare = FormDraft.objects.filter(user=user).order_by("-saved_at").values_list("pk", flat=True)[MOST:]
    FormDraft.objects.filter(pk__in=list(spare)).delete()
    return draft


def _is_registered(user: User, place: Place) -> bool:
    is_new = place.page == reverse("portal:new_case")
    return is_new and cases.cases(user).filter(pk=place.subject).exists()


def of(user: User, place: Place, now: datetime) -> FormDraft | None:
    """What `user` has not finished at `place`."""
    return _kept(user, now).filter(page=place.page, subject=place.subject).first()


def _kept(user: User, now: datetime) -> QuerySet[FormDraft]:
    return FormDraft.objects.filter(user=user, saved_at__gt=now - UNSENT_KEPT_FOR)


def finish(user: User, place: Place | None) -> None:
    """The form at `place` was sent: nothing is left to go on with."""
    if place is not None:
        FormDraft.objects.filter(user=user, page=place.page, subject=place.subject).delete()


def own(user: User, pk: UUID, now: datetime) -> FormDraft:
    """One draft of `user`. Raises FormDraft.DoesNotExist."""
    return _kept(user, now).get(pk=pk)


def unfinished(user: User, now: datetime, subject: UUID | None = None) -> list[Unfinished]:
    """The drafts of `user`, the newest first; with `subject` those about one case."""
    drafts = _kept(user, now).order_by("-saved_at")
    if subject is not None:
        drafts = drafts.filter(subject=subject)
    rows = list(drafts)
    numbers = _numbers(user, rows) if rows else {}
    return [described(draft, numbers) for draft in rows]


def _numbers(user: User, drafts: Iterable[FormDraft]) -> dict[UUID, str]:
    """The numbers of the cases, and the names of the wards, that `user` still sees."""
    subjects = {draft.subject for draft in drafts}
    numbers = dict(cases.worklist(user).filter(pk__in=subjects).values_list("pk", "number"))
    others = subjects - numbers.keys()
    wards = wards_watched_by(user).filter(pk__in=others) if others else ()
    return numbers | {ward.pk: ward.name for ward in wards}


def described(draft: FormDraft, numbers: dict[UUID, str]) -> Unfinished:
    """The draft with the name of its form and whom it is about."""
    match = resolve(draft.page)
    address = Place(draft.page, draft.subject).address
    if match.view_name == "portal:new_case":
        name = next((value for field, value in draft.typed if field == "name"), "")
        return Unfinished(draft, _("New case"), name, address)
    about = numbers.get(draft.subject, "")
    if match.view_name in TITLES:
        return Unfinished(draft, TITLES[match.view_name], about, address)
    title = texts.TEXTS[of_slug(match.kwargs["verb"])].title
    return Unfinished(draft, title, about, address)


TITLES = {
    "portal:indicators": _("Eight indicators"),
    "portal:checklist": _("Update the checklist"),
    "portal:ward": _("Close the ward"),
    "portal:duty": _("Hand-over note"),
}


def purge(now: datetime) -> int:
    """Delete what nobody has gone on with; return how many."""
    return FormDraft.objects.filter(saved_at__lte=now - UNSENT_KEPT_FOR).delete()[0]
