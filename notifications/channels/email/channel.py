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
            raise ChannelError(_words(code, answer), permanent=_is_final(code)) from error
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


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"


def _is_final(code: int) -> bool:
    return 500 <= code < 600


def _words(code: int, answer: bytes | str) -> str:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return f"{code} {text}"
