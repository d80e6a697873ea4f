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
        let timestamp = self.next_timestamp(capture_us, now_us);
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

    fn next_timestamp(&mut self, capture_us: u64, now_us: u64) -> u32 {
        let ticks = i128::from(capture_us) * i128::from(self.rate) / 1_000_000;
        let ideal = self.base.wrapping_add(ticks as u32);
        if !self.started {
            return ideal;
        }
        let elapsed_us = now_us.saturating_sub(self.last_sent_us);
        if self.frame > 1 && elapsed_us < SHORT_GAP_US {
            return self.last_timestamp.wrapping_add(self.frame as u32);
        }
        let to_ticks = |us: i64| us.saturating_mul(self.rate) / 1_000_000;
        let elapsed_us = elapsed_us.min(3_600_000_000) as i64;
        let wanted = i64::from(ideal.wrapping_sub(self.last_timestamp) as i32);
        let (low, high) = (to_ticks(elapsed_us - SLACK_US), to_ticks(elapsed_us + SLACK_US));
        let advance = wanted.clamp(low, high);
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

    /// Packets sent so far, as sender reports count them, modulo what was skipped.
    #[must_use]
    pub fn next_out(&self) -> u64 {
        self.next_out
    }

    #[must_use]
    pub fn last_sent_us(&self) -> u64 {
        self.last_sent_us
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
