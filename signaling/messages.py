"""Calls as they come from clients (PROTOCOL.md section 3): untrusted values in, typed ones out, or one error.

`parse` never raises anything but CallError. What is not in the form of its call is refused, unknown fields too.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from rooms import commands as c
from rooms.ids import MessageId, ParticipantId
from rooms.model import Consent, Mode
from rooms.rights import Act
from sfu.types import PeerNumber, Purpose, Tile
from signaling.errors import CallError
from storage.text import has_ink

MAX_SDP_CHARS = 200_000
MAX_LINES = 128
MAX_TILES = 64

MODERATE: dict[str, Act] = {act.value: act for act in c.MODERATION_ACTS}

Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Mid = Annotated[str, StringConstraints(min_length=1, max_length=16)]
Source = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,9}/(camera|screen)$")]


class _Payload(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class _Join(_Payload):
    consent: Literal["yes", "no"] | None = None
    mode: Literal["speak", "listen"] = "speak"
    mic: bool = False
    camera: bool = False
    screen: bool = False
    since: Annotated[int, Field(ge=0, le=2**53)] | None = None


class _Offer(_Payload):
    connection: Annotated[int, Field(ge=1, le=2**31)]
    sdp: Annotated[str, StringConstraints(min_length=1, max_length=MAX_SDP_CHARS)]
    lines: Annotated[dict[Mid, Annotated[str, StringConstraints(max_length=32)]], Field(max_length=MAX_LINES)]


class _Tile(_Payload):
    source: Source
    height: Annotated[int, Field(ge=0, le=8192)]


class _View(_Payload):
    tiles: Annotated[list[_Tile], Field(max_length=MAX_TILES)]


class _On(_Payload):
    on: bool


class _Screen(_Payload):
    on: bool
    audio: bool = False


class _Mode(_Payload):
    mode: Literal["speak", "listen"]


class _Hand(_Payload):
    raised: bool
    participant: Id | None = None


class _React(_Payload):
    reaction: Literal["thumbs_up", "clap", "heart", "laugh", "surprise", "celebrate"]


class _ChatSend(_Payload):
    text: Annotated[str, StringConstraints(min_length=1, max_length=c.CHAT_MAX_CHARS)]
    to: Id | None = None


class _ChatDelete(_Payload):
    message: Id


class _ChatClose(_Payload):
    closed: bool


class _Moderate(_Payload):
    action: Annotated[str, StringConstraints(max_length=32)]
    target: Id | None = None
    hold: bool = False


class _Answer(_Payload):
    accept: bool


class _Consent(_Payload):
    consent: Literal["yes", "no"]


class _Lock(_Payload):
    locked: bool


class _Recording(_Payload):
    action: Literal["request", "start", "stop"]


class _LobbyMessage(_Payload):
    text: Annotated[str, StringConstraints(max_length=c.LOBBY_MAX_CHARS)]


class _Target(_Payload):
    target: Id | None


class _Extend(_Payload):
    minutes: Annotated[int, Field(ge=15, le=60)]


class _Empty(_Payload):
    pass


@dataclass(frozen=True, slots=True)
class JoinCall:
    """`since`: last seq seen, or None for a client that starts afresh."""

    consent: Consent | None
    mode: Mode
    mic: bool
    camera: bool
    screen: bool
    since: int | None


@dataclass(frozen=True, slots=True)
class OfferCall:
    connection: int
    sdp: str
    lines: dict[str, str]


@dataclass(frozen=True, slots=True)
class ViewCall:
    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class RoomCall:
    """A call that is one command to the room."""

    command: c.Command


Call = JoinCall | OfferCall | ViewCall | RoomCall


def _room(make: Callable[[Any], c.Command]) -> Callable[[Any], RoomCall]:
    return lambda payload: RoomCall(make(payload))


def _join(p: _Join) -> JoinCall:
    consent = Consent(p.consent) if p.consent else None
    return JoinCall(consent, Mode(p.mode), p.mic, p.camera, p.screen, p.since)


def _tile(tile: _Tile) -> Tile:
    number, _, purpose = tile.source.partition("/")
    return Tile(PeerNumber(int(number)), Purpose(purpose), tile.height)


def _moderate(p: _Moderate) -> c.Moderate:
    act = MODERATE.get(p.action)
    if act is None:
        raise CallError("bad_request", "moderate: there is no such action.")
    return c.Moderate(act, ParticipantId(p.target) if p.target else None, p.hold)


_TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def _plain(text: str) -> str:
    """Without control characters, and without those that turn the direction of what follows: with them an address
    reads as another one. Nothing, if there is nothing to be seen."""
    kept = "".join(one for one in text if one in "\n\t" or unicodedata.category(one) != "Cc")
    plain = "".join(one for one in kept if unicodedata.bidirectional(one) not in _TURNING).strip()
    return plain if has_ink(plain) else ""


def _target(p: _Target) -> ParticipantId | None:
    return ParticipantId(p.target) if p.target else None


def _chat_send(p: _ChatSend) -> c.ChatSend:
    text = _plain(p.text)
    if not text:
        raise CallError("bad_request", "chat_send: text is empty.")
    return c.ChatSend(text, ParticipantId(p.to) if p.to else None)


CALLS: dict[str, tuple[type[_Payload], Callable[[Any], Call]]] = {
    "join": (_Join, _join),
    "offer": (_Offer, lambda p: OfferCall(p.connection, p.sdp, dict(p.lines))),
    "view": (_View, lambda p: ViewCall(tuple(map(_tile, p.tiles)))),
    "mic": (_On, _room(lambda p: c.SetMic(p.on))),
    "camera": (_On, _room(lambda p: c.SetCamera(p.on))),
    "screen": (_Screen, _room(lambda p: c.SetScreen(p.on, p.audio))),
    "mode": (_Mode, _room(lambda p: c.SetMode(Mode(p.mode)))),
    "hand": (_Hand, _room(lambda p: c.Hand(p.raised, ParticipantId(p.participant) if p.participant else None))),
    "react": (_React, _room(lambda p: c.React(c.Reaction(p.reaction)))),
    "chat_send": (_ChatSend, _room(_chat_send)),
    "chat_delete": (_ChatDelete, _room(lambda p: c.ChatDelete(MessageId(p.message)))),
    "chat_close": (_ChatClose, _room(lambda p: c.ChatClose(p.closed))),
    "moderate": (_Moderate, _room(_moderate)),
    "lobby_message": (_LobbyMessage, _room(lambda p: c.LobbyMessage(_plain(p.text)))),
    "admit": (_Target, _room(lambda p: c.Admit(_target(p)))),
    "refuse": (_Target, _room(lambda p: c.Refuse(_target(p)))),
    "lobby": (_On, _room(lambda p: c.SetLobby(p.on))),
    "extend": (_Extend, _room(lambda p: c.Extend(p.minutes))),
    "promotion_answer": (_Answer, _room(lambda p: c.PromotionAnswer(p.accept))),
    "consent": (_Consent, _room(lambda p: c.SetConsent(Consent(p.consent)))),
    "lock": (_Lock, _room(lambda p: c.Lock(p.locked))),
    "recording": (_Recording, _room(lambda p: c.Record(c.RecordingAction(p.action)))),
    "end": (_Empty, _room(lambda p: c.End())),
    "leave": (_Empty, _room(lambda p: c.Leave())),
}


def parse(name: str, payload: object) -> Call:
    """Raises CallError: unknown_call, bad_request, too_large."""
    known = CALLS.get(name)
    if known is None:
        raise CallError("unknown_call")
    model, make = known
    try:
        return make(model.model_validate({} if payload is None else payload))
    except ValidationError as error:
        raise _refusal(name, error) from None


def _refusal(name: str, error: ValidationError) -> CallError:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join([name, *(str(part)[:32] for part in first["loc"])])
    code = "too_large" if first["type"] in ("string_too_long", "too_long") else "bad_request"
    return CallError(code, f"{where}: {first['msg']}.")
