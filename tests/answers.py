"""What a web server that a test has started says."""

from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit


def status_of(address: str) -> int | None:
    """The status of its answer, without TLS; None while it does not answer.

    A client of the libraries reads all certificate authorities first, which takes longer than to ask.
    """
    parts = urlsplit(address)
    connection = HTTPConnection(parts.netloc, timeout=5)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()
