//! One receive line of a subscriber: what it shows, under which numbers, and what may be resent.

use super::command::{AddSlot, Codec, Kind, PayloadType};
use super::feed::Feed;
use super::ids::SlotId;
use super::rewriter::Rewriter;

/// Recent resends remembered, one per place.
const RESENDS: usize = 128;
/// While the round trip is unknown, the same packet is not resent more often than this.
const RESEND_MIN_US: u64 = 20_000;

pub struct Slot {
    pub id: SlotId,
    pub transport: usize,
    pub line: AddSlot,
    pub feed: Feed,
    /// Rollover counter and number of the next repair packet.
    pub next_repair: u64,
    pub resends: ResendGate,
    pub packets: u32,
    pub octets: u32,
    /// A sender report is due at once.
    pub report_due: bool,
    /// The layer last told to the control plane, or -1.
    pub told_layer: i8,
    pub told_track: u32,
}

impl Slot {
    #[must_use]
    pub fn new(transport: usize, line: AddSlot) -> Self {
        let audio = line.kind == Kind::Audio;
        let rate = if audio { 48_000 } else { 90_000 };
        Self {
            id: line.slot,
            transport,
            feed: Feed::new(Rewriter::new(line.ssrc, rate, audio)),
            next_repair: u64::from(line.rtx_ssrc.wrapping_mul(0x9e37_79b1) >> 17) + 1,
            resends: ResendGate::default(),
            packets: 0,
            octets: 0,
            report_due: false,
            told_layer: -1,
            told_track: 0,
            line,
        }
    }

    #[must_use]
    pub fn payload_type(&self, codec: Codec) -> Option<PayloadType> {
        self.line.payload_types.iter().find(|known| known.codec == codec).copied()
    }

    /// Padding changes a packet; only where resends have their own stream is it never sealed twice.
    #[must_use]
    pub fn may_pad(&self) -> bool {
        self.line.kind == Kind::Video && self.line.rtx_ssrc != 0
    }
}

/// Keeps a packet from being resent again before the last resend can have arrived.
pub struct ResendGate {
    last: [(u16, u64); RESENDS],
}

impl Default for ResendGate {
    fn default() -> Self {
        Self { last: [(0, 0); RESENDS] }
    }
}

impl ResendGate {
    pub fn admit(&mut self, seq: u16, rtt_us: u64, now_us: u64) -> bool {
        let place = &mut self.last[usize::from(seq) % RESENDS];
        let wait = if rtt_us == 0 { RESEND_MIN_US } else { rtt_us * 9 / 10 };
        if place.0 == seq && place.1 != 0 && now_us.saturating_sub(place.1) < wait {
            return false;
        }
        *place = (seq, now_us);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_not_resent_within_a_round_trip() {
        let mut gate = ResendGate::default();
        assert!(gate.admit(7, 100_000, 1_000_000));
        assert!(!gate.admit(7, 100_000, 1_050_000));
        assert!(gate.admit(8, 100_000, 1_050_000));
        assert!(gate.admit(7, 100_000, 1_100_000));
    }
}
