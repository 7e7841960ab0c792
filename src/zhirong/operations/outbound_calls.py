"""Calls to addresses given by others, without access to the platform's internal network.

The name is resolved here, each of its addresses must be public, and the call goes to exactly the checked address,
so that a later change of the name has no effect. Redirects are not followed, and no proxy is used.
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
TOTAL_SECONDS = 15.0  # for one call from the name resolution to the status, even if bytes arrive slowly
AT_ONCE = 64
# Name resolution cannot be interrupted: each call has its thread, so that an unresolvable name does not delay other
# calls.
_LOOK_UPS = ThreadPoolExecutor(AT_ONCE, "look-up")
_LOCAL_NAMES = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "home.arpa")
_LONGEST_LABEL = 63  # characters in one label of a name (RFC 1035, 2.3.4)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class NotOutsideError(ValueError):
    """The address may not be called."""


def networks(written: str) -> tuple[Network, ...]:
    """Read the networks of a setting, separated by commas (``10.1.0.0/16, 127.0.0.1``). Raises ValueError for
    anything else.
    """
    return tuple(ipaddress.ip_network(one.strip()) for one in written.split(",") if one.strip())


def may_be_called(address: Address, allowed: Sequence[Network]) -> bool:
    """Return whether an address is public, or in a network that the operator has allowed. For an IPv6 address that
    contains an IPv4 address, the latter decides.
    """
    inner = _within(address)
    if any(inner in network for network in allowed if network.version == inner.version):
        return True
    return inner.is_global and not inner.is_multicast and not inner.is_reserved


def checked_addresses(url: str, allowed: Sequence[Network]) -> tuple[Address, ...]:
    """Resolve the name of a URL. Raises NotOutsideError if one of its addresses may not be called, if the URL is
    not plain, or if it lacks TLS and is not in an allowed network; OSError if the name is unknown.
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
            raise NotOutsideError("without TLS only networks allowed by the operator can be called")
    return addresses


def plain_url(url: str) -> httpx.URL:
    """Return an http or https URL with a host and without credentials. Raises NotOutsideError for any other."""
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise NotOutsideError(str(error)) from error
    if parts.scheme not in ("http", "https") or not parts.host or parts.userinfo or parts.fragment:
        raise NotOutsideError("not a plain http or https address")
    labels = parts.raw_host.decode("ascii").removesuffix(".").split(".")
    if not all(0 < len(label) <= _LONGEST_LABEL for label in labels) or not 0 < (parts.port or 1) < 1 << 16:
        raise NotOutsideError("not a possible host name or port")
    return parts


def demand_outside(url: str, allowed: Sequence[Network]) -> None:
    """Raise NotOutsideError for a URL that leads into the platform's internal network, as far as this is visible
    without resolving its name: a forbidden address in any notation, a local name, no TLS. The resolved name is
    checked at each call.
    """
    parts = plain_url(url)
    host = parts.raw_host.decode("ascii").removesuffix(".").lower()
    address = _written_address(host)
    if address is not None:
        if not may_be_called(address, allowed):
            raise NotOutsideError(f"{address} is not a public address")
        if parts.scheme == "http" and not _is_in(address, allowed):
            raise NotOutsideError("without TLS only networks allowed by the operator can be called")
        return
    is_local = "." not in host or any(host == name or host.endswith(f".{name}") for name in _LOCAL_NAMES)
    if not allowed and (is_local or parts.scheme == "http"):
        raise NotOutsideError(f"{host} is a local name" if is_local else "no TLS")


def _written_address(host: str) -> Address | None:
    """Return the address that a host is written as, including one number, octal notation and omitted parts, as
    resolvers accept them.
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
    """Send a body and return the response status. The response body is not read.

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
                continue  # a host may have addresses that are unreachable from here; try the next
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
    """Return the TLS context, made once because it reads all trusted certificates."""
    return httpx.create_ssl_context(trust_env=False)


def _is_in(address: Address, allowed: Sequence[Network]) -> bool:
    inner = _within(address)
    return any(inner in network for network in allowed if network.version == inner.version)


def _within(address: Address) -> Address:
    """Return the IPv4 address contained in an IPv6 address, if any."""
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
