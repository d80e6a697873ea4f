"""Where the media of recordings lies: `<folder>/<recording>/<part>.webm`, `.idx` (clusters), `.json` (whose it is).

Paths and removal only; what is inside the files is the recorder's business.
"""

import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from storage.errors import BadPath

MEDIA, INDEX, LABEL = ".webm", ".idx", ".json"
_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class RecordingFiles:
    """Paths below the folder of all recordings. Raises BadPath for an id that is none."""

    folder: Path

    def of(self, recording: str) -> Path:
        return self.folder / _checked(recording)

    def media(self, recording: str, part: str) -> Path:
        return self.of(recording) / (_checked(part) + MEDIA)

    def index(self, recording: str, part: str) -> Path:
        return self.of(recording) / (_checked(part) + INDEX)

    def label(self, recording: str, part: str) -> Path:
        return self.of(recording) / (_checked(part) + LABEL)

    def parts(self, recording: str) -> list[str]:
        """Ids of the parts that have media on disk."""
        folder = self.of(recording)
        if not folder.is_dir():
            return []
        return sorted(path.stem for path in folder.glob("*" + MEDIA) if _ID.fullmatch(path.stem))

    def recordings(self) -> Iterator[str]:
        """Ids of the recordings that have a folder."""
        if self.folder.is_dir():
            yield from sorted(p.name for p in self.folder.iterdir() if p.is_dir() and _ID.fullmatch(p.name))

    def remove_parts(self, recording: str, parts: Iterable[str]) -> int:
        """How many bytes of media went. What is gone already is fine. Raises OSError."""
        gone = 0
        for part in parts:
            media = self.media(recording, part)
            gone += media.stat().st_size if media.exists() else 0
            for path in (media, self.index(recording, part), self.label(recording, part)):
                path.unlink(missing_ok=True)
        return gone

    def remove(self, recording: str) -> int:
        """The whole folder of a recording; how many bytes of media went. Raises OSError."""
        folder = self.of(recording)
        if not folder.exists():
            return 0
        gone = sum(path.stat().st_size for path in folder.glob("*" + MEDIA))
        shutil.rmtree(folder)
        return gone


def _checked(name: str) -> str:
    if not _ID.fullmatch(name):
        raise BadPath(repr(name))
    return name
