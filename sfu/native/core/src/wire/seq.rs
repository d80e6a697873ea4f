//! Wrap-aware arithmetic of RTP counters (RFC 1982 in spirit) and their unwrapping into wide ones.

/// True if `a` comes after `b`; half the range apart counts as before.
pub fn newer(a: u16, b: u16) -> bool {
    diff(a, b) > 0
}

/// Distance from `b` to `a`, negative if `a` is older.
pub fn diff(a: u16, b: u16) -> i16 {
    a.wrapping_sub(b) as i16
}

pub fn newer32(a: u32, b: u32) -> bool {
    (a.wrapping_sub(b) as i32) > 0
}

/// 16 to 64 bits. The first value is 65536 + seq, so that packets older than the first have a number too.
#[derive(Debug, Clone, Copy, Default)]
pub struct SeqUnwrapper {
    highest: Option<u64>,
}

impl SeqUnwrapper {
    /// The wide number nearest to the highest seen; numbers never fall below 0.
    pub fn unwrap(&mut self, seq: u16) -> u64 {
        let Some(highest) = self.highest else {
            let first = 65_536 + u64::from(seq);
            self.highest = Some(first);
            return first;
        };
        let wide = highest.saturating_add_signed(i64::from(diff(seq, highest as u16)));
        self.highest = Some(highest.max(wide));
        wide
    }
}

/// 32 to 64 bits, for RTP timestamps; the first value is 2^32 + ts.
#[derive(Debug, Clone, Copy, Default)]
pub struct TimestampUnwrapper {
    last: Option<u64>,
}

impl TimestampUnwrapper {
    pub fn unwrap(&mut self, ts: u32) -> u64 {
        let Some(last) = self.last else {
            let first = (1 << 32) + u64::from(ts);
            self.last = Some(first);
            return first;
        };
        let step = ts.wrapping_sub(last as u32) as i32;
        let wide = last.saturating_add_signed(i64::from(step));
        self.last = Some(last.max(wide));
        wide
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_survives_the_wrap() {
        assert!(newer(0, 65535));
        assert!(!newer(65535, 0));
        assert!(!newer(5, 5));
        assert_eq!(diff(2, 65534), 4);
        assert!(newer32(1, u32::MAX));
    }

    #[test]
    fn sequence_unwraps_forward_and_back() {
        let mut u = SeqUnwrapper::default();
        assert_eq!(u.unwrap(65534), 131_070);
        assert_eq!(u.unwrap(1), 131_073);
        assert_eq!(u.unwrap(65535), 131_071);
        assert_eq!(u.unwrap(2), 131_074);
    }

    #[test]
    fn packets_older_than_the_first_have_numbers() {
        let mut u = SeqUnwrapper::default();
        assert_eq!(u.unwrap(0), 65536);
        assert_eq!(u.unwrap(65535), 65535);
        assert_eq!(u.unwrap(1), 65537);
    }

    #[test]
    fn timestamps_unwrap() {
        let mut u = TimestampUnwrapper::default();
        let a = u.unwrap(u32::MAX - 10);
        assert_eq!(u.unwrap(5) - a, 16);
        assert_eq!(u.unwrap(u32::MAX - 10), a);
    }

    #[test]
    fn a_long_walk_never_goes_backwards_by_more_than_half() {
        let mut u = SeqUnwrapper::default();
        for expect in 130_536..330_536u64 {
            assert_eq!(u.unwrap(expect as u16), expect);
        }
    }
}
