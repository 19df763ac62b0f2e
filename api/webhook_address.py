"""Where a webhook may lie: not inside the network that the service runs in, unless the operator allows it."""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass

import httpx

from api.settings import settings

LONGEST_ADDRESS = 2000
# Addresses of IPv6 that stand for one of IPv4 behind a translator (RFC 6052).
TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")
IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressRefused(ValueError):
    """A webhook may not lie there; the message says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address whose host was looked up: `url` names the host, `ip` is where to connect."""

    url: httpx.URL
    ip: str


def parse_address(text: str) -> httpx.URL:
    """The address of a webhook. Raises AddressRefused."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise AddressRefused(f"is not an address: {error}") from None
    if url.scheme not in {"http", "https"} or not url.host:
        raise AddressRefused("has to begin with https:// or http:// and name a host")
    if url.userinfo or url.fragment:
        raise AddressRefused("may hold no user, password or fragment")
    if len(text) > LONGEST_ADDRESS:
        raise AddressRefused(f"is longer than {LONGEST_ADDRESS} characters")
    return url


async def looked_up(url: httpx.URL) -> Target:
    """The address with where its host is now. Raises AddressRefused.

    Who connects has to use that `ip`: a host looked up again could by then lie somewhere else.
    """
    ips = await _ips(url)
    if not settings().crossings_webhook_private_addresses and not all(is_public(ip) for ip in ips):
        raise AddressRefused(f"{url.host} lies in a network that is not public")
    return Target(url, ips[0])


async def _ips(url: httpx.URL) -> list[str]:
    port = url.port or {"http": 80, "https": 443}[url.scheme]
    host = url.raw_host.decode("ascii")
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise AddressRefused(f"the host {url.host} is not known") from None
    return [str(address[0]) for *_, address in found]


def is_public(ip: str) -> bool:
    """Whether the address, and any that is wrapped in it, is one of the public internet."""
    address = ipaddress.ip_address(ip)
    return all(each.is_global and not each.is_multicast for each in (address, *_wrapped(address)))


def _wrapped(address: IPAddress) -> list[IPAddress]:
    if isinstance(address, ipaddress.IPv4Address):
        return []
    wrapped: list[IPAddress | None] = [address.ipv4_mapped, address.sixtofour]
    if address in TRANSLATED:
        wrapped.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    if address.teredo:
        wrapped += address.teredo
    return [each for each in wrapped if each is not None]
