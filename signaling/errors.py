"""Refusals and how they look on the wire. `to_wire` is the only place where an error becomes a code and a sentence."""

import structlog

from rooms.errors import RoomError
from sfu.errors import MediaError

log = structlog.get_logger()

SENTENCES = {
    "bad_request": "The message cannot be understood.",
    "too_large": "That is too large.",
    "too_fast": "That is too much at once; wait a moment.",
    "unknown_call": "There is no such call.",
    "not_joined": "Join the room first.",
    "token_invalid": "The token is not valid; enter again.",
    "token_expired": "The token has expired; enter again.",
    "ended": "The conference has ended.",
    "wrong_state": "That is not possible now.",
    "internal": "Something went wrong on our side; nothing was changed.",
}

CLOSING = {
    "kicked": "A moderator removed you from this session.",
    "banned": "A moderator banned you from this conference.",
    "ended": "The conference has ended.",
    "left": "You have left the room.",
    "replaced": "You entered this room again somewhere else.",
    "restarting": "The server is restarting; you will be back in a moment.",
    "protocol_error": "This client does not speak the protocol.",
    "empty": "The session has ended.",
    "limit": "A session lasts a day at most.",
    "refused": "A moderator did not let you in.",
    "cancelled": "The conference has been cancelled.",
    "postponed": "The conference has been postponed.",
    "expired": "The time of this conference is over.",
    "token_invalid": SENTENCES["token_invalid"],
}


class SignalingError(Exception):
    """Base: a refusal with a stable code; nothing was changed."""

    code = "internal"

    def __init__(self, code: str, message: str | None = None) -> None:
        self.code = code
        self.message = message or SENTENCES[code]
        super().__init__(f"{code}: {self.message}")


class CallError(SignalingError):
    """The peer's call cannot be served."""


class TokenError(SignalingError):
    """The token is not one of ours, or no longer."""


def to_wire(error: BaseException) -> dict[str, str]:
    """`{"code", "message"}` of any error; what nobody foresaw is `internal` and logged with its trace."""
    if isinstance(error, SignalingError | RoomError):
        return {"code": error.code, "message": error.message}
    if isinstance(error, MediaError) and error.code == "bad_offer":
        return {"code": error.code, "message": str(error)}
    log.error("signaling.internal", exc_info=error)
    return {"code": "internal", "message": SENTENCES["internal"]}
