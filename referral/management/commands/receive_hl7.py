"""`manage.py receive_hl7`: results of laboratories over MLLP, stored before they are acknowledged."""

import asyncio
import contextlib
import signal
import ssl
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from integrations.listener import Listener
from referral.intake import results


class Command(BaseCommand):
    help = "Listen for HL7 v2 results (ORU^R01 over MLLP) until SIGTERM or Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
        parser.add_argument("--port", type=int, default=2575, help="port to listen on (2575)")
        parser.add_argument("--certificate", help="PEM file with certificate and key: then TLS only")
        parser.add_argument("--clients", help="PEM file with the authorities of clients: then they need one")

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        tls = context_of(options["certificate"], options["clients"])
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(_listen(host, port, tls))


async def _listen(host: str, port: int, tls: ssl.SSLContext | None) -> None:
    task = asyncio.create_task(Listener(results.hint).run(host, port, tls))
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, task.cancel)
    await task


def context_of(certificate: str | None, clients: str | None) -> ssl.SSLContext | None:
    """TLS as the options say; None without a certificate of ours. Raises OSError for files that are none."""
    if certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=clients)
    context.load_cert_chain(certificate)
    if clients:
        context.verify_mode = ssl.CERT_REQUIRED
    return context
