import json
import subprocess
import sys
from pathlib import Path

import pytest

from config import addresses
from config.check import production_environment
from config.embedded import ROOT


def test_the_address_of_the_database_is_read_whole() -> None:
    assert addresses.postgres("postgresql://ana:p%40ss@db:5433/aclf?sslmode=require&connect_timeout=9") == {
        "NAME": "aclf",
        "USER": "ana",
        "PASSWORD": "p@ss",
        "HOST": "db",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require", "connect_timeout": "9"},
    }


@pytest.mark.parametrize(
    ("url", "part", "value"),
    [
        ("postgresql://ana:pa#s?s@db/aclf", "PASSWORD", "pa#s?s"),
        ("postgresql://one,two/aclf?target_session_attrs=primary", "HOST", "one,two"),
        ("postgresql:///aclf?host=/run/postgresql", "HOST", "/run/postgresql"),
        ("postgresql://%2Frun%2Fpostgresql/aclf", "HOST", "/run/postgresql"),
        ("postgres://[::1]:5432/aclf", "HOST", "::1"),
        ("postgresql://db/%E5%BA%93", "NAME", "库"),
    ],
)
def test_an_address_of_a_database_means_what_it_means_to_psql(url: str, part: str, value: str) -> None:
    assert addresses.postgres(url)[part] == value


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://db/aclf?sslmode=verify", "one of disable, allow, prefer, require, verify-ca"),
        ("postgresql://db/aclf?sslmode=", "as sslmode"),
        ("postgresql://db/aclf?sslmode", "must be like"),
        ("postgresql://db/aclf?SSLMODE=require", "option SSLMODE, which is not known"),
        ("postgresql://db/aclf?ssl_mode=require", "option ssl_mode, which is not known; known are"),
        ("postgresql://db/aclf?sslmode=disable&sslmode=require", "option sslmode once"),
        ("postgresql://db/aclf?sslrootcert=/none/ca.pem", "a file that is there as sslrootcert"),
        ("postgresql://db/aclf?options=-c%20statement_timeout%3D0", "option options, which is not known"),
        ("postgresql://db/aclf?service=other", "option service, which is not known"),
        ("postgresql://db/aclf?connect_timeout=soon", "a whole number as connect_timeout"),
        ("postgresql://db/aclf?ssl_min_protocol_version=TLSv1", "as ssl_min_protocol_version"),
        ("postgresql://db/aclf?pgbouncer=true", "option pgbouncer"),
        ("postgresql://db/aclf#sslmode=verify-full", "no # or ;"),
        ("postgresql://db/aclf?sslmode=verify-full#", "no # or ;"),
        ("postgresql://db/aclf;sslmode=verify-full", "no # or ;"),
        ("postgresql://db/aclf?host=other", "the host once"),
        ("postgresql://ana:a?b@db/aclf?user=eva", "the user once"),
        ("postgresql://db:5432/aclf?port=6432", "the port once"),
        ("postgresql://db/aclf?dbname=other", "the dbname once"),
        ("postgresql://db:65536/aclf", "port between 1 and 65535"),
        ("postgresql://db:0/aclf", "port between 1 and 65535"),
        ("postgresql://db:x/aclf", "port between 1 and 65535"),
        ("postgresql://db", "must name the database"),
        ("postgresql://db/", "must name the database"),
        ("postgresql://db/ac lf", "no blanks"),
        ("postgresql:db/aclf", "starts with postgresql://"),
        ("mysql://db/aclf", "starts with postgresql://"),
    ],
)
def test_an_address_of_a_database_that_is_not_understood_is_refused(url: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        addresses.postgres(url)


def test_options_of_an_encrypted_connection_to_redis_are_read(tmp_path: Path) -> None:
    certificate = tmp_path / "ca.pem"
    certificate.touch()
    address = f"rediss://:pass@broker:6380/1?ssl_cert_reqs=required&ssl_ca_certs={certificate}"
    assert addresses.redis(address) == {"ssl_cert_reqs": "required", "ssl_ca_certs": str(certificate)}
    assert addresses.redis("redis://broker") == {}


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("redis://broker/aclf", "database's number"),
        ("redis://broker/0/1", "database's number"),
        ("redis://broker/-1", "database's number"),
        ("redis://broker:x/0", "port between"),
        ("redis://broker:70000/0", "port between"),
        ("redis://broker:0/0", "port between"),
        ("redis://:/0", "must have a host"),
        ("redis:///0", "must have a host"),
        ("redis://[::1/0", "must be an address with a host"),
        ("redis://:pa/ss@broker/0", "written as %2F"),
        ("redis://:pa#ss@broker/0", "%23"),
        ("redis://broker/0?db=3", "must start with rediss://"),
        ("rediss://broker/0?db=3", "option db, which is not known"),
        ("rediss://broker/0?ssl_cert_reqs=maybe", "one of required, none as ssl_cert_reqs"),
        ("rediss://broker/0?ssl_ca_certs=/none", "a file that is there"),
        ("unix:///run/redis.sock", "starts with redis://"),
        ("sentinel://broker", "starts with redis://"),
    ],
)
def test_an_address_of_redis_that_is_not_understood_is_refused(url: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        addresses.redis(url)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("smtp://mail.example/path", "nothing behind the host"),
        ("smtp://mail.example?timeout=5", "nothing behind the host"),
        ("smtps://user@mail.example", "both user and password"),
        ("smtps://:secret@mail.example", "both user and password"),
        ("smtps://user:se#cret@mail.example", "%23"),
        ("smtps://user:sec/ret@mail.example", "must"),
        ("smtp://mail.example:99999", "port between"),
        ("smtp://", "must have a host"),
        ("smtp+tls://mail.example", "starts with smtp://"),
    ],
)
def test_an_address_of_a_mail_server_that_is_not_understood_is_refused(url: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        addresses.mail_server(url)


def test_the_scheme_of_a_mail_server_says_how_it_is_encrypted() -> None:
    read = addresses.mail_server("smtp+starttls://ana:p%2Fw@mail.example/")
    assert (read["HOST"], read["PORT"], read["HOST_PASSWORD"]) == ("mail.example", 587, "p/w")
    assert (read["USE_TLS"], read["USE_SSL"]) == (True, False)


@pytest.mark.parametrize(
    "url",
    [
        "https://aclf.example/portal",
        "https://aclf.example?x=1",
        "https://aclf.example/#top",
        "https://user@aclf.example",
        "https://aclf.example:0",
        "https://aclf.example:",
        "https:///",
        "https://aclf.example\r\nX: y",
        "aclf.example",
    ],
)
def test_the_address_that_links_begin_with_is_scheme_host_and_port(url: str) -> None:
    with pytest.raises(ValueError, match="must"):
        addresses.origin(url)


@pytest.mark.parametrize(
    "url", ["postgresql://u:hunter2%zz@db/aclf", "postgresql://u:hunter2@db/aclf?sslmode=hunter2"]
)
def test_no_sentence_repeats_a_password(url: str) -> None:
    with pytest.raises(ValueError, match="must") as refusal:
        addresses.postgres(url)
    assert "hunter2" not in str(refusal.value)


def test_what_addresses_ask_for_reaches_every_client() -> None:
    environment = production_environment() | {
        "DATABASE_URL": "postgresql://db/aclf?sslmode=verify-full&connect_timeout=9",
        "REDIS_URL": "rediss://broker/0?ssl_cert_reqs=none",
    }
    asked = (
        "import json; from django.conf import settings as s; from config.celery import app;"
        "broker = app.connection_for_write();"
        "print(json.dumps([s.DATABASES['default']['OPTIONS'], broker.ssl, s.REDIS_URL]))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", asked], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    database, broker_ssl, cache = json.loads(answer.stdout)
    assert (database["sslmode"], database["connect_timeout"]) == ("verify-full", "9")
    assert database["application_name"] == "aclf"
    assert broker_ssl == {"ssl_cert_reqs": "none"}
    assert cache.endswith("?ssl_cert_reqs=none")


def test_the_certificate_of_an_encrypted_broker_is_looked_at_unless_told_otherwise() -> None:
    asked = "from config.celery import app; print(app.connection_for_write().ssl)"
    environment = production_environment() | {"REDIS_URL": "rediss://broker/0"}
    answer = subprocess.run(
        [sys.executable, "-c", asked], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "{'ssl_cert_reqs': 'required'}"
