"""Messages as files, for an installation without a mail server or SMS gateway: named by their cause, so that the same
message again is the same file.
"""

import asyncio
import json
import os
from pathlib import Path

from portal.mail.delivery import Handing, Unreachable


class MailFolder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, mail: bytes, to: str, *, key: str, handing: Handing) -> bool:
        return await _written(self._folder / f"{key}.eml", mail, handing)

    async def close(self) -> None:
        return None


class SmsFolder:
    def __init__(self, folder: Path, sender: str) -> None:
        self._folder = folder
        self._sender = sender

    async def send(self, text: str, to: str, *, key: str, handing: Handing) -> bool:
        content = json.dumps({"from": self._sender, "to": to, "text": text}, ensure_ascii=False, indent=1)
        return await _written(self._folder / f"{key}.json", content.encode(), handing)

    async def close(self) -> None:
        return None


async def _written(path: Path, content: bytes, handing: Handing) -> bool:
    if not await handing():
        return False
    try:
        await asyncio.to_thread(_write, path, content)
    except OSError as error:
        raise Unreachable(f"folder {error.errno}") from error
    return True


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    draft.replace(path)
