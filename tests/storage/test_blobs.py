"""What only the folder form of the blob store has to prove."""

import asyncio
import sys
from pathlib import Path

from storage.blobs import ObstoreBlobs

READER = """
import asyncio, sys
from pathlib import Path
from storage.blobs import ObstoreBlobs

async def main():
    blobs = ObstoreBlobs.in_folder(Path(sys.argv[1]))
    await blobs.put("a/b", b"x" * 1_000_000)
    for _ in range(100):
        await blobs.get_range("a/b", 0, 300_000)
    await blobs.head("a/b")

asyncio.run(main())
"""


async def test_process_that_has_just_read_ends_well(tmp_path: Path) -> None:
    """The asynchronous calls of obstore 0.12 aborted about every third process at its end."""

    async def run(number: int) -> int:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            READER,
            str(tmp_path / str(number)),
            env={"PYTHONPATH": str(Path(__file__).parents[2])},
        )
        return await process.wait()

    for pair in range(4):
        assert await asyncio.gather(run(2 * pair), run(2 * pair + 1)) == [0, 0]


async def test_growing_file_is_seen_as_it_is(tmp_path: Path) -> None:
    """A part that is still being recorded can be read to its present end."""
    blobs = ObstoreBlobs.in_folder(tmp_path / "r")
    path = tmp_path / "r" / "rec" / "part.webm"
    path.parent.mkdir()
    with path.open("wb", buffering=0) as file:
        for size in (10, 20, 30):
            file.write(b"x" * 10)
            head = await blobs.head("rec/part.webm")
            assert head is not None and head.size == size
            assert len(await blobs.get_range("rec/part.webm", 0, 100)) == size
