"""Sessions in the database (SESSION_ENGINE), each with the sign-in it belongs to, so that it can be ended."""

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from accounts import clock
from accounts.models import Session

SIGN_IN = "sign_in"
IS_APP = "sign_in_of_app"
"""In a session: the id of its sign-in, and whether that is the app's."""


class SessionStore(DatabaseStore):
    """`row` is the session as it was read, or None before it is."""

    row: Session | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        self.row = super()._get_session_from_db()  # type: ignore[misc]
        return self.row

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        session: Session = super().create_model_instance(data)  # type: ignore[assignment]
        session.sign_in_id = data.get(SIGN_IN)
        is_known = self.row is not None and self.row.pk == session.pk
        if self.row is not None and is_known:
            session.noted_at = self.row.noted_at
        elif not data.get(IS_APP):
            session.noted_at = clock.wall()
        return session
