"""A laboratory that sends results over MLLP and sends again what was not acknowledged, as laboratories do."""

import socket
from collections import Counter
from itertools import count

from tests.chaos import faults
from tests.chaos.faults import Faults
from tests.chaos.platform import LISTENER_PORT, WHOLE, until
from tests.chaos.suite import Chaos, scenario
from tests.integrations.hl7_messages import SENDER, oru

ANSWER_SECONDS, AGAIN_SECONDS, START_SECONDS = 5.0, 60.0, 30.0
MOST_STATEMENTS = 60


class Laboratory:
    """What it sent, by number, and what of it was acknowledged."""

    def __init__(self, chaos: Chaos) -> None:
        from accounts import clock
        from integrations.models import Integration
        from tests.fhir.conftest import integrate

        self.chaos, self.numbers, self.sent = chaos, count(1), set[str]()
        world = chaos.traffic.world
        Integration.objects.filter(hl7_application=SENDER[0]).update(hl7_application="", hl7_facility="")
        lis = integrate(world.hospital, world.doctor, name=f"LIS {clock.now():%H%M%S%f}", kind="laboratory")
        lis.hl7_application, lis.hl7_facility = SENDER
        lis.save()
        self.row = lis

    def send(self) -> None:
        """A new message, once, whether or not it is answered."""
        self._new()
        self._send(self.last)

    def deliver(self) -> None:
        """A new message, or the last one again, until it is acknowledged."""
        self.chaos.expect(f"message {self.last} acknowledged", lambda: self._send(self.last), AGAIN_SECONDS)

    def _new(self) -> None:
        self.last = f"{self.row.pk.hex[-6:]}-{next(self.numbers)}"
        self.sent.add(self.last)

    def _send(self, control_id: str) -> bool:
        content = b"\x0b" + oru(control_id=control_id, number=f"X-{control_id}") + b"\x1c\r"
        try:
            with socket.create_connection(("127.0.0.1", LISTENER_PORT), timeout=ANSWER_SECONDS) as line:
                line.sendall(content)
                answer = b""
                while not answer.endswith(b"\x1c\r"):
                    part = line.recv(4096)
                    if not part:
                        return False
                    answer += part
        except OSError:
            return False
        return b"|AA|" in answer

    def start_listener(self, chosen: Faults = WHOLE) -> None:
        self.chaos.platform.start("listener", faults=chosen)
        self.chaos.expect("the listener listens", _listens, START_SECONDS)

    def killed(self, chosen: Faults) -> bool:
        """Send one to a listener that dies as told, then again to a whole one, which is killed after its
        acknowledgement; whether the first one died."""
        self.start_listener(chosen)
        self.send()
        died = self.chaos.platform.await_death("listener", seconds=3)
        self.start_listener()
        self.deliver()
        self.chaos.platform.kill("listener")
        return died

    def reckon(self) -> None:
        """Whatever was acknowledged is there once."""
        from integrations.models import ReceivedMessage

        rows = ReceivedMessage.objects.filter(integration=self.row)
        stored = Counter(rows.values_list("control_id", flat=True))
        self.chaos.wrong += [f"lost: message {one}" for one in sorted(self.sent - stored.keys())]
        self.chaos.wrong += [f"doubled: message {one}" for one, times in stored.items() if times > 1]
        self.chaos.remarks.append(f"{len(self.sent)} messages of a laboratory, {rows.count()} stored.")


def _listens() -> bool:
    try:
        socket.create_connection(("127.0.0.1", LISTENER_PORT), timeout=1).close()
    except OSError:
        return False
    return True


@scenario("laboratory's listener killed before every statement, at its commit, after its acknowledgement")
def listener_at_every_statement(chaos: Chaos) -> None:
    laboratory = Laboratory(chaos)
    for nth in range(1, MOST_STATEMENTS):
        if not laboratory.killed(Faults(faults.STORING, nth)):
            break
    else:
        chaos.wrong.append("storing a message has no end")
    for point in (faults.BEFORE_COMMIT, faults.AFTER_COMMIT):
        if not laboratory.killed(Faults(point)):
            chaos.wrong.append(f"the listener never came to the point {point}")
    laboratory.reckon()


@scenario("reader of results killed before every statement")
def reader_at_every_statement(chaos: Chaos) -> None:
    from integrations.models import ReceivedMessage
    from labs.models import LabReading

    laboratory = Laboratory(chaos)
    laboratory.start_listener()
    unread = ReceivedMessage.objects.filter(integration=laboratory.row, state="waiting")
    for nth in range(1, MOST_STATEMENTS):
        chaos.platform.start("worker", faults=Faults(faults.STATEMENT, nth))
        laboratory.send()
        laboratory.deliver()
        pid = chaos.platform.pids["worker"]
        until(lambda pid=pid: chaos.platform.nursery.status(pid) is not None or not unread.exists(), 30)
        if not chaos.platform.await_death("worker", seconds=0):
            break
    else:
        chaos.wrong.append("reading a message has no end")
    chaos.platform.start("worker")
    laboratory.send()
    laboratory.deliver()
    chaos.expect("every message is read", lambda: not unread.exists())
    laboratory.reckon()
    read = ReceivedMessage.objects.filter(integration=laboratory.row, reading__isnull=False)
    readings = LabReading.objects.filter(asked_by=laboratory.row.account).count()
    if not read.count() == readings == len(laboratory.sent):
        chaos.wrong.append(f"{len(laboratory.sent)} messages, {read.count()} read, {readings} readings")
