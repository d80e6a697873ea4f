"""One PeerConnection of one peer: negotiation, native transport, DTLS, its tracks and slots.

Born by the first offer, grown by later ones with the same number, ended by `close()` (we decided) or by itself
(handshake failed, close alert, silence), which its owner is told once. See LIFETIMES.md.
"""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import structlog

from sfu import _native
from sfu.answer import AnswerFacts, SlotSsrc, write_answer
from sfu.dtls import HANDSHAKE_TIMEOUT_S, DatagramPipe, HandshakeError, SfuDtls, SharedCertificate
from sfu.errors import OfferError
from sfu.negotiation import (
    EXT_ABS_SEND_TIME,
    EXT_AUDIO_LEVEL,
    EXT_MID,
    EXT_REPAIRED_RID,
    EXT_RID,
    EXT_TRANSPORT_CC,
    PlannedLine,
    SlotLine,
    UplinkLine,
    plan,
)
from sfu.sdp import Offer
from sfu.subscription import Slot, Subscription
from sfu.track import PublishedTrack, TrackOwner
from sfu.types import PeerNumber, Purpose, SlotPurpose
from sfu.worker import MediaWorker

log = structlog.get_logger()

NOMINATION_TIMEOUT_S: Final = 30.0
_KINDS: Final = {"audio": _native.KIND_AUDIO, "video": _native.KIND_VIDEO}


class ConnectionOwner(TrackOwner, Protocol):
    """The room."""

    def connection_state(self, connection: "Connection", state: str) -> None:
        """`connected`, `interrupted`, `alive`; `closed` when it ended by itself: close it then."""

    def slot_state(self, connection: "Connection") -> None: ...
    def bandwidth(self, connection: "Connection") -> None:
        """The estimate may mean other layers."""

    def quality_report(self, connection: "Connection", loss_down: float, loss_up: float, rtt_ms: float) -> None: ...


class Connection:
    """Sink of all native events of its transport, tracks and slots."""

    def __init__(
        self,
        *,
        worker: MediaWorker,
        room: int,
        peer: PeerNumber,
        number: int,
        offer: Offer,
        certificate: SharedCertificate,
        owner: ConnectionOwner,
    ) -> None:
        self.peer = peer
        self.number = number
        self.tracks: dict[Purpose, PublishedTrack] = {}
        self.subscription = Subscription(worker.native, peer)
        self._worker = worker
        self._owner = owner
        self._certificate = certificate
        self._identity = (offer.ice_ufrag, offer.ice_pwd, tuple(offer.fingerprints))
        self._lines: list[PlannedLine] = []
        self._ssrcs: dict[str, SlotSsrc] = {}
        self._slots: list[int] = []
        self._used_ssrcs = {0}
        self._version = 0
        self._session_id = secrets.randbits(62)
        self._ufrag, self._pwd = secrets.token_hex(8), secrets.token_hex(16)
        self._nominated = asyncio.Event()
        self._closed = False
        self._transport = worker.new_id()
        worker.transports[self._transport] = self
        worker.native.open_transport(self._transport, room, peer, self._ufrag, self._pwd)
        self._pipe = DatagramPipe(lambda data: worker.native.send_dtls(self._transport, data))
        self._dtls = SfuDtls(self._pipe, certificate)

    def is_of(self, offer: Offer) -> bool:
        """The offer comes from the same RTCPeerConnection (a reloaded page counts its connections from 1 again)."""
        return self._identity == (offer.ice_ufrag, offer.ice_pwd, tuple(offer.fingerprints))

    # negotiation

    def accept(self, offer: Offer, purposes: Mapping[str, str], candidates: Sequence[str]) -> tuple[str, list[Purpose]]:
        """Take an offer's new lines; returns the answer and the purposes newly published. Raises OfferError."""
        lines = plan(offer, purposes)
        self._check_continues(lines)
        published = []
        for line in lines[len(self._lines) :]:
            self._lines.append(line)
            if isinstance(line, UplinkLine):
                self._publish(line)
                published.append(line.purpose)
            elif isinstance(line, SlotLine):
                self._add_slot(line)
            elif line.purpose in (SlotPurpose.VIDEO, SlotPurpose.SCREEN):
                self.subscription.add(Slot(-len(self._lines), line.mid, line.purpose, -1, decodable=False))
        self._version += 1
        facts = AnswerFacts(
            session_id=self._session_id,
            version=self._version,
            ice_ufrag=self._ufrag,
            ice_pwd=self._pwd,
            fingerprints=[self._certificate.fingerprint()],
            candidates=[(address, self._worker.port) for address in candidates],
        )
        return write_answer(self._lines, self._ssrcs, facts), published

    def _check_continues(self, lines: Sequence[PlannedLine]) -> None:
        """Lines are only ever appended (RFC 8829 section 5.2.2)."""
        if len(lines) < len(self._lines):
            raise OfferError("A later offer has fewer media lines than the one before.")
        for old, new in zip(self._lines, lines, strict=False):
            if (type(old), old.mid, old.purpose) != (type(new), new.mid, new.purpose):
                raise OfferError(f"The line {new.mid} is not what it was in the offer before.")

    def _publish(self, line: UplinkLine) -> None:
        track = PublishedTrack(self._worker.new_id(), self.peer, line.purpose, len(line.rids), self._owner)
        self._worker.tracks[track.id] = track
        self.tracks[line.purpose] = track
        self._used_ssrcs |= {line.ssrc, line.rtx_ssrc}
        ids = line.extensions
        self._worker.native.publish(
            track.id,
            self._transport,
            _KINDS[line.purpose.kind],
            mid=line.mid,
            rids=line.rids,
            ssrc=line.ssrc,
            rtx_ssrc=line.rtx_ssrc,
            payload_types=line.codec.payload_types,
            clock_rate=line.codec.clock_rate,
            ext_mid=ids.get(EXT_MID, 0),
            ext_rid=ids.get(EXT_RID, 0),
            ext_repaired_rid=ids.get(EXT_REPAIRED_RID, 0),
            ext_audio_level=ids.get(EXT_AUDIO_LEVEL, 0),
            ext_transport_cc=ids.get(EXT_TRANSPORT_CC, 0),
            voice=line.purpose is Purpose.MIC,
        )

    def _add_slot(self, line: SlotLine) -> None:
        slot = Slot.of(self._worker.new_id(), line)
        ssrc = SlotSsrc(self._new_ssrc(), self._new_ssrc() if line.codec.rtx_pt else 0)
        self._ssrcs[line.mid] = ssrc
        self._slots.append(slot.id)
        self._worker.slots[slot.id] = self
        self.subscription.add(slot)
        self._worker.native.add_slot(
            slot.id,
            self._transport,
            _KINDS[line.purpose.kind],
            ssrc=ssrc.ssrc,
            rtx_ssrc=ssrc.rtx,
            payload_types=line.codec.payload_types,
            ext_abs_send_time=line.extensions.get(EXT_ABS_SEND_TIME, 0),
            auto_audio=line.purpose is SlotPurpose.AUDIO,
            pair=line.ordinal if line.purpose in (SlotPurpose.AUDIO, SlotPurpose.VIDEO) else -1,
        )

    def _new_ssrc(self) -> int:
        while (ssrc := secrets.randbits(32)) in self._used_ssrcs:
            pass
        self._used_ssrcs.add(ssrc)
        return ssrc

    # lifetime

    async def run(self, fingerprints: Sequence[tuple[str, str]]) -> None:
        """The handshake, then until the end. Owned by the server's task group; never raises but when cancelled."""
        try:
            async with asyncio.timeout(NOMINATION_TIMEOUT_S):
                await self._nominated.wait()
            keys = await self._dtls.handshake(fingerprints, timeout_s=HANDSHAKE_TIMEOUT_S)
            self._worker.native.set_srtp_keys(self._transport, keys.profile, keys.rx_key_salt, keys.tx_key_salt)
            del keys
            self._owner.connection_state(self, "connected")
            await self._dtls.wait_closed()
        except (TimeoutError, HandshakeError) as error:
            if not self._closed:
                log.info("media connection failed", participant=self.peer, reason=str(error) or "no connectivity check")
        except Exception:
            log.exception("media connection broke", participant=self.peer)
        self._end()

    def _end(self) -> None:
        """It ended by itself."""
        if not self._closed:
            self._owner.connection_state(self, "closed")
            self.close()

    def close(self) -> None:
        """We decided. Nothing is forwarded to or from it any more. Idempotent."""
        if self._closed:
            return
        self._closed = True
        self._dtls.close()
        self._worker.native.close_transport(self._transport)
        self._worker.transports.pop(self._transport, None)
        for track in self.tracks.values():
            self._worker.tracks.pop(track.id, None)
        for slot in self._slots:
            self._worker.slots.pop(slot, None)
        self._nominated.set()

    # native events

    def on_dtls(self, data: bytes) -> None:
        self._pipe.feed(data)

    def on_nominated(self) -> None:
        self._nominated.set()

    def on_liveness(self, state: str) -> None:
        if state == "timeout":
            self._end()
        else:
            self._owner.connection_state(self, state)

    def on_bandwidth(self, bitrate_bps: int) -> None:
        if self.subscription.allocator.on_estimate(bitrate_bps):
            self._owner.bandwidth(self)

    def on_quality_report(self, loss_down: float, loss_up: float, rtt_ms: float) -> None:
        self._owner.quality_report(self, loss_down, loss_up, rtt_ms)

    def on_layer_changed(self, slot: int, track: int, layer: int) -> None:
        source = self._worker.tracks.get(track)
        peer = source.peer if isinstance(source, PublishedTrack) else None
        if self.subscription.note_layer(slot, track, layer, peer):
            self._owner.slot_state(self)
