"""What waits to be sent to one socket: events in order, levels and speakers latest-wins. Bounded, without I/O.

The full case: a client that does not drain is disconnected (`offer` returns False); it comes back within the grace
time and is told what it missed.
"""

from collections import OrderedDict, deque

MAX_FRAMES = 2048
MAX_CHARS = 4 * 1024 * 1024


class Outbox:
    """Frames are encoded text. In order first, then the latest-wins ones."""

    def __init__(self, *, max_frames: int = MAX_FRAMES, max_chars: int = MAX_CHARS) -> None:
        self._ordered: deque[str] = deque()
        self._latest: OrderedDict[str, str] = OrderedDict()
        self._chars = 0
        self._max_frames = max_frames
        self._max_chars = max_chars

    def __bool__(self) -> bool:
        return bool(self._ordered or self._latest)

    def offer(self, frame: str) -> bool:
        """False: full; the frame is not kept and the socket must be closed."""
        if len(self._ordered) >= self._max_frames or self._chars + len(frame) > self._max_chars:
            return False
        self._ordered.append(frame)
        self._chars += len(frame)
        return True

    def offer_latest(self, key: str, frame: str) -> None:
        """Replaces what waits under the same key."""
        self._latest[key] = frame

    def take(self) -> str | None:
        if self._ordered:
            frame = self._ordered.popleft()
            self._chars -= len(frame)
            return frame
        return self._latest.popitem(last=False)[1] if self._latest else None
