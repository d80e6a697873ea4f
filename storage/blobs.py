"""Blobs in a folder, through obstore's local store. The same class will serve S3 with another store.

Its blocking calls run in asyncio's own threads: the `_async` ones finish on threads that the interpreter does not
know, and one that is just finishing when the process ends aborts it (seen with 0.12).
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import obstore
from obstore.store import LocalStore, ObjectStore

from storage.errors import BadPath, NoSuchBlob
from storage.interfaces import Blob

if TYPE_CHECKING:
    from obstore import ObjectMeta

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
        await asyncio.to_thread(obstore.put, self._store, _checked(path), data)

    async def get(self, path: str) -> bytes:
        try:
            return await asyncio.to_thread(self._whole, _checked(path))
        except FileNotFoundError:
            raise NoSuchBlob(path) from None

    async def head(self, path: str) -> Blob | None:
        try:
            meta = await asyncio.to_thread(obstore.head, self._store, _checked(path))
        except FileNotFoundError:
            return None
        return _blob(meta)

    async def get_range(self, path: str, start: int, end: int) -> bytes:
        if start >= end:
            return b""
        try:
            data = await asyncio.to_thread(obstore.get_range, self._store, _checked(path), start=start, end=end)
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
        found = await asyncio.to_thread(_listed, self._store, _checked(prefix))
        return sorted(found, key=lambda blob: blob.path)

    async def delete(self, path: str) -> None:
        try:
            await asyncio.to_thread(obstore.delete, self._store, _checked(path))
        except FileNotFoundError:
            return

    async def delete_prefix(self, prefix: str) -> int:
        gone = 0
        for blob in await self.list(prefix):
            await self.delete(blob.path)
            gone += blob.size
        return gone

    def _whole(self, path: str) -> bytes:
        return bytes(obstore.get(self._store, path).bytes())


def _listed(store: ObjectStore, prefix: str) -> list[Blob]:
    return [_blob(meta) for batch in obstore.list(store, prefix) for meta in batch]


def _blob(meta: "ObjectMeta") -> Blob:
    return Blob(meta["path"], meta["size"], int(meta["last_modified"].timestamp() * 1000))


def _checked(path: str) -> str:
    parts = path.split("/")
    if not path or any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts):
        raise BadPath(repr(path))
    return path
