"""Addresses in the head of a request: the host in its normal form, and the client and the address that proxies name."""

import ipaddress
import re
from collections.abc import Iterable, Iterator

from api.concurrency.bounded_cache import cache_short

# Key in the scope of a request's prefix: the part of the public address that the proxy removes.
PREFIX_KEY = "forwarded_prefix"
# Headers that proxies set, in lower case.
FORWARDING_NAME = re.compile(rb"forwarded|x-forwarded-.*")
# `name=value` or `name="value"` of RFC 7239.
PAIR_PATTERN = re.compile(r'\s*(?P<name>[A-Za-z]+)=(?:"(?P<quoted>[^"\\]*)"|(?P<plain>[^\s;,"]*))\s*')
HOST_PATTERN = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>[1-9][0-9]{0,4}))?")
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
PORT_OF_SCHEME = {"http": "80", "https": "443"}
LAST_PORT = 65535
FOREIGN_HOST = b""


@cache_short(256, 500)
def normalise_host(
    given: bytes, scheme: str, server: tuple[str, int | None] | None, names: frozenset[str]
) -> bytes | None:
    """Return the normalised host, `FOREIGN_HOST` if it is not allowed, None for invalid text (RFC 9110, 7.2)."""
    found = HOST_PATTERN.fullmatch(given.decode("latin-1").lower())
    if found is None or int(found["port"] or 0) > LAST_PORT:
        return None
    name, port = format_host(found["name"].removesuffix(".")), found["port"]
    if name not in names and name not in LOOPBACK_NAMES and name != format_host(server[0] if server else ""):
        return FOREIGN_HOST
    return name.encode() if port in {None, PORT_OF_SCHEME.get(scheme)} else f"{name}:{port}".encode()


def format_host(name: str) -> str:
    """Format the name for a Host header: an IPv6 address in brackets, in its shortest form."""
    try:
        address = ipaddress.ip_address(name.strip("[]").partition("%")[0])
    except ValueError:
        return name
    return f"[{address}]" if address.version == 6 else str(address)


def parse_forwarding(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, list[str]]:
    """Parse the proxies' headers into values of `for`, `proto`, `host` and `prefix`. `Forwarded` takes precedence."""
    given: dict[str, list[str]] = {}
    for name, value in headers:
        if FORWARDING_NAME.fullmatch(name):
            given.setdefault(name.decode(), []).append(value.decode("latin-1"))
    standard = list(_parse_pairs(",".join(given.get("forwarded", []))))
    return {
        part: [value for name, value in standard if name == part]
        or list(_split_values(given.get(f"x-forwarded-{part}", [])))
        for part in ("for", "proto", "host", "prefix")
    }


def _parse_pairs(text: str) -> Iterator[tuple[str, str]]:
    for match in PAIR_PATTERN.finditer(text):
        yield match["name"].lower(), match["quoted"] if match["quoted"] is not None else match["plain"]


def _split_values(values: Iterable[str]) -> Iterator[str]:
    return (part for value in values for each in value.split(",") if (part := each.strip()))


def parse_address(node: str) -> str | None:
    """Parse a client's address, with or without port and brackets; None for a word that hides it."""
    text = node[1:].partition("]")[0] if node.startswith("[") else node
    for candidate in (text, text.rpartition(":")[0]):
        try:
            return str(ipaddress.ip_address(candidate))
        except ValueError:
            continue
    return None
