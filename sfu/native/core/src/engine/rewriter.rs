//! One unbroken outgoing stream made of pieces of many: sequence, timestamp, picture id and TL0PICIDX.
//!
//! A piece is an *epoch*: constant offsets from a layer's own numbers. So a packet's outgoing form is a
//! function of (epoch, packet), and a resend finds both from the outgoing number alone; nothing is kept
//! per packet. Rules of timestamps: RFC 3550 5.1 and measured behaviour of browsers; they never go back.

use super::ring::Entry;

/// Epochs remembered for resends.
const EPOCHS: usize = 8;
/// Two talkers less than this apart follow each other without a gap.
const SHORT_GAP_US: u64 = 200_000;
/// The outgoing clock may run ahead of elapsed time by this much at a switch, not more.
const SLACK_US: i64 = 500_000;
/// The longest standstill of one source's clock that is made up for at once.
const STANDSTILL_US: i64 = 3_600_000_000;

/// A layer of a published track, as an index and the serial that tells reuses of the index apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    pub track: usize,
    pub serial: u32,
    pub layer: u8,
}

#[derive(Clone, Copy, Debug)]
pub struct Epoch {
    pub source: Source,
    pub csrc: u32,
    first_media: u64,
    first_out: u64,
    timestamp_offset: u32,
    picture_id_offset: u16,
    tl0_offset: u8,
}

/// What to write over a packet's own numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rewritten {
    /// Rollover counter and sequence number of the outgoing stream.
    pub ext_seq: u64,
    pub timestamp: u32,
    pub csrc: u32,
    pub picture_id: u16,
    pub tl0: u8,
}

pub struct Rewriter {
    epochs: [Option<Epoch>; EPOCHS],
    newest: usize,
    /// Outgoing number of the next in-order packet.
    next_out: u64,
    rate: i64,
    /// 20 ms for audio, one tick for video: the step of timestamps at a switch.
    frame: i64,
    base: u32,
    started: bool,
    last_timestamp: u32,
    last_sent_us: u64,
    last_picture_id: u16,
    last_tl0: u8,
}

impl Rewriter {
    /// `seed` makes the first numbers of different streams differ; the first one stays below 2^15.
    #[must_use]
    pub fn new(seed: u32, rate: u32, audio: bool) -> Self {
        let mixed = seed.wrapping_mul(0x9e37_79b1);
        Self {
            epochs: [None; EPOCHS],
            newest: 0,
            next_out: u64::from(mixed >> 17) + 1,
            rate: i64::from(rate.max(1)),
            frame: if audio { i64::from(rate / 50).max(1) } else { 1 },
            base: mixed.rotate_left(16),
            started: false,
            last_timestamp: 0,
            last_sent_us: 0,
            last_picture_id: (mixed & 0x7fff) as u16,
            last_tl0: mixed as u8,
        }
    }

    /// From `first` on, packets of `source` continue the stream.
    pub fn begin(&mut self, source: Source, csrc: u32, first: &Entry, capture_us: u64, now_us: u64) {
        let same = self.current().is_some_and(|epoch| epoch.source == source);
        let timestamp = self.next_timestamp(capture_us, now_us, same);
        let (picture_id, tl0) =
            first.vp8.map_or((0, 0), |vp8| (vp8.picture_id.unwrap_or(0), vp8.tl0_pic_idx.unwrap_or(0)));
        self.newest = (self.newest + 1) % EPOCHS;
        self.epochs[self.newest] = Some(Epoch {
            source,
            csrc,
            first_media: first.media_seq,
            first_out: self.next_out,
            timestamp_offset: timestamp.wrapping_sub(first.timestamp),
            picture_id_offset: self.last_picture_id.wrapping_add(1).wrapping_sub(picture_id),
            tl0_offset: self.last_tl0.wrapping_add(1).wrapping_sub(tl0),
        });
    }

    /// `same`: the source goes on after its clock stood still, so time is to be made up for.
    fn next_timestamp(&self, capture_us: u64, now_us: u64, same: bool) -> u32 {
        let ticks = i128::from(capture_us) * i128::from(self.rate) / 1_000_000;
        let ideal = self.base.wrapping_add(ticks as u32);
        if !self.started {
            return ideal;
        }
        let elapsed_us = now_us.saturating_sub(self.last_sent_us);
        if self.frame > 1 && elapsed_us < SHORT_GAP_US && !same {
            return self.last_timestamp.wrapping_add(self.frame as u32);
        }
        let to_ticks = |us: i64| us.saturating_mul(self.rate) / 1_000_000;
        let elapsed_us = elapsed_us.min(3_600_000_000) as i64;
        let wanted = i64::from(ideal.wrapping_sub(self.last_timestamp) as i32);
        let slack_us = if same { STANDSTILL_US } else { SLACK_US };
        let advance = wanted.clamp(to_ticks(elapsed_us - SLACK_US), to_ticks(elapsed_us + slack_us));
        let frames = ((advance + self.frame / 2) / self.frame).max(1);
        self.last_timestamp.wrapping_add((frames * self.frame) as u32)
    }

    /// The outgoing form of a packet of the current epoch; `None` if it is older than the epoch.
    pub fn rewrite(&mut self, entry: &Entry, now_us: u64) -> Option<Rewritten> {
        let epoch = self.epochs[self.newest].as_ref()?;
        let rewritten = epoch.apply(entry)?;
        if rewritten.ext_seq >= self.next_out {
            self.next_out = rewritten.ext_seq + 1;
            self.last_sent_us = now_us;
            self.started = true;
            self.last_timestamp = rewritten.timestamp;
            if entry.vp8.is_some_and(|vp8| vp8.picture_id.is_some()) {
                self.last_picture_id = rewritten.picture_id;
            }
            if entry.vp8.is_some_and(|vp8| vp8.tl0_pic_idx.is_some()) {
                self.last_tl0 = rewritten.tl0;
            }
        }
        Some(rewritten)
    }

    /// Which packet went out under `seq`? Its epoch and its number there.
    #[must_use]
    pub fn find(&self, seq: u16) -> Option<(&Epoch, u64)> {
        let last = self.next_out.checked_sub(1)?;
        let behind = (last as u16).wrapping_sub(seq);
        let out = last.checked_sub(u64::from(behind)).filter(|_| behind < 0x8000)?;
        let newest_first = (0..EPOCHS).map(|age| (self.newest + EPOCHS - age) % EPOCHS);
        newest_first
            .filter_map(|index| self.epochs[index].as_ref())
            .find(|epoch| epoch.first_out <= out)
            .map(|epoch| (epoch, epoch.first_media + (out - epoch.first_out)))
    }

    #[must_use]
    pub fn current(&self) -> Option<&Epoch> {
        self.epochs[self.newest].as_ref()
    }
}

impl Epoch {
    /// The outgoing form of a packet; `None` if it is from before this epoch.
    #[must_use]
    pub fn apply(&self, entry: &Entry) -> Option<Rewritten> {
        let offset = entry.media_seq.checked_sub(self.first_media)?;
        let (picture_id, tl0) =
            entry.vp8.map_or((0, 0), |vp8| (vp8.picture_id.unwrap_or(0), vp8.tl0_pic_idx.unwrap_or(0)));
        Some(Rewritten {
            ext_seq: self.first_out + offset,
            timestamp: entry.timestamp.wrapping_add(self.timestamp_offset),
            csrc: self.csrc,
            picture_id: picture_id.wrapping_add(self.picture_id_offset) & 0x7fff,
            tl0: tl0.wrapping_add(self.tl0_offset),
        })
    }

    /// An incoming timestamp of this epoch's source as it goes out.
    #[must_use]
    pub fn timestamp(&self, incoming: u32) -> u32 {
        incoming.wrapping_add(self.timestamp_offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::command::Codec;
    use crate::wire::vp8::Vp8Descriptor;

    const T0: u64 = 1_700_000_000_000_000;

    fn entry(media_seq: u64, timestamp: u32) -> Entry {
        let payload =
            [0x90, 0xe0, 0x80 | (media_seq >> 8) as u8 & 0x7f, media_seq as u8, media_seq as u8, 0, 0];
        Entry {
            media_seq,
            timestamp,
            arrival_us: 0,
            codec: Codec::Vp8,
            marker: true,
            keyframe: true,
            len: 7,
            vp8: Vp8Descriptor::parse(&payload).ok(),
        }
    }

    fn source(track: usize) -> Source {
        Source { track, serial: 0, layer: 0 }
    }

    #[test]
    fn the_first_number_leaves_the_rollover_counter_at_zero() {
        for seed in (0..u32::MAX).step_by(65_537 * 7) {
            let rewriter = Rewriter::new(seed, 90_000, false);
            assert!((1..=0x8000).contains(&rewriter.next_out));
        }
    }

    #[test]
    fn a_switch_continues_every_number() {
        let mut rewriter = Rewriter::new(1, 90_000, false);
        rewriter.begin(source(1), 1, &entry(100, 5), T0, T0);
        let before = rewriter.rewrite(&entry(100, 5), T0).expect("in the epoch");
        rewriter.begin(source(2), 2, &entry(900, u32::MAX), T0 + 33_333, T0 + 33_333);
        let after = rewriter.rewrite(&entry(900, u32::MAX), T0 + 33_333).expect("in the epoch");
        assert_eq!(after.ext_seq, before.ext_seq + 1);
        assert_eq!(after.picture_id, (before.picture_id + 1) & 0x7fff);
        assert_eq!(after.tl0, before.tl0.wrapping_add(1));
        assert!(after.timestamp.wrapping_sub(before.timestamp).abs_diff(3000) <= 1);
        assert_eq!(rewriter.rewrite(&entry(899, 0), T0), None);
    }

    #[test]
    fn timestamps_never_go_back_whatever_the_clock_claims() {
        let mut rewriter = Rewriter::new(1, 90_000, false);
        let mut last = None;
        for (step, capture) in [T0, T0 - 5_000_000, T0 + 60_000_000, T0, 0].into_iter().enumerate() {
            let now = T0 + step as u64 * 40_000;
            let first = entry(step as u64 * 1000, (step as u32).wrapping_mul(0x4000_0000));
            rewriter.begin(source(step), 1, &first, capture, now);
            let timestamp = rewriter.rewrite(&first, now).expect("in the epoch").timestamp;
            if let Some(last) = last {
                let moved = timestamp.wrapping_sub(last) as i32;
                assert!((1..=60_000).contains(&moved), "moved by {moved}");
            }
            last = Some(timestamp);
        }
    }

    #[test]
    fn talkers_follow_each_other_by_whole_frames() {
        let mut rewriter = Rewriter::new(1, 48_000, true);
        rewriter.begin(source(1), 1, &entry(1, 777), T0, T0);
        let first = rewriter.rewrite(&entry(1, 777), T0).expect("in the epoch").timestamp;
        rewriter.begin(source(2), 2, &entry(1, 5), T0 + 13_000, T0 + 33_000);
        let second = rewriter.rewrite(&entry(1, 5), T0 + 33_000).expect("in the epoch").timestamp;
        assert_eq!(second.wrapping_sub(first), 960);
        rewriter.begin(source(1), 1, &entry(9, 9), T0 + 1_035_000, T0 + 1_035_000);
        let third = rewriter.rewrite(&entry(9, 9), T0 + 1_035_000).expect("in the epoch").timestamp;
        assert_eq!(third.wrapping_sub(first), 52 * 960);
    }

    #[test]
    fn what_went_out_is_found_across_switches_and_wraps() {
        let mut rewriter = Rewriter::new(1, 90_000, false);
        rewriter.next_out = 65_530;
        rewriter.begin(source(1), 1, &entry(100, 0), T0, T0);
        for media in 100..110 {
            rewriter.rewrite(&entry(media, 0), T0);
        }
        rewriter.begin(source(2), 2, &entry(500, 0), T0, T0);
        rewriter.rewrite(&entry(500, 0), T0);
        let found = |seq: u16| rewriter.find(seq).map(|(epoch, media)| (epoch.source.track, media));
        assert_eq!(found(65_530), Some((1, 100)));
        assert_eq!(found(3), Some((1, 109)));
        assert_eq!(found(4), Some((2, 500)));
        assert_eq!(found(5), None);
        assert_eq!(found(65_529), None);
    }
}
