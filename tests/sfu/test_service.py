"""The media server with its real native threads."""

import socket

import pytest

from sfu.service import MediaConfig, MediaServer
from tests.sfu.fakes import Heard


async def test_it_starts_is_healthy_and_closes_twice() -> None:
    server = await MediaServer.start(MediaConfig(host="127.0.0.1", port=0, workers=2))
    assert server.port > 0 and await server.healthy()
    server.open_room("a", Heard())
    assert server.stats()["rooms"] == 1
    await server.close()
    await server.close()
    assert not await server.healthy() and server.stats()["rooms"] == 0


async def test_rooms_spread_over_workers() -> None:
    server = await MediaServer.start(MediaConfig(host="127.0.0.1", port=0, workers=2))
    try:
        rooms = [server.open_room(str(n), Heard()) for n in range(4)]
        used = [room._worker for room in rooms]
        assert [used.count(worker) for worker in set(used)] == [2, 2]
    finally:
        await server.close()


async def test_a_taken_port_is_an_os_error() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(OSError):
            await MediaServer.start(MediaConfig(host="127.0.0.1", port=taken.getsockname()[1]))


async def test_a_wrong_address_is_told_before_anything_is_opened() -> None:
    with pytest.raises(ValueError, match="does not appear"):
        await MediaServer.start(MediaConfig(host="0.0.0.0", port=0, public_addresses=("nat.example",)))


async def test_several_workers_take_neighbouring_ports() -> None:
    for _ in range(10):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        try:
            server = await MediaServer.start(MediaConfig(host="127.0.0.1", port=port, workers=2))
        except OSError:
            continue  # somebody else took one of the two meanwhile
        assert [worker.port for worker in server._workers] == [port, port + 1]
        await server.close()
        return
    pytest.fail("no two neighbouring ports were free in ten tries")
