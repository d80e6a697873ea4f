//! What we miss from a publisher and when to ask for it (generic NACK, RFC 4585 6.2.1).
//!
//! One per received SSRC that may be repaired. A gap is asked for once it is no mere reordering (15 ms, or a
//! second newer packet), then again every round trip, ten times. What is given up, or does not fit the
//! table, raises the keyframe signal.

pub const MAX_MISSING: usize = 256;

const REORDER_US: u64 = 15_000;
const MIN_RETRY_US: u64 = 20_000;
/// While no round trip has been measured.
const UNKNOWN_RTT_US: u64 = 100_000;
const MAX_TRIES: u8 = 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    InOrder,
    /// Had been missing.
    Recovered,
    /// A duplicate, or given up already.
    Late,
}

#[derive(Debug, Clone, Copy, Default)]
struct Missing {
    ext_seq: u64,
    ask_at: u64,
    /// `NackGenerator::arrivals` when it was noticed.
    noticed: u64,
    tries: u8,
}

pub struct NackGenerator {
    highest: Option<u64>,
    arrivals: u64,
    missing: [Missing; MAX_MISSING],
    len: usize,
    keyframe_needed: bool,
}

impl Default for NackGenerator {
    fn default() -> Self {
        Self::new()
    }
}

impl NackGenerator {
    pub fn new() -> Self {
        Self {
            highest: None,
            arrivals: 0,
            missing: [Missing::default(); MAX_MISSING],
            len: 0,
            keyframe_needed: false,
        }
    }

    /// Media of the SSRC, and repairs under their original number. Next: `poll`.
    pub fn on_packet(&mut self, ext_seq: u64, now: u64) -> Arrival {
        let Some(highest) = self.highest else {
            self.highest = Some(ext_seq);
            return Arrival::InOrder;
        };
        if ext_seq <= highest {
            return if self.remove(ext_seq) { Arrival::Recovered } else { Arrival::Late };
        }
        self.arrivals += 1;
        self.highest = Some(ext_seq);
        self.notice_gap(highest + 1, ext_seq, now);
        Arrival::InOrder
    }

    fn notice_gap(&mut self, from: u64, to: u64, now: u64) {
        let gap = (to - from) as usize;
        if gap > MAX_MISSING {
            self.len = 0;
            self.keyframe_needed = true;
            return;
        }
        let overflow = (self.len + gap).saturating_sub(MAX_MISSING);
        if overflow > 0 {
            self.missing.copy_within(overflow..self.len, 0);
            self.len -= overflow;
            self.keyframe_needed = true;
        }
        for ext_seq in from..to {
            let entry = Missing { ext_seq, ask_at: now + REORDER_US, noticed: self.arrivals, tries: 0 };
            if let Some(room) = self.missing.get_mut(self.len) {
                *room = entry;
                self.len += 1;
            }
        }
    }

    fn remove(&mut self, ext_seq: u64) -> bool {
        let found = self.entries().binary_search_by_key(&ext_seq, |entry| entry.ext_seq);
        let Ok(at) = found else { return false };
        self.missing.copy_within(at + 1..self.len, at);
        self.len -= 1;
        true
    }

    /// The sequence numbers to ask for now, ascending; `rtt_us` 0 means unknown. What does not fit `out` stays due.
    pub fn poll(&mut self, now: u64, rtt_us: u64, out: &mut [u16]) -> usize {
        let retry = if rtt_us == 0 { UNKNOWN_RTT_US } else { rtt_us.max(MIN_RETRY_US) };
        let (mut kept, mut asked) = (0, 0);
        for at in 0..self.len {
            let mut entry = self.missing[at];
            if self.due(&entry, now) {
                if entry.tries >= MAX_TRIES {
                    self.keyframe_needed = true;
                    continue;
                }
                if let Some(room) = out.get_mut(asked) {
                    *room = entry.ext_seq as u16;
                    asked += 1;
                    entry.tries += 1;
                    entry.ask_at = now + retry;
                }
            }
            self.missing[kept] = entry;
            kept += 1;
        }
        self.len = kept;
        asked
    }

    fn due(&self, entry: &Missing, now: u64) -> bool {
        now >= entry.ask_at || (entry.tries == 0 && self.arrivals > entry.noticed)
    }

    /// True once after something was given up or did not fit: only a keyframe mends the picture.
    pub fn take_keyframe_needed(&mut self) -> bool {
        std::mem::take(&mut self.keyframe_needed)
    }

    /// At a keyframe's first packet: nothing older is worth asking for.
    pub fn clear_before(&mut self, ext_seq: u64) {
        let gone = self.entries().partition_point(|entry| entry.ext_seq < ext_seq);
        self.missing.copy_within(gone..self.len, 0);
        self.len -= gone;
        if self.len == 0 {
            self.keyframe_needed = false;
        }
    }

    pub fn reset(&mut self) {
        self.highest = None;
        self.len = 0;
        self.keyframe_needed = false;
    }

    pub fn missing(&self) -> usize {
        self.len
    }

    /// When `poll` has something to do; a time that has passed means now.
    pub fn next_deadline(&self) -> Option<u64> {
        self.entries().iter().map(|e| if self.due(e, 0) { 0 } else { e.ask_at }).min()
    }

    fn entries(&self) -> &[Missing] {
        self.missing.get(..self.len).unwrap_or(&[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000;

    fn asked(n: &mut NackGenerator, now: u64) -> Vec<u16> {
        let mut out = [0u16; 64];
        let count = n.poll(now, 50 * MS, &mut out);
        out[..count].to_vec()
    }

    #[test]
    fn packets_in_order_ask_for_nothing() {
        let mut n = NackGenerator::new();
        for seq in 0..100 {
            assert_eq!(n.on_packet(seq, seq), Arrival::InOrder);
        }
        assert!(asked(&mut n, 1_000 * MS).is_empty());
        assert_eq!(n.next_deadline(), None);
    }

    #[test]
    fn a_gap_is_asked_for_after_the_reorder_time() {
        let mut n = NackGenerator::new();
        n.on_packet(10, 0);
        n.on_packet(13, 0);
        assert_eq!(n.next_deadline(), Some(15 * MS));
        assert!(asked(&mut n, 14 * MS).is_empty());
        assert_eq!(asked(&mut n, 15 * MS), [11, 12]);
        assert!(asked(&mut n, 16 * MS).is_empty());
        assert_eq!(asked(&mut n, 65 * MS), [11, 12]);
    }

    #[test]
    fn a_second_newer_packet_hastens_the_question() {
        let mut n = NackGenerator::new();
        n.on_packet(65_535, 0);
        n.on_packet(65_537, 0);
        assert!(asked(&mut n, MS).is_empty());
        n.on_packet(65_538, MS);
        assert_eq!(n.next_deadline(), Some(0));
        assert_eq!(asked(&mut n, MS), [0]);
    }

    #[test]
    fn a_late_packet_clears_its_question() {
        let mut n = NackGenerator::new();
        n.on_packet(1, 0);
        n.on_packet(3, 0);
        assert_eq!(n.on_packet(2, MS), Arrival::Recovered);
        assert_eq!(n.on_packet(2, MS), Arrival::Late);
        assert_eq!(n.on_packet(3, MS), Arrival::Late);
        assert!(asked(&mut n, 100 * MS).is_empty());
    }

    #[test]
    fn what_never_comes_is_given_up_for_a_keyframe() {
        let mut n = NackGenerator::new();
        n.on_packet(1, 0);
        n.on_packet(3, 0);
        let times = (0..2_000).filter(|ms| !asked(&mut n, ms * MS).is_empty()).count();
        assert_eq!(times, 10);
        assert_eq!(n.missing(), 0);
        assert!(n.take_keyframe_needed());
        assert!(!n.take_keyframe_needed());
    }

    #[test]
    fn the_table_is_bounded_and_drops_the_oldest() {
        let mut n = NackGenerator::new();
        n.on_packet(0, 0);
        for step in 1..=400u64 {
            n.on_packet(2 * step, 0);
        }
        assert_eq!(n.missing(), MAX_MISSING);
        assert!(n.take_keyframe_needed());
        let mut out = [0u16; MAX_MISSING];
        assert_eq!(n.poll(20 * MS, 0, &mut out), MAX_MISSING);
        assert_eq!(out[MAX_MISSING - 1], 799);
        assert!(out.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn a_jump_beyond_repair_asks_for_a_keyframe_only() {
        let mut n = NackGenerator::new();
        n.on_packet(1, 0);
        n.on_packet(u64::MAX / 2, 0);
        assert_eq!(n.missing(), 0);
        assert!(n.take_keyframe_needed());
    }

    #[test]
    fn a_keyframe_forgives_what_came_before() {
        let mut n = NackGenerator::new();
        n.on_packet(1, 0);
        n.on_packet(5, 0);
        n.on_packet(8, 0);
        n.clear_before(5);
        assert_eq!(asked(&mut n, 20 * MS), [6, 7]);
    }

    #[test]
    fn a_small_answer_buffer_leaves_the_rest_due() {
        let mut n = NackGenerator::new();
        n.on_packet(1, 0);
        n.on_packet(5, 0);
        let mut out = [0u16; 2];
        assert_eq!(n.poll(20 * MS, 0, &mut out), 2);
        assert_eq!(out, [2, 3]);
        assert_eq!(n.poll(20 * MS, 0, &mut out), 1);
        assert_eq!(out[0], 4);
    }
}
