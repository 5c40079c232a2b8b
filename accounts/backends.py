from uuid import UUID

from allauth.account.auth_backends import AuthenticationBackend

from accounts.models import User


class PersonBackend(AuthenticationBackend):
    """Signs in as the library does, and reads who is signed in together with where they may act."""

    def get_user(self, user_id: UUID) -> User | None:
        user = User.objects.get_with_access(user_id)
        return user if self.user_can_authenticate(user) else None
