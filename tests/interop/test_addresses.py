"""A media server with several addresses on one wildcard socket: every one is announced, and whatever is sent to one
of them is answered from that very one (IP_PKTINFO). A network namespace gives the addresses.
"""

import asyncio
import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.netns import namespace

CLIENT = {4: "10.77.0.9", 6: "fd77::9"}  # a reply without a given source would leave from here
ADDRESSES = ("10.77.0.1", "10.77.0.2", "10.78.0.1", "fd77::1", "fd77::2")
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.netns
def test_replies_and_media_leave_from_the_address_that_was_asked() -> None:
    """U-4: IPv4 and IPv6, the first address of the interface and the others."""
    with namespace("addr") as space:
        space.run("ip", "link", "add", "plenum0", "type", "veth", "peer", "name", "plenum1")
        for link in ("plenum0", "plenum1"):
            space.run("ip", "link", "set", link, "up")
        for address in (*ADDRESSES, *CLIENT.values()):
            length = "64" if ":" in address else "24"
            space.run("ip", "address", "add", f"{address}/{length}", "dev", "plenum0", *_no_dad(address))
        done = subprocess.run(
            [*space.prefix, sys.executable, "-m", "tests.interop.test_addresses"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(ADDRESSES) <= set(found["announced"])
    print("replies of a socket that does not ask for a source:", found["plain"])
    assert len({*found["plain"].values()} & set(ADDRESSES)) <= 2  # one per family: what follows would fail without
    for address in ADDRESSES:
        assert found["sources"][address] == [address]
        assert found["heard"][address] >= 10


def _no_dad(address: str) -> tuple[str, ...]:
    return ("nodad",) if ":" in address else ()


def _plain_reply_source(address: str) -> str:
    """Where a reply of a wildcard socket comes from when the system chooses."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as server, socket.socket(family, socket.SOCK_DGRAM) as client:
        server.bind(("", 0))
        client.bind((CLIENT[6 if ":" in address else 4], 0))
        for each in (server, client):
            each.settimeout(5)
        client.sendto(b"?", (address, server.getsockname()[1]))
        server.sendto(b"!", server.recvfrom(10)[1])
        source: str = client.recvfrom(10)[1][0]
        return source


async def _inside() -> dict[str, object]:
    """Runs in the namespace: one client per address, all in one room, each heard by the others."""
    from sfu.service import MediaConfig, MediaServer
    from sfu.types import PeerNumber, Purpose
    from tests.interop.foreign import Listener, until
    from tests.interop.raw_client import RawClient

    server = await MediaServer.start(MediaConfig(host="::", port=0, loopback=False))
    room = server.open_room("room", Listener())
    clients: dict[str, RawClient] = {}
    for number, address in enumerate(ADDRESSES, 1):
        client, peer = RawClient(toward=address, local=CLIENT[6 if ":" in address else 4]), PeerNumber(number)
        room.set_gates(peer, frozenset(Purpose))
        await client.connect(lambda sdp, lines, peer=peer: room.connect(peer, 1, sdp, lines))
        clients[address] = client

    def talk() -> bool:
        for client in list(clients.values())[:2]:
            client.send_audio(level=5)
        return all(len(client.received_on("slot_audio")) >= 10 for client in clients.values())

    await until(talk, 20, "everybody hears somebody")
    result = {
        "plain": {address: _plain_reply_source(address) for address in ADDRESSES},
        "announced": next(iter(clients.values())).announced,
        "sources": {address: sorted({source for source, _ in client.sources}) for address, client in clients.items()},
        "heard": {address: len(client.received_on("slot_audio")) for address, client in clients.items()},
    }
    for client in clients.values():
        await client.close()
    await server.close()
    return result


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_inside())))
