"""Every channel against a real server of its protocol that accepts, refuses, hangs and hangs up."""

from datetime import timedelta
from typing import Any

import pytest

from notifications.channels.base import AddressError, Channel, ChannelError, Receipt, Target
from tests.notifications.channels.contracts import CONTRACTS, Contract, Fcm
from tests.notifications.channels.messages import ID, message
from tests.notifications.channels.provider import (
    Asked,
    Provider,
    Reply,
    closes_at_once,
    closes_half_way,
    replies_with,
)

pytestmark = pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: type(contract).__name__)


class Line:
    """One channel, connected to one provider."""

    def __init__(self, contract: Contract, provider: Provider, settings: Any) -> None:
        name = contract.channel.name
        settings.CHANNEL_SETTINGS = {name: contract.settings(provider.url)}
        self.contract, self.provider = contract, provider
        self.channel: Channel = contract.channel()
        self.target: Target = self.channel.read(contract.address(provider.url))
        provider.behave = replies_with(contract.yes)

    def send(self, **changes: Any) -> Receipt:
        return self.channel.send(message(self.target, **changes))

    @property
    def alerts(self) -> list[Asked]:
        return [asked for asked in self.provider.asked if asked.path != "/token"]

    def behaves(self, behave: Any) -> None:
        """From now on for alerts; access tokens are given out all the same."""
        yes = replies_with(self.contract.yes)
        self.provider.behave = lambda handler, asked: (yes if asked.path == "/token" else behave)(
            handler, asked
        )

    def refusal(self) -> ChannelError:
        with pytest.raises(ChannelError) as refused:
            self.send()
        return refused.value


@pytest.fixture
def line(contract: Contract, provider: Provider, settings: Any) -> Line:
    return Line(contract, provider, settings)


def test_the_provider_finds_signature_and_content_in_order(line: Line) -> None:
    line.send()

    [asked] = line.alerts
    line.contract.check(asked, line.target.options.get("secret", ""))


def test_a_message_that_is_sent_again_names_itself_again(line: Line) -> None:
    line.send()
    line.send()

    first, second = line.alerts
    if line.contract.knows_ids:
        assert line.contract.id_of(first) == line.contract.id_of(second)
        assert line.contract.id_of(first).replace("-", "") == ID.hex


@pytest.mark.parametrize("status", [500, 502, 503, 401, 301])
def test_trouble_there_is_tried_again(line: Line, status: int) -> None:
    line.behaves(replies_with(Reply(status, b"trouble", {"Location": "http://127.0.0.1:1/elsewhere"})))

    refusal = line.refusal()

    assert (refusal.permanent, refusal.address_is_dead) == (False, False)
    assert len({asked.path for asked in line.alerts}) == 1


def test_a_provider_that_asks_for_a_pause_gets_it(line: Line) -> None:
    line.behaves(replies_with(Reply(429, b"slow down", {"Retry-After": "7"})))

    refusal = line.refusal()

    assert (refusal.permanent, refusal.retry_after) == (False, timedelta(seconds=7))


def test_a_pause_of_days_is_cut_to_an_hour(line: Line) -> None:
    line.behaves(replies_with(Reply(503, b"", {"Retry-After": "864000"})))

    assert line.refusal().retry_after == timedelta(hours=1)


@pytest.mark.parametrize("trouble", ["hangs", "drips"])
def test_a_provider_that_hangs_is_left(line: Line, settings: Any, trouble: str) -> None:
    line.send()
    settings.CHANNEL_SECONDS = 0.1
    line.behaves(getattr(line.provider, trouble))

    assert line.refusal().permanent is False


@pytest.mark.parametrize("behave", [closes_half_way, closes_at_once])
def test_a_provider_that_hangs_up_is_asked_again(line: Line, behave: Any) -> None:
    line.behaves(behave)

    assert line.refusal().permanent is False


def test_a_provider_that_is_not_there_is_tried_again(line: Line, settings: Any, contract: Contract) -> None:
    nowhere = "http://127.0.0.1:1"
    settings.CHANNEL_SETTINGS = {contract.channel.name: contract.settings(nowhere)}
    target = line.channel.read(contract.address(nowhere))

    with pytest.raises(ChannelError) as refused:
        line.channel.send(message(target))

    assert refused.value.permanent is False


def test_an_address_is_shown_without_what_would_be_needed_to_use_it(line: Line) -> None:
    shown = line.channel.shown(line.target.address)

    assert shown
    assert line.target.address not in shown
    assert not any(str(value) in shown for value in line.target.options.values())


@pytest.mark.parametrize(
    "given", [{}, {"address": ""}, {"token": " "}, {"address": "x" * 3000, "endpoint": "http://"}]
)
def test_an_address_of_no_use_is_refused_with_a_sentence(line: Line, given: dict[str, str]) -> None:
    with pytest.raises(AddressError) as refused:
        line.channel.read(given)

    assert str(refused.value).endswith(".")


def test_the_access_token_is_fetched_once_and_again_when_refused(contract: Contract, line: Line) -> None:
    if not isinstance(contract, Fcm):
        return
    line.send()
    line.send()
    assert [asked.path for asked in line.provider.asked].count("/token") == 1

    line.behaves(replies_with(Reply(401, b"expired")))
    assert line.refusal().permanent is False
    assert [asked.path for asked in line.provider.asked].count("/token") == 2


STRANGE_BODIES = (
    *(b"", b"<html>502</html>", b"\xff\xfe", b"null", b"[]", b'"x"', b"1e999", b"9" * 5000, b"[" * 60_000),
    *(b'{"error": "x"}', b'{"error": {"details": "x"}}', b'{"error": {"details": ["x", null]}}'),
    *(b'{"Response": []}', b'{"Response": "x"}', b'{"Response": {"SendStatusSet": ["x"]}}'),
    *(b'{"Response": {"Error": "x"}}', b'{"errcode": null}', b'{"errcode": {}}', b'{"code": [1]}'),
)


@pytest.mark.parametrize("status", [200, 400, 500])
def test_an_answer_of_any_shape_is_a_receipt_or_a_refusal(line: Line, status: int) -> None:
    for body in STRANGE_BODIES:
        line.behaves(replies_with(Reply(status, body)))
        try:
            assert line.send() and status == 200
        except ChannelError as error:
            assert error.fault


@pytest.mark.parametrize(
    "given", ["9" * 4500, "Mon, 01 Jan 99999999999999999999 00:00:00 GMT", "soon", "-1", "\xb2"]
)
def test_a_pause_that_cannot_be_is_not_believed(line: Line, given: str) -> None:
    line.behaves(replies_with(Reply(503, b"", {"Retry-After": given})))
    assert (line.refusal().retry_after or timedelta(0)) <= timedelta(hours=1)
