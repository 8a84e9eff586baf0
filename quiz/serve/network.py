"""What the machine's network says: which addresses phones can reach, who has a port; QR codes."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import io
import ipaddress
import os
import socket
import struct
from pathlib import Path

import segno

from quiz.running import LOOPBACK

LOOKED_AT = 50  # ports tried for one to suggest
SIOCGIFADDR = 0x8915  # Linux: the IPv4 address of an interface
SOMEWHERE = ("192.0.2.1", 9)  # an address of documentation: asked for a route, never sent anything
VIRTUAL = ("docker", "br-", "veth", "virbr", "vmnet", "tun", "tap")  # interfaces no phone is on


def reachable(host: str) -> list[str]:
    """Return the hosts under which others reach a server that listens on `host`, the likeliest first."""
    if host in LOOPBACK:
        return lan_hosts()
    with contextlib.suppress(ValueError):
        if ipaddress.ip_address(host).is_loopback:
            return []
    return [] if host == "localhost" else [host]


def lan_hosts() -> list[str]:
    """Return the machine's IPv4 addresses that are no loopback, the one of the default route first."""
    found = [*_by_route(), *_by_interface()]
    return [h for h in dict.fromkeys(found) if not ipaddress.ip_address(h).is_loopback]


def qr(text: str) -> str:
    """Return `text` as a QR code in half blocks for a terminal."""
    drawn = io.StringIO()
    segno.make(text, micro=False, error="l").terminal(drawn, compact=True)
    return drawn.getvalue().rstrip("\n")


def listen_error(host: str, port: int) -> OSError | None:
    """Return why nobody can listen at this address now, None when it is free.

    Asked without SO_REUSEPORT, with which two servers would share a port in silence.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        return error
    except UnicodeError:
        return OSError(errno.EADDRNOTAVAIL, host)
    return None


def free_port(host: str, after: int) -> int | None:
    """Return a port after this one on which a server can listen."""
    ports = range(after + 1, min(after + LOOKED_AT, 65536))
    return next((port for port in ports if listen_error(host, port) is None), None)


def who_listens(port: int) -> tuple[str, int] | None:
    """Return name and process id of who listens on a port, as far as this user may know (Linux)."""
    inodes = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    for process in Path("/proc").glob("[0-9]*") if inodes else ():
        with contextlib.suppress(OSError):
            if any(os.readlink(f) in inodes for f in (process / "fd").iterdir()):
                return (process / "comm").read_text().strip(), int(process.name)
    return None


def _listening_inodes(port: int) -> list[str]:
    found = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(OSError):
            for line in Path(table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == "0A" and int(fields[1].rsplit(":", 1)[1], 16) == port:
                    found.append(fields[9])
    return found


def _by_route() -> list[str]:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(SOMEWHERE)
        return [str(probe.getsockname()[0])]
    return []


def _by_interface() -> list[str]:
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            if not name.startswith(VIRTUAL):
                with contextlib.suppress(OSError):
                    told = fcntl.ioctl(probe, SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
                    found.append(socket.inet_ntoa(told[20:24]))
    return found
