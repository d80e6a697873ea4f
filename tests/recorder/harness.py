"""The real recorder process at two real sockets."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from recorder.messages import (
    CloseRecording,
    Command,
    Fact,
    OpenTap,
    PartClosed,
    PartOpened,
    Ready,
    RecordingClosed,
    decode_fact,
    encode,
)

RECORDING = "rec"


class Process:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.control, control = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self.media, media = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "recorder.worker", "--dir", str(folder)),
                *("--control-fd", str(control.fileno()), "--media-fd", str(media.fileno())),
            ],
            pass_fds=(control.fileno(), media.fileno()),
        )
        control.close()
        media.close()
        self.facts: list[Fact] = []
        self._news = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()
        self.wait(lambda fact: isinstance(fact, Ready))

    def _read(self) -> None:
        try:
            with self.control.makefile("rb") as lines:
                for line in lines:
                    with self._news:
                        self.facts.append(decode_fact(line))
                        self._news.notify_all()
        except OSError:
            pass

    def wait(self, what, timeout_s: float = 20.0) -> Fact:
        deadline = time.monotonic() + timeout_s
        with self._news:
            while True:
                for fact in self.facts:
                    if what(fact):
                        return fact
                left = deadline - time.monotonic()
                assert left > 0, f"no such fact among {self.facts[-5:]}"
                self._news.wait(left)

    def tell(self, command: Command) -> None:
        self.control.sendall(encode(command))

    def open(
        self, tap: int, purpose: str, origin_us: int, *, participant: str = "p1", fragment: int | None = None
    ) -> None:
        self.tell(OpenTap(tap, RECORDING, participant, purpose, origin_us, fragment))

    def send(self, messages: Iterable[bytes]) -> None:
        for one in messages:
            self.media.send(one)

    def settle(self) -> None:
        """Until the process has taken every packet sent so far out of its socket, and a little more."""
        import array
        import fcntl
        import termios

        for _ in range(1000):
            waiting = array.array("i", [0])
            fcntl.ioctl(self.media, termios.TIOCOUTQ, waiting)
            if waiting[0] == 0:
                break
            time.sleep(0.01)
        time.sleep(0.15)

    def close_recording(self) -> None:
        self.settle()
        self.tell(CloseRecording(RECORDING))
        self.wait(lambda fact: isinstance(fact, RecordingClosed))

    def opened(self, purpose: str | None = None) -> list[PartOpened]:
        return [f for f in self.facts if isinstance(f, PartOpened) and purpose in (None, f.purpose)]

    def closed(self) -> dict[str, PartClosed]:
        return {f.part: f for f in self.facts if isinstance(f, PartClosed)}

    def media_of(self, part: str) -> Path:
        return self.folder / RECORDING / f"{part}.webm"

    def index_of(self, part: str) -> Path:
        return self.folder / RECORDING / f"{part}.idx"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def end(self) -> int:
        """The parent goes away; gives the exit code."""
        self.control.shutdown(socket.SHUT_RDWR)
        self.media.close()
        return self.process.wait(10)
