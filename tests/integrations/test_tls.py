"""HL7 over TLS: whoever has no certificate of the laboratory is not heard, and nothing goes in plain text."""

import contextlib
import ipaddress
import socket
import ssl
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from accounts import clock
from integrations import mllp
from integrations.models import ReceivedMessage
from referral.management.commands.receive_hl7 import context_of
from tests.integrations.hl7_messages import oru
from tests.integrations.test_receiving import Server, world
from tests.world import World

__all__ = ["world"]


class Authority:
    """A certificate authority that signs for a machine or a laboratory."""

    def __init__(self, name: str, folder: Path) -> None:
        self.folder, self.key = folder, ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = self._signed(self.name, self.key.public_key(), is_authority=True)
        self.path = folder / f"{name}-ca.pem"
        self.path.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def give(self, name: str, *, days: int = 1) -> Path:
        """A file with a certificate and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = self._signed(subject, key.public_key(), days=days)
        path = self.folder / f"{name}-{len(list(self.folder.iterdir()))}.pem"
        no_password = serialization.NoEncryption()
        kind = serialization.PrivateFormat.PKCS8
        path.write_bytes(
            certificate.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(serialization.Encoding.PEM, kind, no_password)
        )
        return path

    def _signed(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, *, is_authority: bool = False, days: int = 1
    ) -> x509.Certificate:
        wall = clock.wall()
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(wall - timedelta(days=9))
            .not_valid_after(wall + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(names, critical=False)
        )
        return builder.sign(self.key, hashes.SHA256())


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
