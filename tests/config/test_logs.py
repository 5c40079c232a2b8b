import io
import json
import logging
from collections.abc import Iterator
from urllib.parse import quote

import pytest
import structlog
from django.test import Client

from config import logs


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What production writes, line by line."""
    logs.configure(level="INFO", as_json=True)
    stream = io.StringIO()
    (handler,) = [
        handler for handler in logging.getLogger().handlers if type(handler) is logging.StreamHandler
    ]
    handler.setStream(stream)
    yield stream
    logs.configure(level="INFO", as_json=False)


def last(lines: io.StringIO) -> dict[str, object]:
    return dict(json.loads(lines.getvalue().splitlines()[-1]))


def test_a_line_is_json_with_time_level_and_place(lines: io.StringIO) -> None:
    structlog.get_logger("referral.deadlines.engine").info("fired", deadlines=3)
    line = last(lines)
    assert line["event"] == "fired"
    assert line["deadlines"] == 3
    assert (line["level"], line["logger"]) == ("info", "referral.deadlines.engine")
    assert str(line["timestamp"]).endswith("Z")


@pytest.mark.parametrize("key", ["name", "birth_date", "national_id", "phone", "password", "token"])
def test_a_value_that_names_a_person_never_reaches_the_log(lines: io.StringIO, key: str) -> None:
    structlog.get_logger("test").info("saved", **{key: "张三"})
    logging.getLogger("test").info("saved", extra={key: "张三"} if key != "name" else {})
    assert "张三" not in lines.getvalue()
    assert "\\u5f20" not in lines.getvalue()


def test_a_programs_own_records_come_out_in_the_same_form(lines: io.StringIO) -> None:
    logging.getLogger("some.library").warning("careful", extra={"attempt": 2})
    assert last(lines)["event"] == "careful"
    assert last(lines)["attempt"] == 2


def test_a_failure_is_logged_with_its_traceback(lines: io.StringIO) -> None:
    try:
        raise ValueError("broken")
    except ValueError:
        structlog.get_logger("test").exception("failed")
    assert "ValueError: broken" in str(last(lines)["exception"])


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("/no/such/张三?q=张三", "GET (no such page)"),
        ("/accounts/login/?email=张三", "GET /accounts/login/"),
        ("/api/v1/cases?q=张三", "GET /api/v1/cases"),
        ("/accounts/password/reset/key/1-secret/", "GET /accounts/password/reset/key/(?P<uidb36>"),
    ],
)
@pytest.mark.django_db
def test_a_request_is_logged_by_its_route_without_what_its_address_holds(
    lines: io.StringIO, address: str, shown: str
) -> None:
    Client().get(address)
    line = next(line for line in map(json.loads, lines.getvalue().splitlines()) if "status" in line)
    assert line["event"].startswith(shown)
    assert len(line["request_id"]) == 32
    assert "secret" not in lines.getvalue()
    assert "张三" not in lines.getvalue() and quote("张三") not in lines.getvalue()


def test_each_answer_carries_the_id_that_its_log_lines_have() -> None:
    first, second = Client().get("/healthz"), Client().get("/healthz")
    assert len(first["X-Request-ID"]) == 32
    assert first["X-Request-ID"] != second["X-Request-ID"]
