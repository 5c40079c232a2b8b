"""The network address that a request comes from."""

import ipaddress

from allauth.core.internal.httpkit import get_client_ip
from django.http import HttpRequest

WHOLE_SITE = 64


def address_of(request: HttpRequest) -> str | None:
    """The client's address as the trusted proxy names it; None where there is none to be known."""
    return get_client_ip(request)


def network_of_address(address: str | None) -> str:
    """What one client cannot change at will: an IPv4 address, or the first 64 bits of an IPv6 one."""
    if address is None:
        return "unknown"
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, WHOLE_SITE), strict=False).network_address)
