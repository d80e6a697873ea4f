"""The ids that storage gives out. Opaque, random, 128 bits, safe in a path or a URL."""

import secrets
from typing import NewType

UserId = NewType("UserId", str)
ConferenceId = NewType("ConferenceId", str)
SessionId = NewType("SessionId", str)
RecordingId = NewType("RecordingId", str)
NodeId = NewType("NodeId", str)


def new_id() -> str:
    """22 characters of base64url; the first is never '-' so that ids are easy on command lines."""
    while (text := secrets.token_urlsafe(16)).startswith("-"):
        pass
    return text
