"""Services on screens: one is added with a link, which is opened once, on the screen itself, and ended."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from accounts import audit
from accounts.duty import may_arrange
from accounts.models import Membership, Role, User, Ward
from accounts.programs import new_program
from portal.models import WallScreen
from referral.pathway.refusals import AccessError

LINK_HOLDS = timedelta(hours=24)
SEEN_EVERY = timedelta(minutes=1)


@transaction.atomic
def add_screen(
    *, ward: Ward, actor: User, name: str, shows_names: bool, now: datetime
) -> tuple[WallScreen, str]:
    """A new screen of `ward` and the secret of its link, which nobody can read again. Raises AccessError."""
    _authorise(actor, ward)
    screen = WallScreen(ward=ward, name=name, shows_names=shows_names, added_by=actor, added_at=now)
    account = new_program(of=screen.pk, name=name, language=actor.language)
    account.save()
    Membership.objects.create(user=account, role=Role.SPECIALIST, ward=ward)
    secret = secrets.token_urlsafe(32)
    screen.account, screen.link, screen.link_until = account, _digest(secret), now + LINK_HOLDS
    screen.save()
    _record(screen, actor, "wall_screen_added", now)
    return screen, secret


def screen_to_open(link: str, now: datetime) -> WallScreen | None:
    """The screen whose link this is, while it can be opened."""
    return _shown().filter(link=_digest(link), link_until__gt=now).first()


@transaction.atomic
def open_screen(link: str, now: datetime) -> str | None:
    """Use up a link; the secret that its screen shows from then on, or None where the link is none."""
    screen = screen_to_open(link, now)
    if screen is None:
        return None
    secret = secrets.token_urlsafe(32)
    opened = WallScreen.objects.filter(pk=screen.pk, link=screen.link, ended_at=None)
    if not opened.update(link=None, link_until=None, secret=_digest(secret), seen_at=now):
        return None
    _record(screen, screen.account, "wall_screen_opened", now)
    return secret


def screen_of(secret: str, now: datetime) -> WallScreen | None:
    """The screen that has this secret, unless it was ended; that it was seen is noted once a minute."""
    screen = _shown().filter(secret=_digest(secret)).first() if secret else None
    if screen is not None and (screen.seen_at is None or now - screen.seen_at >= SEEN_EVERY):
        WallScreen.objects.filter(pk=screen.pk).update(seen_at=now)
    return screen


@transaction.atomic
def end_screen(*, screen: WallScreen, actor: User, now: datetime) -> None:
    """Switch a screen off for good. Raises AccessError; nothing is done twice."""
    _authorise(actor, screen.ward)
    if not WallScreen.objects.filter(pk=screen.pk, ended_at=None).update(
        ended_at=now, link=None, link_until=None, secret=None
    ):
        return
    User.objects.filter(pk=screen.account_id).update(is_active=False)
    _record(screen, actor, "wall_screen_ended", now)


def _shown() -> QuerySet[WallScreen]:
    return WallScreen.objects.filter(ended_at=None, account__is_active=True).select_related(
        "account", "ward__hospital"
    )


def _authorise(actor: User, ward: Ward) -> None:
    if not may_arrange(actor, ward):
        raise AccessError


def _record(screen: WallScreen, actor: User, action: str, now: datetime) -> None:
    audit.record(
        actor=actor,
        action=action,
        subject_type="wall_screen",
        subject_id=screen.pk,
        now=now,
        network=screen.ward.hospital.network_id,
        ward=str(screen.ward_id),
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
