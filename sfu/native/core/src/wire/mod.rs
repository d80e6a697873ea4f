//! Wire formats and the small per-stream machines that follow from them.
//!
//! Owns: parsing, writing and protecting of RTP, RTCP, STUN and VP8 descriptors, and the passive classes fed
//! by them (NACK, transport-wide feedback, keyframe requests, receive statistics, loudest speakers). Does not
//! own: sockets, clocks, rooms or routing. Time is an argument, microseconds of one monotonic clock. Parsers
//! return a value or `ParseError`; nothing allocates per packet.

pub mod audio;
pub mod keyframe;
pub mod nack;
pub mod receive_stats;
pub mod rtcp;
pub mod rtp;
pub mod seq;
pub mod speakers;
pub mod srtp;
pub mod stun;
pub mod twcc;
pub mod vp8;

use std::fmt;

/// Why a datagram, or a part of it, was refused: always the peer's fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParseError {
    /// Ends before a field that must be there.
    Short,
    /// Version bits, magic cookie or reserved bits are wrong.
    Version,
    /// A length field contradicts the datagram or its own rules.
    Length,
    /// A type that this parser does not take.
    Type,
    /// An attribute or item inside is malformed or a check over the message fails.
    Attribute,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Short => "packet ends before a required field",
            Self::Version => "wrong version or magic",
            Self::Length => "length field contradicts the packet",
            Self::Type => "unexpected packet type",
            Self::Attribute => "malformed attribute",
        })
    }
}

impl std::error::Error for ParseError {}

pub(crate) fn be16(buf: &[u8], at: usize) -> Option<u16> {
    let bytes = buf.get(at..at.checked_add(2)?)?;
    Some(u16::from_be_bytes(bytes.try_into().ok()?))
}

pub(crate) fn be32(buf: &[u8], at: usize) -> Option<u32> {
    let bytes = buf.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

pub(crate) fn be64(buf: &[u8], at: usize) -> Option<u64> {
    let bytes = buf.get(at..at.checked_add(8)?)?;
    Some(u64::from_be_bytes(bytes.try_into().ok()?))
}

/// Appends to a fixed buffer; once something did not fit, `finish` returns `None`.
pub(crate) struct Cursor<'a> {
    buf: &'a mut [u8],
    at: usize,
    full: bool,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(buf: &'a mut [u8]) -> Self {
        Self { buf, at: 0, full: false }
    }

    pub(crate) fn put(&mut self, bytes: &[u8]) {
        match self.at.checked_add(bytes.len()).and_then(|end| self.buf.get_mut(self.at..end)) {
            Some(room) if !self.full => {
                room.copy_from_slice(bytes);
                self.at += bytes.len();
            }
            _ => self.full = true,
        }
    }

    pub(crate) fn u8(&mut self, value: u8) {
        self.put(&[value]);
    }

    pub(crate) fn u16(&mut self, value: u16) {
        self.put(&value.to_be_bytes());
    }

    pub(crate) fn u32(&mut self, value: u32) {
        self.put(&value.to_be_bytes());
    }

    pub(crate) fn u64(&mut self, value: u64) {
        self.put(&value.to_be_bytes());
    }

    pub(crate) fn len(&self) -> usize {
        self.at
    }

    pub(crate) fn written(&self) -> &[u8] {
        self.buf.get(..self.at).unwrap_or(&[])
    }

    pub(crate) fn patch(&mut self, at: usize, value: u8) {
        match self.buf.get_mut(at) {
            Some(room) => *room = value,
            None => self.full = true,
        }
    }

    pub(crate) fn patch16(&mut self, at: usize, value: u16) {
        match self.buf.get_mut(at..at + 2) {
            Some(room) => room.copy_from_slice(&value.to_be_bytes()),
            None => self.full = true,
        }
    }

    pub(crate) fn finish(self) -> Option<usize> {
        (!self.full).then_some(self.at)
    }
}
