"""Turns a parsed offer and the client's `mid -> purpose` map into a plan: which lines we take, and how.

Pure. Owns the policy of negotiation (codecs, extensions, which lines may be what); the media server turns the plan
into core commands (`connection.py`) and the answer (`answer.py`). Only Opus and VP8 are taken.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sfu.errors import OfferError
from sfu.sdp import Codec, MediaLine, Offer
from sfu.types import Purpose, SlotPurpose

MAX_SLOTS = 96

EXT_MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
EXT_RID = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
EXT_REPAIRED_RID = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
EXT_AUDIO_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
EXT_TRANSPORT_CC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
EXT_ABS_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"

_UPLINK_EXTENSIONS = {
    "audio": (EXT_MID, EXT_AUDIO_LEVEL, EXT_TRANSPORT_CC),
    "video": (EXT_MID, EXT_RID, EXT_REPAIRED_RID, EXT_TRANSPORT_CC),
}
_UPLINK_FEEDBACK = {
    "audio": ("transport-cc",),
    "video": ("transport-cc", "ccm fir", "nack", "nack pli"),
}
_SLOT_FEEDBACK = {"audio": (), "video": ("goog-remb", "ccm fir", "nack", "nack pli")}
_CODECS = {"audio": ("opus", 48000), "video": ("vp8", 90000)}
_LAYER_ORDER = {"q": 0, "l": 0, "h": 1, "m": 1, "f": 2}


@dataclass(frozen=True, slots=True)
class CodecChoice:
    """A codec of a taken line: payload types are the client's; `rtx_pt` 0 if it takes no RTX."""

    name: str
    pt: int
    rtx_pt: int
    clock_rate: int
    channels: int
    fmtp: str
    feedback: tuple[str, ...]

    @property
    def payload_types(self) -> tuple[tuple[str, int, int], ...]:
        return ((self.name, self.pt, self.rtx_pt),)


@dataclass(frozen=True, slots=True)
class UplinkLine:
    """A line that the client sends on. `rids` lowest layer first; `offered_rids` as the offer lists them."""

    mid: str
    purpose: Purpose
    codec: CodecChoice
    extensions: Mapping[str, int]
    rids: tuple[str, ...]
    offered_rids: tuple[str, ...]
    ssrc: int
    rtx_ssrc: int


@dataclass(frozen=True, slots=True)
class SlotLine:
    """A line that the client receives on; `ordinal` counts the slots of one purpose from 0."""

    mid: str
    purpose: SlotPurpose
    ordinal: int
    codec: CodecChoice
    extensions: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """A line answered with port 0. `purpose` is set for a slot whose codecs the room does not speak."""

    mid: str
    kind: str
    protocol: str
    formats: tuple[str, ...]
    purpose: SlotPurpose | None = None


PlannedLine = UplinkLine | SlotLine | RejectedLine


def plan(offer: Offer, purposes: Mapping[str, str]) -> list[PlannedLine]:
    """One entry per m-line of the offer, in its order. Raises OfferError."""
    if offer.setup not in ("actpass", "active"):
        raise OfferError("The server is always the DTLS server: setup must be actpass or active.")
    for mid in purposes:
        if offer.line(mid) is None:
            raise OfferError(f"The line map names the mid {mid[:32]!r}, which the SDP does not have.")
    planner = _Planner(offer)
    lines = [planner.plan_line(line, purposes.get(line.mid)) for line in offer.media]
    if all(isinstance(line, RejectedLine) for line in lines):
        raise OfferError("The offer has no line that the server can use.")
    return lines


class _Planner:
    def __init__(self, offer: Offer) -> None:
        self._bundle = frozenset(offer.bundle)
        self._uplinks: set[Purpose] = set()
        self._ordinals: dict[SlotPurpose, int] = dict.fromkeys(SlotPurpose, 0)

    def plan_line(self, line: MediaLine, word: str | None) -> PlannedLine:
        if word is None or line.rejected:
            return _reject(line)
        purpose = _purpose(word)
        where = f"The line {line.mid} ({word})"
        if line.kind != purpose.kind:
            raise OfferError(f"{where} is {line.kind}, not {purpose.kind}.")
        if line.mid not in self._bundle:
            raise OfferError(f"{where} is not in the BUNDLE group.")
        if line.protocol != "UDP/TLS/RTP/SAVPF":
            raise OfferError(f"{where} does not use UDP/TLS/RTP/SAVPF.")
        if not line.rtcp_mux:
            raise OfferError(f"{where} needs rtcp-mux.")
        if isinstance(purpose, Purpose):
            return self._plan_uplink(line, purpose, where)
        return self._plan_slot(line, purpose, where)

    def _plan_uplink(self, line: MediaLine, purpose: Purpose, where: str) -> PlannedLine:
        if line.direction not in ("sendonly", "sendrecv"):
            raise OfferError(f"{where} does not send.")
        if purpose in self._uplinks:
            raise OfferError(f"Two lines have the purpose {purpose}.")
        self._uplinks.add(purpose)
        codec = _choose_codec(line, _UPLINK_FEEDBACK[line.kind])
        if codec is None:
            raise OfferError(f"{where} offers no {_CODECS[line.kind][0]}.")
        extensions = _extensions(line, _UPLINK_EXTENSIONS[line.kind])
        offered = tuple(line.layers) if line.kind == "video" else ()
        ssrc, rtx_ssrc = (0, 0) if offered else line.primary_ssrc()
        if offered and not {EXT_MID, EXT_RID} <= set(extensions):
            raise OfferError(f"{where} sends layers without the MID and RID header extensions.")
        if not ssrc and EXT_MID not in extensions:
            raise OfferError(f"{where} has neither an SSRC nor the MID header extension.")
        return UplinkLine(
            mid=line.mid,
            purpose=purpose,
            codec=codec,
            extensions=extensions,
            rids=_lowest_first(offered),
            offered_rids=offered,
            ssrc=ssrc,
            rtx_ssrc=rtx_ssrc if codec.rtx_pt else 0,
        )

    def _plan_slot(self, line: MediaLine, purpose: SlotPurpose, where: str) -> PlannedLine:
        if line.direction not in ("recvonly", "sendrecv"):
            raise OfferError(f"{where} does not receive.")
        if sum(self._ordinals.values()) >= MAX_SLOTS:
            raise OfferError(f"The offer has more than {MAX_SLOTS} receive lines.")
        codec = _choose_codec(line, _SLOT_FEEDBACK[line.kind])
        if codec is None:
            return _reject(line, purpose)
        ordinal = self._ordinals[purpose]
        self._ordinals[purpose] += 1
        return SlotLine(
            mid=line.mid,
            purpose=purpose,
            ordinal=ordinal,
            codec=codec,
            extensions=_extensions(line, (EXT_ABS_SEND_TIME,)),
        )


def _purpose(word: str) -> Purpose | SlotPurpose:
    for words in (Purpose, SlotPurpose):
        if word in set(words):
            return words(word)
    raise OfferError(f"The line map has an unknown purpose {word[:32]!r}.")


def _reject(line: MediaLine, purpose: SlotPurpose | None = None) -> RejectedLine:
    return RejectedLine(line.mid, line.kind, line.protocol, tuple(line.formats), purpose)


def _choose_codec(line: MediaLine, feedback: tuple[str, ...]) -> CodecChoice | None:
    name, clock_rate = _CODECS[line.kind]
    codec = line.find_codec(name, clock_rate)
    if codec is None:
        return None
    rtx = line.find_rtx(codec.pt) if line.kind == "video" else None
    return CodecChoice(
        name=name,
        pt=codec.pt,
        rtx_pt=rtx.pt if rtx is not None and rtx.clock_rate == clock_rate else 0,
        clock_rate=clock_rate,
        channels=codec.channels,
        fmtp=_opus_fmtp(codec) if name == "opus" else "",
        feedback=tuple(f for f in feedback if f in codec.feedback),
    )


def _opus_fmtp(offered: Codec) -> str:
    stereo = ";stereo=1" if offered.fmtp.get("stereo") == "1" else ""
    return f"minptime=10;useinbandfec=1{stereo}"


def _extensions(line: MediaLine, wanted: tuple[str, ...]) -> dict[str, int]:
    """Ids of the wanted extensions that fit the one-byte form (RFC 8285 section 4.2)."""
    chosen = {uri: line.extensions[uri] for uri in wanted if line.extensions.get(uri, 15) <= 14}
    if len(set(chosen.values())) != len(chosen):
        raise OfferError(f"The line {line.mid} gives one id to two header extensions.")
    return chosen


def _lowest_first(rids: tuple[str, ...]) -> tuple[str, ...]:
    """Customary names tell the order (q h f, l m h); any others are taken as listed lowest first."""
    if set(rids) <= {"l", "m", "h"}:
        return tuple(sorted(rids, key="lmh".index))
    if set(rids) <= set(_LAYER_ORDER):
        return tuple(sorted(rids, key=_LAYER_ORDER.__getitem__))
    return rids
