"""HL7 over TLS: whoever has no certificate of the laboratory is not heard, and nothing goes in plain text."""

import contextlib
import socket
import ssl
from pathlib import Path

import pytest

from integrations import mllp
from integrations.models import ReceivedMessage
from referral.management.commands.receive_hl7 import context_of
from tests.authority import Authority
from tests.integrations.hl7_messages import oru
from tests.integrations.test_receiving import Server, world
from tests.world import World

__all__ = ["world"]


@pytest.fixture
def hospital(tmp_path: Path) -> Authority:
    return Authority("hospital", tmp_path)


@pytest.fixture
def server_file(hospital: Authority) -> Path:
    return hospital.give("platform")


def heard(port: int, hospital: Authority, own: Path | None) -> str:
    """What a laboratory with this certificate hears; empty where it is not heard."""
    context = ssl.create_default_context(cafile=str(hospital.path))
    if own is not None:
        context.load_cert_chain(str(own))
    with (
        contextlib.suppress(OSError),
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as line,
    ):
        line.sendall(mllp.framed(oru(control_id="t1")))
        return line.recv(4096).decode()
    return ""


def test_a_laboratory_with_a_certificate_is_heard(
    world: World, hospital: Authority, server_file: Path
) -> None:
    tls = context_of(str(server_file), str(hospital.path))
    with Server(tls=tls) as server:
        assert "MSA|AA|t1" in heard(server.port, hospital, hospital.give("laboratory"))
    assert ReceivedMessage.objects.count() == 1


def test_without_a_certificate_of_the_hospital_nobody_is_heard(
    world: World, hospital: Authority, server_file: Path, tmp_path: Path
) -> None:
    stranger = Authority("stranger", tmp_path).give("laboratory")
    expired = hospital.give("laboratory", days=-1)
    with Server(tls=context_of(str(server_file), str(hospital.path))) as server:
        for own in (None, stranger, expired):
            assert heard(server.port, hospital, own) == ""
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as plain:
            plain.sendall(mllp.framed(oru()))
            with contextlib.suppress(OSError):
                assert b"MSA" not in plain.recv(4096)
        assert "MSA|AA" in heard(server.port, hospital, hospital.give("laboratory"))
    assert ReceivedMessage.objects.count() == 1


def test_a_certificate_opens_nothing_for_another_sender_or_address(
    world: World, hospital: Authority, server_file: Path
) -> None:
    lis = world.hospital.integrations.get()
    lis.addresses = ["10.0.0.0/8"]
    lis.save()
    with Server(tls=context_of(str(server_file), str(hospital.path))) as server:
        assert "MSA|AR|t1" in heard(server.port, hospital, hospital.give("laboratory"))
    assert not ReceivedMessage.objects.exists()


def test_files_that_are_no_certificates_are_refused_at_the_start(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_text("none")
    for certificate in (broken, tmp_path / "absent.pem"):
        with pytest.raises(OSError):
            context_of(str(certificate), None)
    assert context_of(None, None) is None
