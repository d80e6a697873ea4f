"""Reads an SDP offer. Owns syntax and limits; knows nothing of rooms (see `negotiation.py`) and writes nothing
(see `answer.py`).

Our own strict, bounded reader instead of aiortc's: that one loses `rid`, `simulcast` and extmap directions, and
raises six kinds of exception. Follows RFC 8866 (lines), RFC 8829 (JSEP), RFC 8851/8853 (rid, simulcast),
RFC 5576 (ssrc), RFC 4588 (rtx), RFC 8285 (extmap), RFC 9143 (bundle). Any fault is an `OfferError`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from sfu.errors import OfferError

MAX_BYTES = 256 * 1024
MAX_LINES = 8192
MAX_LINE = 2048
MAX_MEDIA = 128
MAX_FORMATS = 128
MAX_RIDS = 4

DIRECTIONS = frozenset({"sendonly", "recvonly", "sendrecv", "inactive"})
_DIGEST_BYTES = {"sha-256": 32, "sha-384": 48, "sha-512": 64}
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`{|}~-]{1,32}")
_RID = re.compile(r"[A-Za-z0-9_-]{1,16}")
_ICE = re.compile(r"[A-Za-z0-9+/=_-]{4,256}")
_HEX_PAIRS = re.compile(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2})*")


@dataclass(slots=True)
class Codec:
    """One payload type of a line. `name` is lower case; `apt` is set for rtx only."""

    pt: int
    name: str
    clock_rate: int
    channels: int = 1
    fmtp: dict[str, str] = field(default_factory=dict)
    feedback: set[str] = field(default_factory=set)

    @property
    def apt(self) -> int | None:
        value = self.fmtp.get("apt", "") if self.name == "rtx" else ""
        return int(value) if value.isascii() and value.isdigit() and len(value) <= 3 else None


@dataclass(slots=True)
class MediaLine:
    """One m-line, in the order of the offer. `rids` keeps the order of `a=simulcast`, else of `a=rid`."""

    index: int
    kind: str
    port: int
    protocol: str
    formats: list[str]
    payload_types: list[int]
    mid: str = ""
    direction: str = "sendrecv"
    codecs: dict[int, Codec] = field(default_factory=dict)
    extensions: dict[str, int] = field(default_factory=dict)
    rids: list[str] = field(default_factory=list)
    simulcast: list[str] = field(default_factory=list)
    ssrcs: list[int] = field(default_factory=list)
    fid: list[tuple[int, int]] = field(default_factory=list)
    fingerprints: list[tuple[str, str]] = field(default_factory=list)
    setup: str = ""
    ice_ufrag: str = ""
    ice_pwd: str = ""
    rtcp_mux: bool = False
    bundle_only: bool = False

    @property
    def rejected(self) -> bool:
        """Port 0 means rejected, except together with bundle-only (RFC 9143 section 6)."""
        return self.port == 0 and not self.bundle_only

    @property
    def layers(self) -> list[str]:
        """The rids that are sent, in the order of the offer."""
        return self.simulcast or self.rids

    def find_codec(self, name: str, clock_rate: int) -> Codec | None:
        """The offerer's first choice of that name, or None."""
        return next((c for c in self._preferred() if (c.name, c.clock_rate) == (name, clock_rate)), None)

    def find_rtx(self, pt: int) -> Codec | None:
        return next((c for c in self._preferred() if c.apt == pt), None)

    def _preferred(self) -> list[Codec]:
        return [self.codecs[pt] for pt in self.payload_types if pt in self.codecs]

    def primary_ssrc(self) -> tuple[int, int]:
        """(ssrc, rtx ssrc) as declared, 0 where not."""
        if self.fid:
            return self.fid[0]
        return (self.ssrcs[0], 0) if self.ssrcs else (0, 0)


@dataclass(slots=True)
class Offer:
    """A parsed offer. Transport facts are those of the bundle; they are equal on all its lines."""

    bundle: list[str]
    media: list[MediaLine]
    fingerprints: list[tuple[str, str]]
    setup: str
    ice_ufrag: str
    ice_pwd: str

    def line(self, mid: str) -> MediaLine | None:
        return next((line for line in self.media if line.mid == mid), None)


def parse_offer(text: str) -> Offer:
    """Parse an offer; raises OfferError and nothing else. `negotiation.plan()` comes next."""
    reader = _Reader()
    for number, line in enumerate(_split(text), start=1):
        try:
            reader.feed(line)
        except OfferError as error:
            raise OfferError(f"Line {number} of the SDP: {error}") from None
    return reader.finish()


def _split(text: str) -> list[str]:
    if len(text) > MAX_BYTES:
        raise OfferError(f"The SDP is longer than {MAX_BYTES} characters.")
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    if len(lines) > MAX_LINES:
        raise OfferError(f"The SDP has more than {MAX_LINES} lines.")
    if not lines or lines[0] != "v=0":
        raise OfferError("The SDP does not begin with v=0.")
    return lines


def _number(text: str, low: int, high: int, what: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise OfferError(f"{what} is not a number.")
    value = int(text)
    if not low <= value <= high:
        raise OfferError(f"{what} is not between {low} and {high}.")
    return value


class _Reader:
    """Collects lines; `_session` stands for the part before the first m-line."""

    def __init__(self) -> None:
        self._session = MediaLine(-1, "session", 9, "", [], [])
        self._media: list[MediaLine] = []
        self._bundle: list[str] | None = None

    def feed(self, line: str) -> None:
        if len(line) > MAX_LINE:
            raise OfferError(f"it is longer than {MAX_LINE} characters.")
        if len(line) < 2 or line[1] != "=" or not line[0].isalpha():
            raise OfferError("it is not of the form x=value.")
        if not line.isprintable():
            raise OfferError("it contains control characters.")
        if line[0] == "m":
            self._media.append(_media_line(line[2:], len(self._media)))
        elif line[0] == "a":
            name, _, value = line[2:].partition(":")
            self._attribute(name, value)

    def _attribute(self, name: str, value: str) -> None:
        if name == "group" and not self._media:
            self._group(value)
            return
        handler = _ATTRIBUTES.get(name)
        if handler is not None:
            handler(self._media[-1] if self._media else self._session, value)
        elif name in DIRECTIONS:
            (self._media[-1] if self._media else self._session).direction = name

    def _group(self, value: str) -> None:
        semantics, *mids = value.split(" ")
        if semantics == "BUNDLE" and self._bundle is None:
            self._bundle = mids

    def finish(self) -> Offer:
        if not self._media:
            raise OfferError("The SDP has no media lines.")
        mids = [line.mid for line in self._media]
        if not all(mids):
            raise OfferError("Every media line needs a mid.")
        if len(set(mids)) != len(mids):
            raise OfferError("Two media lines have the same mid.")
        if any(line.simulcast and not set(line.simulcast) <= set(line.rids) for line in self._media):
            raise OfferError("A simulcast list names a rid that its line does not declare.")
        if self._bundle is None:
            raise OfferError("The SDP has no BUNDLE group.")
        if not set(self._bundle) <= set(mids):
            raise OfferError("The BUNDLE group names a mid that no media line has.")
        return self._transport(self._bundle)

    def _transport(self, bundle: list[str]) -> Offer:
        lines = [line for line in self._media if line.mid in bundle and not line.rejected]
        session = self._session
        ufrag = _agreed("ice-ufrag", session.ice_ufrag, [line.ice_ufrag for line in lines])
        pwd = _agreed("ice-pwd", session.ice_pwd, [line.ice_pwd for line in lines])
        setup = _agreed("setup", session.setup, [line.setup for line in lines])
        fingerprints = list(dict.fromkeys(f for part in [session, *lines] for f in part.fingerprints))
        if not fingerprints:
            raise OfferError("The SDP has no fingerprint with SHA-256, SHA-384 or SHA-512.")
        if len(fingerprints) > 8:
            raise OfferError("The SDP has more than 8 fingerprints.")
        return Offer(bundle, self._media, fingerprints, setup, ufrag, pwd)


def _agreed(name: str, session: str, lines: list[str]) -> str:
    """The one value that all bundled lines have (a media level value overrides the session's)."""
    values = {value or session for value in lines} - {""}
    if not values:
        raise OfferError(f"The SDP has no {name}.")
    if len(values) > 1:
        raise OfferError(f"Bundled lines differ in {name}.")
    return values.pop()


def _media_line(value: str, index: int) -> MediaLine:
    if index >= MAX_MEDIA:
        raise OfferError(f"more than {MAX_MEDIA} media lines.")
    kind, *rest = value.split(" ")
    if len(rest) < 3 or not all(rest) or not _TOKEN.fullmatch(kind):
        raise OfferError("a media line needs kind, port, protocol and formats.")
    port, protocol, *formats = rest
    if len(formats) > MAX_FORMATS:
        raise OfferError(f"more than {MAX_FORMATS} formats.")
    payload_types = []
    if kind in ("audio", "video"):
        payload_types = [_number(text, 0, 127, "A payload type") for text in formats]
    return MediaLine(index, kind, _number(port, 0, 65535, "The port"), protocol, formats, payload_types)


def _mid(line: MediaLine, value: str) -> None:
    # MID travels in a one-byte header extension (RFC 8285 section 4.2): 16 bytes at most.
    if len(value) > 16 or not _TOKEN.fullmatch(value):
        raise OfferError("the mid must be a token of at most 16 characters.")
    line.mid = value


def _rtpmap(line: MediaLine, value: str) -> None:
    pt_text, _, encoding = value.partition(" ")
    parts = encoding.split("/")
    if not 2 <= len(parts) <= 3:
        raise OfferError("rtpmap needs a name and a clock rate.")
    pt = _number(pt_text, 0, 127, "A payload type")
    channels = _number(parts[2], 1, 255, "The number of channels") if len(parts) == 3 else 1
    clock_rate = _number(parts[1], 1, 1_000_000, "The clock rate")
    codec = line.codecs.setdefault(pt, Codec(pt, "", 0))
    codec.name, codec.clock_rate, codec.channels = parts[0].lower(), clock_rate, channels


def _fmtp(line: MediaLine, value: str) -> None:
    pt_text, _, parameters = value.partition(" ")
    pt = _number(pt_text, 0, 127, "A payload type")
    codec = line.codecs.setdefault(pt, Codec(pt, "", 0))
    for part in parameters.split(";"):
        key, _, parameter = part.strip().partition("=")
        if key:
            codec.fmtp[key.lower()] = parameter


def _rtcp_fb(line: MediaLine, value: str) -> None:
    pt_text, _, feedback = value.partition(" ")
    pts = line.payload_types if pt_text == "*" else [_number(pt_text, 0, 127, "A payload type")]
    for pt in pts:
        codec = line.codecs.setdefault(pt, Codec(pt, "", 0))
        if len(codec.feedback) < 32:
            codec.feedback.add(feedback)


def _extmap(line: MediaLine, value: str) -> None:
    id_text, _, rest = value.partition(" ")
    number, _, direction = id_text.partition("/")
    uri = rest.partition(" ")[0]
    if not uri or (direction and direction not in DIRECTIONS):
        raise OfferError("extmap needs an id, an optional direction and a URI.")
    # 4096 and above are offers of alternatives (RFC 8285 section 7), which we never choose.
    line.extensions.setdefault(uri, _number(id_text if not direction else number, 1, 65535, "An extension id"))


def _rid(line: MediaLine, value: str) -> None:
    parts = value.split(" ")
    if len(parts) < 2 or not _RID.fullmatch(parts[0]) or parts[1] not in ("send", "recv"):
        raise OfferError("rid needs a name of at most 16 characters and send or recv.")
    if parts[1] == "send" and parts[0] not in line.rids:
        line.rids.append(parts[0])
    if len(line.rids) > MAX_RIDS:
        raise OfferError(f"more than {MAX_RIDS} layers.")


def _simulcast(line: MediaLine, value: str) -> None:
    parts = value.split(" ")
    if len(parts) not in (2, 4) or not set(parts[::2]) <= {"send", "recv"}:
        raise OfferError("simulcast needs send or recv and a list.")
    for direction, streams in zip(parts[::2], parts[1::2], strict=True):
        # Alternatives come after a comma, paused ones carry a tilde (RFC 8853 section 5.1).
        names = [stream.split(",")[0].removeprefix("~") for stream in streams.split(";")]
        if not all(_RID.fullmatch(name) for name in names) or len(set(names)) != len(names):
            raise OfferError("the simulcast list is malformed.")
        if len(names) > MAX_RIDS:
            raise OfferError(f"more than {MAX_RIDS} layers.")
        if direction == "send":
            line.simulcast = names


def _ssrc(line: MediaLine, value: str) -> None:
    ssrc = _number(value.partition(" ")[0], 0, 2**32 - 1, "The SSRC")
    if ssrc and ssrc not in line.ssrcs and len(line.ssrcs) < 16:
        line.ssrcs.append(ssrc)


def _ssrc_group(line: MediaLine, value: str) -> None:
    semantics, *numbers = value.split(" ")
    if semantics != "FID":
        return
    if len(numbers) != 2:
        raise OfferError("an FID group needs two SSRCs.")
    first, second = (_number(n, 1, 2**32 - 1, "The SSRC") for n in numbers)
    if len(line.fid) < 16:
        line.fid.append((first, second))


def _fingerprint(line: MediaLine, value: str) -> None:
    algorithm, _, digest = value.partition(" ")
    size = _DIGEST_BYTES.get(algorithm.lower())
    if size is None:
        return
    if not _HEX_PAIRS.fullmatch(digest) or len(digest) != size * 3 - 1:
        raise OfferError("the fingerprint has the wrong form.")
    line.fingerprints.append((algorithm.lower(), digest.upper()))


def _setup(line: MediaLine, value: str) -> None:
    if value not in ("actpass", "active", "passive", "holdconn"):
        raise OfferError("setup must be actpass or active.")
    line.setup = value


def _ice_ufrag(line: MediaLine, value: str) -> None:
    if not _ICE.fullmatch(value):
        raise OfferError("the ice-ufrag has the wrong form.")
    line.ice_ufrag = value


def _ice_pwd(line: MediaLine, value: str) -> None:
    if not _ICE.fullmatch(value) or len(value) < 22:
        raise OfferError("the ice-pwd has the wrong form.")
    line.ice_pwd = value


def _rtcp_mux(line: MediaLine, _value: str) -> None:
    line.rtcp_mux = True


def _bundle_only(line: MediaLine, _value: str) -> None:
    line.bundle_only = True


_ATTRIBUTES: dict[str, Callable[[MediaLine, str], None]] = {
    "mid": _mid,
    "rtpmap": _rtpmap,
    "fmtp": _fmtp,
    "rtcp-fb": _rtcp_fb,
    "extmap": _extmap,
    "rid": _rid,
    "simulcast": _simulcast,
    "ssrc": _ssrc,
    "ssrc-group": _ssrc_group,
    "fingerprint": _fingerprint,
    "setup": _setup,
    "ice-ufrag": _ice_ufrag,
    "ice-pwd": _ice_pwd,
    "rtcp-mux": _rtcp_mux,
    "bundle-only": _bundle_only,
}
