//! What a load client receives: per SSRC the gaps in the sequence numbers, and the reports about them.

use crate::wire::receive_stats::ReceiveStats;
use crate::wire::rtcp::{ReportBlock, RtcpWriter};
use crate::wire::seq::SeqUnwrapper;

const MAX_STREAMS: usize = 128;
/// RFC 3550 6.4.1.
const BLOCKS_PER_REPORT: usize = 31;
/// The clock of the jitter figure; streams are not told apart by kind.
const CLOCK_RATE: u32 = 90_000;

#[derive(Debug)]
struct Stream {
    ssrc: u32,
    seqs: SeqUnwrapper,
    stats: ReceiveStats,
}

#[derive(Debug, Default)]
pub(super) struct Sink {
    streams: Vec<Stream>,
    lost: i64,
}

impl Sink {
    pub(super) fn on_packet(&mut self, ssrc: u32, seq: u16, timestamp: u32, now: u64) {
        let at = match self.streams.iter().position(|stream| stream.ssrc == ssrc) {
            Some(at) => at,
            None if self.streams.len() < MAX_STREAMS => {
                let stats = ReceiveStats::new(CLOCK_RATE);
                self.streams.push(Stream { ssrc, seqs: SeqUnwrapper::default(), stats });
                self.streams.len() - 1
            }
            None => return,
        };
        if let Some(stream) = self.streams.get_mut(at) {
            let before = stream.stats.lost();
            let ext_seq = stream.seqs.unwrap(seq);
            stream.stats.on_packet(ext_seq, timestamp, now);
            self.lost += stream.stats.lost() - before;
        }
    }

    pub(super) fn on_sender_report(&mut self, ssrc: u32, ntp: u64, now: u64) {
        if let Some(stream) = self.streams.iter_mut().find(|stream| stream.ssrc == ssrc) {
            stream.stats.on_sender_report(ntp, now);
        }
    }

    /// Receiver reports about every stream, from `sender`.
    pub(super) fn report(&mut self, sender: u32, now: u64, writer: &mut RtcpWriter) {
        for streams in self.streams.chunks_mut(BLOCKS_PER_REPORT) {
            let mut blocks = [ReportBlock::default(); BLOCKS_PER_REPORT];
            let mut count = 0;
            for (block, stream) in blocks.iter_mut().zip(streams) {
                if let Some(report) = stream.stats.report(stream.ssrc, now) {
                    *block = report;
                    count += 1;
                }
            }
            if !writer.rr(sender, &blocks[..count]) {
                return;
            }
        }
    }

    pub(super) fn ssrcs(&self) -> impl Iterator<Item = u32> + '_ {
        self.streams.iter().map(|stream| stream.ssrc)
    }

    pub(super) fn streams(&self) -> u64 {
        self.streams.len() as u64
    }

    pub(super) fn lost(&self) -> u64 {
        self.lost.max(0) as u64
    }
}
