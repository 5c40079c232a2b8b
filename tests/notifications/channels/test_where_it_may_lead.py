"""Addresses that people give are called on the public internet only, whatever their names turn into."""

import socket
from typing import Any

import pytest

from notifications.channels.base import AddressError, ChannelError, Target
from notifications.channels.http import post
from notifications.channels.webhook import WebhookChannel
from notifications.channels.wire import may_lead_to
from tests.notifications.channels.messages import message
from tests.notifications.channels.provider import Provider


@pytest.fixture(autouse=True)
def _nothing_inside(settings: Any) -> None:
    settings.PRIVATE_NETWORKS = []


INSIDE = [
    "127.0.0.1",
    "10.0.0.8",
    "172.16.4.4",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "fe80::1%eth0",
    "fd00::1",
    "::ffff:10.0.0.8",
    "64:ff9b::a00:8",
    "2002:a00:8::",
    "::127.0.0.1",
    "::a00:8",
    "::ffff:0:a00:8",
    "64:ff9b:1::a00:8",
    "fec0::1",
    "168.63.129.16",
    "192.88.99.1",
    "100.100.100.200",
    "ff02::1",
    "3fff::1",
    "2001:1::1",
    "192.0.0.9",
    "::",
]


@pytest.mark.parametrize("address", INSIDE)
def test_machines_inside_are_out_of_reach(address: str) -> None:
    assert not may_lead_to(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_machines_outside_are_not(address: str) -> None:
    assert may_lead_to(address)


def test_the_operator_can_open_networks_of_the_site(settings: Any) -> None:
    settings.PRIVATE_NETWORKS = ["10.20.0.0/16"]

    assert may_lead_to("10.20.3.4")
    assert not may_lead_to("10.21.3.4")


@pytest.mark.parametrize("address", ["100.100.100.200", "::ffff:100.100.100.200", "fd00:ec2::254"])
def test_the_keys_of_a_cloud_stay_out_of_reach_in_an_open_network(settings: Any, address: str) -> None:
    settings.PRIVATE_NETWORKS = ["100.64.0.0/10", "fc00::/7"]

    assert may_lead_to("100.64.3.4")
    assert may_lead_to("fd00::1")
    assert not may_lead_to(address)


def test_a_name_that_leads_inside_is_not_called_and_its_address_is_retired(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(provider.url.rpartition(":")[2])
    expected = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: expected)
    target = Target(f"https://inside.example:{port}/", {"secret": "s"})

    with pytest.raises(ChannelError) as refused:
        WebhookChannel().send(message(target))

    assert (refused.value.permanent, refused.value.address_is_dead) == (True, True)
    assert provider.asked == []


def test_one_inner_address_among_outer_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in ("93.184.216.34", "10.0.0.8")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: both)

    with pytest.raises(ChannelError, match="not on the public internet"):
        post("https://both.example/", body=b"", headers={}, is_guarded=True)


def test_what_was_judged_is_what_is_called(
    provider: Provider, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that changes its meaning between the two would need to be asked twice."""
    settings.PRIVATE_NETWORKS = ["127.0.0.0/8"]
    asked: list[str] = []
    real = socket.getaddrinfo

    def resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
        asked.append(str(host))
        return real("127.0.0.1" if host == "changing.example" else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    port = provider.url.rpartition(":")[2]

    post(f"http://changing.example:{port}/", body=b"{}", headers={}, is_guarded=True)

    assert asked.count("changing.example") == 1
    assert provider.asked[0].headers["host"] == f"changing.example:{port}"


def test_a_name_that_means_nothing_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: Any, **kwargs: Any) -> Any:
        raise socket.gaierror("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", fails)

    with pytest.raises(ChannelError) as refused:
        post("https://nowhere.example/", body=b"", headers={}, is_guarded=True)

    assert refused.value.permanent is False


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/x",
        "ftp://hooks.example/x",
        "https://user:secret@hooks.example/",
        "https:///x",
        "https://hooks.example/#x",
        "https://hooks.example:99999/",
        "https://[::1/",
        "javascript:alert(1)",
        "https://钩子.example/",
        "https://hooks.example/" + "a" * 2000,
    ],
)
def test_an_address_that_could_mislead_is_refused(url: str) -> None:
    with pytest.raises(AddressError):
        WebhookChannel().read({"address": url})


def test_plain_http_is_for_bare_addresses_of_the_sites_own_networks(settings: Any) -> None:
    settings.PRIVATE_NETWORKS = ["10.20.0.0/16"]

    assert WebhookChannel().read({"address": "http://10.20.0.5:8080/hook"}).options["secret"]
    for url in ("http://10.21.0.5/hook", "http://intranet.example/hook"):
        with pytest.raises(AddressError):
            WebhookChannel().read({"address": url})


def test_every_webhook_has_a_secret_of_its_own() -> None:
    first, second = (WebhookChannel().read({"address": "https://hooks.example/x"}) for _ in range(2))

    assert first.options["secret"] != second.options["secret"]
    assert len(first.options["secret"]) >= 40


@pytest.mark.parametrize(
    "host",
    [
        *(f"[{address}]" if ":" in address else address for address in INSIDE if "%" not in address),
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "127.0.0.1.",
        "0",
        "①②⑦.0.0.1",
        "１２７。０。０。１",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "intranet",
        "h%00ost.example",
        "%31%32%37.0.0.1",
        ".hooks.example",
        "hooks..example",
        "-hooks.example",
        f"{'a' * 64}.example",
        "[::1%25lo]",
        "[::ffff:127.0.0.1]",
        "hooks.example:0",
    ],
)
def test_a_host_that_cannot_be_public_is_refused_where_it_is_typed(host: str) -> None:
    for url in (f"https://{host}/hook", f"http://{host}/hook"):
        with pytest.raises(AddressError):
            WebhookChannel().read({"address": url})


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example\r\nX-Header: y",
        "https://hooks.example/a\r\nb",
        "https://hooks.example/\x00",
        "https://hooks.example/a b",
        "https://hooks.example\\@elsewhere.example/",
        "https://hooks.example/\u2028a",
        "https://hooks.example/\x7f",
    ],
)
def test_an_address_with_signs_that_split_a_request_is_refused(url: str) -> None:
    with pytest.raises(AddressError):
        WebhookChannel().read({"address": url})


@pytest.mark.parametrize(
    "url", ["https://hooks.example", "HTTPS://Hooks.Example:8443/a?b=c", "https://xn--fiq228c.example/x"]
)
def test_an_address_with_a_name_is_taken(url: str) -> None:
    assert WebhookChannel().read({"address": url}).address == url
