"""Policy for webhook addresses: not inside the service's own network, unless the operator allows it."""

import asyncio
import ipaddress
import re
import socket
import threading
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import httpx

from api.settings import get_settings

NETWORK_LIST = Path(__file__).with_name("networks.toml")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# The 32 bits before an IPv4 address in an interface identifier of ISATAP (RFC 5214), in any /64.
ISATAP = {0x00005EFE, 0x02005EFE}
ALL_BITS = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Network:
    """One entry of networks.toml."""

    cidr: ipaddress.IPv4Network | ipaddress.IPv6Network
    name: str
    reachable: Literal["yes", "private", "never"]
    ipv4: tuple[int, ...] = ()
    inverted: tuple[int, ...] = ()


@cache
def load_networks() -> tuple[Network, ...]:
    """Load the list, the smallest networks first."""
    entries = (_parse_network(entry) for entry in tomllib.loads(NETWORK_LIST.read_text())["network"])
    return tuple(sorted(entries, key=lambda each: each.cidr.prefixlen, reverse=True))


def _parse_network(entry: dict[str, Any]) -> Network:
    places = {name: tuple(entry.get(name, ())) for name in ("ipv4", "inverted")}
    return Network(ipaddress.ip_network(entry["cidr"]), entry["name"], entry["reachable"], **places)


def can_connect(ip: str, *, private: bool) -> bool:
    """Return whether a webhook may use the address: the list has to allow it and every IPv4 address inside it.

    `private` also allows networks that are not public. A scope id is refused: such an address is valid on one link.
    """
    if "%" in ip:
        return False
    address = ipaddress.ip_address(ip)
    allowed = {"yes", "private"} if private else {"yes"}
    if _is_isatap(address) and not private:
        return False
    return all(find_network(each).reachable in allowed for each in (address, *iterate_embedded_ipv4(address)))


def find_network(address: Address) -> Network:
    """Return the smallest network of the list that contains the address."""
    return next(each for each in load_networks() if address.version == each.cidr.version and address in each.cidr)


def iterate_embedded_ipv4(address: Address) -> Iterator[ipaddress.IPv4Address]:
    """Yield the IPv4 addresses inside an IPv6 address."""
    network = find_network(address)
    for bits in network.ipv4:
        yield _extract_ipv4(address, bits)
    for bits in network.inverted:
        yield ipaddress.IPv4Address(int(_extract_ipv4(address, bits)) ^ ALL_BITS)
    if _is_isatap(address):
        yield _extract_ipv4(address, 96)


def _extract_ipv4(address: Address, bits: int) -> ipaddress.IPv4Address:
    return ipaddress.IPv4Address(int(address) >> (96 - bits) & ALL_BITS)


def _is_isatap(address: Address) -> bool:
    return address.version == 6 and int(address) >> 32 & ALL_BITS in ISATAP


MAX_URL_LENGTH = 2000
HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|[0-9a-f:]*:[0-9a-f:.]*", re.IGNORECASE)
DEFAULT_PORTS = {"http": 80, "https": 443}
# Ports below 1024 belong to services of the machine itself: mail, SSH, the printer.
FIRST_FREE_PORT, LAST_PORT = 1024, 65535


class AddressRefused(ValueError):
    """Address that a webhook may not have; the message names the reason."""


@dataclass(frozen=True, slots=True)
class Target:
    """Address with its resolved host: `url` names the host, `ips` are where to connect."""

    url: httpx.URL
    ips: tuple[str, ...]


def parse_webhook_url(text: str) -> httpx.URL:
    """Parse the address of a webhook. Raises AddressRefused."""
    if len(text) > MAX_URL_LENGTH:
        raise AddressRefused(f"is longer than {MAX_URL_LENGTH} characters")
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise AddressRefused(f"is not an address: {error}") from None
    if url.scheme not in DEFAULT_PORTS or not url.host:
        raise AddressRefused("must begin with https:// or http:// and have a host")
    if url.userinfo or url.fragment:
        raise AddressRefused("must not contain a user, password or fragment")
    if not HOST.fullmatch(url.raw_host.decode("ascii")):
        raise AddressRefused("is not an address: invalid host name")
    _refuse_port(get_port(url))
    return url


def get_port(url: httpx.URL) -> int:
    return DEFAULT_PORTS[url.scheme] if url.port is None else url.port


def _refuse_port(port: int) -> None:
    if not 1 <= port <= LAST_PORT:
        raise AddressRefused(f"has the invalid port {port}")
    is_usual = port in DEFAULT_PORTS.values() or port >= FIRST_FREE_PORT
    if not is_usual and not get_settings().crossings_webhook_private_addresses:
        raise AddressRefused(f"has the port {port}; allowed ports: 80, 443 and {FIRST_FREE_PORT} to 65535")


def find_target(text: str) -> asyncio.Future[Target]:
    """Resolve the host of the address and check its network; the future raises AddressRefused.

    Connect to `ips` only: a second look-up could return another host. Each name is resolved in a separate thread, since
    the loop has four threads for all look-ups (uvloop). The thread cannot be ended: callers limit the number of futures
    that are not done, not of awaited futures.
    """
    future: asyncio.Future[Target] = asyncio.get_running_loop().create_future()
    try:
        url = parse_webhook_url(text)
        if _is_ip(url.host):
            _settle(future, _resolve_host(url))
        else:
            threading.Thread(target=_look_up, args=(url, future), daemon=True, name="webhook host").start()
    except AddressRefused as refused:
        _settle(future, refused)
    return future


def _look_up(url: httpx.URL, future: asyncio.Future[Target]) -> None:
    outcome = _resolve_host(url)
    # RuntimeError: the service has ended.
    with suppress(RuntimeError):
        future.get_loop().call_soon_threadsafe(_settle, future, outcome)


def _settle(future: asyncio.Future[Target], outcome: Target | AddressRefused) -> None:
    if future.cancelled():
        return
    if isinstance(outcome, Target):
        future.set_result(outcome)
    else:
        future.set_exception(outcome)
        # Mark it as read: if no task awaits it any more, a line in the log is not needed.
        future.exception()


def _resolve_host(url: httpx.URL) -> Target | AddressRefused:
    try:
        results = socket.getaddrinfo(url.raw_host.decode("ascii"), get_port(url), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return AddressRefused(f"unknown host {url.host}")
    ips = tuple(dict.fromkeys(str(address[0]) for *_, address in results))
    private = get_settings().crossings_webhook_private_addresses
    if not all(can_connect(ip, private=private) for ip in ips):
        return AddressRefused(f"{url.host} is in a network that is not public")
    return Target(url, ips)


def _is_ip(host: str) -> bool:
    with suppress(ValueError):
        return bool(ipaddress.ip_address(host))
    return False
