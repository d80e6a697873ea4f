//! SRTP and SRTCP in place: AEAD_AES_128_GCM (RFC 7714) and AES_CM_128_HMAC_SHA1_80 (RFC 3711).
//!
//! `SrtpIn` authenticates, decrypts and refuses replays; it keeps the rollover counter of each SSRC. `SrtpOut`
//! encrypts; the rollover counter of an RTP stream comes from its owner, so one packet costs no look-up.

mod keys;
mod replay;

use std::fmt;

use super::rtp::RtpHeader;
use super::{be16, be32};
use keys::{cm_iv, ctr, gcm_nonce, gcm_open, gcm_seal, same_tag, sha1_tag, Keys, Stream, GCM_TAG, SHA1_TAG};
use replay::ReplayTable;

/// SRTCP's E flag and 31-bit index (RFC 3711 3.4).
const INDEX_LEN: usize = 4;
const ENCRYPTED: u32 = 1 << 31;
/// The part of an RTCP packet that stays readable: first header word and sender SSRC.
const RTCP_HEADER: usize = 8;
const RTP_SSRCS: usize = 64;
/// One receiver may report from an SSRC of its own per receiving line.
const RTCP_SSRCS: usize = 256;
const RTP_INDEX_END: u64 = 1 << 48;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    Aes128CmSha1_80,
    AeadAes128Gcm,
}

impl Profile {
    /// The DTLS-SRTP number of a profile (RFC 5764 4.1.2, RFC 7714 14.2).
    pub fn from_id(id: u16) -> Option<Self> {
        match id {
            1 => Some(Self::Aes128CmSha1_80),
            7 => Some(Self::AeadAes128Gcm),
            _ => None,
        }
    }

    /// Master key and master salt, in bytes.
    pub fn key_salt_len(self) -> usize {
        match self {
            Self::Aes128CmSha1_80 => 16 + 14,
            Self::AeadAes128Gcm => 16 + 12,
        }
    }

    /// Bytes that protection adds to an RTP packet.
    pub fn rtp_overhead(self) -> usize {
        match self {
            Self::Aes128CmSha1_80 => SHA1_TAG,
            Self::AeadAes128Gcm => GCM_TAG,
        }
    }

    /// Bytes that protection adds to an RTCP packet.
    pub fn rtcp_overhead(self) -> usize {
        self.rtp_overhead() + INDEX_LEN
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SrtpError {
    /// The key material has the wrong length.
    Key,
    /// Shorter than header and tag.
    Short,
    /// Not an encrypted RTCP packet.
    Parse,
    /// The tag is not that of this key.
    Auth,
    /// Seen before, or older than the window.
    Replay,
    /// The buffer has no room for the tag.
    Overflow,
    /// The packet index of this key is used up.
    Exhausted,
}

impl fmt::Display for SrtpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Key => "wrong length of SRTP key material",
            Self::Short => "protected packet too short",
            Self::Parse => "not an encrypted RTCP packet",
            Self::Auth => "authentication failed",
            Self::Replay => "replayed packet",
            Self::Overflow => "no room for the authentication tag",
            Self::Exhausted => "packet index used up",
        })
    }
}

impl std::error::Error for SrtpError {}

/// An authenticated packet: `buf[..len]` is plain, `ext_seq` is rollover counter and sequence number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unprotected {
    pub len: usize,
    pub ext_seq: u64,
}

/// The receiving direction of one transport.
pub struct SrtpIn {
    rtp: Keys,
    rtcp: Keys,
    rtp_seen: ReplayTable<16>,
    rtcp_seen: ReplayTable<2>,
}

impl SrtpIn {
    pub fn new(profile: Profile, key_salt: &[u8]) -> Result<Self, SrtpError> {
        Ok(Self {
            rtp: Keys::derive(profile, key_salt, Stream::Rtp)?,
            rtcp: Keys::derive(profile, key_salt, Stream::Rtcp)?,
            rtp_seen: ReplayTable::new(RTP_SSRCS),
            rtcp_seen: ReplayTable::new(RTCP_SSRCS),
        })
    }

    /// `buf` is the datagram, `header` its `RtpHeader::parse_header`. On an error `buf` is spoilt.
    pub fn unprotect_rtp(&mut self, buf: &mut [u8], header: &RtpHeader) -> Result<Unprotected, SrtpError> {
        let (place, reached) = self.rtp_seen.find(header.ssrc);
        let index = estimate_index(reached, header.seq).ok_or(SrtpError::Replay)?;
        self.rtp_seen.check(place, reached, index)?;
        let len = open_rtp(&self.rtp, buf, header, index)?;
        self.rtp_seen.accept(place, header.ssrc, index);
        Ok(Unprotected { len, ext_seq: index })
    }

    /// Returns the length of the plain compound packet in `buf`.
    pub fn unprotect_rtcp(&mut self, buf: &mut [u8]) -> Result<usize, SrtpError> {
        let ssrc = be32(buf, 4).ok_or(SrtpError::Short)?;
        let word = rtcp_index(&self.rtcp, buf)?;
        if word & ENCRYPTED == 0 {
            return Err(SrtpError::Parse);
        }
        let index = u64::from(word & !ENCRYPTED);
        let (place, reached) = self.rtcp_seen.find(ssrc);
        self.rtcp_seen.check(place, reached, index)?;
        let len = open_rtcp(&self.rtcp, buf, ssrc, word)?;
        self.rtcp_seen.accept(place, ssrc, index);
        Ok(len)
    }
}

/// RFC 3711 3.3.1: the index nearest to the highest reached. `None` lies before the beginning.
fn estimate_index(reached: Option<u64>, seq: u16) -> Option<u64> {
    let Some(highest) = reached else {
        return Some(u64::from(seq));
    };
    let step = i64::from(seq.wrapping_sub(highest as u16) as i16);
    highest.checked_add_signed(step).filter(|index| *index < RTP_INDEX_END)
}

fn open_rtp(keys: &Keys, buf: &mut [u8], header: &RtpHeader, index: u64) -> Result<usize, SrtpError> {
    let tag = match keys {
        Keys::Gcm { .. } => GCM_TAG,
        Keys::Cm { .. } => SHA1_TAG,
    };
    let len = buf.len().checked_sub(tag).filter(|len| *len >= header.header_len).ok_or(SrtpError::Short)?;
    match keys {
        Keys::Gcm { key, salt } => {
            let (aad, data) = buf.split_at_mut(header.header_len);
            gcm_open(key, gcm_nonce(salt, header.ssrc, index), aad, data)?;
        }
        Keys::Cm { key, salt, auth } => {
            let (packet, theirs) = buf.split_at_mut(len);
            let roc = ((index >> 16) as u32).to_be_bytes();
            same_tag(&sha1_tag(auth, packet, &roc), theirs)?;
            let data = packet.get_mut(header.header_len..).ok_or(SrtpError::Short)?;
            ctr(key, cm_iv(salt, header.ssrc, index), data)?;
        }
    }
    Ok(len)
}

/// RFC 7714 9.2 puts the index last, RFC 3711 3.4 puts it before the tag.
fn rtcp_index(keys: &Keys, buf: &[u8]) -> Result<u32, SrtpError> {
    let (tag, back) = match keys {
        Keys::Gcm { .. } => (GCM_TAG, INDEX_LEN),
        Keys::Cm { .. } => (SHA1_TAG, SHA1_TAG + INDEX_LEN),
    };
    if buf.len() < RTCP_HEADER + tag + INDEX_LEN {
        return Err(SrtpError::Short);
    }
    be32(buf, buf.len() - back).ok_or(SrtpError::Short)
}

fn open_rtcp(keys: &Keys, buf: &mut [u8], ssrc: u32, word: u32) -> Result<usize, SrtpError> {
    let index = u64::from(word & !ENCRYPTED);
    match keys {
        Keys::Gcm { key, salt } => {
            let end = buf.len().checked_sub(INDEX_LEN).ok_or(SrtpError::Short)?;
            let len = end.checked_sub(GCM_TAG).ok_or(SrtpError::Short)?;
            let aad = rtcp_aad(buf, word)?;
            let data = buf.get_mut(RTCP_HEADER..end).ok_or(SrtpError::Short)?;
            gcm_open(key, gcm_nonce(salt, ssrc, index), &aad, data)?;
            Ok(len)
        }
        Keys::Cm { key, salt, auth } => {
            let end = buf.len().checked_sub(SHA1_TAG).ok_or(SrtpError::Short)?;
            let len = end.checked_sub(INDEX_LEN).ok_or(SrtpError::Short)?;
            let (packet, theirs) = buf.split_at_mut(end);
            same_tag(&sha1_tag(auth, packet, &[]), theirs)?;
            let data = packet.get_mut(RTCP_HEADER..len).ok_or(SrtpError::Short)?;
            ctr(key, cm_iv(salt, ssrc, index), data)?;
            Ok(len)
        }
    }
}

/// RFC 7714 9.2: the readable header, then the ESRTCP word.
fn rtcp_aad(buf: &[u8], word: u32) -> Result<[u8; RTCP_HEADER + INDEX_LEN], SrtpError> {
    let mut aad = [0u8; RTCP_HEADER + INDEX_LEN];
    let (header, index) = aad.split_at_mut(RTCP_HEADER);
    header.copy_from_slice(buf.get(..RTCP_HEADER).ok_or(SrtpError::Short)?);
    index.copy_from_slice(&word.to_be_bytes());
    Ok(aad)
}

/// The sending direction of one transport.
pub struct SrtpOut {
    profile: Profile,
    rtp: Keys,
    rtcp: Keys,
    next_rtcp: u32,
}

impl SrtpOut {
    pub fn new(profile: Profile, key_salt: &[u8]) -> Result<Self, SrtpError> {
        Ok(Self {
            profile,
            rtp: Keys::derive(profile, key_salt, Stream::Rtp)?,
            rtcp: Keys::derive(profile, key_salt, Stream::Rtcp)?,
            next_rtcp: 0,
        })
    }

    /// Bytes added to an RTP packet.
    pub fn overhead(&self) -> usize {
        self.profile.rtp_overhead()
    }

    /// Protects `buf[..len]`, whose header is `header_len` long; returns the new length. `ext_seq` holds the
    /// rollover counter above the packet's 16-bit sequence number. A pair (SSRC, ext_seq) must never be used
    /// for two different packets: it is the nonce. A stream starts with rollover counter 0.
    pub fn protect_rtp(
        &self,
        buf: &mut [u8],
        header_len: usize,
        len: usize,
        ext_seq: u64,
    ) -> Result<usize, SrtpError> {
        if ext_seq >= RTP_INDEX_END {
            return Err(SrtpError::Exhausted);
        }
        let total = len.checked_add(self.overhead()).ok_or(SrtpError::Overflow)?;
        let buf = buf.get_mut(..total).ok_or(SrtpError::Overflow)?;
        let ssrc = be32(buf, 8).ok_or(SrtpError::Short)?;
        debug_assert_eq!(be16(buf, 2), Some(ext_seq as u16));
        let (packet, room) = buf.split_at_mut(len);
        if header_len < 12 || header_len > len {
            return Err(SrtpError::Short);
        }
        match &self.rtp {
            Keys::Gcm { key, salt } => {
                let (aad, data) = packet.split_at_mut(header_len);
                room.copy_from_slice(&gcm_seal(key, gcm_nonce(salt, ssrc, ext_seq), aad, data)?);
            }
            Keys::Cm { key, salt, auth } => {
                let data = packet.get_mut(header_len..).ok_or(SrtpError::Short)?;
                ctr(key, cm_iv(salt, ssrc, ext_seq), data)?;
                let roc = ((ext_seq >> 16) as u32).to_be_bytes();
                room.copy_from_slice(&sha1_tag(auth, packet, &roc));
            }
        }
        Ok(total)
    }

    /// Protects the compound packet `buf[..len]`; returns the new length. The index is kept here, one for all
    /// SSRCs, so that it never repeats.
    pub fn protect_rtcp(&mut self, buf: &mut [u8], len: usize) -> Result<usize, SrtpError> {
        if self.next_rtcp >= ENCRYPTED {
            return Err(SrtpError::Exhausted);
        }
        let total = len.checked_add(self.profile.rtcp_overhead()).ok_or(SrtpError::Overflow)?;
        let buf = buf.get_mut(..total).ok_or(SrtpError::Overflow)?;
        let ssrc = be32(buf, 4).filter(|_| len >= RTCP_HEADER).ok_or(SrtpError::Short)?;
        let word = ENCRYPTED | self.next_rtcp;
        seal_rtcp(&self.rtcp, buf, len, ssrc, word)?;
        self.next_rtcp += 1;
        Ok(total)
    }
}

/// `buf` is exactly the protected packet's size, `buf[..len]` is plain.
fn seal_rtcp(keys: &Keys, buf: &mut [u8], len: usize, ssrc: u32, word: u32) -> Result<(), SrtpError> {
    let index = u64::from(word & !ENCRYPTED);
    match keys {
        Keys::Gcm { key, salt } => {
            let aad = rtcp_aad(buf, word)?;
            let (packet, room) = buf.split_at_mut(len);
            let data = packet.get_mut(RTCP_HEADER..).ok_or(SrtpError::Short)?;
            let tag = gcm_seal(key, gcm_nonce(salt, ssrc, index), &aad, data)?;
            let (tag_room, word_room) = room.split_at_mut(GCM_TAG);
            tag_room.copy_from_slice(&tag);
            word_room.copy_from_slice(&word.to_be_bytes());
        }
        Keys::Cm { key, salt, auth } => {
            let (packet, tag_room) = buf.split_at_mut(len + INDEX_LEN);
            let (plain, word_room) = packet.split_at_mut(len);
            let data = plain.get_mut(RTCP_HEADER..).ok_or(SrtpError::Short)?;
            ctr(key, cm_iv(salt, ssrc, index), data)?;
            word_room.copy_from_slice(&word.to_be_bytes());
            tag_room.copy_from_slice(&sha1_tag(auth, packet, &[]));
        }
    }
    Ok(())
}

#[cfg(test)]
pub(super) mod tests;
