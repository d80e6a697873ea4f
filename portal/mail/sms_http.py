"""SMS through a gateway that takes JSON by HTTP: POST {from, to, text, id}, with a bearer token.

`id`, also sent as Idempotency-Key, is the same when the message is tried again: a gateway that knows it sends once.
2xx means taken; 401 and 403 mean that we are not let in; 408, 425, 429 and 5xx mean later; anything else means never.
"""

from typing import Final

import aiohttp

from portal.mail.delivery import Handing, NotNow, Refused, Unreachable

TIMEOUT_S: Final = 30.0
_LATER: Final = (408, 425, 429)


class SmsHttp:
    def __init__(self, url: str, token: str, sender: str) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._sender = sender
        self._session: aiohttp.ClientSession | None = None

    async def send(self, text: str, to: str, *, key: str, handing: Handing) -> bool:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S))
        if not await handing():
            return False
        body = {"from": self._sender, "to": to, "text": text, "id": key}
        headers = {**self._headers, "Idempotency-Key": key}
        try:
            async with self._session.post(self._url, json=body, headers=headers, allow_redirects=False) as answer:
                status = answer.status
        except (TimeoutError, aiohttp.ClientError, OSError):
            raise Unreachable("sms_connect") from None
        _judge(status)
        return True

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


def _judge(status: int) -> None:
    if 200 <= status < 300:
        return
    if status in (401, 403):
        raise Unreachable(f"sms {status}")
    raise NotNow(f"sms {status}") if status in _LATER or status >= 500 else Refused(f"sms {status}")
