"""The errors of the media server. Each class carries the stable `code` that signaling puts on the wire."""


class MediaError(Exception):
    """Base of all errors of this package; `str(error)` is one plain sentence."""

    code: str = "media"


class OfferError(MediaError):
    """The peer's fault: the SDP, or what it asks for, cannot be used. Nothing was changed."""

    code = "bad_offer"


class RoomClosedError(MediaError):
    """The caller's fault: the room has been closed."""

    code = "room_closed"
