import re
import smtplib
from email.utils import parseaddr
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from notifications.channels.base import Channel, ChannelError, Fault, Message, Receipt, templates_of
from notifications.channels.faults import error_of, judged, rows
from notifications.types import Severity

TEMPLATES = templates_of(Path(__file__).parent)
ENHANCED = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}\b")
RECIPIENT_REFUSALS = (
    # No such mailbox or domain, moved, one that takes no mail, switched off.
    *rows(Fault.GONE, "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.1"),
    *rows(Fault.GONE, "521", "550", "551", "553", "556"),
    # Refused by a rule (relaying, sign-in) or for our sender: every recipient would be refused so.
    *rows(Fault.PASSING, "5.7.*", "5.1.7", "5.1.8", "5.4.*", "530", "534", "535", "538"),
    # Full, or not for this message: the address itself is one.
    *rows(Fault.MESSAGE, "5*"),
)
"""Of final replies, by the enhanced code or else the reply: RFC 3463, RFC 5321, RFC 7504, RFC 7505."""


class EmailChannel(Channel):
    """E-mail over SMTP to the address of the account, as plain text and HTML, in the recipient's language.

    The Message-ID is made of the delivery's id, so that a second copy is one message to most mail programs.
    """

    name = "email"
    label = _("e-mail message")
    is_of_account = is_floor = True
    most_in_flight = 8

    def send(self, message: Message) -> Receipt:
        with translation.override(message.language):
            mail = compose(message)
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as error:
            reply, answer = next(iter(error.recipients.values()))
            raise _refused(reply, _text(answer)) from error
        except smtplib.SMTPDataError as error:
            fault = Fault.MESSAGE if _is_final(error.smtp_code) else Fault.PASSING
            raise error_of(fault, str(error.smtp_code), _text(error.smtp_error)) from error
        except smtplib.SMTPAuthenticationError as error:
            raise error_of(Fault.OUT_OF_SERVICE, str(error.smtp_code), _text(error.smtp_error)) from error
        except (smtplib.SMTPException, OSError) as error:
            # A refused sender is our fault, not the recipient's: it is tried again once repaired.
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


def _refused(reply: int, text: str) -> ChannelError:
    """What a refused recipient means: gone, full, to be tried again, or refused because of us."""
    if not _is_final(reply):
        return ChannelError(f"{reply} {text}", is_of_address=True)
    enhanced = ENHANCED.match(text)
    fault = judged(RECIPIENT_REFUSALS, enhanced[0] if enhanced else str(reply))
    return error_of(fault, str(reply), text)


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"


def _is_final(code: int) -> bool:
    return 500 <= code < 600


def _text(answer: bytes | str) -> str:
    return answer.decode(errors="replace") if isinstance(answer, bytes) else answer
