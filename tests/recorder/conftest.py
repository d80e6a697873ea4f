import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.recorder.harness import Process


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
    return time.time_ns() // 1000
