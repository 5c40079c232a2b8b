import re
import smtplib
from email.utils import parseaddr
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from notifications.channels.base import Channel, ChannelError, Message, Receipt, templates_of
from notifications.models import Severity

TEMPLATES = templates_of(Path(__file__).parent)
SIGN_IN_FIRST = frozenset({530, 534, 535, 538})
OUR_FAULT = re.compile(r"\d{3} 5\.(7\.\d+|1\.[78])\b")
"""Refused by a rule (relaying, sign-in) or for our sender, RFC 3463: every recipient would be refused so."""
MAILBOX_IN_TROUBLE = re.compile(r"\d{3} 5\.(2\.[234]|3\.\d+)\b")
"""Full, or not for this message: the address itself is one."""


class EmailChannel(Channel):
    """E-mail over SMTP to the address of the account, as plain text and HTML, in the recipient's language.

    The Message-ID is made of the delivery's id, so that a second copy is one message to most mail programs.
    """

    name = "email"
    label = _("e-mail message")
    is_of_account = is_floor = True

    def send(self, message: Message) -> Receipt:
        with translation.override(message.language):
            mail = compose(message)
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as error:
            code, answer = next(iter(error.recipients.values()))
            raise _refused(code, _words(code, answer)) from error
        except smtplib.SMTPDataError as error:
            final = _is_final(error.smtp_code)
            raise ChannelError(
                _words(error.smtp_code, error.smtp_error), permanent=final, address_is_dead=False
            ) from error
        except (smtplib.SMTPException, OSError) as error:
            # A refused sender or login is our fault, not the recipient's: it is tried again once repaired.
            raise ChannelError(f"{type(error).__name__}: {error}") from error
        return Receipt(reference=mail.extra_headers["Message-ID"])


def compose(message: Message) -> EmailMultiAlternatives:
    """The mail for `message`, in the active language."""
    rendered = message.rendered
    context = {
        "title": rendered.title,
        "body": rendered.body,
        "link": message.link,
        "language": message.language,
    }
    severity = Severity(message.severity)
    prefix = f"[{severity.label}] " if severity.is_urgent else ""
    mail = EmailMultiAlternatives(
        subject=f"{prefix}{' '.join(rendered.title.split())}",
        body=TEMPLATES.get_template("notification.txt").render(context),
        to=[message.address],
        headers={
            "Message-ID": f"<{message.delivery_id}@{_domain()}>",
            "Auto-Submitted": "auto-generated",
            "X-Priority": "1" if severity.is_urgent else "3",
        },
    )
    mail.attach_alternative(TEMPLATES.get_template("notification.html").render(context), "text/html")
    return mail


def _refused(code: int, words: str) -> ChannelError:
    """What a refused recipient means: gone, full, to be tried again, or refused because of us."""
    if not _is_final(code):
        return ChannelError(words, is_of_address=True)
    if code in SIGN_IN_FIRST or OUR_FAULT.match(words):
        return ChannelError(words)
    return ChannelError(words, permanent=True, address_is_dead=not MAILBOX_IN_TROUBLE.match(words))


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"


def _is_final(code: int) -> bool:
    return 500 <= code < 600


def _words(code: int, answer: bytes | str) -> str:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return f"{code} {text}"
