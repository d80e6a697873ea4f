//! STUN binding messages (RFC 8489) as ICE uses them (RFC 8445): parse, check, answer, ask.
//!
//! Reads one message without copying. Error responses are read but never written: a request that fails a
//! check is dropped, which tells a stranger nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;

use super::{be16, be32, be64, Cursor, ParseError};

const HEADER: usize = 20;
const MAGIC: u32 = 0x2112_A442;
const BINDING: u16 = 1;
const FINGERPRINT_XOR: u32 = 0x5354_554E;
const INTEGRITY_LEN: usize = 20;

const USERNAME: u16 = 0x0006;
const MESSAGE_INTEGRITY: u16 = 0x0008;
const ERROR_CODE: u16 = 0x0009;
const XOR_MAPPED_ADDRESS: u16 = 0x0020;
const PRIORITY: u16 = 0x0024;
const USE_CANDIDATE: u16 = 0x0025;
const FINGERPRINT: u16 = 0x8028;
const ICE_CONTROLLED: u16 = 0x8029;
const ICE_CONTROLLING: u16 = 0x802A;
/// Attributes from here on may be ignored (RFC 8489 14).
const OPTIONAL: u16 = 0x8000;

/// The short-term credential of one ICE password, prepared once (RFC 8489 9.1.1).
#[derive(Clone)]
pub struct IceKey(hmac::Key);

impl IceKey {
    pub fn new(pwd: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, pwd))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    Request,
    Indication,
    Success,
    Error,
}

/// One parsed message. Nothing in it may be believed before `check_integrity`.
#[derive(Debug, Clone, Copy)]
pub struct StunMessage<'a> {
    pub class: Class,
    pub method: u16,
    pub transaction_id: [u8; 12],
    pub username: Option<&'a [u8]>,
    pub priority: Option<u32>,
    pub use_candidate: bool,
    /// Tie breaker of an agent in the controlling role.
    pub controlling: Option<u64>,
    pub controlled: Option<u64>,
    pub mapped: Option<SocketAddr>,
    pub error_code: Option<u16>,
    /// Present, and right: a wrong one is a `ParseError`.
    pub fingerprint: bool,
    /// An attribute that must be understood is not: RFC 8489 6.3.1 wants the request refused.
    pub unknown_required: bool,
    raw: &'a [u8],
    integrity: Option<usize>,
}

impl<'a> StunMessage<'a> {
    pub fn parse(buf: &'a [u8]) -> Result<Self, ParseError> {
        let kind = be16(buf, 0).ok_or(ParseError::Short)?;
        let length = usize::from(be16(buf, 2).ok_or(ParseError::Short)?);
        if kind & 0xc000 != 0 || be32(buf, 4).ok_or(ParseError::Short)? != MAGIC {
            return Err(ParseError::Version);
        }
        if length % 4 != 0 || buf.len() != HEADER + length {
            return Err(ParseError::Length);
        }
        let id = buf.get(8..HEADER).ok_or(ParseError::Short)?;
        let mut message = Self {
            class: class_of(kind),
            method: method_of(kind),
            transaction_id: id.try_into().map_err(|_| ParseError::Short)?,
            username: None,
            priority: None,
            use_candidate: false,
            controlling: None,
            controlled: None,
            mapped: None,
            error_code: None,
            fingerprint: false,
            unknown_required: false,
            raw: buf,
            integrity: None,
        };
        let mut at = HEADER;
        while at < buf.len() {
            at = message.attribute(at)?;
        }
        Ok(message)
    }

    /// Reads the attribute at `at`, returns where the next one begins.
    fn attribute(&mut self, at: usize) -> Result<usize, ParseError> {
        let kind = be16(self.raw, at).ok_or(ParseError::Short)?;
        let len = usize::from(be16(self.raw, at + 2).ok_or(ParseError::Short)?);
        let value = self.raw.get(at + 4..at + 4 + len).ok_or(ParseError::Length)?;
        let next = at + 4 + len.next_multiple_of(4);
        if next > self.raw.len() || self.fingerprint {
            return Err(ParseError::Length); // RFC 8489 14.7: FINGERPRINT is the last
        }
        // RFC 8489 14.5: all after MESSAGE-INTEGRITY but FINGERPRINT is ignored, as nothing protects it.
        if self.integrity.is_some() && kind != FINGERPRINT {
            return Ok(next);
        }
        self.take(kind, value, at)?;
        Ok(next)
    }

    fn take(&mut self, kind: u16, value: &'a [u8], at: usize) -> Result<(), ParseError> {
        match kind {
            USERNAME if value.len() <= 513 => self.username = self.username.or(Some(value)),
            PRIORITY => self.priority = Some(exactly(value, be32)?),
            USE_CANDIDATE => self.use_candidate = true,
            ICE_CONTROLLING => self.controlling = Some(exactly(value, be64)?),
            ICE_CONTROLLED => self.controlled = Some(exactly(value, be64)?),
            XOR_MAPPED_ADDRESS => self.mapped = Some(xor_address(value, &self.transaction_id)?),
            ERROR_CODE => {
                let word = be32(value, 0).ok_or(ParseError::Attribute)?;
                self.error_code = Some((word >> 8 & 7) as u16 * 100 + (word & 0xff) as u16);
            }
            MESSAGE_INTEGRITY if value.len() == INTEGRITY_LEN => self.integrity = Some(at),
            USERNAME | MESSAGE_INTEGRITY => return Err(ParseError::Attribute),
            FINGERPRINT => {
                let covered = self.raw.get(..at).ok_or(ParseError::Length)?;
                if exactly(value, be32)? != crc32(covered) ^ FINGERPRINT_XOR {
                    return Err(ParseError::Attribute);
                }
                self.fingerprint = true;
            }
            other if other < OPTIONAL => self.unknown_required = true,
            _ => {}
        }
        Ok(())
    }

    /// USERNAME of a request to us: our ufrag, then the sender's (RFC 8445 7.2.2).
    pub fn ufrags(&self) -> Option<(&'a [u8], &'a [u8])> {
        let name = self.username?;
        let colon = name.iter().position(|byte| *byte == b':')?;
        Some((name.get(..colon)?, name.get(colon + 1..)?))
    }

    pub fn is_binding_request(&self) -> bool {
        self.class == Class::Request && self.method == BINDING
    }

    pub fn is_binding_success(&self) -> bool {
        self.class == Class::Success && self.method == BINDING
    }

    /// True if MESSAGE-INTEGRITY is present and made with this password (RFC 8489 14.5).
    pub fn check_integrity(&self, key: &IceKey) -> bool {
        let Some(at) = self.integrity else {
            return false;
        };
        let theirs = self.raw.get(at + 4..at + 4 + INTEGRITY_LEN);
        match (integrity(self.raw, at, key), theirs) {
            (Some(ours), Some(theirs)) => verify_slices_are_equal(&ours, theirs).is_ok(),
            _ => false,
        }
    }
}

/// HMAC over `buf[..at]`, with the length field as if the message ended after MESSAGE-INTEGRITY.
fn integrity(buf: &[u8], at: usize, key: &IceKey) -> Option<[u8; INTEGRITY_LEN]> {
    let length = u16::try_from((at + 4 + INTEGRITY_LEN).checked_sub(HEADER)?).ok()?;
    let mut context = hmac::Context::with_key(&key.0);
    context.update(buf.get(..2)?);
    context.update(&length.to_be_bytes());
    context.update(buf.get(4..at)?);
    context.sign().as_ref().try_into().ok()
}

fn exactly<T>(value: &[u8], read: fn(&[u8], usize) -> Option<T>) -> Result<T, ParseError> {
    if value.len() != std::mem::size_of::<T>() {
        return Err(ParseError::Attribute);
    }
    read(value, 0).ok_or(ParseError::Attribute)
}

/// RFC 8489 5: class bits are 4 and 8 of the type, the method lies around them.
fn class_of(kind: u16) -> Class {
    match kind & 0x0110 {
        0x0000 => Class::Request,
        0x0010 => Class::Indication,
        0x0100 => Class::Success,
        _ => Class::Error,
    }
}

fn method_of(kind: u16) -> u16 {
    (kind & 0x000f) | (kind & 0x00e0) >> 1 | (kind & 0x3e00) >> 2
}

/// RFC 8489 14.2.
fn xor_address(value: &[u8], id: &[u8; 12]) -> Result<SocketAddr, ParseError> {
    let family = *value.get(1).ok_or(ParseError::Attribute)?;
    let port = be16(value, 2).ok_or(ParseError::Attribute)? ^ (MAGIC >> 16) as u16;
    let ip = match (family, value.len()) {
        (1, 8) => {
            let word = be32(value, 4).ok_or(ParseError::Attribute)?;
            IpAddr::V4(Ipv4Addr::from(word ^ MAGIC))
        }
        (2, 20) => {
            let bytes = value.get(4..20).ok_or(ParseError::Attribute)?;
            let bytes: [u8; 16] = bytes.try_into().map_err(|_| ParseError::Attribute)?;
            IpAddr::V6(Ipv6Addr::from(u128::from_be_bytes(bytes) ^ v6_mask(id)))
        }
        _ => return Err(ParseError::Attribute),
    };
    Ok(SocketAddr::new(ip, port))
}

fn v6_mask(id: &[u8; 12]) -> u128 {
    let mut mask = [0u8; 16];
    mask[..4].copy_from_slice(&MAGIC.to_be_bytes());
    mask[4..].copy_from_slice(id);
    u128::from_be_bytes(mask)
}

/// A binding success response; the caller has checked the request. `None`: `out` is too small (108 suffice).
pub fn write_binding_success(
    out: &mut [u8],
    transaction_id: &[u8; 12],
    mapped: SocketAddr,
    key: &IceKey,
) -> Option<usize> {
    let mut w = Cursor::new(out);
    header(&mut w, 0x0101, transaction_id);
    w.u16(XOR_MAPPED_ADDRESS);
    let port = mapped.port() ^ (MAGIC >> 16) as u16;
    match mapped.ip().to_canonical() {
        IpAddr::V4(ip) => {
            w.put(&[0, 8, 0, 1]);
            w.u16(port);
            w.u32(u32::from(ip) ^ MAGIC);
        }
        IpAddr::V6(ip) => {
            w.put(&[0, 20, 0, 2]);
            w.u16(port);
            w.put(&(u128::from(ip) ^ v6_mask(transaction_id)).to_be_bytes());
        }
    }
    seal(w, key)
}

/// A connectivity check of the client role.
#[derive(Debug, Clone, Copy)]
pub struct BindingRequest<'a> {
    pub transaction_id: [u8; 12],
    /// The other side's ufrag, a colon, ours.
    pub username: &'a [u8],
    pub priority: u32,
    pub tie_breaker: u64,
    pub controlling: bool,
    pub use_candidate: bool,
}

pub fn write_binding_request(out: &mut [u8], request: &BindingRequest, key: &IceKey) -> Option<usize> {
    let mut w = Cursor::new(out);
    header(&mut w, 0x0001, &request.transaction_id);
    w.u16(USERNAME);
    w.u16(u16::try_from(request.username.len()).ok()?);
    w.put(request.username);
    w.put([0u8; 3].get(..request.username.len().next_multiple_of(4) - request.username.len())?);
    w.u16(PRIORITY);
    w.u16(4);
    w.u32(request.priority);
    w.u16(if request.controlling { ICE_CONTROLLING } else { ICE_CONTROLLED });
    w.u16(8);
    w.u64(request.tie_breaker);
    if request.use_candidate {
        w.u16(USE_CANDIDATE);
        w.u16(0);
    }
    seal(w, key)
}

fn header(w: &mut Cursor, kind: u16, id: &[u8; 12]) {
    w.u16(kind);
    w.u16(0);
    w.u32(MAGIC);
    w.put(id);
}

/// Appends MESSAGE-INTEGRITY and FINGERPRINT and sets the length.
fn seal(mut w: Cursor, key: &IceKey) -> Option<usize> {
    let at = w.len();
    let tag = integrity(w.written(), at, key)?;
    w.u16(MESSAGE_INTEGRITY);
    w.u16(INTEGRITY_LEN as u16);
    w.put(&tag);
    let length = u16::try_from((w.len() + 8).checked_sub(HEADER)?).ok()?;
    w.patch16(2, length);
    let crc = crc32(w.written()) ^ FINGERPRINT_XOR;
    w.u16(FINGERPRINT);
    w.u16(4);
    w.u32(crc);
    w.finish()
}

/// CRC-32 of ITU V.42 (RFC 8489 14.7).
fn crc32(data: &[u8]) -> u32 {
    !data.iter().fold(u32::MAX, |crc, byte| (crc >> 8) ^ CRC_TABLE[usize::from(crc as u8 ^ byte)])
}

const CRC_TABLE: [u32; 256] = crc_table();

const fn crc_table() -> [u32; 256] {
    let mut table = [0u32; 256];
    let mut i = 0;
    while i < 256 {
        let mut crc = i as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 != 0 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
            bit += 1;
        }
        table[i] = crc;
        i += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn request() -> BindingRequest<'static> {
        BindingRequest {
            transaction_id: [7; 12],
            username: b"server:cli",
            priority: 99,
            tie_breaker: 5,
            controlling: true,
            use_candidate: true,
        }
    }

    /// RFC 5769 2.1: sample request, short-term credential.
    const SAMPLE: [u8; 108] = [
        0x00, 0x01, 0x00, 0x58, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa,
        0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x10, 0x53, 0x54, 0x55, 0x4e, 0x20, 0x74, 0x65, 0x73, 0x74, 0x20,
        0x63, 0x6c, 0x69, 0x65, 0x6e, 0x74, 0x00, 0x24, 0x00, 0x04, 0x6e, 0x00, 0x01, 0xff, 0x80, 0x29, 0x00,
        0x08, 0x93, 0x2f, 0xf9, 0xb1, 0x51, 0x26, 0x3b, 0x36, 0x00, 0x06, 0x00, 0x09, 0x65, 0x76, 0x74, 0x6a,
        0x3a, 0x68, 0x36, 0x76, 0x59, 0x20, 0x20, 0x20, 0x00, 0x08, 0x00, 0x14, 0x9a, 0xea, 0xa7, 0x0c, 0xbf,
        0xd8, 0xcb, 0x56, 0x78, 0x1e, 0xf2, 0xb5, 0xb2, 0xd3, 0xf2, 0x49, 0xc1, 0xb5, 0x71, 0xa2, 0x80, 0x28,
        0x00, 0x04, 0xe5, 0x7a, 0x3b, 0xcf,
    ];

    #[test]
    fn the_sample_request_of_the_rfc_is_read_and_verified() {
        let m = StunMessage::parse(&SAMPLE).unwrap();
        assert!(m.is_binding_request() && m.fingerprint && !m.unknown_required);
        assert_eq!(m.ufrags(), Some((&b"evtj"[..], &b"h6vY"[..])));
        assert_eq!((m.priority, m.controlled), (Some(0x6e00_01ff), Some(0x932f_f9b1_5126_3b36)));
        assert!(m.check_integrity(&IceKey::new(b"VOkJxbRl1RmTxUk/WvJxBt")));
        assert!(!m.check_integrity(&IceKey::new(b"VOkJxbRl1RmTxUk/WvJxBu")));
    }

    #[test]
    fn requests_and_answers_read_back() {
        let key = IceKey::new(b"secret");
        let mut buf = [0u8; 200];
        let n = write_binding_request(&mut buf, &request(), &key).unwrap();
        let m = StunMessage::parse(&buf[..n]).unwrap();
        assert!(m.check_integrity(&key) && m.fingerprint && m.use_candidate);
        assert_eq!((m.username, m.controlling, m.priority), (Some(&b"server:cli"[..]), Some(5), Some(99)));

        for (mapped, seen) in [
            ("1.2.3.4:5678", "1.2.3.4:5678"),
            ("[2001:db8::7]:9", "[2001:db8::7]:9"),
            ("[::ffff:1.2.3.4]:9", "1.2.3.4:9"),
        ] {
            let n = write_binding_success(&mut buf, &[7; 12], mapped.parse().unwrap(), &key).unwrap();
            let m = StunMessage::parse(&buf[..n]).unwrap();
            assert!(m.is_binding_success() && m.check_integrity(&key));
            assert_eq!(m.mapped, Some(seen.parse().unwrap()));
        }
    }

    #[test]
    fn a_small_buffer_is_refused_not_overrun() {
        let key = IceKey::new(b"secret");
        let mut buf = [0u8; 200];
        let n = write_binding_request(&mut buf, &request(), &key).unwrap();
        for size in 0..n {
            assert_eq!(write_binding_request(&mut buf[..size], &request(), &key), None);
        }
    }

    #[test]
    fn every_byte_is_covered_by_fingerprint_or_integrity() {
        let key = IceKey::new(b"VOkJxbRl1RmTxUk/WvJxBt");
        for at in 0..SAMPLE.len() {
            let mut bad = SAMPLE;
            bad[at] ^= 1;
            let believed = StunMessage::parse(&bad).is_ok_and(|m| m.fingerprint && m.check_integrity(&key));
            assert!(!believed, "byte {at}");
        }
    }

    #[test]
    fn attributes_after_integrity_are_not_believed() {
        let key = IceKey::new(b"secret");
        let mut buf = [0u8; 200];
        let plain = BindingRequest { use_candidate: false, ..request() };
        let n = write_binding_request(&mut buf, &plain, &key).unwrap() - 8; // without FINGERPRINT
        buf[n..n + 4].copy_from_slice(&[0, 0x25, 0, 0]);
        let length = (n + 4 - HEADER) as u16;
        buf[2..4].copy_from_slice(&length.to_be_bytes());
        let m = StunMessage::parse(&buf[..n + 4]).unwrap();
        assert!(m.check_integrity(&key) && !m.use_candidate);
    }

    #[test]
    fn a_required_unknown_attribute_is_reported() {
        let mut buf = [0u8; 24];
        buf[..8].copy_from_slice(&[0, 1, 0, 4, 0x21, 0x12, 0xa4, 0x42]);
        buf[20..22].copy_from_slice(&[0x00, 0x77]);
        let m = StunMessage::parse(&buf).unwrap();
        assert!(m.unknown_required && !m.check_integrity(&IceKey::new(b"x")));
    }

    #[test]
    fn wrong_lengths_are_refused() {
        assert_eq!(StunMessage::parse(&[]).err(), Some(ParseError::Short));
        assert_eq!(StunMessage::parse(&SAMPLE[..107]).err(), Some(ParseError::Length));
        let mut bad = SAMPLE;
        bad[4] = 0;
        assert_eq!(StunMessage::parse(&bad).err(), Some(ParseError::Version));
        let mut bad = SAMPLE;
        bad[23] = 0xff;
        assert_eq!(StunMessage::parse(&bad).err(), Some(ParseError::Length));
    }

    proptest! {
        #[test]
        fn never_panics(tail in proptest::collection::vec(any::<u8>(), 0..120)) {
            let _ = StunMessage::parse(&tail);
            let mut buf = vec![0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
            buf.extend(&tail[..tail.len() & !3]);
            let length = (buf.len() - HEADER) as u16;
            buf[2..4].copy_from_slice(&length.to_be_bytes());
            if let Ok(m) = StunMessage::parse(&buf) {
                let _ = (m.ufrags(), m.check_integrity(&IceKey::new(b"k")));
            }
        }

        #[test]
        fn mutations_never_panic(at in 0..108usize, byte in any::<u8>()) {
            let mut bad = SAMPLE;
            bad[at] = byte;
            if let Ok(m) = StunMessage::parse(&bad) {
                let _ = (m.ufrags(), m.check_integrity(&IceKey::new(b"k")));
            }
        }
    }
}
