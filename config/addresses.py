"""Addresses of servers, read whole: every part is used, and what is not understood is refused by name.

No sentence repeats a value of an address, because an address may hold a password.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

BLANKS = re.compile(r"[\s\x00-\x1f\x7f]")
MAIL_PORTS: Mapping[str, int] = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
CLAMD_PORT = 3310
PARTS_OF_DATABASE = ("host", "port", "dbname", "user", "password")

Check = Callable[[str], str]
"""What a value should be, when it is not; else nothing."""


def web_address(value: str) -> str:
    """An address of http or https, with a host; programs that call one send no user name."""
    parts = _split(value, ("http", "https"))
    if parts.username is not None or "#" in value:
        raise ValueError("must have neither a user name nor a #")
    return value


def origin(value: str) -> str:
    """A web address of nothing but scheme, host and port; one slash at the end is left out."""
    parts = urlsplit(web_address(value))
    if parts.path not in ("", "/") or "?" in value:
        raise ValueError("must have nothing behind the host and its port")
    return value.removesuffix("/")


def postgres(url: str) -> dict[str, Any]:
    """What Django's DATABASES takes from `postgresql://user:password@host:port/name?option=value`."""
    _scheme(url, ("postgresql", "postgres"))
    values = _read_by_libpq(url)
    options = {name: value for name, value in values.items() if name not in PARTS_OF_DATABASE}
    _check_options(options, DATABASE_OPTIONS)
    if not values.get("dbname"):
        raise ValueError("must name the database behind the host: postgresql://host/name")
    if values.get("port") and not all(_is_port(port) for port in values["port"].split(",")):
        raise ValueError("must have a port between 1 and 65535")
    return {
        "NAME": values["dbname"],
        "USER": values.get("user", ""),
        "PASSWORD": values.get("password", ""),
        "HOST": values.get("host", ""),
        "PORT": values.get("port", ""),
        "OPTIONS": options,
    }


def redis(url: str) -> dict[str, str]:
    """The options of `redis://:password@host:port/number?option=value`, those of TLS, by name."""
    parts = _split(url, ("redis", "rediss"))
    _no_fragment(url)
    if not re.fullmatch(r"(/\d{0,4})?", parts.path):
        raise ValueError("must have nothing but the database's number behind the host: redis://host/0")
    options = _options(parts.query)
    if options and parts.scheme != "rediss":
        raise ValueError("must start with rediss:// for the options of an encrypted connection")
    _check_options(options, REDIS_OPTIONS)
    return options


def mail_server(url: str) -> dict[str, Any]:
    """What Django's EMAIL_ settings take from `smtps://user:password@host:port`, by their names."""
    parts = _split(url, tuple(MAIL_PORTS))
    _no_fragment(url)
    if parts.path not in ("", "/") or "?" in url:
        raise ValueError("must have nothing behind the host and its port")
    if bool(parts.username) != bool(parts.password):
        raise ValueError("must have both user and password, or neither")
    return {
        "HOST": parts.hostname,
        "PORT": parts.port or MAIL_PORTS[parts.scheme],
        "HOST_USER": unquote(parts.username or ""),
        "HOST_PASSWORD": unquote(parts.password or ""),
        "USE_SSL": parts.scheme == "smtps",
        "USE_TLS": parts.scheme == "smtp+starttls",
    }


def file_store(url: str) -> dict[str, str]:
    """What files.store takes from `file:///folder` or `s3://key:secret@host:port/bucket?region=...&style=...`.

    `s3+http://` is a store without encryption on the way, in one's own network. `style` says where the name
    of the bucket stands: in the path (the default) or before the host.
    """
    if url.startswith("file://"):
        return {"folder": _folder(url)}
    parts = _split(url, ("s3", "s3+http", "file"))
    _no_fragment(url)
    bucket = parts.path.strip("/")
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", bucket):
        raise ValueError("must name the bucket behind the host: s3://key:secret@host/bucket")
    if not parts.username or not parts.password:
        raise ValueError("must have the id of a key and its secret before the host")
    options = _options(parts.query)
    _check_options(options, S3_OPTIONS)
    scheme = "http" if parts.scheme == "s3+http" else "https"
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return {
        "endpoint": f"{scheme}://{host}" + (f":{parts.port}" if parts.port else ""),
        "bucket": bucket,
        "key_id": unquote(parts.username),
        "secret": unquote(parts.password),
        "region": options.get("region", "us-east-1"),
        "style": options.get("style", "path"),
    }


def clamd(url: str) -> dict[str, str]:
    """Where a clamd listens: `tcp://host:port`, or `unix:///path/of/its.socket`."""
    if url.startswith("unix://"):
        path = url.removeprefix("unix://")
        if not path.startswith("/") or BLANKS.search(path):
            raise ValueError(
                "must have the whole path of a socket, without blanks: unix:///run/clamav/clamd.sock"
            )
        return {"path": path}
    parts = _split(url, ("tcp", "unix"))
    _no_fragment(url)
    if parts.path not in ("", "/") or "?" in url or parts.username is not None:
        raise ValueError("must have nothing but host and port: tcp://host:3310")
    return {"host": parts.hostname or "", "port": str(parts.port or CLAMD_PORT)}


def _folder(url: str) -> str:
    path = unquote(url.removeprefix("file://"))
    if not path.startswith("/") or "?" in url or "#" in url or "\x00" in path:
        raise ValueError("must have the whole path of a folder: file:///var/lib/aclf/files")
    return path


def _scheme(value: str, schemes: Collection[str]) -> None:
    if value.partition("://")[0] not in schemes or "://" not in value:
        raise ValueError(f"must be an address that starts with {' or '.join(f'{s}://' for s in schemes)}")
    if BLANKS.search(value):
        raise ValueError("must have no blanks or control characters; in a password, %20 is a blank")


def _split(value: str, schemes: Collection[str]) -> SplitResult:
    _scheme(value, schemes)
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise ValueError(
            "must be an address with a host and, if any, a port between 1 and 65535; "
            "signs such as / # : @ [ in a password are written as %2F, %23, %3A, %40, %5B"
        ) from None
    if not parts.hostname or port == 0 or parts.netloc.endswith(":"):
        raise ValueError("must have a host and, if any, a port between 1 and 65535")
    return parts


def _no_fragment(url: str) -> None:
    if "#" in url:
        raise ValueError("must have no #; in a password it is written as %23")


def _read_by_libpq(url: str) -> dict[str, str]:
    place, mark, query = url.rpartition("@")[2].partition("?")
    if "#" in place + query or ";" in place:
        raise ValueError("must have no # or ; behind the host; options follow a ?, with & between them")
    _refuse_second_parts(url.removesuffix(mark + query), _options(query))
    try:
        return {name: str(value) for name, value in conninfo_to_dict(url).items()}
    except ProgrammingError as error:
        unknown = re.match(r'invalid URI query parameter: "(\w+)"', str(error))
        if unknown:
            raise ValueError(_not_known(unknown[1], DATABASE_OPTIONS)) from None
        raise ValueError(
            "must be like postgresql://user:password@host:port/name?sslmode=verify-full; "
            "signs such as / @ % in a password are written as %2F, %40, %25"
        ) from None


def _refuse_second_parts(url: str, options: Mapping[str, str]) -> None:
    """libpq lets an option replace what stands before it: one of the two would be dropped in silence."""
    try:
        parts = conninfo_to_dict(url)
    except ProgrammingError:
        return
    for name in PARTS_OF_DATABASE:
        if name in options and parts.get(name):
            raise ValueError(f"must have the {name} once: in its place, or as an option")


def _options(query: str) -> dict[str, str]:
    pairs = parse_qsl(query, keep_blank_values=True)
    for name, times in Counter(name for name, _value in pairs).items():
        if times > 1:
            raise ValueError(f"must have the option {name} once")
    return dict(pairs)


def _check_options(options: Mapping[str, str], options_known: Mapping[str, Check]) -> None:
    for name, value in options.items():
        if name not in options_known:
            raise ValueError(_not_known(name, options_known))
        if complaint := options_known[name](value):
            raise ValueError(f"must have {complaint} as {name}")


def _not_known(name: str, names: Collection[str]) -> str:
    return f"has the option {name}, which is not known; known are {', '.join(sorted(names))}"


def _is_port(text: str) -> bool:
    return text == "" or (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535)


def _one_of(*choices: str) -> Check:
    return lambda value: "" if value in choices else f"one of {', '.join(choices)}"


def _whole_number(value: str) -> str:
    return "" if re.fullmatch(r"[0-9]{1,9}", value) else "a whole number"


def _text(value: str) -> str:
    return "" if value else "a text"


def _file(value: str) -> str:
    return "" if Path(value).is_file() else "a file that is there"


def _certificates(value: str) -> str:
    return "" if value == "system" else _file(value)


DATABASE_OPTIONS: Mapping[str, Check] = {
    "sslmode": _one_of("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "sslrootcert": _certificates,
    "sslcert": _file,
    "sslkey": _file,
    "sslcrl": _file,
    "sslnegotiation": _one_of("postgres", "direct"),
    "ssl_min_protocol_version": _one_of("TLSv1.2", "TLSv1.3"),
    "channel_binding": _one_of("disable", "prefer", "require"),
    "gssencmode": _one_of("disable", "prefer", "require"),
    "target_session_attrs": _one_of("any", "read-write", "primary"),
    "load_balance_hosts": _one_of("disable", "random"),
    "hostaddr": _text,
    "passfile": _file,
    "application_name": _text,
    "connect_timeout": _whole_number,
    "keepalives_idle": _whole_number,
    "keepalives_interval": _whole_number,
    "keepalives_count": _whole_number,
    "tcp_user_timeout": _whole_number,
}
"""Those of libpq (PostgreSQL's manual, 32.1.2) that fit; `options` would undo our limits of time."""

REDIS_OPTIONS: Mapping[str, Check] = {
    "ssl_cert_reqs": _one_of("required", "none"),
    "ssl_ca_certs": _file,
    "ssl_certfile": _file,
    "ssl_keyfile": _file,
}
"""Those that redis-py and kombu both understand."""

S3_OPTIONS: Mapping[str, Check] = {"region": _text, "style": _one_of("path", "host")}
