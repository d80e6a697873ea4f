"""What a way of sending must do, and the three ways in which it may fail."""

from collections.abc import Awaitable, Callable
from typing import Protocol

Handing = Callable[[], Awaitable[bool]]
"""Called just before the content leaves; False: it must not (somebody else has it, or it was cancelled)."""


class DeliveryError(Exception):
    """`str()` is for the organiser and the log: a code, never the other side's words, which may name addresses."""

    code = "delivery"


class Refused(DeliveryError):
    """This message will never be taken."""

    code = "refused"


class NotNow(DeliveryError):
    """Not this message, or not for this recipient's domain, at the moment."""

    code = "not_now"


class Unreachable(DeliveryError):
    """Nothing can leave this way at the moment: the server is away, or refuses us."""

    code = "unreachable"


class MailDelivery(Protocol):
    async def send(self, mail: bytes, to: str, *, key: str, handing: Handing) -> bool:
        """False: `handing` said no. Raises DeliveryError. `key`: the same for the same cause."""
        ...

    async def close(self) -> None: ...


class SmsDelivery(Protocol):
    async def send(self, text: str, to: str, *, key: str, handing: Handing) -> bool: ...

    async def close(self) -> None: ...
