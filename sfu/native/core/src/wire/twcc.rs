//! Transport-wide feedback to a publisher (draft-holmer-rmcat-transport-wide-cc-extensions-01): which of its
//! packets came, and when. The publisher's estimator takes its upload rate from it.

use super::seq::SeqUnwrapper;
use super::Cursor;

/// Arrivals kept, so that a packet coming after its number was reported lost is still reported.
const WINDOW: u64 = 1024;
/// Most statuses in one feedback packet, which is then at most `MAX_LEN` long.
const MAX_STATUSES: u64 = 256;
const INTERVAL_US: u64 = 100_000;
/// A busy transport reports twice as often.
const BUSY_INTERVAL_US: u64 = 50_000;
const BUSY_PACKETS: u64 = 20;
/// Delta unit, and the reference time's: 256 of them.
const TICK_US: u64 = 250;
const TICKS_PER_REFERENCE: i64 = 256;
const HEADER_LEN: usize = 20;

const LOST: u8 = 0;
const SMALL: u8 = 1;
const LARGE: u8 = 2;

pub struct TwccReceiver {
    unwrapper: SeqUnwrapper,
    /// Arrival time plus one of `ext_seq % WINDOW`; 0 has not come. Allocated with the first packet.
    arrivals: Vec<u64>,
    /// First number not yet reported.
    base: u64,
    highest: u64,
    last_report: u64,
    count: u8,
}

impl Default for TwccReceiver {
    fn default() -> Self {
        Self::new()
    }
}

/// Statuses and deltas of one feedback packet.
struct Batch {
    symbols: [u8; MAX_STATUSES as usize],
    deltas: [i16; MAX_STATUSES as usize],
    len: usize,
}

impl TwccReceiver {
    /// Room that `poll` needs.
    pub const MAX_LEN: usize = 640;

    pub fn new() -> Self {
        Self {
            unwrapper: SeqUnwrapper::default(),
            arrivals: Vec::new(),
            base: 0,
            highest: 0,
            last_report: 0,
            count: 0,
        }
    }

    /// `transport_seq` is the value of the header extension of an authenticated packet.
    pub fn on_packet(&mut self, transport_seq: u16, now: u64) {
        let seq = self.unwrapper.unwrap(transport_seq);
        if self.arrivals.is_empty() {
            self.arrivals = vec![0; WINDOW as usize];
            (self.base, self.highest, self.last_report) = (seq, seq, now);
        }
        if seq + WINDOW <= self.highest {
            return;
        }
        if seq > self.highest {
            self.advance(seq);
        }
        if let Some(slot) = self.arrivals.get_mut((seq % WINDOW) as usize).filter(|slot| **slot == 0) {
            *slot = now + 1;
            self.base = self.base.min(seq);
        }
    }

    fn advance(&mut self, seq: u64) {
        if seq - self.highest >= WINDOW {
            self.arrivals.fill(0);
        } else {
            for gone in self.highest + 1..=seq {
                if let Some(slot) = self.arrivals.get_mut((gone % WINDOW) as usize) {
                    *slot = 0;
                }
            }
        }
        self.highest = seq;
        self.base = self.base.max(seq.saturating_sub(WINDOW - 1));
    }

    fn arrival(&self, seq: u64) -> Option<u64> {
        self.arrivals.get((seq % WINDOW) as usize).and_then(|time| time.checked_sub(1))
    }

    fn pending(&self) -> u64 {
        if self.arrivals.is_empty() {
            return 0;
        }
        (self.highest + 1).saturating_sub(self.base)
    }

    pub fn next_deadline(&self) -> Option<u64> {
        let interval = match self.pending() {
            0 => return None,
            n if n >= MAX_STATUSES => 0,
            n if n >= BUSY_PACKETS => BUSY_INTERVAL_US,
            _ => INTERVAL_US,
        };
        Some(self.last_report + interval)
    }

    /// The next feedback packet, if one is due. `media_ssrc` is any SSRC of the publisher; browsers ignore
    /// feedback about SSRC 0, so for 0 there is none. `out` has room for `MAX_LEN`. Next: `RtcpWriter::raw`.
    pub fn poll(&mut self, now: u64, sender_ssrc: u32, media_ssrc: u32, out: &mut [u8]) -> Option<usize> {
        if media_ssrc == 0 || out.len() < Self::MAX_LEN || now < self.next_deadline()? {
            return None;
        }
        let Some(first) = (self.base..=self.highest).find_map(|seq| self.arrival(seq)) else {
            self.base = self.highest + 1;
            return None;
        };
        let reference = (first / TICK_US) as i64 / TICKS_PER_REFERENCE;
        let batch = self.batch(reference * TICKS_PER_REFERENCE);
        let written = write(sender_ssrc, media_ssrc, self.base as u16, reference, self.count, &batch, out)?;
        self.base += batch.len as u64;
        self.count = self.count.wrapping_add(1);
        self.last_report = now;
        Some(written)
    }

    /// Ends early where a delta does not fit 16 bits: the next packet brings a new reference time.
    fn batch(&self, mut before: i64) -> Batch {
        let mut batch = Batch { symbols: [LOST; 256], deltas: [0; 256], len: 0 };
        let end = self.highest.min(self.base + MAX_STATUSES - 1);
        let places = batch.symbols.iter_mut().zip(batch.deltas.iter_mut());
        for (seq, (symbol, delta)) in (self.base..=end).zip(places) {
            if let Some(time) = self.arrival(seq) {
                let ticks = (time / TICK_US) as i64;
                let Ok(step) = i16::try_from(ticks - before) else { break };
                before = ticks;
                *delta = step;
                *symbol = if (0..256).contains(&step) { SMALL } else { LARGE };
            }
            batch.len += 1;
        }
        batch
    }
}

fn write(
    sender: u32,
    media: u32,
    base: u16,
    reference: i64,
    count: u8,
    batch: &Batch,
    out: &mut [u8],
) -> Option<usize> {
    let symbols = batch.symbols.get(..batch.len)?;
    let mut w = Cursor::new(out);
    w.put(&[0x80 | 15, 205, 0, 0]);
    w.u32(sender);
    w.u32(media);
    w.u16(base);
    w.u16(batch.len as u16);
    w.u32((reference as u32) << 8 | u32::from(count));
    debug_assert_eq!(w.len(), HEADER_LEN);
    write_chunks(&mut w, symbols);
    for (symbol, delta) in symbols.iter().zip(&batch.deltas) {
        match *symbol {
            SMALL => w.u8(*delta as u8),
            LARGE => w.u16(*delta as u16),
            _ => {}
        }
    }
    // Section 3.1: padded to 32 bits, as RFC 3550 6.4.1 pads.
    let padding = w.len().next_multiple_of(4) - w.len();
    if let Some((last, zeros)) = [0u8; 3].get(..padding).and_then(|zeros| zeros.split_last()) {
        w.put(zeros);
        w.u8(*last + padding as u8);
        w.patch(0, 0x80 | 0x20 | 15);
    }
    let words = u16::try_from(w.len() / 4 - 1).ok()?;
    w.patch16(2, words);
    w.finish()
}

/// Section 3.1.3 and 3.1.4: a run where it pays, else 14 one-bit or 7 two-bit symbols.
fn write_chunks(w: &mut Cursor, mut symbols: &[u8]) {
    while let Some(&symbol) = symbols.first() {
        let run = symbols.iter().take_while(|other| **other == symbol).count().min(0x1fff);
        let one_bit = symbols.iter().take(14).all(|symbol| *symbol != LARGE);
        let taken = if run >= 14 || run == symbols.len() || (!one_bit && run >= 7) {
            w.u16(u16::from(symbol) << 13 | run as u16);
            run
        } else if one_bit {
            w.u16(0x8000 | vector(symbols, 14, 1));
            14
        } else {
            w.u16(0xc000 | vector(symbols, 7, 2));
            7
        };
        symbols = symbols.get(taken..).unwrap_or(&[]);
    }
}

fn vector(symbols: &[u8], places: usize, bits: usize) -> u16 {
    let padded = symbols.iter().copied().chain(std::iter::repeat(LOST));
    padded.take(places).fold(0, |word, symbol| word << bits | u16::from(symbol))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::rtcp::{compound, Rtcp};
    use crate::wire::{be16, be32};
    use proptest::prelude::*;

    const MS: u64 = 1_000;

    /// The count of a feedback packet, and (sequence number, arrival in ticks or lost).
    type Decoded = (u8, Vec<(u16, Option<i64>)>);

    fn decode(packet: &[u8]) -> Decoded {
        assert_eq!(packet.len() % 4, 0);
        let item = compound(packet).next().unwrap().unwrap();
        let Rtcp::Twcc { sender: 1, media: 2, fci } = item else { panic!("{item:?}") };
        let (base, count) = (be16(fci, 0).unwrap(), be16(fci, 2).unwrap() as usize);
        let word = be32(fci, 4).unwrap();
        let (mut at, mut symbols) = (8, Vec::new());
        while symbols.len() < count {
            let chunk = be16(fci, at).unwrap();
            at += 2;
            match chunk >> 14 {
                0 | 1 => {
                    symbols.extend(std::iter::repeat_n((chunk >> 13) as u8, usize::from(chunk & 0x1fff)))
                }
                2 => symbols.extend((0..14).rev().map(|bit| (chunk >> bit) as u8 & 1)),
                _ => symbols.extend((0..7).rev().map(|pair| (chunk >> (2 * pair)) as u8 & 3)),
            }
        }
        symbols.truncate(count);
        let mut ticks = i64::from(word >> 8) * 256;
        let statuses = symbols.iter().zip(0u16..).map(|(symbol, n)| {
            let step = match *symbol {
                0 => return (base.wrapping_add(n), None),
                1 => i64::from(fci[at]),
                2 => i64::from(be16(fci, at).unwrap() as i16),
                _ => panic!("reserved symbol"),
            };
            at += usize::from(*symbol);
            ticks += step;
            (base.wrapping_add(n), Some(ticks))
        });
        let statuses = statuses.collect();
        assert_eq!(at, fci.len(), "deltas and padding end together");
        (word as u8, statuses)
    }

    fn feedback(t: &mut TwccReceiver, now: u64) -> Option<Decoded> {
        let mut out = [0u8; TwccReceiver::MAX_LEN];
        let n = t.poll(now, 1, 2, &mut out)?;
        Some(decode(&out[..n]))
    }

    #[test]
    fn packets_and_gaps_are_reported_with_their_times() {
        let mut t = TwccReceiver::new();
        for (seq, at) in [(65_534, 1_000), (65_535, 1_010), (1, 1_030), (2, 1_029), (3, 1_100)] {
            t.on_packet(seq, at * MS);
        }
        assert_eq!(feedback(&mut t, 1_050 * MS), None);
        let (count, got) = feedback(&mut t, 1_100 * MS).unwrap();
        let tick = |ms: i64| Some(ms * 4);
        assert_eq!(count, 0);
        assert_eq!(
            got,
            [
                (65_534, tick(1_000)),
                (65_535, tick(1_010)),
                (0, None),
                (1, tick(1_030)),
                (2, tick(1_029)),
                (3, tick(1_100))
            ]
        );
        assert_eq!(t.next_deadline(), None);
        t.on_packet(4, 1_200 * MS);
        assert_eq!(feedback(&mut t, 1_200 * MS).unwrap(), (1, vec![(4, tick(1_200))]));
    }

    #[test]
    fn a_packet_after_its_report_is_reported_again() {
        let mut t = TwccReceiver::new();
        t.on_packet(1, 0);
        t.on_packet(3, 0);
        assert_eq!(feedback(&mut t, 100 * MS).unwrap().1[1], (2, None));
        t.on_packet(2, 110 * MS);
        let (_, got) = feedback(&mut t, 200 * MS).unwrap();
        assert_eq!(got, [(2, Some(440)), (3, Some(0))]);
        t.on_packet(2, 220 * MS); // a copy changes nothing
        assert_eq!(feedback(&mut t, 400 * MS), None);
    }

    #[test]
    fn runs_and_vectors_are_chosen_and_read_back() {
        let mut t = TwccReceiver::new();
        let came = |n: u64| n < 40 || (n < 100 && n % 3 == 0) || (100..130).contains(&n) || n == 200;
        for n in (0..=200).filter(|n| came(*n)) {
            let at = n * 5 * MS + if n % 9 == 0 && n > 100 { 90 * MS } else { 0 };
            t.on_packet(n as u16, at);
        }
        let (_, got) = feedback(&mut t, 2_000 * MS).unwrap();
        assert_eq!(got.len(), 201);
        for (seq, time) in got {
            assert_eq!(time.is_some(), came(u64::from(seq)), "{seq}");
        }
    }

    #[test]
    fn a_long_pause_starts_a_new_packet() {
        let mut t = TwccReceiver::new();
        t.on_packet(1, 0);
        t.on_packet(2, 60_000 * MS);
        assert_eq!(feedback(&mut t, 60_000 * MS).unwrap().1, [(1, Some(0))]);
        assert_eq!(feedback(&mut t, 60_100 * MS).unwrap().1, [(2, Some(240_000))]);
    }

    #[test]
    fn a_burst_is_reported_in_several_packets_at_once() {
        let mut t = TwccReceiver::new();
        for n in 0..600u16 {
            t.on_packet(n, MS);
        }
        let now = 2 * MS;
        assert_eq!(feedback(&mut t, now).unwrap().1.len(), 256);
        assert_eq!(feedback(&mut t, now).unwrap().1.len(), 256);
        assert_eq!(feedback(&mut t, now), None);
        assert_eq!(feedback(&mut t, now + 50 * MS).unwrap().1.len(), 88);
    }

    #[test]
    fn ssrc_zero_and_small_buffers_get_nothing() {
        let mut t = TwccReceiver::new();
        t.on_packet(1, 0);
        assert_eq!(t.poll(MS * 200, 1, 0, &mut [0; 1200]), None);
        assert_eq!(t.poll(MS * 200, 1, 2, &mut [0; 100]), None);
    }

    #[test]
    fn the_reference_time_wraps() {
        let mut t = TwccReceiver::new();
        let at = 64_000 * ((1 << 24) + 5);
        t.on_packet(9, at);
        let (_, got) = feedback(&mut t, at + 100 * MS).unwrap();
        assert_eq!(got, [(9, Some(5 * 256))]);
    }

    proptest! {
        #[test]
        fn whatever_comes_is_reported_well_formed(steps in proptest::collection::vec((any::<u16>(), 0u64..40_000), 1..400)) {
            let mut t = TwccReceiver::new();
            let mut now = 1_000_000_000u64;
            for (seq, wait) in steps {
                now += wait;
                t.on_packet(seq >> (seq & 7), now);
                while feedback(&mut t, now).is_some() {}
            }
        }
    }
}
