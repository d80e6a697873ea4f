//! Bits per second over a sliding second, in ten buckets.

const BUCKETS: usize = 10;
const BUCKET_US: u64 = 100_000;

#[derive(Clone, Copy, Debug, Default)]
pub struct RateMeter {
    bytes: [u32; BUCKETS],
    newest: u64,
}

impl RateMeter {
    pub fn add(&mut self, bytes: usize, now_us: u64) {
        self.advance(now_us / BUCKET_US);
        let place = (self.newest % BUCKETS as u64) as usize;
        self.bytes[place] = self.bytes[place].saturating_add(bytes as u32);
    }

    /// Of the second that ends now.
    pub fn bps(&mut self, now_us: u64) -> u32 {
        self.advance(now_us / BUCKET_US);
        self.bytes.iter().fold(0u32, |sum, bytes| sum.saturating_add(bytes.saturating_mul(8)))
    }

    fn advance(&mut self, bucket: u64) {
        let steps = bucket.saturating_sub(self.newest).min(BUCKETS as u64);
        for step in 0..steps {
            self.bytes[((bucket - step) % BUCKETS as u64) as usize] = 0;
        }
        self.newest = self.newest.max(bucket);
    }
}

#[cfg(test)]
mod tests {
    use super::RateMeter;

    #[test]
    fn the_rate_is_that_of_the_last_second() {
        let mut meter = RateMeter::default();
        for step in 0..200u64 {
            meter.add(125, 1_000_000 + step * 10_000);
        }
        let bps = meter.bps(1_000_000 + 199 * 10_000);
        assert!((95_000..=105_000).contains(&bps), "{bps}");
        assert_eq!(meter.bps(9_000_000), 0);
    }
}
