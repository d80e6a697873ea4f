"""The recorder process as its parent sees it: start it, tell it, hear it, know that it is gone.

One object is one run of the process. Both sockets end with it; a new run has new ones.
"""

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import structlog

from recorder.messages import BadLine, Command, Fact, Ready, decode_fact, encode

log = structlog.get_logger()

START_S = 20.0  # may wait for the lock of a predecessor
END_S = 10.0
MEDIA_BUFFER = 8 * 1024 * 1024
_SO_SNDBUFFORCE = 32  # beyond the system's limit, if we may
_HOME = Path(__file__).resolve().parent.parent


class RecorderProcess:
    """Make it with `start`; `ended` is set when the process is gone and its last fact was heard."""

    def __init__(self, process: asyncio.subprocess.Process, control: socket.socket, media: socket.socket) -> None:
        self._process = process
        self._control = control
        self.media = media
        self._writer: asyncio.StreamWriter | None = None
        self._ready = asyncio.Event()
        self._listening: asyncio.Task[None] | None = None
        self.ended = asyncio.Event()

    @classmethod
    async def start(cls, folder: Path, hear: Callable[[Fact], None]) -> "RecorderProcess":
        """Facts go to `hear`. Raises OSError or TimeoutError."""
        control, their_control = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        media, their_media = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        media.setblocking(False)
        _widen(media)
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "recorder.worker", "--dir", str(folder)),
                *("--control-fd", str(their_control.fileno()), "--media-fd", str(their_media.fileno())),
                pass_fds=(their_control.fileno(), their_media.fileno()),
                start_new_session=True,
                stdin=asyncio.subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(_HOME), os.getenv("PYTHONPATH"))))},
            )
        finally:
            their_control.close()
            their_media.close()
        self = cls(process, control, media)
        reader, self._writer = await asyncio.open_unix_connection(sock=control, limit=4 * 1024 * 1024)
        self._listening = asyncio.create_task(self._listen(reader, hear), name="recorder facts")
        try:
            await asyncio.wait_for(self._ready.wait(), START_S)
        except TimeoutError:
            await self.kill()
            raise
        if self.ended.is_set():
            raise OSError("the recorder process ended at once")
        return self

    @property
    def pid(self) -> int:
        return self._process.pid

    def tell(self, command: Command) -> None:
        """Nothing happens if the process is gone."""
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(encode(command))

    async def stop(self) -> None:
        """Let it close its files, hear its last facts. Idempotent."""
        if self._writer is not None and not self._writer.is_closing() and not self.ended.is_set():
            with contextlib.suppress(OSError):
                self._writer.write_eof()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.ended.wait(), END_S)
        await self.kill()

    async def kill(self) -> None:
        """At once; what it wrote stays. Idempotent."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        if self._listening is not None:
            await asyncio.wait([self._listening], timeout=END_S)
        if self._writer is not None:
            self._writer.close()
        self.media.close()

    async def _listen(self, reader: asyncio.StreamReader, hear: Callable[[Fact], None]) -> None:
        try:
            while line := await reader.readline():
                self._hear(line, hear)
        except (OSError, ValueError):
            log.exception("recorder process not heard")
        finally:
            with contextlib.suppress(ProcessLookupError):
                if reader.at_eof() is False:
                    self._process.kill()
            await self._process.wait()
            self.ended.set()
            self._ready.set()

    def _hear(self, line: bytes, hear: Callable[[Fact], None]) -> None:
        try:
            fact = decode_fact(line)
            if isinstance(fact, Ready):
                self._ready.set()
            else:
                hear(fact)
        except BadLine as error:
            log.warning("recorder fact not understood", error=str(error))
        except Exception:
            log.exception("recorder fact failed")


def _widen(media: socket.socket) -> None:
    try:
        media.setsockopt(socket.SOL_SOCKET, _SO_SNDBUFFORCE, MEDIA_BUFFER)
    except OSError:
        media.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MEDIA_BUFFER)
