"""URLs that a person or a device gave to be called."""

import ipaddress
import re
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.text import narrowed
from notifications.channels.base import AddressError
from notifications.channels.wire import is_private_but_allowed, may_lead_to

LONGEST, LONGEST_HOST = 2000, 253
LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
NUMERIC = re.compile(r"[0-9]+|0x[0-9a-f]*")
"""How the last part of an IPv4 address may be written, in shorter and in hexadecimal forms too."""
PLAIN = re.compile(r"[!-\[\]-~]+")
"""ASCII without blanks, line breaks and other control characters, and without a backslash, which some read
as a slash."""


def target_url(given: str, *, field: str) -> str:
    """`given` if it is an https URL without user name or fragment, to a host that can be public.

    Raises AddressError. Where the name leads is judged when it is called (wire.py). Plain http is for a bare
    address in one of the operator's own networks only.
    """
    url = narrowed(given)
    try:
        parts, host = urlsplit(url), (urlsplit(url).hostname or "").encode("ascii").decode()
        is_sound = bool(host) and parts.port != 0 and not (parts.username or parts.password or parts.fragment)
    except ValueError:
        raise _unusable(field) from None
    may_be_plain = parts.scheme == "http" and _is_own(host)
    if (
        not is_sound
        or len(url) > LONGEST
        or not PLAIN.fullmatch(url)
        or not (parts.scheme == "https" or may_be_plain)
    ):
        raise _unusable(field)
    if not _can_be_reached(host):
        raise AddressError(field, NOT_PUBLIC)
    return url


def _can_be_reached(host: str) -> bool:
    """Whether this is a name, or an address that may be called; in no notation that hides which one."""
    try:
        return may_lead_to(str(ipaddress.ip_address(host)))
    except ValueError:
        pass
    last = host.rpartition(".")[2]
    is_name = len(host) <= LONGEST_HOST and all(LABEL.fullmatch(label) for label in host.split("."))
    return is_name and not NUMERIC.fullmatch(last) and ("." in host or bool(settings.PRIVATE_NETWORKS))


def _is_own(host: str) -> bool:
    try:
        return bool(settings.PRIVATE_NETWORKS) and is_private_but_allowed(ipaddress.ip_address(host))
    except ValueError:
        return False


def _unusable(field: str) -> AddressError:
    return AddressError(
        field, _("Give an address that begins with https://, in Latin letters, without user name and #.")
    )


NOT_PUBLIC = _(
    "Give the address of a server on the public internet, such as https://alerts.hospital.example."
)


def host_of(url: str) -> str:
    return urlsplit(url).hostname or ""
