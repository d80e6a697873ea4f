//! RTCP: the reports of RFC 3550 6, feedback of RFC 4585 and RFC 5104, REMB
//! (draft-alvestrand-rmcat-remb-03). `compound` walks a packet without copying; `RtcpWriter` builds one.
//! Transport-wide feedback is handed out raw and written by `twcc`. XR and others are stepped over.

mod writer;

pub use writer::RtcpWriter;

use super::{be16, be32, be64, ParseError};

const SR: u8 = 200;
const RR: u8 = 201;
const SDES: u8 = 202;
const BYE: u8 = 203;
const RTPFB: u8 = 205;
const PSFB: u8 = 206;

const NACK: u8 = 1;
const TWCC: u8 = 15;
const PLI: u8 = 1;
const FIR: u8 = 4;
const AFB: u8 = 15;
const REMB_ID: u32 = u32::from_be_bytes(*b"REMB");
const BLOCK_LEN: usize = 24;

/// RFC 3550 6.4.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReportBlock {
    pub ssrc: u32,
    /// In 1/256.
    pub fraction_lost: u8,
    /// 24 bits, signed.
    pub cumulative_lost: i32,
    pub highest_seq: u32,
    /// In RTP clock units.
    pub jitter: u32,
    pub lsr: u32,
    /// In 1/65536 s.
    pub dlsr: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SenderInfo {
    pub ssrc: u32,
    /// 32.32 fixed point seconds since 1900.
    pub ntp: u64,
    pub rtp: u32,
    pub packets: u32,
    pub octets: u32,
}

/// One packet of a compound. `sender` is the SSRC it came from, `media` the one it is about.
#[derive(Debug, Clone, Copy)]
pub enum Rtcp<'a> {
    Sr { info: SenderInfo, blocks: ReportBlocks<'a> },
    Rr { ssrc: u32, blocks: ReportBlocks<'a> },
    Sdes,
    Bye { ssrcs: Ssrcs<'a> },
    Nack { sender: u32, media: u32, seqs: NackSeqs<'a> },
    Pli { sender: u32, media: u32 },
    Fir { sender: u32, entries: FirEntries<'a> },
    Remb { sender: u32, bitrate_bps: u64, ssrcs: Ssrcs<'a> },
    Twcc { sender: u32, media: u32, fci: &'a [u8] },
    Other { packet_type: u8, count: u8 },
}

#[derive(Debug, Clone, Copy)]
pub struct ReportBlocks<'a>(&'a [u8]);

impl ReportBlocks<'_> {
    pub fn is_empty(&self) -> bool {
        self.0.len() < BLOCK_LEN
    }
}

impl Iterator for ReportBlocks<'_> {
    type Item = ReportBlock;

    fn next(&mut self) -> Option<ReportBlock> {
        let (block, rest) = self.0.split_at_checked(BLOCK_LEN)?;
        self.0 = rest;
        let lost = be32(block, 4)?;
        Some(ReportBlock {
            ssrc: be32(block, 0)?,
            fraction_lost: (lost >> 24) as u8,
            cumulative_lost: ((lost << 8) as i32) >> 8,
            highest_seq: be32(block, 8)?,
            jitter: be32(block, 12)?,
            lsr: be32(block, 16)?,
            dlsr: be32(block, 20)?,
        })
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Ssrcs<'a>(&'a [u8]);

impl Ssrcs<'_> {
    pub fn is_empty(&self) -> bool {
        self.0.len() < 4
    }
}

impl Iterator for Ssrcs<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let (head, rest) = self.0.split_at_checked(4)?;
        self.0 = rest;
        be32(head, 0)
    }
}

/// The sequence numbers of a generic NACK, PID and BLP expanded (RFC 4585 6.2.1).
#[derive(Debug, Clone, Copy)]
pub struct NackSeqs<'a> {
    rest: &'a [u8],
    pid: u16,
    /// Bit 0 is the PID itself, bit n is PID + n.
    mask: u32,
}

impl NackSeqs<'_> {
    pub fn is_empty(&self) -> bool {
        self.rest.len() < 4 && self.mask == 0
    }
}

impl Iterator for NackSeqs<'_> {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        if self.mask == 0 {
            let (head, rest) = self.rest.split_at_checked(4)?;
            self.rest = rest;
            self.pid = be16(head, 0)?;
            self.mask = u32::from(be16(head, 2)?) << 1 | 1;
        }
        let step = self.mask.trailing_zeros() as u16;
        self.mask &= self.mask - 1;
        Some(self.pid.wrapping_add(step))
    }
}

/// SSRC and command number of each entry (RFC 5104 4.3.1).
#[derive(Debug, Clone, Copy)]
pub struct FirEntries<'a>(&'a [u8]);

impl FirEntries<'_> {
    pub fn is_empty(&self) -> bool {
        self.0.len() < 8
    }
}

impl Iterator for FirEntries<'_> {
    type Item = (u32, u8);

    fn next(&mut self) -> Option<(u32, u8)> {
        let (head, rest) = self.0.split_at_checked(8)?;
        self.0 = rest;
        Some((be32(head, 0)?, *head.get(4)?))
    }
}

/// The packets of a decrypted compound; ends after the first error. Reduced size (RFC 5506) is accepted.
pub fn compound(buf: &[u8]) -> Compound<'_> {
    Compound { rest: buf }
}

#[derive(Debug, Clone, Copy)]
pub struct Compound<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Compound<'a> {
    type Item = Result<Rtcp<'a>, ParseError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let (item, rest) = match split_packet(self.rest) {
            Ok((packet, rest)) => (parse_packet(packet), rest),
            Err(error) => (Err(error), &[][..]),
        };
        self.rest = if item.is_ok() { rest } else { &[] };
        Some(item)
    }
}

/// One packet and what follows it.
fn split_packet(buf: &[u8]) -> Result<(&[u8], &[u8]), ParseError> {
    let words = be16(buf, 2).ok_or(ParseError::Short)?;
    buf.split_at_checked(4 * (usize::from(words) + 1)).ok_or(ParseError::Length)
}

fn parse_packet(packet: &[u8]) -> Result<Rtcp<'_>, ParseError> {
    let (first, kind) = match packet {
        [first, kind, ..] => (*first, *kind),
        _ => return Err(ParseError::Short),
    };
    if first >> 6 != 2 {
        return Err(ParseError::Version);
    }
    let count = first & 0x1f;
    let body = strip_padding(packet.get(4..).ok_or(ParseError::Short)?, first & 0x20 != 0)?;
    match kind {
        SR => parse_sr(body, count),
        RR => {
            let ssrc = be32(body, 0).ok_or(ParseError::Short)?;
            Ok(Rtcp::Rr { ssrc, blocks: report_blocks(body, 4, count)? })
        }
        SDES => Ok(Rtcp::Sdes),
        BYE => {
            let ssrcs = body.get(..4 * usize::from(count)).ok_or(ParseError::Length)?;
            Ok(Rtcp::Bye { ssrcs: Ssrcs(ssrcs) })
        }
        RTPFB | PSFB => parse_feedback(kind, count, body),
        _ => Ok(Rtcp::Other { packet_type: kind, count }),
    }
}

/// RFC 3550 6.4.1: padding counts itself. Not held to a multiple of four, as transport-wide feedback is not.
fn strip_padding(body: &[u8], padded: bool) -> Result<&[u8], ParseError> {
    if !padded {
        return Ok(body);
    }
    let padding = usize::from(*body.last().ok_or(ParseError::Length)?);
    if padding == 0 {
        return Err(ParseError::Length);
    }
    let end = body.len().checked_sub(padding).ok_or(ParseError::Length)?;
    body.get(..end).ok_or(ParseError::Length)
}

fn parse_sr(body: &[u8], count: u8) -> Result<Rtcp<'_>, ParseError> {
    let word = |at| be32(body, at).ok_or(ParseError::Short);
    let info = SenderInfo {
        ssrc: word(0)?,
        ntp: be64(body, 4).ok_or(ParseError::Short)?,
        rtp: word(12)?,
        packets: word(16)?,
        octets: word(20)?,
    };
    Ok(Rtcp::Sr { info, blocks: report_blocks(body, 24, count)? })
}

fn report_blocks(body: &[u8], at: usize, count: u8) -> Result<ReportBlocks<'_>, ParseError> {
    let end = at + BLOCK_LEN * usize::from(count);
    body.get(at..end).map(ReportBlocks).ok_or(ParseError::Length)
}

fn parse_feedback(kind: u8, format: u8, body: &[u8]) -> Result<Rtcp<'_>, ParseError> {
    let sender = be32(body, 0).ok_or(ParseError::Short)?;
    let media = be32(body, 4).ok_or(ParseError::Short)?;
    let fci = body.get(8..).ok_or(ParseError::Short)?;
    Ok(match (kind, format) {
        (RTPFB, NACK) => Rtcp::Nack { sender, media, seqs: NackSeqs { rest: fci, pid: 0, mask: 0 } },
        (RTPFB, TWCC) => Rtcp::Twcc { sender, media, fci },
        (PSFB, PLI) => Rtcp::Pli { sender, media },
        (PSFB, FIR) => Rtcp::Fir { sender, entries: FirEntries(fci) },
        (PSFB, AFB) if be32(fci, 0) == Some(REMB_ID) => parse_remb(sender, fci)?,
        _ => Rtcp::Other { packet_type: kind, count: format },
    })
}

/// draft-alvestrand-rmcat-remb-03 2.2: number of SSRCs, 6-bit exponent, 18-bit mantissa.
fn parse_remb(sender: u32, fci: &[u8]) -> Result<Rtcp<'_>, ParseError> {
    let word = be32(fci, 4).ok_or(ParseError::Short)?;
    let count = (word >> 24) as usize;
    let (exponent, mantissa) = (word >> 18 & 0x3f, u64::from(word & 0x3_ffff));
    let bitrate_bps = mantissa.saturating_mul(1 << exponent);
    let ssrcs = fci.get(8..8 + 4 * count).ok_or(ParseError::Length)?;
    Ok(Rtcp::Remb { sender, bitrate_bps, ssrcs: Ssrcs(ssrcs) })
}

/// NTP time (32.32 since 1900) of Unix microseconds.
pub fn ntp_from_unix_us(unix_us: u64) -> u64 {
    let seconds = (unix_us / 1_000_000).wrapping_add(2_208_988_800);
    (seconds << 32) | (((unix_us % 1_000_000) << 32) / 1_000_000)
}

/// The middle 32 bits, as in LSR.
pub fn compact_ntp(ntp: u64) -> u32 {
    (ntp >> 16) as u32
}

/// Round-trip time of a report block about our stream (RFC 3550 6.4.1: A - LSR - DLSR). `None` if the block
/// has no LSR or the result is negative or beyond a minute.
pub fn rtt_us(block: &ReportBlock, now_ntp: u64) -> Option<u64> {
    if block.lsr == 0 {
        return None;
    }
    let units = compact_ntp(now_ntp).wrapping_sub(block.lsr).wrapping_sub(block.dlsr);
    (units < 60 << 16).then_some((u64::from(units) * 1_000_000) >> 16)
}

#[cfg(test)]
mod tests;
