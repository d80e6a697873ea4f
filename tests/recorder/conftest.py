"""The recorder process at two sockets, and the recorder's parent half around it."""

import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.recorder.harness import Process
from tests.recorder.studio import Studio


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    process = Process(tmp_path / "recordings")
    yield process
    if process.process.poll() is None:
        process.kill()
    process.media.close()
    process.control.close()


@pytest.fixture
def base_us() -> int:
    """When the packets of a test are captured. In a minute, so that time is where they are, as in a meeting, and not
    where the clock of a busy machine is once they have been made."""
    return 60_000_000 + time.time_ns() // 1000


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Studio]:
    studio = Studio(tmp_path)
    await studio.open()
    yield studio
    await studio.close()
