"""The ids that storage gives out. Opaque, random, 128 bits, safe in a path or a URL."""

import secrets
from typing import NewType

from rooms.ids import ConferenceId, SessionId

__all__ = [
    "BodyId",
    "ConferenceId",
    "GroupId",
    "InviteeId",
    "NodeId",
    "RecordingId",
    "RequestId",
    "SessionId",
    "UnitId",
    "UserId",
    "new_id",
]

UserId = NewType("UserId", str)
BodyId = NewType("BodyId", str)
UnitId = NewType("UnitId", str)
GroupId = NewType("GroupId", str)
RequestId = NewType("RequestId", str)
InviteeId = NewType("InviteeId", str)
RecordingId = NewType("RecordingId", str)
NodeId = NewType("NodeId", str)


def new_id() -> str:
    """22 characters of base64url; the first is never '-' so that ids are easy on command lines."""
    while (text := secrets.token_urlsafe(16)).startswith("-"):
        pass
    return text
