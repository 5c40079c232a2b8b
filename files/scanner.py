"""The virus scanner: a clamd, asked over its own protocol (INSTREAM) where ACLF_CLAMD_URL names one."""

import socket
import struct
from collections.abc import Mapping

from django.conf import settings

PATIENCE_SECONDS = 30.0
PORTION = 64 * 1024
LONGEST_ANSWER = 4096


class ScannerAway(Exception):
    """The scanner cannot be reached or does not answer as it should."""


def is_harmful(content: bytes) -> bool:
    """Whether the scanner finds something; False where none is set. Raises ScannerAway."""
    if not settings.CLAMD:
        return False
    try:
        answer = _ask(settings.CLAMD, content)
    except OSError as error:
        raise ScannerAway from error
    if answer.endswith("FOUND"):
        return True
    if answer.endswith("OK"):
        return False
    raise ScannerAway(answer)


def _ask(address: Mapping[str, str], content: bytes) -> str:
    with _connected(address) as connection:
        connection.settimeout(PATIENCE_SECONDS)
        connection.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), PORTION):
            portion = content[start : start + PORTION]
            connection.sendall(struct.pack("!I", len(portion)) + portion)
        connection.sendall(struct.pack("!I", 0))
        return _answer(connection)


def _connected(address: Mapping[str, str]) -> socket.socket:
    if path := address.get("path"):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(PATIENCE_SECONDS)
        connection.connect(path)
        return connection
    return socket.create_connection((address["host"], int(address["port"])), timeout=PATIENCE_SECONDS)


def _answer(connection: socket.socket) -> str:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
        received = connection.recv(LONGEST_ANSWER)
        if not received:
            break
        answer += received
    return answer.rstrip(b"\0\n").decode(errors="replace")
