"""kill -9 of a writing process: everything that was acknowledged is there, nothing half."""

import asyncio
import signal
import sqlite3
import sys
from pathlib import Path

import pytest

from storage.service import Storage, StorageConfig

WRITER = """
import asyncio, sys
from pathlib import Path
from storage.service import Storage, StorageConfig

async def room(storage, name):
    seq = 0
    while True:
        events = [(seq + n, seq, "e", '{"x": 1}') for n in (1, 2, 3)]
        await storage.events.append(name, events)
        seq += 3
        print(name, seq, flush=True)

async def main():
    storage = await Storage.open(StorageConfig(Path(sys.argv[1])))
    await asyncio.gather(*(room(storage, f"room{n}") for n in range(8)))

asyncio.run(main())
"""


@pytest.mark.parametrize("lines", [1, 40, 500])
async def test_acknowledged_events_survive_kill_9(tmp_path: Path, lines: int) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        WRITER,
        str(tmp_path / "data"),
        stdout=asyncio.subprocess.PIPE,
        env={"PYTHONPATH": _root()},
    )
    assert process.stdout is not None
    heard = []
    async with asyncio.timeout(30):
        while len(heard) < lines:
            line = await process.stdout.readline()
            assert line, "the writer died by itself"
            if line.startswith(b"room"):
                heard.append(line.decode())
        process.send_signal(signal.SIGKILL)
        heard += [line for line in (await process.stdout.read()).decode().splitlines() if line.startswith("room")]
        await process.wait()
    acknowledged = {name: int(seq) for name, seq in (line.split() for line in heard)}
    storage = await Storage.open(StorageConfig(tmp_path / "data"))
    try:
        for name, seq in acknowledged.items():
            stored = [event.seq for event in await storage.events.since(name, 0)]
            assert stored == list(range(1, len(stored) + 1))
            assert len(stored) % 3 == 0, "an append is stored whole or not at all"
            assert seq <= len(stored) <= seq + 3, "at most the batch without an answer is more"
    finally:
        await storage.close()
    with sqlite3.connect(tmp_path / "data" / "plenum.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def _root() -> str:
    return str(Path(__file__).resolve().parents[2])
