"""The connections of HTTP channels: every step of a call within one time limit, and only where it may lead.

The limit is the whole call's, so that a server that sends a byte now and then cannot hold a worker. An
address that a person gave is resolved once, judged, and connected to as judged: a name cannot mean one
machine when it is checked and another when it is called.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any

import httpcore
from django.conf import settings

ends_at: ContextVar[float] = ContextVar("ends_at")
"""When the call of this thread must be over, on the monotonic clock."""

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


class ForbiddenAddress(httpcore.ConnectError):
    """The host is a machine that messages may not be sent to."""


def _remaining(timeout: float | None) -> float:
    left = ends_at.get() - time.monotonic()
    if left <= 0:
        raise httpcore.TimeoutException("the call took too long")
    return left if timeout is None else min(left, timeout)


class BoundedStream(httpcore.NetworkStream):
    """A connection whose every step ends in time."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _remaining(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _remaining(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return BoundedStream(self._stream.start_tls(ssl_context, server_hostname, _remaining(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class BoundedBackend(httpcore.NetworkBackend):
    """Connects to machines that the operator named."""

    def __init__(self) -> None:
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        return BoundedStream(
            self._plain.connect_tcp(host, port, _remaining(timeout), local_address, socket_options)
        )


class GuardedBackend(BoundedBackend):
    """Connects to machines that a person named: public ones, and those in the networks of the settings."""

    def connect_tcp(self, host: str, port: int, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        return super().connect_tcp(_permitted(host, port), port, *args, **kwargs)


def _permitted(host: str, port: int) -> str:
    """The address to connect to; all that the name stands for must be permitted."""
    try:
        resolved = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(f"the name of the host cannot be resolved: {error}") from error
    addresses = [str(entry[4][0]) for entry in resolved]
    if not addresses or not all(may_lead_to(address) for address in addresses):
        raise ForbiddenAddress("this host is not on the public internet")
    return addresses[0]


def may_lead_to(address: str) -> bool:
    """Whether a person may have messages sent to this IP address."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return is_private_but_allowed(ip) or _is_public(ip)


def is_private_but_allowed(ip: IPAddress) -> bool:
    return any(ip in ipaddress.ip_network(net) for net in settings.PRIVATE_NETWORKS)


def _is_public(ip: IPAddress) -> bool:
    is_given_out = ip.version == 4 or ip in GLOBAL_V6
    return is_given_out and ip.is_global and not ip.is_multicast and not any(ip in net for net in FORBIDDEN)
