"""Playback links: an expiry and an HMAC over it, the recording and nothing else. No session is needed."""

import base64
import hashlib
import hmac
import re

LINK_MS = 4 * 3600 * 1000
_SIGNATURE = re.compile(r"[A-Za-z0-9_-]{43}")
_EXPIRY = re.compile(r"[1-9][0-9]{0,14}")


def sign(key: bytes, recording: str, expires_ms: int) -> str:
    digest = hmac.digest(key, f"play\0{recording}\0{expires_ms}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def verify(key: bytes, recording: str, expiry: str, signature: str, now_ms: int) -> str | None:
    """None: good. Else `wrong_signature` or `expired`; expiry is only told to those with a true signature."""
    if not _EXPIRY.fullmatch(expiry) or not _SIGNATURE.fullmatch(signature):
        return "wrong_signature"
    expires_ms = int(expiry)
    if not hmac.compare_digest(sign(key, recording, expires_ms), signature):
        return "wrong_signature"
    return "expired" if now_ms >= expires_ms else None
