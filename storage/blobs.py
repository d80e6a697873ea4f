"""Blobs in a folder, through obstore's local store. The same class will serve S3 with another store."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import obstore
from obstore.store import LocalStore, ObjectStore

from storage.errors import BadPath, NoSuchBlob
from storage.interfaces import Blob

PIECE_BYTES = 256 * 1024


class ObstoreBlobs:
    """`storage.interfaces.BlobStore`. Paths are checked here, not left to the store."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    @classmethod
    def in_folder(cls, folder: Path) -> "ObstoreBlobs":
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return cls(LocalStore(prefix=folder))

    async def put(self, path: str, data: bytes) -> None:
        await obstore.put_async(self._store, _checked(path), data)

    async def get(self, path: str) -> bytes:
        try:
            result = await obstore.get_async(self._store, _checked(path))
            return bytes(await result.bytes_async())
        except FileNotFoundError:
            raise NoSuchBlob(path) from None

    async def head(self, path: str) -> Blob | None:
        try:
            meta = await obstore.head_async(self._store, _checked(path))
        except FileNotFoundError:
            return None
        return Blob(meta["path"], meta["size"], int(meta["last_modified"].timestamp() * 1000))

    async def get_range(self, path: str, start: int, end: int) -> bytes:
        if start >= end:
            return b""
        try:
            data = await obstore.get_range_async(self._store, _checked(path), start=start, end=end)
        except FileNotFoundError:
            raise NoSuchBlob(path) from None
        return bytes(data)

    async def stream(self, path: str, start: int, end: int) -> AsyncIterator[bytes]:
        for at in range(start, end, PIECE_BYTES):
            piece = await self.get_range(path, at, min(at + PIECE_BYTES, end))
            if not piece:
                return
            yield piece

    async def list(self, prefix: str) -> Sequence[Blob]:
        found = []
        async for batch in obstore.list(self._store, _checked(prefix)):
            found += [Blob(m["path"], m["size"], int(m["last_modified"].timestamp() * 1000)) for m in batch]
        return sorted(found, key=lambda blob: blob.path)

    async def delete(self, path: str) -> None:
        try:
            await obstore.delete_async(self._store, _checked(path))
        except FileNotFoundError:
            return

    async def delete_prefix(self, prefix: str) -> int:
        gone = 0
        for blob in await self.list(prefix):
            await self.delete(blob.path)
            gone += blob.size
        return gone


def _checked(path: str) -> str:
    parts = path.split("/")
    if not path or any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts):
        raise BadPath(repr(path))
    return path
