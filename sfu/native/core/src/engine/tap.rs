//! A track on its way to the recorder, framed as `recorder/TAP.md` says: one unbroken stream without
//! header extensions, with the clock mapping beside it.

use super::clock::Mapping;
use super::command::Codec;
use super::event::{Output, TapWrite};
use super::feed::Feed;
use super::ids::TapId;
use super::rewriter::{Rewriter, Rewritten};
use super::ring::{Entry, PAYLOAD_MAX};

const KIND_PACKET: u8 = 1;
const KIND_CLOCK: u8 = 2;
const KIND_END: u8 = 3;
const KIND_LOSS: u8 = 4;
const FLAG_KEYFRAME: u8 = 1;
const FLAG_GUESS: u8 = 1;
const FRAME_LEN: usize = 16;
const RTP_LEN: usize = 12;
/// How often a loss that goes on is told to the control plane.
const TELL_US: u64 = 1_000_000;

pub struct Tap {
    pub id: TapId,
    pub track: usize,
    pub feed: Feed,
    /// Packets lost since the recorder last heard.
    dropped: u32,
    untold: u32,
    told_us: u64,
}

/// What came of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TapOutcome {
    Written,
    Dropped,
    Detached,
}

impl Tap {
    #[must_use]
    pub fn new(id: TapId, track: usize, rate: u32, audio: bool) -> Self {
        Self {
            id,
            track,
            feed: Feed::new(Rewriter::new(id.0 ^ 0x7461_7000, rate, audio)),
            dropped: 0,
            untold: 0,
            told_us: 0,
        }
    }

    /// Write one packet. After a full socket nothing but a keyframe starts the stream again.
    pub fn write(
        &mut self,
        entry: &Entry,
        payload: &[u8],
        rewritten: &Rewritten,
        out: &mut dyn Output,
    ) -> TapOutcome {
        if self.dropped > 0 && !(entry.keyframe && self.write_loss(entry.arrival_us, out)) {
            return self.drop_one();
        }
        let mut message = [0u8; FRAME_LEN + RTP_LEN + PAYLOAD_MAX];
        let len = packet_message(&mut message, self.id, entry, payload, rewritten);
        match out.tap(&message[..len]) {
            TapWrite::Written => TapOutcome::Written,
            TapWrite::Full => self.drop_one(),
            TapWrite::Detached => TapOutcome::Detached,
        }
    }

    /// Tell the recorder which moment an outgoing timestamp stands for.
    pub fn write_clock(&self, timestamp: u32, mapping: Mapping, now_us: u64, out: &mut dyn Output) {
        let mut message = [0u8; FRAME_LEN + 12];
        frame(&mut message, self.id, KIND_CLOCK, if mapping.reported { 0 } else { FLAG_GUESS }, now_us);
        message[FRAME_LEN..FRAME_LEN + 4].copy_from_slice(&timestamp.to_le_bytes());
        message[FRAME_LEN + 4..].copy_from_slice(&mapping.capture_us.to_le_bytes());
        out.tap(&message);
    }

    pub fn write_end(&self, now_us: u64, out: &mut dyn Output) {
        let mut message = [0u8; FRAME_LEN];
        frame(&mut message, self.id, KIND_END, 0, now_us);
        out.tap(&message);
    }

    /// Packets dropped that the control plane has not heard of, at most once a second.
    pub fn take_untold(&mut self, now_us: u64) -> Option<u32> {
        if self.untold == 0 || now_us.saturating_sub(self.told_us) < TELL_US {
            return None;
        }
        self.told_us = now_us;
        Some(std::mem::take(&mut self.untold))
    }

    fn write_loss(&mut self, now_us: u64, out: &mut dyn Output) -> bool {
        let mut message = [0u8; FRAME_LEN + 4];
        frame(&mut message, self.id, KIND_LOSS, 0, now_us);
        message[FRAME_LEN..].copy_from_slice(&self.dropped.to_le_bytes());
        let written = out.tap(&message) == TapWrite::Written;
        if written {
            self.dropped = 0;
        }
        written
    }

    fn drop_one(&mut self) -> TapOutcome {
        self.dropped = self.dropped.saturating_add(1);
        self.untold = self.untold.saturating_add(1);
        TapOutcome::Dropped
    }
}

fn frame(message: &mut [u8], tap: TapId, kind: u8, flags: u8, arrival_us: u64) {
    message[..4].copy_from_slice(&tap.0.to_le_bytes());
    message[4] = kind;
    message[5] = flags;
    message[8..16].copy_from_slice(&arrival_us.to_le_bytes());
}

fn packet_message(
    message: &mut [u8],
    tap: TapId,
    entry: &Entry,
    payload: &[u8],
    rewritten: &Rewritten,
) -> usize {
    let keyframe = entry.codec == Codec::Vp8 && entry.keyframe;
    frame(message, tap, KIND_PACKET, u8::from(keyframe) * FLAG_KEYFRAME, entry.arrival_us);
    let rtp = &mut message[FRAME_LEN..];
    let payload_type = match entry.codec {
        Codec::Opus => 111,
        Codec::Vp8 => 96,
    };
    rtp[0] = 0x80;
    rtp[1] = u8::from(entry.marker) << 7 | payload_type;
    rtp[2..4].copy_from_slice(&(rewritten.ext_seq as u16).to_be_bytes());
    rtp[4..8].copy_from_slice(&rewritten.timestamp.to_be_bytes());
    rtp[8..12].copy_from_slice(&tap.0.to_be_bytes());
    let body = &mut rtp[RTP_LEN..RTP_LEN + payload.len()];
    body.copy_from_slice(payload);
    if let Some(vp8) = &entry.vp8 {
        vp8.rewrite(body, rewritten.picture_id, rewritten.tl0);
    }
    FRAME_LEN + RTP_LEN + payload.len()
}
