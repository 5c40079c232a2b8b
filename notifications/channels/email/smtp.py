"""SMTP within a bounded time: a server that drips its answers must not hold whoever sends."""

import io
import smtplib
import socket
import time
from typing import Any

from django.core.mail.backends.smtp import EmailBackend

CONVERSATION_SECONDS = 25.0


class Replies(io.RawIOBase):
    """What the server says, for as long as the conversation may last."""

    def __init__(self, connection: socket.socket, ends_at: float) -> None:
        self._connection, self._ends_at = connection, ends_at

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the mail server took too long")
        patience = self._connection.gettimeout()
        self._connection.settimeout(left if patience is None else min(left, patience))
        try:
            return self._connection.recv_into(buffer)
        finally:
            self._connection.settimeout(patience)


class Bounded(smtplib.SMTP):
    """One conversation, from the greeting to the last answer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._ends_at = time.monotonic() + CONVERSATION_SECONDS
        super().__init__(*args, **kwargs)

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None:
            self.file = io.BufferedReader(Replies(self.sock, self._ends_at))  # type: ignore[arg-type]
        return super().getreply()


class BoundedOverTls(Bounded, smtplib.SMTP_SSL):
    """A bounded conversation that is encrypted from the start."""


class BoundedBackend(EmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return BoundedOverTls if self.use_ssl else Bounded
