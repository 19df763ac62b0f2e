"""Check of IP addresses against our own list of special-purpose networks."""

import ipaddress
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

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
