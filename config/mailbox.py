"""The demo's mail server: takes every message, says so in the log, keeps it as a file, sends nothing on."""

import asyncio
import email
import email.policy
import itertools
import os
import sys
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session


class Mailbox:
    """Keeps messages in `folder`, one file each, numbered in the order they came."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.numbers = itertools.count(len(list(folder.glob("*.eml"))) + 1)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content or b""
        message = email.message_from_bytes(content, _class=EmailMessage, policy=email.policy.default)
        (self.folder / f"{next(self.numbers):05}.eml").write_bytes(content)
        subject = " ".join(str(message["Subject"]).split())
        print(f"mail to {', '.join(envelope.rcpt_tos)}: {subject}", flush=True)
        return "250 Kept"


async def serve(folder: Path, port: int) -> None:
    mailbox = Mailbox(folder)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(mailbox, enable_SMTPUTF8=True), host="127.0.0.1", port=port
    )
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(os.environ["MAIL_PORT"])))
