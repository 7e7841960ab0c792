"""Calling an address that somebody else has named, without letting it reach into the network the platform is in.

The name is looked up here, every address it has must be a public one, and the call goes to the very address that
was
checked: a name that points elsewhere a moment later changes nothing. Nothing is followed further, no proxy is used.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import httpx

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 10.0
TOTAL_SECONDS = 15.0  # for one call, from the look-up of the name to the status, however slowly bytes arrive
AT_ONCE = 64
# Looking up a name cannot be interrupted: each call has a thread for it, so that a name that is never found keeps
# no other call waiting.
_LOOK_UPS = ThreadPoolExecutor(AT_ONCE, "look-up")
_LOCAL_NAMES = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "home.arpa")
_LONGEST_LABEL = 63  # characters of a part of a name (RFC 1035, 2.3.4)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class NotOutsideError(ValueError):
    """The address is not one that may be called."""


def networks(written: str) -> tuple[Network, ...]:
    """Networks as a setting lists them, commas between (``10.1.0.0/16, 127.0.0.1``). Raises ValueError for
    others.
    """
    return tuple(ipaddress.ip_network(one.strip()) for one in written.split(",") if one.strip())


def may_be_called(address: Address, allowed: Sequence[Network]) -> bool:
    """Whether an address is public, or in a network that the operator has allowed. An address that carries another
    one within it (IPv4 in IPv6) is judged by that one.
    """
    inner = _within(address)
    if any(inner in network for network in allowed if network.version == inner.version):
        return True
    return inner.is_global and not inner.is_multicast and not inner.is_reserved


def checked_addresses(url: str, allowed: Sequence[Network]) -> tuple[Address, ...]:
    """The addresses that a URL's name has now. Raises NotOutsideError if one of them may not be called, where the
    URL is no plain one, or where it is without TLS and not in an allowed network; OSError where the name is not
    known.
    """
    parts = plain_url(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = parts.raw_host.decode("ascii")
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = tuple(dict.fromkeys(ipaddress.ip_address(str(one[4][0]).split("%")[0]) for one in found))
    for address in addresses:
        if not may_be_called(address, allowed):
            raise NotOutsideError(f"{host} is at {address}, which is not a public address")
        if parts.scheme == "http" and not _is_in(address, allowed):
            raise NotOutsideError("without TLS only networks that the operator has allowed are called")
    return addresses


def plain_url(url: str) -> httpx.URL:
    """A URL of http or https with a host and nothing secret in it. Raises NotOutsideError for any other."""
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise NotOutsideError(str(error)) from error
    if parts.scheme not in ("http", "https") or not parts.host or parts.userinfo or parts.fragment:
        raise NotOutsideError("not a plain http or https address")
    labels = parts.raw_host.decode("ascii").removesuffix(".").split(".")
    if not all(0 < len(label) <= _LONGEST_LABEL for label in labels) or not 0 < (parts.port or 1) < 1 << 16:
        raise NotOutsideError("no host can have this name or port")
    return parts


def demand_outside(url: str, allowed: Sequence[Network]) -> None:
    """Raise NotOutsideError for a URL that can be seen to lead into the platform's own network without looking its
    name up: an address that may not be called in whatever notation, a local name, no TLS. What a name means is
    checked at each call.
    """
    parts = plain_url(url)
    host = parts.raw_host.decode("ascii").removesuffix(".").lower()
    address = _written_address(host)
    if address is not None:
        if not may_be_called(address, allowed):
            raise NotOutsideError(f"{address} is not a public address")
        if parts.scheme == "http" and not _is_in(address, allowed):
            raise NotOutsideError("without TLS only networks that the operator has allowed are called")
        return
    is_local = "." not in host or any(host == name or host.endswith(f".{name}") for name in _LOCAL_NAMES)
    if not allowed and (is_local or parts.scheme == "http"):
        raise NotOutsideError(f"{host} is a local name" if is_local else "no TLS")


def _written_address(host: str) -> Address | None:
    """The address that a host is written as; also as one number, in octal or with parts omitted, as resolvers read
    it.
    """
    try:
        return ipaddress.ip_address(host.strip("[]").split("%")[0])
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


async def post(url: str, body: bytes, headers: Mapping[str, str], allowed: Sequence[Network]) -> int:
    """Send a body; returns the status that came back. What else comes back is not read.

    Raises NotOutsideError, OSError (TimeoutError after ``TOTAL_SECONDS``) or httpx.HTTPError.
    """
    async with asyncio.timeout(TOTAL_SECONDS):
        parts = plain_url(url)
        look_up = asyncio.get_running_loop().run_in_executor(_LOOK_UPS, checked_addresses, url, allowed)
        addresses = await look_up
        for address in addresses[:-1]:
            try:
                return await _post_to(address, parts, body, headers)
            except httpx.ConnectError:
                continue  # a host may have an address of the kind that does not work from here; the next may
        return await _post_to(addresses[-1], parts, body, headers)


async def _post_to(address: Address, parts: httpx.URL, body: bytes, headers: Mapping[str, str]) -> int:
    times = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
    extensions = {"sni_hostname": parts.raw_host.decode("ascii")} if parts.scheme == "https" else {}
    sent = {**headers, "Host": parts.netloc.decode("ascii")}
    there = parts.copy_with(host=str(address))
    async with (
        httpx.AsyncClient(timeout=times, trust_env=False, follow_redirects=False, verify=_tls()) as client,
        client.stream("POST", there, content=body, headers=sent, extensions=extensions) as answer,
    ):
        return answer.status_code


@cache
def _tls() -> ssl.SSLContext:
    """Made once: it reads all certificates that are trusted."""
    return httpx.create_ssl_context(trust_env=False)


def _is_in(address: Address, allowed: Sequence[Network]) -> bool:
    inner = _within(address)
    return any(inner in network for network in allowed if network.version == inner.version)


def _within(address: Address) -> Address:
    """The IPv4 address that an IPv6 address carries, where it is one of the forms that do."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address.teredo is not None:
        return address.teredo[1]
    return address
