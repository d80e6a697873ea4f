//! The writing half of RTCP: one method per packet type, into a fixed buffer.

use super::{ReportBlock, SenderInfo, AFB, BYE, FIR, NACK, PLI, PSFB, REMB_ID, RR, RTPFB, SDES, SR};

/// Builds a compound packet in a fixed buffer. Each method writes one whole packet or, when it does not fit,
/// nothing and returns false.
pub struct RtcpWriter<'a> {
    buf: &'a mut [u8],
    at: usize,
}

impl<'a> RtcpWriter<'a> {
    pub fn new(buf: &'a mut [u8]) -> Self {
        Self { buf, at: 0 }
    }

    pub fn len(&self) -> usize {
        self.at
    }

    pub fn is_empty(&self) -> bool {
        self.at == 0
    }

    /// At most 31 blocks (RFC 3550 6.4.1).
    pub fn sr(&mut self, info: &SenderInfo, blocks: &[ReportBlock]) -> bool {
        self.packet(SR, count_of(blocks), |p| {
            p.u32(info.ssrc)?;
            p.u32((info.ntp >> 32) as u32)?;
            p.u32(info.ntp as u32)?;
            p.u32(info.rtp)?;
            p.u32(info.packets)?;
            p.u32(info.octets)?;
            blocks.iter().try_for_each(|block| p.block(block))
        })
    }

    pub fn rr(&mut self, ssrc: u32, blocks: &[ReportBlock]) -> bool {
        self.packet(RR, count_of(blocks), |p| {
            p.u32(ssrc)?;
            blocks.iter().try_for_each(|block| p.block(block))
        })
    }

    /// RFC 3550 6.5: one chunk with the CNAME item, closed by one to four zero bytes.
    pub fn sdes_cname(&mut self, ssrc: u32, cname: &str) -> bool {
        self.packet(SDES, Some(1), |p| {
            p.u32(ssrc)?;
            p.put(&[1, u8::try_from(cname.len()).ok()?])?;
            p.put(cname.as_bytes())?;
            let used = 2 + cname.len();
            p.put([0u8; 4].get(..4 - used % 4)?)
        })
    }

    /// `seqs` ascending (wrapping); RFC 4585 6.2.1 packs runs of 17.
    pub fn nack(&mut self, sender: u32, media: u32, seqs: &[u16]) -> bool {
        self.packet(RTPFB, Some(NACK), |p| {
            p.u32(sender)?;
            p.u32(media)?;
            let mut rest = seqs;
            while let Some((&pid, mut tail)) = rest.split_first() {
                let mut blp = 0u16;
                while let Some((&seq, after)) = tail.split_first() {
                    let distance = seq.wrapping_sub(pid);
                    if !(1..=16).contains(&distance) {
                        break;
                    }
                    blp |= 1 << (distance - 1);
                    tail = after;
                }
                p.u32(u32::from(pid) << 16 | u32::from(blp))?;
                rest = tail;
            }
            (!seqs.is_empty()).then_some(())
        })
    }

    pub fn pli(&mut self, sender: u32, media: u32) -> bool {
        self.packet(PSFB, Some(PLI), |p| {
            p.u32(sender)?;
            p.u32(media)
        })
    }

    /// `nr` grows by one with each new request (RFC 5104 4.3.1.1).
    pub fn fir(&mut self, sender: u32, media: u32, nr: u8) -> bool {
        self.packet(PSFB, Some(FIR), |p| {
            p.u32(sender)?;
            p.u32(0)?;
            p.u32(media)?;
            p.u32(u32::from(nr) << 24)
        })
    }

    /// Rounds down to 18 significant bits.
    pub fn remb(&mut self, sender: u32, bitrate_bps: u64, ssrcs: &[u32]) -> bool {
        self.packet(PSFB, Some(AFB), |p| {
            let exponent = (64 - bitrate_bps.leading_zeros()).saturating_sub(18);
            let mantissa = (bitrate_bps >> exponent) as u32;
            let count = u32::from(u8::try_from(ssrcs.len()).ok()?);
            p.u32(sender)?;
            p.u32(0)?;
            p.u32(REMB_ID)?;
            p.u32(count << 24 | exponent << 18 | mantissa)?;
            ssrcs.iter().try_for_each(|ssrc| p.u32(*ssrc))
        })
    }

    pub fn bye(&mut self, ssrc: u32) -> bool {
        self.packet(BYE, Some(1), |p| p.u32(ssrc))
    }

    /// Appends a finished packet (from `twcc`).
    pub fn raw(&mut self, packet: &[u8]) -> bool {
        let end = self.at + packet.len();
        match self.buf.get_mut(self.at..end) {
            Some(room) if !packet.is_empty() && packet.len() % 4 == 0 => {
                room.copy_from_slice(packet);
                self.at = end;
                true
            }
            _ => false,
        }
    }

    fn packet(&mut self, kind: u8, count: Option<u8>, fill: impl FnOnce(&mut Part) -> Option<()>) -> bool {
        let Some(room) = self.buf.get_mut(self.at..) else {
            return false;
        };
        let mut part = Part { buf: room, at: 0 };
        let done = count.filter(|count| *count < 32).and_then(|count| {
            part.put(&[0x80 | count, kind, 0, 0])?;
            fill(&mut part)?;
            let words = u16::try_from(part.at / 4 - 1).ok()?;
            part.buf.get_mut(2..4)?.copy_from_slice(&words.to_be_bytes());
            Some(part.at)
        });
        self.at += done.unwrap_or(0);
        done.is_some()
    }
}

fn count_of(blocks: &[ReportBlock]) -> Option<u8> {
    u8::try_from(blocks.len()).ok()
}

struct Part<'a> {
    buf: &'a mut [u8],
    at: usize,
}

impl Part<'_> {
    fn put(&mut self, bytes: &[u8]) -> Option<()> {
        let end = self.at + bytes.len();
        self.buf.get_mut(self.at..end)?.copy_from_slice(bytes);
        self.at = end;
        Some(())
    }

    fn u32(&mut self, value: u32) -> Option<()> {
        self.put(&value.to_be_bytes())
    }

    fn block(&mut self, block: &ReportBlock) -> Option<()> {
        let lost = block.cumulative_lost.clamp(-0x80_0000, 0x7f_ffff) as u32 & 0x00ff_ffff;
        self.u32(block.ssrc)?;
        self.u32(u32::from(block.fraction_lost) << 24 | lost)?;
        self.u32(block.highest_seq)?;
        self.u32(block.jitter)?;
        self.u32(block.lsr)?;
        self.u32(block.dlsr)
    }
}
