"""Devices on which people have signed in, recognised by a signed token that they keep.

A browser keeps it as a cookie, the app sends it as a header. It proves no identity: it says that somebody has
signed in from here before, so that strangers' wrong tries elsewhere never lock this device out.
"""

from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings
from django.core import signing
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse

from accounts.models import KnownDevice, User

COOKIE = "device"
HEADER = "X-Device-Token"
KEPT_SECONDS = 400 * 24 * 3600
SALT = "accounts.device"


def device_of(request: HttpRequest) -> UUID | None:
    """The id of the device that the request comes from, if it has a token that we signed."""
    token = request.headers.get(HEADER) or request.COOKIES.get(COOKIE, "")
    try:
        return UUID(signing.loads(token, salt=SALT, max_age=KEPT_SECONDS))
    except (signing.BadSignature, TypeError, ValueError):
        return None


def token_of(device: UUID) -> str:
    return signing.dumps(device.hex, salt=SALT)


def device_for(request: HttpRequest) -> UUID:
    """The id of the request's device, which `keep` hands to a browser; a new one where it has none."""
    device = device_of(request) or getattr(request, "device", None) or uuid4()
    request.device = device  # type: ignore[attr-defined]
    return device


def keep(request: HttpRequest, response: HttpResponse) -> None:
    """Let the browser that just signed in keep the token of its device, signed anew."""
    device = getattr(request, "device", None)
    if device is not None and request.headers.get(HEADER) is None:
        response.set_cookie(
            COOKIE,
            token_of(device),
            max_age=KEPT_SECONDS,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def sign_ins_at(device: UUID) -> QuerySet[KnownDevice]:
    """Who has signed in there since their password last changed."""
    return KnownDevice.objects.filter(device=device, generation=F("user__access_generation"))


def is_known(device: UUID | None, user: User) -> bool:
    """Whether `user` has signed in there since their password last changed."""
    return device is not None and sign_ins_at(device).filter(user=user).exists()


def remember(device: UUID, user: User, *, now: datetime) -> None:
    """`user` has signed in there."""
    row = KnownDevice(
        user=user, device=device, generation=user.access_generation, first_seen_at=now, last_seen_at=now
    )
    KnownDevice.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["user", "device"],
        update_fields=["generation", "last_seen_at"],
    )


def forget(device: UUID | None, email: str) -> None:
    """The device is a stranger's again to the account with that address."""
    if device is not None:
        KnownDevice.objects.filter(device=device, user__email=email).delete()
