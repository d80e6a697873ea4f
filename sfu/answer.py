"""Writes the answer to a planned offer. Pure; what to write was tried on Chromium and Firefox.

ICE-lite (RFC 8445), DTLS server (`setup:passive`), transport facts once at session level, candidates in the first
and the last taken line. Downlink feedback is goog-remb with abs-send-time; uplinks answer transport-cc.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sfu.negotiation import CodecChoice, PlannedLine, RejectedLine, SlotLine, UplinkLine
from sfu.types import SlotPurpose

_MAX_PRIORITY = 2130706431  # host, highest local preference, component 1 (RFC 8445 section 5.1.2.1)


@dataclass(frozen=True, slots=True)
class SlotSsrc:
    """The streams of a slot; `rtx` 0 without RTX."""

    ssrc: int
    rtx: int


@dataclass(frozen=True, slots=True)
class AnswerFacts:
    """What the answer says besides the lines. `candidates`: (address, port), the best first."""

    session_id: int
    version: int
    ice_ufrag: str
    ice_pwd: str
    fingerprints: Sequence[tuple[str, str]]
    candidates: Sequence[tuple[str, int]]


def write_answer(lines: Sequence[PlannedLine], ssrcs: Mapping[str, SlotSsrc], facts: AnswerFacts) -> str:
    """The SDP text. `ssrcs` has an entry per slot, by mid."""
    taken = [line.mid for line in lines if not isinstance(line, RejectedLine)]
    out = [
        "v=0",
        f"o=- {facts.session_id} {facts.version} IN IP4 0.0.0.0",
        "s=-",
        "t=0 0",
        "a=ice-lite",
        f"a=group:BUNDLE {' '.join(taken)}",
        "a=extmap-allow-mixed",
        "a=msid-semantic: WMS *",
        f"a=ice-ufrag:{facts.ice_ufrag}",
        f"a=ice-pwd:{facts.ice_pwd}",
        *(f"a=fingerprint:{algorithm} {value}" for algorithm, value in facts.fingerprints),
        "a=setup:passive",
    ]
    candidates = _candidates(facts)
    for line in lines:
        if isinstance(line, RejectedLine):
            out += _rejected(line)
            continue
        out += _common(line)
        out += _uplink(line) if isinstance(line, UplinkLine) else _slot(line, ssrcs[line.mid])
        # RFC 8829 5.3.1 wants candidates in the first line of the bundle; aiortc reads those of the last one.
        if line.mid in (taken[0], taken[-1]):
            out += candidates
    return "\r\n".join(out) + "\r\n"


def _candidates(facts: AnswerFacts) -> list[str]:
    out = []
    for number, (address, port) in enumerate(facts.candidates, start=1):
        priority = _MAX_PRIORITY - 256 * (number - 1)
        out.append(f"a=candidate:{number} 1 udp {priority} {address} {port} typ host")
    return [*out, "a=end-of-candidates"]


def _rejected(line: RejectedLine) -> list[str]:
    return [
        f"m={line.kind} 0 {line.protocol} {' '.join(line.formats)}",
        "c=IN IP4 0.0.0.0",
        "a=inactive",
        f"a=mid:{line.mid}",
    ]


def _common(line: UplinkLine | SlotLine) -> list[str]:
    codec = line.codec
    pts = f"{codec.pt} {codec.rtx_pt}" if codec.rtx_pt else str(codec.pt)
    return [
        f"m={line.purpose.kind} 9 UDP/TLS/RTP/SAVPF {pts}",
        "c=IN IP4 0.0.0.0",
        f"a=mid:{line.mid}",
        "a=rtcp-mux",
        "a=rtcp-rsize",
        "a=recvonly" if isinstance(line, UplinkLine) else "a=sendonly",
        *(f"a=extmap:{number} {uri}" for uri, number in line.extensions.items()),
        *_codec(codec),
    ]


def _codec(codec: CodecChoice) -> list[str]:
    name = "VP8/90000" if codec.name == "vp8" else f"opus/{codec.clock_rate}/{codec.channels}"
    out = [f"a=rtpmap:{codec.pt} {name}"]
    out += [f"a=rtcp-fb:{codec.pt} {feedback}" for feedback in codec.feedback]
    if codec.fmtp:
        out.append(f"a=fmtp:{codec.pt} {codec.fmtp}")
    if codec.rtx_pt:
        out += [f"a=rtpmap:{codec.rtx_pt} rtx/{codec.clock_rate}", f"a=fmtp:{codec.rtx_pt} apt={codec.pt}"]
    return out


def _uplink(line: UplinkLine) -> list[str]:
    if not line.offered_rids:
        return []
    return [
        *(f"a=rid:{rid} recv" for rid in line.offered_rids),
        f"a=simulcast:recv {';'.join(line.offered_rids)}",
    ]


def _slot(line: SlotLine, ssrc: SlotSsrc) -> list[str]:
    """Audio slot k and video slot k share a stream, so that browsers synchronise them."""
    screen = line.purpose in (SlotPurpose.SCREEN, SlotPurpose.SCREEN_AUDIO)
    stream = f"{'screen' if screen else 'slot'}-{line.ordinal}"
    track = f"{stream}-{line.purpose.kind}"
    out = [f"a=msid:{stream} {track}"]
    if ssrc.rtx:
        out.append(f"a=ssrc-group:FID {ssrc.ssrc} {ssrc.rtx}")
    out.append(f"a=ssrc:{ssrc.ssrc} cname:sfu")
    if ssrc.rtx:
        out.append(f"a=ssrc:{ssrc.rtx} cname:sfu")
    return out
