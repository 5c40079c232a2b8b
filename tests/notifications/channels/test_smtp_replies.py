"""What each reply of a mail server means: gone, refused for this message only, or to be tried again."""

from typing import Any

import pytest

from notifications.channels.base import ChannelError, Fault, Target
from notifications.channels.email.channel import ENHANCED, RECIPIENT_REFUSALS, EmailChannel
from notifications.channels.faults import PERMANENT
from tests.notifications.channels.messages import message
from tests.notifications.smtp import Refusing, smtp_server

REPLIES: list[tuple[str, str, Fault]] = [
    *(
        ("RCPT", reply, Fault.GONE)
        for reply in (
            *("550 5.1.1 no such mailbox", "550 5.1.2 no such domain", "553 5.1.3 no such form of address"),
            *("551 5.1.6 moved", "556 5.1.10 takes no mail", "550 5.2.1 switched off"),
            *("550 5.4.1 access denied", "521 takes no mail", "550 no such user", "551 not local"),
            *("553 not allowed", "556 domain takes no mail"),
        )
    ),
    *(
        ("RCPT", reply, Fault.PASSING)
        for reply in (
            *("554 5.7.1 relay access denied", "550 5.7.606 banned sender", "550 5.1.7 bad sender"),
            *("550 5.1.8 sender's domain", "550 5.4.4 unable to route", "530 sign in first"),
            *("534 too weak", "535 wrong password", "538 encrypt first"),
        )
    ),
    *(
        ("RCPT", reply, Fault.MESSAGE)
        for reply in (
            *("552 5.2.2 mailbox full", "552 too much", "554 5.2.3 too long", "554 failed"),
            *("550 5.6.0 not this content", "504 parameter not known"),
        )
    ),
    *(("DATA", reply, Fault.MESSAGE) for reply in ("554 5.7.1 looks like spam", "552 5.3.4 too big")),
    *(("DATA", reply, Fault.PASSING) for reply in ("451 4.3.0 try again", "452 4.3.1 disk full")),
    *(
        ("RCPT", reply, Fault.PASSING)
        for reply in (
            *("421 4.3.2 shutting down", "450 4.2.1 greylisted", "451 4.7.1 greylisted"),
            *("452 4.2.2 mailbox full", "450 busy", "451 error"),
        )
    ),
    *(("MAIL", reply, Fault.PASSING) for reply in ("550 5.7.1 sender not allowed", "451 4.3.0 later")),
]
"""At which command, the reply, and what follows: what is passing is tried again."""


@pytest.mark.parametrize(("at", "reply", "fault"), REPLIES)
def test_a_reply_says_whether_it_is_final_and_whether_the_address_is_dead(
    at: str, reply: str, fault: Fault, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "notifications.channels.email.smtp.BoundedBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    with smtp_server(Refusing(at, reply)) as port:
        settings.EMAIL_PORT = port
        with pytest.raises(ChannelError) as caught:
            EmailChannel().send(message(Target("doctor@hospital.example")))

    error = caught.value
    assert (error.fault, error.permanent) == (fault, fault in PERMANENT)
    assert error.address_is_dead is (fault is Fault.GONE)
    assert reply[:3] in str(error)


def test_every_row_of_the_table_is_tried() -> None:
    tried = [reply for at, reply, _ in REPLIES if at == "RCPT" and reply.startswith("5")]
    codes = [match[0] if (match := ENHANCED.match(reply[4:])) else reply[:3] for reply in tried]

    for row in RECIPIENT_REFUSALS:
        assert any(row.fits(code, "") for code in codes), row
