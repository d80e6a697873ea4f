"""Text frames of Engine.IO 4 and Socket.IO 5 over a websocket: the few forms that we accept, and what we send.

Nothing here does I/O. A frame that is not accepted is the peer's protocol error and costs it the socket.
"""

import json
import re
from typing import Any, NoReturn

MAX_FRAME_CHARS = 262_144

_ACCEPTED = re.compile(r"(?:1|3(?:probe)?|4[0-2].*)\Z", re.DOTALL | re.ASCII)


class FrameError(Exception):
    """The frame is none of ours. The sentence says why."""

    code = "protocol_error"


def check_frame(data: object) -> str:
    """A frame as the Engine.IO layer may see it: close, pong, or a Socket.IO connect, disconnect or event."""
    if not isinstance(data, str):
        raise FrameError("binary frame")
    if len(data) > MAX_FRAME_CHARS:
        raise FrameError("frame too large")
    if _ACCEPTED.match(data) is None:
        raise FrameError("frame of an unknown or unused type")
    return data


_PACKET = re.compile(r"(?P<type>[0-2])(?P<id>[0-9]{1,9})?(?P<json>[\[{].*)?\Z", re.DOTALL | re.ASCII)


def read_packet(text: str) -> tuple[int, int | None, Any]:
    """(type, ack id or None, data) of a Socket.IO packet in namespace `/` without attachments."""
    found = _PACKET.match(text)
    if found is None:
        raise FrameError("malformed packet")
    kind, ack = int(found["type"]), int(found["id"]) if found["id"] else None
    try:
        data = json.loads(found["json"], parse_constant=_refuse) if found["json"] else None
    except (ValueError, RecursionError):
        raise FrameError("malformed JSON") from None
    if kind == 2:
        _check_event(data)
    elif ack is not None or not isinstance(data, dict | None):
        raise FrameError("malformed connect")
    return kind, ack, data


def _refuse(_: str) -> NoReturn:
    raise ValueError("not a JSON number")


def _check_event(data: Any) -> None:
    if not isinstance(data, list) or not 1 <= len(data) <= 2 or not isinstance(data[0], str):
        raise FrameError("malformed event")


def encode(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def event_frame(name: str, payload_json: str) -> str:
    """An event whose payload is encoded already, so that a broadcast is encoded once."""
    return f'42["{name}",{payload_json}]'


def ack_frame(ack: int, answer: Any) -> str:
    return f"43{ack}[{encode(answer)}]"


DISCONNECT_FRAME = "41"
