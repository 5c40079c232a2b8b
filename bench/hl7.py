"""How many laboratory messages a second are stored and acknowledged, beside a bare MLLP echo.

`python -m bench.hl7` prints a table and writes bench/results/hl7.json. Sixteen connections send one message
after another, each waiting for its acknowledgement; the echo reads the same frames and stores nothing. Both
run in the same process as in production, the senders in another, on this machine.
"""

import asyncio
import multiprocessing
import time
from collections.abc import Awaitable, Callable
from typing import Any

from bench import report, rig
from config.servers import free_port

CONNECTIONS, MESSAGES = 16, 4_000
TARGET_PER_SECOND = 1_000
HEAD = "MSH|^~\\&|LIS|BENCH|ACLF|ACLF|20260517110000||ORU^R01^ORU_R01|{number}|P|2.5.1||||||UNICODE UTF-8"
REST = (
    "PID|1||{number}^^^LIS^MR||测试||19700102|M",
    "OBR|1||7|LIVER^肝功能^L|||20260517103000",
    "OBX|1|NM|14631-6^总胆红素^LN||310|umol/L|||||F",
    "OBX|2|NM|6301-6^INR^LN||2.2||||||F",
    "OBX|3|NM|22664-7^尿素^LN||11.0|mmol/L|||||F",
    "OBX|4|NM|2951-2^钠^LN||129|mmol/L|||||F",
)


def message(number: str) -> bytes:
    return "\r".join((HEAD, *REST)).format(number=number).encode() + b"\r"


async def send_all(port: int, run: str) -> float:
    """Seconds until every message is acknowledged with AA."""
    started = time.monotonic()
    each = MESSAGES // CONNECTIONS
    await asyncio.gather(*(_send(port, f"{run}-{line}", each) for line in range(CONNECTIONS)))
    return time.monotonic() - started


async def _send(port: int, line: str, number: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for place in range(number):
        writer.write(b"\x0b" + message(f"{line}-{place}") + b"\x1c\r")
        answer = await reader.readuntil(b"\x1c\r")
        if b"|AA|" not in answer and b"ORU^R01" not in answer:
            raise RuntimeError(answer.decode())
    writer.close()


def _senders(port: int, run: str, seconds: Any) -> None:
    seconds.value = asyncio.run(send_all(port, run))


async def measured(serve: Callable[[int], Awaitable[None]], run: str) -> float:
    """Messages a second that `serve`, on a free port, answers."""
    port = free_port()
    server = asyncio.ensure_future(serve(port))
    await asyncio.sleep(0.5)
    context = multiprocessing.get_context("spawn")
    seconds = context.Value("d", 0.0)
    senders = context.Process(target=_senders, args=[port, run, seconds])
    senders.start()
    while senders.is_alive():
        await asyncio.sleep(0.05)
    server.cancel()
    await asyncio.gather(server, return_exceptions=True)
    return MESSAGES / seconds.value if seconds.value else 0.0


async def echo(port: int) -> None:
    """MLLP and nothing else."""
    from integrations import mllp

    async def same(content: bytes, _address: str) -> bytes:
        return content

    server = await asyncio.start_server(
        lambda reader, writer: mllp.serve_connection(reader, writer, same), "127.0.0.1", port
    )
    async with server:
        await server.serve_forever()


def connect_laboratory() -> None:
    from accounts import clock
    from accounts.models import Hospital, Network, User
    from integrations.counterparts import save_integration
    from integrations.models import Integration

    network = Network.objects.create(name_zh="测")
    hospital = Hospital.objects.create(network=network, name_zh="测", level="primary")
    person = User.objects.create_user("bench@bench.example", name="bench")
    row = Integration(name="LIS", kind="laboratory", hospital=hospital, responsible=person)
    row.hl7_application, row.hl7_facility = "LIS", "BENCH"
    save_integration(integration=row, now=clock.now())


def main() -> int:
    """Measure the echo, then the listener; 1 if fewer than 1,000 a second are stored."""
    rig.start()
    from integrations.listener import Listener
    from integrations.models import ReceivedMessage

    connect_laboratory()
    bare = asyncio.run(measured(echo, "echo"))
    stored = asyncio.run(measured(lambda port: Listener(lambda: None).run("127.0.0.1", port), "stored"))
    kept = ReceivedMessage.objects.count()
    figures = [
        report.at_least("messages stored and acknowledged a second", stored, TARGET_PER_SECOND),
        report.at_least("messages in the database afterwards", kept, MESSAGES),
        report.Figure("bare MLLP echo, messages a second", bare),
    ]
    return report.publish("hl7", "Results over HL7 v2", figures, rig.machine() | {"messages": MESSAGES})


if __name__ == "__main__":
    raise SystemExit(main())
