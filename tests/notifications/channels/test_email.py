"""E-mail against real SMTP servers that accept, refuse, hang and hang up."""

import re
import socket
from typing import Any

import pytest

from accounts.models import User
from notifications import selectors
from notifications.channels.email import smtp
from notifications.delivery import breaker
from notifications.delivery.send import deliver
from notifications.models import Delivery
from notifications.services import notify
from tests.notifications.conftest import NOW, email_of, notice
from tests.notifications.smtp import (
    ClosingHalfWay,
    Hanging,
    Mailbox,
    Refusing,
    dripping_server,
    smtp_server,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _real_mail(settings: Any) -> None:
    settings.EMAIL_BACKEND = "notifications.channels.email.smtp.BoundedBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_TIMEOUT = 0.5
    settings.DEFAULT_FROM_EMAIL = "aclf@hospital.example"
    settings.BASE_URL = "https://aclf.example"


def send(user: User, mailbox: Mailbox, settings: Any, **changes: Any) -> Delivery:
    [notification] = notify(notices=[notice(user, **changes)], now=NOW)
    with smtp_server(mailbox) as port:
        settings.EMAIL_PORT = port
        deliver(now=NOW)
    return email_of(notification)


def test_a_mail_arrives_as_text_and_html_with_a_link_and_an_id_of_its_own(user: User, settings: Any) -> None:
    mailbox = Mailbox()
    delivery = send(user, mailbox, settings)

    [(recipients, mail)] = mailbox.received
    text, html = (part.get_content() for part in mail.iter_parts())
    assert recipients == [user.email]
    assert mail["Message-ID"] == delivery.provider_reference == f"<{delivery.pk}@hospital.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "https://aclf.example/thing/7" in text
    assert 'href="https://aclf.example/thing/7"' in html
    assert delivery.state == "sent"


def test_a_mail_names_no_person(make_user: Any, settings: Any) -> None:
    mailbox = Mailbox()
    send(make_user("zhangwei"), mailbox, settings)

    [(_, mail)] = mailbox.received
    assert "zhangwei" not in str(mail["Subject"])
    assert all("zhangwei" not in part.get_content() for part in mail.iter_parts())


def test_links_lead_to_the_subject_and_nowhere_else(user: User, settings: Any) -> None:
    mailbox = Mailbox()
    send(user, mailbox, settings)

    [(_, mail)] = mailbox.received
    links = {
        link for part in mail.iter_parts() for link in re.findall(r"https?://[^\s\"<]+", part.get_content())
    }
    assert links == {"https://aclf.example/thing/7"}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_mail_speaks_the_recipients_language(make_user: Any, settings: Any, language: str) -> None:
    mailbox = Mailbox()
    send(make_user(language=language), mailbox, settings)

    [(_, mail)] = mailbox.received
    html = list(mail.iter_parts())[1].get_content()
    assert f'<html lang="{language}">' in html


def test_an_urgent_mail_says_so_first(make_user: Any, settings: Any) -> None:
    mailbox = Mailbox()
    send(make_user(language="en"), mailbox, settings, severity="critical")

    [(_, mail)] = mailbox.received
    assert str(mail["Subject"]).startswith("[critical] ")
    assert mail["X-Priority"] == "1"


def test_what_a_title_contains_cannot_break_the_header_or_the_page(user: User, settings: Any) -> None:
    mailbox = Mailbox()
    send(user, mailbox, settings, payload={"number": "7\nBcc: all@example.org <script>"})

    [(recipients, mail)] = mailbox.received
    assert recipients == [user.email]
    assert mail["Bcc"] is None
    assert "<script>" not in list(mail.iter_parts())[1].get_content()


def test_an_unknown_mailbox_is_final_and_retires_the_address(user: User, settings: Any) -> None:
    delivery = send(user, Refusing("RCPT", "550 5.1.1 no such mailbox"), settings)

    assert (delivery.state, delivery.attempts) == ("undeliverable", 1)
    assert delivery.last_error == "550 5.1.1 no such mailbox"
    assert selectors.reachability(user)[0].works is False


def test_a_refused_message_is_final_but_the_address_stays_in_use(user: User, settings: Any) -> None:
    delivery = send(user, Refusing("DATA", "554 5.7.1 looks like spam"), settings)
    assert delivery.state == "undeliverable"

    mailbox = Mailbox()
    assert send(user, mailbox, settings, dedup_key="next").state == "sent"
    assert len(mailbox.received) == 1


def test_a_full_mailbox_is_final_for_this_message_only(user: User, settings: Any) -> None:
    delivery = send(user, Refusing("RCPT", "552 5.2.2 mailbox full"), settings)
    assert delivery.state == "undeliverable"

    assert send(user, Mailbox(), settings, dedup_key="next").state == "sent"


def test_mailboxes_that_ask_for_patience_do_not_silence_the_mail_server(
    make_user: Any, settings: Any
) -> None:
    for number in range(breaker.TRIPS_AT + 1):
        mailbox = Refusing("RCPT", "450 4.2.1 greylisted")
        send(make_user(f"u{number}"), mailbox, settings, dedup_key=f"k{number}")

    assert breaker.resting(["email"]) == {}


def test_a_mail_server_that_drips_is_left(user: User, settings: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(smtp, "CONVERSATION_SECONDS", 0.3)
    [notification] = notify(notices=[notice(user)], now=NOW)
    with dripping_server() as port:
        settings.EMAIL_PORT = port
        deliver(now=NOW)

    assert (email_of(notification).state, email_of(notification).attempts) == ("sending", 1)
    assert email_of(notification).last_error.startswith("SMTPServerDisconnected")


@pytest.mark.parametrize(
    "mailbox",
    [
        Refusing("RCPT", "450 4.2.1 greylisted"),
        Refusing("RCPT", "554 5.7.1 relay access denied"),
        Refusing("RCPT", "530 sign in first"),
        Refusing("DATA", "451 4.3.0 try again"),
        Refusing("MAIL", "550 sender not allowed"),
        Hanging(),
        ClosingHalfWay(),
    ],
    ids=["recipient 4xx", "no relaying", "no sign-in", "data 4xx", "our sender refused", "hangs", "hangs up"],
)
def test_what_may_pass_is_tried_again_as_the_same_message(
    user: User, settings: Any, mailbox: Mailbox
) -> None:
    delivery = send(user, mailbox, settings)
    assert (delivery.state, delivery.attempts, delivery.leased_until) == ("sending", 1, None)
    assert delivery.last_error != ""

    works = Mailbox()
    with smtp_server(works) as port:
        settings.EMAIL_PORT = port
        deliver(now=delivery.available_at)
    delivery.refresh_from_db()
    [(_, mail)] = works.received
    assert delivery.state == "sent"
    assert str(delivery.pk) in mail["Message-ID"]
    if mailbox.received:
        assert mailbox.received[0][1]["Message-ID"] == mail["Message-ID"]


def test_a_mail_server_that_is_down_is_tried_again(user: User, settings: Any) -> None:
    [notification] = notify(notices=[notice(user)], now=NOW)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = unused.getsockname()[1]
        deliver(now=NOW)

    assert email_of(notification).state == "sending"
    assert "ConnectionRefusedError" in email_of(notification).last_error
