"""Events from the native thread to whom they concern."""

import asyncio
import os
from typing import Any

import pytest

from sfu.worker import MediaWorker
from tests.sfu.fakes import FakeNative


async def test_a_bug_in_one_handler_costs_nobody_else_an_event(monkeypatch: pytest.MonkeyPatch) -> None:
    native: Any = FakeNative()
    worker = MediaWorker(native)
    seen: list[object] = []

    def dispatch(event: object) -> None:
        if event == "bad":
            raise RuntimeError(event)
        seen.append(event)

    monkeypatch.setattr(worker, "_dispatch", dispatch)
    worker.attach(asyncio.get_running_loop())
    native.pending = ["first", "bad", "last"]
    os.write(native._write, b"x")
    await asyncio.sleep(0.02)
    worker.close()
    worker.close()
    assert seen == ["first", "last"]
    assert [name for name, _, _ in native.calls] == ["close", "close"]


def test_ids_are_unique_over_all_kinds() -> None:
    native: Any = FakeNative()
    worker = MediaWorker(native)
    assert len({worker.new_id() for _ in range(100)}) == 100
