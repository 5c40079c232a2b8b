"""Where calls over HTTP may lead.

An address that a person gave is resolved once, judged, and connected to as judged: a name cannot mean one
machine when it is checked and another when it is called.
"""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
GLOBAL_V6 = ipaddress.ip_network("2000::/3")
"""All that is given out; what lies outside holds IPv4 addresses in disguise, or is of a site (RFC 4291)."""

FORBIDDEN = tuple(
    ipaddress.ip_network(net)
    for net in (
        *("2002::/16", "2001::/23"),  # tunnels to any IPv4 address, and what protocols set aside
        *("3fff::/20", "192.0.0.0/24"),  # for documents and for protocols, which not every list knows
        "168.63.129.16/32",  # the machine beneath, in a cloud that counts it as public
        "192.88.99.0/24",
    )
)

METADATA = frozenset(
    ipaddress.ip_address(address)
    for address in ("100.100.100.200", "fd00:ec2::254", "fd00:c1::a9fe:a9fe", "fd20:ce::254")
)
"""Where clouds hand their machines' keys to whoever asks from inside: in networks that a site may open."""


class ForbiddenAddress(Exception):
    """The host is a machine that messages may not be sent to."""


@dataclass(frozen=True, slots=True)
class JudgedHost:
    """The host of a URL, and the IP address that it was found to stand for, which is permitted."""

    name: str
    port: int
    ip: str


def judged(url: str) -> JudgedHost:
    """Where `url` leads: to the first of the addresses of its host, which must all be permitted.

    Raises ForbiddenAddress, ValueError for what is no URL, and OSError for a name that stands for nothing.
    """
    parts = urlsplit(url)
    name, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    addresses = [str(entry[4][0]) for entry in socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)]
    if not addresses or not all(may_lead_to(address) for address in addresses):
        raise ForbiddenAddress("this host is not on the public internet")
    return JudgedHost(name, port, addresses[0])


def may_lead_to(address: str) -> bool:
    """Whether a person may have messages sent to this IP address."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return is_private_but_allowed(ip) or _is_public(ip)


def is_private_but_allowed(ip: IPAddress) -> bool:
    return ip not in METADATA and any(ip in ipaddress.ip_network(net) for net in settings.PRIVATE_NETWORKS)


def _is_public(ip: IPAddress) -> bool:
    is_given_out = ip.version == 4 or ip in GLOBAL_V6
    return is_given_out and ip.is_global and not ip.is_multicast and not any(ip in net for net in FORBIDDEN)
