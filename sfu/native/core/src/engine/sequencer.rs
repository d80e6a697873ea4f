//! Numbers the media of one layer without gaps where packets were no media or were not let through.
//!
//! `ext_seq` is the publisher's number, `media_seq` ours: the same, minus what was skipped before it. A lost
//! packet leaves its gap, so that a late or resent one still finds its place.

/// Skips remembered; enough for the reordering that a NACK window allows.
const POINTS: usize = 32;
/// Our numbers start here, so that packets before the first one have a place too.
const FIRST: u64 = 1 << 16;

#[derive(Clone, Copy, Default)]
struct Point {
    from_ext: u64,
    /// media_seq of `from_ext`.
    media_seq: u64,
}

#[derive(Default)]
pub struct Sequencer {
    points: [Point; POINTS],
    len: usize,
    highest_ext: u64,
    /// Below this nothing may be numbered any more.
    floor_ext: u64,
    /// The next in-order packet starts a new numbering right after the last one.
    restart: bool,
}

impl Sequencer {
    /// The number of a media packet; `None` if it is from before a restart or too old.
    pub fn number(&mut self, ext_seq: u64) -> Option<u64> {
        if self.len == 0 {
            self.push(Point { from_ext: ext_seq, media_seq: FIRST });
            self.highest_ext = ext_seq;
            self.restart = false;
        } else if self.restart {
            let media_seq = self.highest() + 1;
            self.len = 0;
            self.push(Point { from_ext: ext_seq, media_seq });
            self.highest_ext = ext_seq;
            self.floor_ext = ext_seq;
            self.restart = false;
        }
        self.highest_ext = self.highest_ext.max(ext_seq);
        self.find(ext_seq)
    }

    /// `ext_seq` carries no media: whatever follows moves up. False if it came too late for that, because
    /// later packets are numbered already; then it has to be forwarded empty.
    pub fn skip(&mut self, ext_seq: u64) -> bool {
        if self.len == 0 || self.restart {
            return true;
        }
        if ext_seq <= self.highest_ext {
            return false;
        }
        let Some(media_seq) = self.find(ext_seq) else { return true };
        self.highest_ext = ext_seq;
        self.push(Point { from_ext: ext_seq + 1, media_seq });
        true
    }

    /// A break: the gate was closed, or the publisher took another SSRC.
    pub fn restart(&mut self) {
        self.restart = self.len > 0;
    }

    fn highest(&self) -> u64 {
        let Some(last) = self.points[..self.len].last() else { return FIRST };
        (last.media_seq + self.highest_ext + 1).saturating_sub(last.from_ext + 1)
    }

    fn find(&self, ext_seq: u64) -> Option<u64> {
        if ext_seq < self.floor_ext {
            return None;
        }
        let points = &self.points[..self.len];
        if let Some(point) = points.iter().rev().find(|point| point.from_ext <= ext_seq) {
            return Some(point.media_seq + (ext_seq - point.from_ext));
        }
        // Before the oldest point: only right while no point has been forgotten.
        let oldest = points.first()?;
        (self.len < POINTS).then(|| oldest.media_seq.checked_sub(oldest.from_ext - ext_seq))?
    }

    fn push(&mut self, point: Point) {
        if self.len == POINTS {
            self.points.copy_within(1.., 0);
            self.len -= 1;
        }
        self.points[self.len] = point;
        self.len += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_is_numbered_as_it_was_sent() {
        let mut sequencer = Sequencer::default();
        assert_eq!(sequencer.number(70_000), Some(FIRST));
        assert_eq!(sequencer.number(70_003), Some(FIRST + 3));
        assert_eq!(sequencer.number(70_001), Some(FIRST + 1));
        assert_eq!(sequencer.number(69_999), Some(FIRST - 1));
    }

    #[test]
    fn padding_leaves_no_hole() {
        let mut sequencer = Sequencer::default();
        sequencer.number(100);
        assert!(sequencer.skip(101));
        assert!(sequencer.skip(102));
        assert_eq!(sequencer.number(103), Some(FIRST + 1));
        assert_eq!(sequencer.number(100), Some(FIRST));
        assert_eq!(sequencer.number(104), Some(FIRST + 2));
    }

    #[test]
    fn late_padding_has_to_be_forwarded() {
        let mut sequencer = Sequencer::default();
        sequencer.number(100);
        sequencer.number(102);
        assert!(!sequencer.skip(101));
        assert_eq!(sequencer.number(101), Some(FIRST + 1));
    }

    #[test]
    fn after_a_restart_the_numbers_go_on_and_the_past_is_gone() {
        let mut sequencer = Sequencer::default();
        sequencer.number(100);
        sequencer.skip(101);
        sequencer.number(102);
        sequencer.restart();
        assert!(sequencer.skip(490));
        assert_eq!(sequencer.number(500), Some(FIRST + 2));
        assert_eq!(sequencer.number(499), None);
        assert_eq!(sequencer.number(501), Some(FIRST + 3));
    }

    #[test]
    fn a_restart_right_after_padding_leaves_no_hole() {
        let mut sequencer = Sequencer::default();
        sequencer.number(100);
        sequencer.skip(101);
        sequencer.restart();
        assert_eq!(sequencer.number(5), Some(FIRST + 1));
    }

    #[test]
    fn many_probes_keep_the_numbers_continuous() {
        let mut sequencer = Sequencer::default();
        let mut expected = sequencer.number(1000).expect("first");
        for ext in 1001..1200 {
            if ext % 3 == 0 {
                assert!(sequencer.skip(ext));
            } else {
                expected += 1;
                assert_eq!(sequencer.number(ext), Some(expected));
            }
        }
    }
}
