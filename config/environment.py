"""Every setting that can be given from outside, its type, its default and what it is for.

A value comes from the variable itself or, for secrets, from the file that `<NAME>_FILE` names. A malformed
value and an unknown variable with our prefix stop the start with one sentence that names them.
"""

import difflib
import os
import re
import zoneinfo
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, ValidationError

from config import addresses
from config.channel_environment import ChannelEnvironment, half_set, unused
from config.values import Hosts, Origin, WebAddress, key_of_32_bytes, read_by, signing_key, words

PREFIX = "ACLF_"
WELL_KNOWN = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PORT"}
NOT_SETTINGS = {"ACLF_DATA"}
LIBRARYS_SUBJECT = re.compile(r"^(Value error,|Value|Input|String|Tuple) ")
WHERE_TO_READ = "docs/operations.md lists every setting."


class ConfigurationError(SystemExit):
    """Stops the process with plain sentences instead of a traceback."""


class Mode(StrEnum):
    PRODUCTION = "production"
    DEMO = "demo"
    TEST = "test"


def _zone(value: str) -> str:
    if value not in zoneinfo.available_timezones():
        raise ValueError("must be the name of a time zone, such as Asia/Shanghai")
    return value


Key = Annotated[str, AfterValidator(key_of_32_bytes)]
Keys = Annotated[tuple[Key, ...], BeforeValidator(words), Field(min_length=1)]
SigningKey = Annotated[str, Field(min_length=50)]
SigningKeys = Annotated[tuple[SigningKey, ...], BeforeValidator(words)]
Port = Annotated[int, Field(ge=1, le=65535)]


class Environment(ChannelEnvironment):
    """The settings: `port` is the variable PORT, `mode` is ACLF_MODE, and so on (see `variable_of`)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    # How it is reached: `base_url` is what people open, and what links in messages begin with.
    mode: Mode = Mode.PRODUCTION
    port: Port = 8000
    base_url: Origin = "http://localhost:8000"
    allowed_hosts: Hosts = ()
    behind_proxy: bool = False

    # A pool (0: none) is for web processes, which ask for one (config/asgi.py); a time limit of 0 is for
    # migrations.
    database_url: Annotated[str, read_by(addresses.postgres)]
    database_pool: Annotated[int, Field(ge=0, le=100)] = 0
    statement_timeout_seconds: Annotated[int, Field(ge=0, le=3600)] = 30
    redis_url: Annotated[str, read_by(addresses.redis)]

    # Secrets. Of the identity keys, comma-separated, the first encrypts and every one decrypts (rotation).
    secret_key: SigningKey
    secret_key_fallbacks: SigningKeys = ()
    identity_keys: Keys
    blind_index_key: Key

    # Pictures and documents: a folder (file:///...) or a bucket (s3://, s3+http://); a clamd looks at them.
    files_url: Annotated[str, read_by(addresses.file_store)] = "file:///var/lib/aclf/files"
    clamd_url: Annotated[str, read_by(addresses.clamd)] | None = None

    # smtp://, smtp+starttls:// or smtps:// with user and password in the address.
    email_url: Annotated[str, read_by(addresses.mail_server)]
    email_from: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]

    # Sign-in: a second factor is required in production unless said otherwise; OIDC is off without an issuer.
    mfa_required: bool | None = None
    oidc_issuer: WebAddress | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = None
    oidc_name: str = "OpenID Connect"

    # The app: how long its session lives before it is refreshed, and after how long it has to sign in again.
    app_session_minutes: Annotated[int, Field(ge=5, le=720)] = 60
    app_idle_days: Annotated[int, Field(ge=2, le=366)] = 30
    app_sign_in_days: Annotated[int, Field(ge=2, le=366)] = 90

    # Hospital systems: how many days what they sent is kept, encrypted; the key that signs to their records.
    integration_messages_days: Annotated[int, Field(ge=1, le=366)] = 30
    smart_private_key: Annotated[str, AfterValidator(signing_key)] | None = None

    # Operation: the heartbeat is called by the engine; /metrics answers in production to the token's bearer.
    # Storm control bundles, limits and digests messages, and lets a channel rest that fails again and again.
    display_zone: Annotated[str, AfterValidator(_zone)] = "Asia/Shanghai"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["json", "console"] | None = None
    heartbeat_url: WebAddress | None = None
    storm_control: bool = True
    metrics_token: Annotated[str, Field(min_length=20)] | None = None


def variable_of(field: str) -> str:
    """The environment variable that sets `field`."""
    return field.upper() if field.upper() in WELL_KNOWN else PREFIX + field.upper()


VARIABLES = {variable_of(field): field for field in Environment.model_fields}


def load(environ: Mapping[str, str] | None = None) -> Environment:
    """Read and check the environment; raises ConfigurationError with a sentence for each mistake."""
    environ = os.environ if environ is None else environ
    values, problems = _read(environ)
    try:
        environment = Environment.model_validate(values)
    except ValidationError as error:
        problems += [_sentence(item) for item in error.errors() if not _read_badly(item, problems)]
    else:
        problems += _contradictions(environment)
    if problems:
        raise ConfigurationError("\n".join([*problems, WHERE_TO_READ]))
    return environment


def _read(environ: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    values, problems = {}, []
    for name, field in VARIABLES.items():
        file_name = environ.get(f"{name}_FILE")
        if file_name and name in environ:
            problems.append(f"Both {name} and {name}_FILE are set: keep one of them.")
        elif file_name:
            try:
                values[field] = Path(file_name).read_text().strip()
            except (OSError, UnicodeDecodeError):
                problems.append(f"{name}_FILE names {file_name}, which cannot be read.")
            else:
                problems += [] if values[field] else [f"{name}_FILE names {file_name}, which is empty."]
        elif given := environ.get(name, "").strip():
            values[field] = given
    return values, problems + _unknown(environ)


def _unknown(environ: Mapping[str, str]) -> list[str]:
    names = [*VARIABLES, *(f"{name}_FILE" for name in VARIABLES), *NOT_SETTINGS]
    problems = []
    for name in sorted(name for name in environ if name.upper().startswith(PREFIX) and name not in names):
        close = difflib.get_close_matches(name.upper(), names, n=1)
        problems.append(f"There is no setting {name}" + (f": is {close[0]} meant?" if close else "."))
    return problems


def _read_badly(item: Any, problems: list[str]) -> bool:
    name = variable_of(str(item["loc"][0]))
    return any(f"{name}_FILE" in problem for problem in problems)


def _sentence(item: Any) -> str:
    name = variable_of(str(item["loc"][0]))
    if item["type"] == "missing":
        return f"{name} is not set and has no default."
    return f"{name} is malformed: it {LIBRARYS_SUBJECT.sub('', item['msg'])}."


def _answers_to_its_address(environment: Environment) -> bool:
    host = f".{urlsplit(environment.base_url).hostname}"
    allowed = [name.lower() for name in environment.allowed_hosts]
    return any(
        name == "*" or host == f".{name.strip('[]')}" or (name.startswith(".") and host.endswith(name))
        for name in allowed
    )


def _contradictions(environment: Environment) -> list[str]:
    """Values that are well formed, but not together."""
    in_production = environment.mode is Mode.PRODUCTION
    oidc = (environment.oidc_issuer, environment.oidc_client_id, environment.oidc_client_secret)
    contradictions = {
        "ACLF_ALLOWED_HOSTS is not set: name the hosts production answers to.": (
            in_production and not environment.allowed_hosts
        ),
        "ACLF_ALLOWED_HOSTS contains *: name the hosts production answers to.": (
            in_production and "*" in environment.allowed_hosts
        ),
        "ACLF_BASE_URL has a host that is not among ACLF_ALLOWED_HOSTS: what people open is not answered.": (
            in_production and bool(environment.allowed_hosts) and not _answers_to_its_address(environment)
        ),
        "ACLF_BASE_URL must start with https:// in production.": (
            in_production and not environment.base_url.startswith("https://")
        ),
        "ACLF_BLIND_INDEX_KEY is also among ACLF_IDENTITY_KEYS: make another.": (
            environment.blind_index_key in environment.identity_keys
        ),
        "ACLF_OIDC_NAME names a sign-in that is not set: ACLF_OIDC_ISSUER is missing.": (
            "oidc_name" in environment.model_fields_set and not environment.oidc_issuer
        ),
        "ACLF_OIDC_ISSUER, ACLF_OIDC_CLIENT_ID and ACLF_OIDC_CLIENT_SECRET are set together or not at all.": (
            any(oidc) and not all(oidc)
        ),
    }
    return [
        *(sentence for sentence, applies in contradictions.items() if applies),
        *half_set(environment),
        *unused(environment),
    ]
