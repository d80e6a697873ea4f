//! Counters since start, and the histogram of forwarding latency.

macro_rules! counters {
    ($($name:ident),+ $(,)?) => {
        /// Counters of one worker. The gauges at the end are filled when a copy is taken.
        #[derive(Clone, Debug, Default)]
        pub struct Stats {
            $(pub $name: u64,)+
            pub latency: Latency,
        }

        impl Stats {
            /// Every counter with its name, in declaration order.
            pub fn fields(&self) -> impl Iterator<Item = (&'static str, u64)> {
                [$((stringify!($name), self.$name)),+].into_iter()
            }
        }
    };
}

counters! {
    packets_in,
    packets_out,
    bytes_in,
    bytes_out,
    dropped_empty,
    dropped_malformed,
    dropped_unknown_address,
    dropped_foreign_address,
    dropped_stun,
    dropped_dtls,
    dropped_no_keys,
    dropped_auth,
    dropped_replay,
    dropped_gate,
    dropped_unknown_stream,
    dropped_takeover,
    dropped_stale,
    dropped_codec,
    dropped_empty_report,
    dropped_send,
    dropped_panic,
    dropped_events,
    padding_only,
    nack_in,
    nack_out,
    nack_miss,
    rtx_in,
    rtx_out,
    pli_in,
    pli_out,
    twcc_out,
    keyframes_in,
    switches,
    tap_packets,
    tap_dropped,
    transports,
    tracks,
    slots,
    taps,
    rooms,
    gso_messages,
    gso_segments,
}

/// Four buckets per power of two, from 1 µs to about 16 s.
const BUCKETS: usize = 4 * 24;

/// A histogram of microseconds with about 19 % wide buckets.
#[derive(Clone, Debug)]
pub struct Latency {
    counts: [u64; BUCKETS],
    total: u64,
}

impl Default for Latency {
    fn default() -> Self {
        Self { counts: [0; BUCKETS], total: 0 }
    }
}

impl Latency {
    pub fn record(&mut self, us: u64, count: u64) {
        self.counts[bucket(us)] += count;
        self.total += count;
    }

    /// The upper edge of the bucket in which `fraction` of all values lie; 0 where there are none.
    #[must_use]
    pub fn quantile_us(&self, fraction: f64) -> u64 {
        let wanted = (self.total as f64 * fraction).ceil() as u64;
        let mut seen = 0;
        for (index, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= wanted && seen > 0 {
                return upper_edge(index);
            }
        }
        0
    }
}

fn bucket(us: u64) -> usize {
    if us < 4 {
        return us as usize;
    }
    let power = u64::BITS - 1 - us.leading_zeros();
    let quarter = (us >> (power - 2)) & 3;
    ((power as usize - 1) * 4 + quarter as usize).min(BUCKETS - 1)
}

fn upper_edge(index: usize) -> u64 {
    if index < 4 {
        return index as u64;
    }
    let (power, quarter) = (index / 4 + 1, index % 4);
    (1 << power) + ((quarter as u64 + 1) << (power - 2)) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_lies_below_the_edge_of_its_bucket() {
        for us in (0..100_000).step_by(7) {
            let edge = upper_edge(bucket(us));
            assert!(edge >= us && edge <= us + us / 4 + 1, "{us} in a bucket up to {edge}");
        }
    }

    #[test]
    fn quantiles_follow_the_counts() {
        let mut latency = Latency::default();
        assert_eq!(latency.quantile_us(0.5), 0);
        latency.record(10, 98);
        latency.record(1000, 2);
        assert!(latency.quantile_us(0.5) < 13);
        assert!(latency.quantile_us(0.99) >= 1000);
    }
}
