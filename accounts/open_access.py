"""Everything that opens a person's account now, in one list: browsers, apps and access tokens."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from accounts import sign_ins, tokens
from accounts.models import AccessToken, SignIn, User
from accounts.user_agents import device_in_words


@dataclass(frozen=True)
class OpenAccess:
    """One thing that opens the account. `expires_at` is None for a browser, whose session ends by itself."""

    id: UUID
    kind: str
    kind_in_words: str
    name: str
    device: str
    created_at: datetime
    last_used_at: datetime | None
    address: str | None
    expires_at: datetime | None
    scopes: list[str]
    is_current: bool


def open_access(user: User, *, current: UUID | None = None, now: datetime) -> list[OpenAccess]:
    """What opens the account of `user`: sign-ins first; `current` is the id of the one that asks."""
    signed_in = [_of_sign_in(one, current) for one in sign_ins.living(user, now)]
    signed_in.sort(key=lambda one: not one.is_current)
    return [*signed_in, *(_of_token(one) for one in tokens.living(user, now))]


def end_one(*, user: User, id: UUID, actor: User, now: datetime) -> None:
    """End the sign-in or the access token of `user` with this id. Raises AccessToken.DoesNotExist."""
    try:
        sign_ins.end(user=user, sign_in_id=id, actor=actor, now=now)
    except SignIn.DoesNotExist:
        tokens.revoke(user=user, token_id=id, actor=actor, now=now)


def _of_sign_in(sign_in: SignIn, current: UUID | None) -> OpenAccess:
    return OpenAccess(
        id=sign_in.pk,
        kind=sign_in.kind,
        kind_in_words=sign_in.get_kind_display(),
        name=sign_in.name,
        device=device_in_words(sign_in.user_agent),
        created_at=sign_in.created_at,
        last_used_at=sign_in.last_used_at,
        address=sign_in.address,
        expires_at=sign_in.refresh_until,
        scopes=[],
        is_current=sign_in.pk == current,
    )


def _of_token(token: AccessToken) -> OpenAccess:
    return OpenAccess(
        id=token.pk,
        kind="access_token",
        kind_in_words=_("access token"),
        name=token.name,
        device="",
        created_at=token.created_at,
        last_used_at=token.last_used_at,
        address=token.address,
        expires_at=token.expires_at,
        scopes=list(token.scopes),
        is_current=False,
    )
