"""Who spoke when, from the lists of loudest speakers. Pure."""

from collections.abc import Collection

from storage.recording_records import SpeechRecord

JOIN_MS = 1500  # a breath between two sentences
LEAST_MS = 300  # less is a cough


class SpeechTimeline:
    """Feed it every change of the active speakers; take out what is finished. Times relative to the recording."""

    def __init__(self) -> None:
        self._talking: dict[str, int] = {}
        self._paused: dict[str, tuple[int, int]] = {}
        self._over: list[SpeechRecord] = []

    def active(self, participants: Collection[str], at_ms: int) -> None:
        """These and nobody else speak from `at_ms` on."""
        for one in list(self._talking):
            if one not in participants:
                self._paused[one] = (self._talking.pop(one), at_ms)
        for one in participants:
            if one not in self._talking:
                start_ms, end_ms = self._paused.pop(one, (at_ms, at_ms))
                if at_ms - end_ms > JOIN_MS:
                    self._finish(one, start_ms, end_ms)
                    start_ms = at_ms
                self._talking[one] = start_ms

    def take(self, now_ms: int, *, everything: bool = False) -> list[SpeechRecord]:
        """What is over (with `everything`: also what goes on, up to now)."""
        if everything:
            self.active((), now_ms)
        for one, (start_ms, end_ms) in list(self._paused.items()):
            if everything or now_ms - end_ms > JOIN_MS:
                del self._paused[one]
                self._finish(one, start_ms, end_ms)
        out, self._over = self._over, []
        return sorted(out, key=lambda spoken: spoken.start_ms)

    def _finish(self, participant: str, start_ms: int, end_ms: int) -> None:
        if end_ms - start_ms >= LEAST_MS:
            self._over.append(SpeechRecord(participant, max(0, start_ms), end_ms))
