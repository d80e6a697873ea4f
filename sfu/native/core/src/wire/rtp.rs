//! RTP headers (RFC 3550 5.1, header extensions of RFC 8285) and the demultiplexing of one port
//! (RFC 7983, RFC 5761). Reads any legal header; writes only the constant-length one of egress.

use std::ops::Range;

use super::{be16, be32, Cursor, ParseError};

/// What a datagram on the media port is, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PacketKind {
    Stun,
    Dtls,
    Rtp,
    Rtcp,
    Other,
}

/// RFC 7983 7 for the first byte; RFC 5761 4 (192..=223) tells RTCP from RTP.
pub fn classify(buf: &[u8]) -> PacketKind {
    match (buf.first(), buf.get(1)) {
        (Some(0..=3), _) => PacketKind::Stun,
        (Some(20..=63), _) => PacketKind::Dtls,
        (Some(128..=191), Some(192..=223)) => PacketKind::Rtcp,
        (Some(128..=191), Some(_)) => PacketKind::Rtp,
        _ => PacketKind::Other,
    }
}

const FIXED_LEN: usize = 12;
const ONE_BYTE_PROFILE: u16 = 0xBEDE;
const TWO_BYTE_PROFILE: u16 = 0x1000;

/// A parsed header. Offsets refer to the buffer it was parsed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RtpHeader {
    pub marker: bool,
    pub payload_type: u8,
    pub seq: u16,
    pub timestamp: u32,
    pub ssrc: u32,
    pub csrc_count: u8,
    pub has_padding: bool,
    /// Fixed part, CSRCs and extension block.
    pub header_len: usize,
    /// End of the payload without padding; the buffer's end until `resolve_padding`.
    pub payload_end: usize,
    ext_profile: u16,
    ext_start: usize,
}

impl RtpHeader {
    /// The header of a protected packet: padding is encrypted, so not looked at. Next: `resolve_padding`.
    pub fn parse_header(buf: &[u8]) -> Result<Self, ParseError> {
        let first = *buf.first().ok_or(ParseError::Short)?;
        if first >> 6 != 2 {
            return Err(ParseError::Version);
        }
        let second = *buf.get(1).ok_or(ParseError::Short)?;
        let csrc_count = first & 0x0f;
        let mut header_len = FIXED_LEN + 4 * usize::from(csrc_count);
        let (mut ext_profile, mut ext_start) = (0, 0);
        if first & 0x10 != 0 {
            ext_profile = be16(buf, header_len).ok_or(ParseError::Short)?;
            let words = be16(buf, header_len + 2).ok_or(ParseError::Short)?;
            ext_start = header_len + 4;
            header_len = ext_start + 4 * usize::from(words);
        }
        if header_len > buf.len() {
            return Err(ParseError::Short);
        }
        Ok(Self {
            marker: second & 0x80 != 0,
            payload_type: second & 0x7f,
            seq: be16(buf, 2).ok_or(ParseError::Short)?,
            timestamp: be32(buf, 4).ok_or(ParseError::Short)?,
            ssrc: be32(buf, 8).ok_or(ParseError::Short)?,
            csrc_count,
            has_padding: first & 0x20 != 0,
            header_len,
            payload_end: buf.len(),
            ext_profile,
            ext_start,
        })
    }

    /// RFC 3550 5.1: the last byte counts the padding, itself included.
    pub fn resolve_padding(&mut self, plain: &[u8]) -> Result<(), ParseError> {
        if plain.len() < self.header_len {
            return Err(ParseError::Short);
        }
        self.payload_end = plain.len();
        if !self.has_padding {
            return Ok(());
        }
        let padding = usize::from(*plain.last().ok_or(ParseError::Short)?);
        if padding == 0 || padding > plain.len() - self.header_len {
            return Err(ParseError::Length);
        }
        self.payload_end = plain.len() - padding;
        Ok(())
    }

    /// Header and padding of an unprotected packet.
    pub fn parse(plain: &[u8]) -> Result<Self, ParseError> {
        let mut header = Self::parse_header(plain)?;
        header.resolve_padding(plain)?;
        Ok(header)
    }

    pub fn payload_range(&self) -> Range<usize> {
        self.header_len..self.payload_end.max(self.header_len)
    }

    /// Empty for a padding-only packet (a bandwidth probe).
    pub fn payload<'a>(&self, buf: &'a [u8]) -> &'a [u8] {
        buf.get(self.payload_range()).unwrap_or(&[])
    }
}

/// The header extension element `id`, in the one-byte (RFC 8285 4.2) or two-byte (4.3) form.
pub fn extension<'a>(buf: &'a [u8], header: &RtpHeader, id: u8) -> Option<&'a [u8]> {
    if id == 0 || header.ext_start == 0 {
        return None;
    }
    let block = buf.get(header.ext_start..header.header_len)?;
    if header.ext_profile == ONE_BYTE_PROFILE {
        one_byte_element(block, id)
    } else if header.ext_profile & 0xfff0 == TWO_BYTE_PROFILE {
        two_byte_element(block, id)
    } else {
        None
    }
}

fn one_byte_element(block: &[u8], id: u8) -> Option<&[u8]> {
    let mut at = 0;
    loop {
        let byte = *block.get(at)?;
        let element = byte >> 4;
        if byte == 0 {
            at += 1;
            continue;
        }
        if element == 15 {
            return None; // RFC 8285 4.2: stop at id 15
        }
        let end = at + 2 + usize::from(byte & 0x0f);
        if element == id {
            return block.get(at + 1..end);
        }
        at = end;
    }
}

fn two_byte_element(block: &[u8], id: u8) -> Option<&[u8]> {
    let mut at = 0;
    loop {
        let element = *block.get(at)?;
        if element == 0 {
            at += 1;
            continue;
        }
        let end = at + 2 + usize::from(*block.get(at + 1)?);
        if element == id {
            return block.get(at + 2..end);
        }
        at = end;
    }
}

/// The header of every packet to a subscriber: one CSRC (the publisher's number) and, if negotiated,
/// abs-send-time. Constant length per subscriber, so that GSO runs stay equal in size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EgressHeader {
    pub marker: bool,
    pub payload_type: u8,
    pub seq: u16,
    pub timestamp: u32,
    pub ssrc: u32,
    pub csrc: u32,
    /// Extension id (1..=14) and 24-bit value.
    pub abs_send_time: Option<(u8, u32)>,
    pub padding: bool,
}

impl EgressHeader {
    pub const MAX_LEN: usize = 24;

    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        if self.abs_send_time.is_some() {
            Self::MAX_LEN
        } else {
            16
        }
    }

    /// Returns the length written, or `None` if `out` is too small.
    pub fn write(&self, out: &mut [u8]) -> Option<usize> {
        let mut w = Cursor::new(out);
        let padding = if self.padding { 0x20 } else { 0 };
        let ext = if self.abs_send_time.is_some() { 0x10 } else { 0 };
        w.u8(0x80 | padding | ext | 1);
        w.u8((u8::from(self.marker) << 7) | (self.payload_type & 0x7f));
        w.u16(self.seq);
        w.u32(self.timestamp);
        w.u32(self.ssrc);
        w.u32(self.csrc);
        if let Some((id, time)) = self.abs_send_time {
            w.u16(ONE_BYTE_PROFILE);
            w.u16(1);
            w.u32((u32::from((id & 0x0f) << 4 | 2) << 24) | (time & 0x00ff_ffff));
        }
        w.finish()
    }
}

/// abs-send-time: seconds as 6.18 fixed point, 24 bits (wraps every 64 s).
pub fn abs_send_time(now_us: u64) -> u32 {
    let wrapped = now_us % 64_000_000;
    ((wrapped << 18) / 1_000_000) as u32 & 0x00ff_ffff
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn packet(first: u8, ext: &[u8], payload: &[u8]) -> Vec<u8> {
        let mut p = vec![first, 0x80 | 96, 0xff, 0xfe, 0, 0, 0, 9, 1, 2, 3, 4];
        for _ in 0..first & 0x0f {
            p.extend([9, 9, 9, 9]);
        }
        p.extend(ext);
        p.extend(payload);
        p
    }

    #[test]
    fn a_plain_header_is_read() {
        let p = packet(0x80, &[], b"abc");
        let h = RtpHeader::parse(&p).unwrap();
        assert!(h.marker);
        assert_eq!((h.payload_type, h.seq, h.timestamp, h.ssrc), (96, 0xfffe, 9, 0x0102_0304));
        assert_eq!(h.payload(&p), b"abc");
    }

    #[test]
    fn csrcs_extensions_and_padding_are_not_payload() {
        let ext = [0xBE, 0xDE, 0, 2, 0x10, b'0', 0, 0x22, 1, 2, 3, 0];
        let p = packet(0x80 | 0x20 | 0x10 | 2, &ext, b"abc\0\0\x03");
        let h = RtpHeader::parse(&p).unwrap();
        assert_eq!(h.payload(&p), b"abc");
        assert_eq!(extension(&p, &h, 1), Some(&b"0"[..]));
        assert_eq!(extension(&p, &h, 2), Some(&[1, 2, 3][..]));
        assert_eq!(extension(&p, &h, 3), None);
        assert_eq!(extension(&p, &h, 0), None);
    }

    #[test]
    fn two_byte_extensions_are_found_even_with_appbits() {
        let ext = [0x10, 0x05, 0, 2, 1, 0, 0, 20, 3, 7, 8, 9];
        let p = packet(0x90, &ext, b"x");
        let h = RtpHeader::parse(&p).unwrap();
        assert_eq!(extension(&p, &h, 1), Some(&[][..]));
        assert_eq!(extension(&p, &h, 20), Some(&[7, 8, 9][..]));
    }

    #[test]
    fn an_element_running_past_its_block_is_not_returned() {
        let ext = [0xBE, 0xDE, 0, 1, 0x1f, 1, 2, 3];
        let p = packet(0x90, &ext, &[0; 40]);
        let h = RtpHeader::parse(&p).unwrap();
        assert_eq!(extension(&p, &h, 1), None);
    }

    #[test]
    fn lying_lengths_are_refused() {
        assert_eq!(RtpHeader::parse(&[]), Err(ParseError::Short));
        assert_eq!(RtpHeader::parse(&[0x40; 20]), Err(ParseError::Version));
        assert_eq!(RtpHeader::parse(&[0x8f; 20]), Err(ParseError::Short));
        let p = packet(0x90, &[0xBE, 0xDE, 0xff, 0xff], &[0; 100]);
        assert_eq!(RtpHeader::parse(&p), Err(ParseError::Short));
        let p = packet(0xa0, &[], &[1, 9]);
        assert_eq!(RtpHeader::parse(&p), Err(ParseError::Length));
        let p = packet(0xa0, &[], &[1, 0]);
        assert_eq!(RtpHeader::parse(&p), Err(ParseError::Length));
    }

    #[test]
    fn padding_only_packets_have_no_payload() {
        let p = packet(0xa0, &[], &[0, 0, 3]);
        assert!(RtpHeader::parse(&p).unwrap().payload(&p).is_empty());
    }

    #[test]
    fn egress_header_reads_back() {
        for time in [None, Some((3, 0x00ab_cdef))] {
            let out = EgressHeader {
                marker: true,
                payload_type: 111,
                seq: 7,
                timestamp: 8,
                ssrc: 9,
                csrc: 42,
                abs_send_time: time,
                padding: false,
            };
            let mut buf = [0u8; 64];
            let n = out.write(&mut buf).unwrap();
            assert_eq!(n, out.len());
            let h = RtpHeader::parse(&buf[..n]).unwrap();
            assert_eq!((h.marker, h.payload_type, h.seq, h.csrc_count), (true, 111, 7, 1));
            assert_eq!(be32(&buf, 12), Some(42));
            assert_eq!(extension(&buf[..n], &h, 3), time.map(|_| &[0xab, 0xcd, 0xef][..]));
            assert_eq!(out.write(&mut buf[..n - 1]), None);
        }
    }

    #[test]
    fn datagrams_are_told_apart() {
        assert_eq!(classify(&[]), PacketKind::Other);
        assert_eq!(classify(&[0, 1]), PacketKind::Stun);
        assert_eq!(classify(&[22, 254]), PacketKind::Dtls);
        assert_eq!(classify(&[128, 96]), PacketKind::Rtp);
        assert_eq!(classify(&[128, 96 | 0x80]), PacketKind::Rtp);
        assert_eq!(classify(&[128, 200]), PacketKind::Rtcp);
        assert_eq!(classify(&[129, 223]), PacketKind::Rtcp);
        assert_eq!(classify(&[129]), PacketKind::Other);
        assert_eq!(classify(&[64, 0]), PacketKind::Other);
    }

    #[test]
    fn abs_send_time_wraps_at_64_seconds() {
        assert_eq!(abs_send_time(1_000_000), 1 << 18);
        assert_eq!(abs_send_time(64_000_000), 0);
        assert_eq!(abs_send_time(63_999_999), 0x00ff_ffff);
    }

    proptest! {
        #[test]
        fn never_panics(buf in proptest::collection::vec(any::<u8>(), 0..120), id in any::<u8>()) {
            classify(&buf);
            if let Ok(h) = RtpHeader::parse_header(&buf) {
                let _ = extension(&buf, &h, id);
                let _ = h.payload(&buf);
            }
            if let Ok(h) = RtpHeader::parse(&buf) {
                prop_assert!(h.header_len <= h.payload_end && h.payload_end <= buf.len());
            }
        }

        #[test]
        fn extension_walk_ends(ext in proptest::collection::vec(any::<u8>(), 40), two in any::<bool>(), id in any::<u8>()) {
            let mut block = if two { vec![0x10, 0, 0, 10] } else { vec![0xBE, 0xDE, 0, 10] };
            block.extend(ext);
            let p = packet(0x90, &block, b"abc");
            let h = RtpHeader::parse(&p).unwrap();
            let _ = extension(&p, &h, id);
        }
    }
}
