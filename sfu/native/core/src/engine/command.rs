//! What the control plane may ask of the engine. Applied in order; a command that names something
//! unknown or already gone is ignored, because closing and asking may cross.

use super::ids::{PeerId, RoomId, SlotId, TapId, TrackId, TransportId};

/// Audio or video; decides clock, cache depth and repair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Audio,
    Video,
}

/// The codecs that flow today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    Opus,
    Vp8,
}

impl Codec {
    /// The codec of an SDP encoding name, without regard to case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case("opus") {
            Some(Self::Opus)
        } else if name.eq_ignore_ascii_case("vp8") {
            Some(Self::Vp8)
        } else {
            None
        }
    }
}

/// The payload types one side uses for one codec; `rtx` is 0 where repair was not negotiated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayloadType {
    pub codec: Codec,
    pub pt: u8,
    pub rtx: u8,
}

/// Header extension ids of one uplink m-line; 0 means not negotiated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UplinkExtensions {
    pub mid: u8,
    pub rid: u8,
    pub repaired_rid: u8,
    pub audio_level: u8,
    pub abs_send_time: u8,
    pub transport_cc: u8,
}

/// One m-line of a publisher.
#[derive(Clone, Debug)]
pub struct Publish {
    pub track: TrackId,
    pub transport: TransportId,
    pub kind: Kind,
    pub mid: String,
    /// Lowest layer first; empty without simulcast.
    pub rids: Vec<String>,
    /// 0 where the offer did not signal it.
    pub ssrc: u32,
    pub rtx_ssrc: u32,
    pub payload_types: Vec<PayloadType>,
    pub clock_rate: u32,
    pub extensions: UplinkExtensions,
    /// Takes part in loudest-N.
    pub voice: bool,
}

/// One receive line of a subscriber.
#[derive(Clone, Debug)]
pub struct AddSlot {
    pub slot: SlotId,
    pub transport: TransportId,
    pub kind: Kind,
    pub ssrc: u32,
    pub rtx_ssrc: u32,
    pub payload_types: Vec<PayloadType>,
    pub ext_abs_send_time: u8,
    /// Bound by the engine to the loudest speakers.
    pub auto_audio: bool,
    /// Audio slot k and video slot k are played in sync; negative: no pair.
    pub pair: i32,
}

/// SRTP keys as DTLS exported them: key and salt of each direction.
pub struct SrtpKeys {
    pub profile: u16,
    pub rx_key_salt: Vec<u8>,
    pub tx_key_salt: Vec<u8>,
}

pub enum Command {
    OpenTransport {
        transport: TransportId,
        room: RoomId,
        peer: PeerId,
        local_ufrag: String,
        local_pwd: String,
    },
    CloseTransport(TransportId),
    SendDtls {
        transport: TransportId,
        data: Vec<u8>,
    },
    SetSrtpKeys {
        transport: TransportId,
        keys: SrtpKeys,
    },
    Publish(Box<Publish>),
    Unpublish(TrackId),
    SetGate {
        track: TrackId,
        open: bool,
    },
    AddSlot(Box<AddSlot>),
    Bind {
        slot: SlotId,
        track: TrackId,
        target_layer: u8,
    },
    Unbind(SlotId),
    SetAudioPolicy {
        room: RoomId,
        slots: usize,
        always: Vec<PeerId>,
    },
    OpenTap {
        tap: TapId,
        track: TrackId,
    },
    CloseTap(TapId),
    RequestKeyframe(TrackId),
}
