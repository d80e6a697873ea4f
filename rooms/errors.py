"""What a room refuses: one class, a stable code, a plain sentence that may be shown to people."""

from rooms.rights import Refusal

SENTENCES = {
    "forbidden": "Your role does not allow that.",
    "protected": "Nobody can do that to the organiser.",
    "held": "A moderator holds it off.",
    "no_such_participant": "That person is not in the room.",
    "no_such_message": "There is no such message.",
    "wrong_state": "That is not possible now.",
    "chat_closed": "The chat is closed; only moderators can write.",
    "full": "The conference is full.",
    "locked": "A moderator has locked the room.",
    "kicked": "A moderator removed you from this session.",
    "banned": "A moderator banned you from this conference.",
    "ended": "The conference has ended.",
    "expired": "The time of this conference is over.",
    "cancelled": "The conference has been cancelled.",
    "postponed": "The conference has been postponed.",
    "refused": "A moderator did not let you in.",
    "not_joined": "Join the room first.",
    "too_fast": "That is too much at once; wait a moment.",
    "bad_request": "The message cannot be understood.",
}


class RoomError(Exception):
    """A command was refused and nothing was changed. `code` is one of PROTOCOL.md section 6."""

    def __init__(self, code: str, message: str | None = None) -> None:
        self.code = code
        self.message = message or SENTENCES[code]
        super().__init__(f"{code}: {self.message}")

    @classmethod
    def refused(cls, refusal: Refusal) -> "RoomError":
        return cls(refusal.code, refusal.message)
