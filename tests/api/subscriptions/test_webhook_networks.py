"""Addresses of webhooks: which networks, names and ports are refused, whatever Python's release calls global."""

import ipaddress
import random
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from api.settings import get_settings
from api.subscriptions.webhooks import url_policy as webhook_address
from api.subscriptions.webhooks.url_policy import (
    AddressRefused,
    can_connect,
    find_target,
    load_networks,
    parse_webhook_url,
)

FORBIDDEN = {
    "0.0.0.0": "this network",  # noqa: S104
    "0.1.2.3": "this network", "10.1.2.3": "private use", "100.64.0.1": "shared",
    "127.0.0.1": "loopback", "127.255.255.254": "loopback", "169.254.169.254": "link local",
    "172.16.0.1": "private use", "172.31.255.255": "private use", "192.0.0.1": "IETF", "192.0.0.8": "dummy",
    "192.0.0.170": "NAT64 discovery", "192.0.2.1": "documentation", "192.88.99.1": "6to4 relay",
    "192.168.1.1": "private use", "198.18.0.1": "benchmarking", "198.51.100.1": "documentation",
    "203.0.113.1": "documentation", "224.0.0.1": "multicast", "239.255.255.250": "multicast",
    "240.0.0.1": "reserved", "255.255.255.255": "broadcast",
    "::": "unspecified", "::1": "loopback", "::7f00:1": "compatible", "::5db8:d822": "compatible",
    "::ffff:127.0.0.1": "mapped", "::ffff:93.184.216.34": "mapped", "::ffff:0:127.0.0.1": "translated",
    "64:ff9b::7f00:1": "NAT64 of loopback", "64:ff9b::a01:203": "NAT64 of private use",
    "64:ff9b::e000:1": "NAT64 of multicast", "64:ff9b:1::1": "local NAT64", "64:ff9b:1:ffff::5db8:d822": "local NAT64",
    "100::1": "discard", "100:0:0:1::1": "dummy", "200::1": "not delegated", "4000::1": "not delegated",
    "2001::1": "Teredo", "2001:0:5db8:d822::1": "Teredo", "2001:2::1": "benchmarking", "2001:10::1": "ORCHID",
    "2001:1ff:ffff::1": "IETF", "2001:db8::1": "documentation", "2002:7f00:1::": "6to4", "2002:5db8:d822::": "6to4",
    "2606:2800:220:1:0:5efe:7f00:1": "ISATAP", "2606:2800:220:1:200:5efe:a01:203": "ISATAP",
    "3fff::1": "documentation", "3fff:fff:ffff::1": "documentation", "5f00::1": "SRv6", "fc00::1": "unique local",
    "fd00::1": "unique local", "fe80::1": "link local", "fe80::1%eth0": "scope", "2606:2800::1%1": "scope",
    "fec0::1": "site local", "ff02::1": "multicast", "ff0e::1": "multicast",
}  # fmt: skip
PUBLIC = [
    "93.184.216.34", "1.1.1.1", "100.63.255.255", "100.128.0.1", "172.15.255.255", "172.32.0.1", "192.0.0.9",
    "192.0.1.1", "198.17.255.255", "198.20.0.1", "223.255.255.255", "2606:2800:220:1::1", "2001:200::1",
    "2001:4:112::1", "64:ff9b::5db8:d822", "2a00::1", "3fff:1000::1",
]  # fmt: skip
NEVER = ["0.0.0.0", "::", "224.0.0.1", "255.255.255.255", "ff02::1", "::ffff:0.0.0.0", "64:ff9b::e000:1"]  # noqa: S104


@pytest.fixture(autouse=True)
def _only_public_addresses(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CROSSINGS_WEBHOOK_PRIVATE_ADDRESSES", "false")
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.fixture
def _private_addresses(_only_public_addresses: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSINGS_WEBHOOK_PRIVATE_ADDRESSES", "true")
    get_settings.cache_clear()


@pytest.mark.parametrize("ip", FORBIDDEN)
def test_special_purpose_address_is_refused(ip: str) -> None:
    assert not can_connect(ip, private=False), FORBIDDEN[ip]


@pytest.mark.parametrize("ip", PUBLIC)
def test_public_address_is_allowed(ip: str) -> None:
    assert can_connect(ip, private=False)


@pytest.mark.parametrize("ip", ["127.0.0.1", "10.0.0.1", "::1", "fd00::1", "::ffff:10.0.0.1", "192.168.0.1"])
def test_private_address_is_allowed_by_setting(ip: str) -> None:
    assert can_connect(ip, private=True)


@pytest.mark.parametrize("ip", NEVER)
def test_address_without_a_host_is_refused_whatever_the_setting(ip: str) -> None:
    assert not can_connect(ip, private=True)


def test_first_and_last_address_of_each_forbidden_network_are_refused() -> None:
    for network in load_networks():
        if network.reachable != "yes":
            for address in (network.cidr[0], network.cidr[-1]):
                assert not can_connect(str(address), private=False), network.name


def test_forbidden_networks_include_python_private_networks() -> None:
    chance = random.Random(20)
    for bits, kind in ((32, ipaddress.IPv4Address), (128, ipaddress.IPv6Address)):
        for _ in range(5000):
            # Most of IPv6's special networks lie low, and in 2001::/16.
            address = kind(chance.getrandbits(bits) >> chance.choice((0, 0, bits // 2)))
            if not address.is_global:
                assert not can_connect(str(address), private=False), address


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST", "localhost.", "2130706433", "0x7f.1", "0x7f000001", "0177.0.0.1", "127.1", "0",
     "[::1]", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]", "[::127.0.0.1]"],
)  # fmt: skip
async def test_other_spelling_of_loopback_is_refused(host: str) -> None:
    with pytest.raises(AddressRefused):
        await find_target(f"http://{host}:8000/told")


@pytest.mark.parametrize(
    "url",
    ["http://[fe80::1%25eth0]/", "http://①②⑦.0.0.1/", "http://%31%32%37.0.0.1/", "http://127.0.0.1\\@example.org/",
     "http://example.org:0/", "http://example.org:65536/", "http://example.org:99999/", "http://example.org:-1/",
     "http://example.org:22/", "http://example.org:25/", "https://example.org:1023/", "http://a b/", "http://a..b/",
     "http://user@example.org/", "http://example.org/#part", "ftp://example.org/", "//example.org/", "http://",
     "http://example.org/" + "a" * 2000],
)  # fmt: skip
def test_address_that_no_receiver_has_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        parse_webhook_url(url)


@pytest.mark.parametrize("port", [80, 443, 1024, 8443, 65535])
def test_usual_and_unprivileged_ports_are_allowed(port: int) -> None:
    assert parse_webhook_url(f"https://example.org:{port}/").host == "example.org"


@pytest.mark.usefixtures("_private_addresses")
def test_any_port_is_allowed_by_setting_but_those_that_do_not_exist() -> None:
    assert parse_webhook_url("http://example.org:81/").port == 81
    for port in (0, 65536):
        with pytest.raises(AddressRefused, match="does not exist"):
            parse_webhook_url(f"http://example.org:{port}/")


@pytest.mark.parametrize("name", ["intranet.local", "bücher.example", "printer", "rebinding.example."])
async def test_every_address_of_a_name_is_checked(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server answers with a public address and a private one."""
    asked = []

    def answer(host: str, port: int, **_: object) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in ("93.184.216.34", "10.0.0.1")]

    monkeypatch.setattr(webhook_address.socket, "getaddrinfo", answer)
    with pytest.raises(AddressRefused, match="not public"):
        await find_target(f"https://{name}/")
    assert len(asked) == 1
    assert asked[0].isascii()


async def test_target_has_the_addresses_that_were_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(_: str, port: int, **__: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in ("93.184.216.34", "93.184.216.35")]

    monkeypatch.setattr(webhook_address.socket, "getaddrinfo", answer)
    target = await find_target("https://example.org/told")
    assert target.ips == ("93.184.216.34", "93.184.216.35")
