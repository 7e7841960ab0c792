"""Calling an address that somebody else has named, without letting it reach into the network the platform stands in.

The name is looked up here, every address it has must be a public one, and the call goes to the very address that was
checked: a name that points elsewhere a moment later changes nothing. Nothing is followed further, no proxy is used.
"""

import ipaddress
import socket
from collections.abc import Mapping, Sequence

import httpx

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 10.0
_LONGEST_LABEL = 63  # characters of a part of a name (RFC 1035, 2.3.4)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class NotOutsideError(ValueError):
    """The address is not one that may be called."""


def networks(written: str) -> tuple[Network, ...]:
    """Networks as a setting lists them, commas between (``10.1.0.0/16, 127.0.0.1``). Raises ValueError for others."""
    return tuple(ipaddress.ip_network(one.strip()) for one in written.split(",") if one.strip())


def may_be_called(address: Address, allowed: Sequence[Network]) -> bool:
    """Whether an address is public, or in a network that the operator has allowed. An address that carries another one
    within it (IPv4 in IPv6) is judged by that one.
    """
    inner = _within(address)
    if any(inner in network for network in allowed if network.version == inner.version):
        return True
    return inner.is_global and not inner.is_multicast and not inner.is_reserved


def checked_addresses(url: str, allowed: Sequence[Network]) -> tuple[Address, ...]:
    """The addresses that a URL's name has now. Raises NotOutsideError where one of them may not be called, where the URL is
    no plain one, or where it is without TLS and not in an allowed network; OSError where the name is not known.
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


def post(url: str, body: bytes, headers: Mapping[str, str], allowed: Sequence[Network]) -> int:
    """Send a body; returns the status that came back. What else comes back is not read.

    Raises NotOutsideError, OSError or httpx.HTTPError.
    """
    parts = plain_url(url)
    addresses = checked_addresses(url, allowed)
    for address in addresses[:-1]:
        try:
            return _post_to(address, parts, body, headers)
        except httpx.ConnectError:
            continue  # a host may have an address of the kind that does not work from here; the next may
    return _post_to(addresses[-1], parts, body, headers)


def _post_to(address: Address, parts: httpx.URL, body: bytes, headers: Mapping[str, str]) -> int:
    times = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
    extensions = {"sni_hostname": parts.raw_host.decode("ascii")} if parts.scheme == "https" else {}
    sent = {**headers, "Host": parts.netloc.decode("ascii")}
    there = parts.copy_with(host=str(address))
    with (
        httpx.Client(timeout=times, trust_env=False, follow_redirects=False) as client,
        client.stream("POST", there, content=body, headers=sent, extensions=extensions) as answer,
    ):
        return answer.status_code


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
