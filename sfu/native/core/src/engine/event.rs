//! What the engine reports to the control plane, and the sink its packets leave by.

use std::net::{IpAddr, SocketAddr};

use super::ids::{PeerId, RoomId, SlotId, TapId, TrackId, TransportId};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Liveness {
    Alive,
    Interrupted,
    Timeout,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    DtlsReceived {
        transport: TransportId,
        data: Vec<u8>,
    },
    TransportNominated(TransportId),
    TransportState {
        transport: TransportId,
        state: Liveness,
    },
    LayerSeen {
        track: TrackId,
        layer: u8,
        width: u16,
        height: u16,
        bitrate_bps: u32,
        active: bool,
    },
    LayerChanged {
        slot: SlotId,
        track: TrackId,
        layer: i8,
    },
    SpeakersChanged {
        room: RoomId,
        active: Vec<(PeerId, u8)>,
        dominant: Option<PeerId>,
    },
    AudioLevels {
        room: RoomId,
        levels: Vec<(PeerId, u8)>,
    },
    GatedVoice(TrackId),
    Bandwidth {
        transport: TransportId,
        bitrate_bps: u64,
    },
    Quality {
        transport: TransportId,
        loss_down: f32,
        loss_up: f32,
        /// Negative while unknown.
        rtt_ms: f32,
    },
    TapDropped {
        tap: TapId,
        count: u32,
    },
}

/// Where a datagram goes, and the local address it must leave from (the one the peer asked).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Path {
    pub remote: SocketAddr,
    pub local: Option<IpAddr>,
}

/// What became of a message for the recorder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TapWrite {
    Written,
    /// The socket is full: nothing was written.
    Full,
    /// Nobody listens.
    Detached,
}

/// The engine's way out. `transmit` and `tap` are called per packet and must not allocate.
pub trait Output {
    /// A run of datagrams to one destination: each `segment` bytes long, the last may be shorter.
    fn transmit(&mut self, path: &Path, segment: usize, datagrams: &[u8]);
    /// One message for the recorder.
    fn tap(&mut self, message: &[u8]) -> TapWrite;
    fn event(&mut self, event: Event);
}
