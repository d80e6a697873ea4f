"""The recorder process: `python -m recorder.worker --control-fd N --media-fd M --dir DIR`.

Commands and facts go over the control socket (recorder/messages.py), packets come over the media socket
(recorder/TAP.md). It knows no database and no bus. When the control socket ends, it closes its files and exits.
One thread drains the media socket, so that a slow disk does not fill it; one loop does all the rest.
"""

import argparse
import contextlib
import os
import queue
import resource
import signal
import socket
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from recorder.hub import Hub
from recorder.messages import BadLine, Command, Fact, Progress, Ready, Trouble, decode_command, encode
from recorder.tap import HEADER, MAX_MESSAGE
from storage.lock_file import take

LOCK = ".lock"
LOCK_WAIT_S = 10.0
TICK_S = 0.03
BATCH = 128
QUEUE_BYTES = 48 * 1024 * 1024  # beyond this video is dropped to the next keyframe, beyond twice of it everything
MAX_PROGRESS_WAITING = 1000


class Intake:
    """What the two reading threads hand to the loop, bounded in bytes."""

    def __init__(self) -> None:
        self.queue: queue.SimpleQueue[list[bytes] | Command | None] = queue.SimpleQueue()
        self.dropped: Counter[int] = Counter()
        self._waiting_bytes = 0
        self._lock = threading.Lock()

    def read_media(self, media: socket.socket, hub: Hub) -> None:
        """A thread: until the socket ends."""
        while True:
            batch = _receive(media)
            if not batch:
                return
            if self._waiting_bytes > QUEUE_BYTES:
                batch = self._thinned(batch, hub)
            with self._lock:
                self._waiting_bytes += sum(map(len, batch))
            self.queue.put(batch)

    def read_control(self, control: socket.socket) -> None:
        """A thread: until the socket ends; then the loop hears None."""
        with contextlib.suppress(OSError), control.makefile("rb") as lines:
            for line in lines:
                try:
                    self.queue.put(decode_command(line))
                except BadLine as error:
                    print(error, file=sys.stderr)
        self.queue.put(None)

    def taken(self, batch: list[bytes]) -> None:
        with self._lock:
            self._waiting_bytes -= sum(map(len, batch))

    def take_dropped(self) -> Counter[int]:
        with self._lock:
            dropped, self.dropped = self.dropped, Counter()
        return dropped

    def _thinned(self, batch: list[bytes], hub: Hub) -> list[bytes]:
        everything = self._waiting_bytes > 2 * QUEUE_BYTES
        kept = []
        with self._lock:
            for message in batch:
                tap = HEADER.unpack_from(message)[0] if len(message) >= HEADER.size else 0
                if everything or hub.is_video(tap):
                    self.dropped[tap] += 1
                else:
                    kept.append(message)
        return kept


def _receive(media: socket.socket) -> list[bytes]:
    """At least one message, and what else is there; empty at the end of the socket."""
    batch = []
    with contextlib.suppress(OSError):
        batch.append(media.recv(MAX_MESSAGE))
        while batch[-1] and len(batch) < BATCH:
            batch.append(media.recv(MAX_MESSAGE, socket.MSG_DONTWAIT))
    return [message for message in batch if message]


class Loop:
    """Commands, packets and time, one after the other."""

    def __init__(self, control: socket.socket, media: socket.socket, folder: Path) -> None:
        self._facts: queue.SimpleQueue[Fact | None] = queue.SimpleQueue()
        self._hub = Hub(folder, self._report)
        self._intake = Intake()
        self._threads = [
            threading.Thread(target=self._intake.read_media, args=(media, self._hub), daemon=True),
            threading.Thread(target=self._intake.read_control, args=(control,), daemon=True),
        ]
        self._sender = threading.Thread(target=self._send, args=(control,), daemon=True)

    def run(self) -> None:
        """Until the control socket ends."""
        for thread in (*self._threads, self._sender):
            thread.start()
        self._report(Ready())
        next_tick = time.monotonic()
        while True:
            wait_s = next_tick - time.monotonic()
            try:
                item = self._intake.queue.get(timeout=max(0.0, wait_s))
            except queue.Empty:
                self._tick(_now_us())
                next_tick = time.monotonic() + TICK_S
                continue
            if item is None:
                break
            if not isinstance(item, list):
                self._hub.command(item, _now_us())
                continue
            for message in item:
                self._hub.packet(message)
            self._intake.taken(item)
            if wait_s <= 0:  # busy: time is where the packets are, not where the clock is
                self._tick(HEADER.unpack_from(item[-1])[3] if len(item[-1]) >= HEADER.size else _now_us())
                next_tick = time.monotonic() + TICK_S
        self._hub.close(_now_us())
        self._facts.put(None)
        self._sender.join(timeout=1.0)

    def _tick(self, now_us: int) -> None:
        for tap, count in self._intake.take_dropped().items():
            self._hub.lost(tap, count, now_us)
            self._report(Trouble("overload", "", f"tap {tap}", count))
        self._hub.tick(now_us)

    def _report(self, fact: Fact) -> None:
        if isinstance(fact, Progress) and self._facts.qsize() > MAX_PROGRESS_WAITING:
            return
        self._facts.put(fact)

    def _send(self, control: socket.socket) -> None:
        """A thread, so that a parent that does not read stops no recording."""
        with contextlib.suppress(OSError):
            while (fact := self._facts.get()) is not None:
                control.sendall(encode(fact))


def _now_us() -> int:
    return time.time_ns() // 1000


def _lock(folder: Path) -> int:
    """Two processes never write below one folder: the one of a server that died may still be closing its files."""
    deadline = time.monotonic() + LOCK_WAIT_S
    while (fd := take(folder / LOCK)) is None:
        if time.monotonic() > deadline:
            raise BlockingIOError("another recorder process holds the recordings")
        time.sleep(0.05)
    return fd


def main() -> None:
    parser = argparse.ArgumentParser(prog="recorder.worker")
    parser.add_argument("--control-fd", type=int, required=True)
    parser.add_argument("--media-fd", type=int, required=True)
    parser.add_argument("--dir", type=Path, required=True)
    arguments = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent; its end is ours
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    arguments.dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = _lock(arguments.dir)
    control = socket.socket(fileno=arguments.control_fd)
    media = socket.socket(fileno=arguments.media_fd)
    Loop(control, media, arguments.dir).run()
    os.close(lock)


if __name__ == "__main__":
    main()
