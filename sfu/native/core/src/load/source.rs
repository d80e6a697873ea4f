//! Synthetic media: Opus-sized packets at 50 per second and VP8 frames with valid descriptors at 30 per second.

use crate::wire::rtcp::{ntp_from_unix_us, SenderInfo};

const AUDIO_INTERVAL_US: u64 = 20_000;
const AUDIO_PAYLOAD: usize = 160;
const VIDEO_INTERVAL_US: u64 = 33_333;
const VIDEO_FPS: u32 = 30;
const VIDEO_PAYLOAD: usize = 1_100;
const KEYFRAME_FACTOR: usize = 4;
const MAX_FRAME: usize = 256 * 1024;
const WIDTH: u16 = 640;
const HEIGHT: u16 = 360;
/// Behind this much, a source skips ahead instead of bursting.
const LATE_US: u64 = 500_000;
/// TOC byte of one 20 ms fullband frame (RFC 6716 3.1).
const OPUS_TOC: u8 = 0x78;

/// What `send_audio` asks for.
#[derive(Debug, Clone)]
pub struct AudioSource {
    pub ssrc: u32,
    pub pt: u8,
    pub mid: String,
    pub ext_mid: u8,
    pub ext_audio_level: u8,
    /// -dBov.
    pub level: u8,
}

/// What `send_video` asks for.
#[derive(Debug, Clone)]
pub struct VideoSource {
    pub ssrc: u32,
    pub pt: u8,
    pub mid: String,
    pub ext_mid: u8,
    pub bitrate_bps: u32,
}

/// One outgoing RTP stream: header template, counters and clock.
#[derive(Debug)]
struct Stream {
    ssrc: u32,
    pt: u8,
    /// Begins with rollover counter 0.
    ext_seq: u64,
    timestamp: u32,
    clock_per_interval: u32,
    interval_us: u64,
    next_at: u64,
    /// The extension block (RFC 8285 4.2), padded.
    extensions: Vec<u8>,
    packets: u32,
    octets: u32,
    /// When the last packet left, and its timestamp.
    last_sent: (u64, u32),
}

impl Stream {
    fn new(ssrc: u32, pt: u8, extensions: Vec<u8>, interval_us: u64, clock: u32, now: u64) -> Self {
        Self {
            ssrc,
            pt,
            ext_seq: u64::from(ssrc.wrapping_mul(2_654_435_761) >> 18),
            timestamp: ssrc.wrapping_mul(40_503),
            clock_per_interval: clock,
            interval_us,
            next_at: now,
            extensions,
            packets: 0,
            octets: 0,
            last_sent: (now, 0),
        }
    }

    /// Writes a header; the payload follows at the returned offset.
    fn header(&self, marker: bool, out: &mut [u8]) -> usize {
        let end = 12 + self.extensions.len();
        out[0] = if self.extensions.is_empty() { 0x80 } else { 0x90 };
        out[1] = u8::from(marker) << 7 | self.pt;
        out[2..4].copy_from_slice(&(self.ext_seq as u16).to_be_bytes());
        out[4..8].copy_from_slice(&self.timestamp.to_be_bytes());
        out[8..12].copy_from_slice(&self.ssrc.to_be_bytes());
        out[12..end].copy_from_slice(&self.extensions);
        end
    }

    fn sent(&mut self, payload: usize, now: u64) {
        self.ext_seq += 1;
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(payload as u32);
        self.last_sent = (now, self.timestamp);
    }

    /// Ends an interval.
    fn step(&mut self, now: u64) {
        let steps =
            if now > self.next_at + LATE_US { (now - self.next_at) / self.interval_us } else { 0 } + 1;
        self.next_at += steps * self.interval_us;
        self.timestamp = self.timestamp.wrapping_add((steps as u32).wrapping_mul(self.clock_per_interval));
    }

    fn sender_info(&self) -> Option<SenderInfo> {
        (self.packets > 0).then(|| SenderInfo {
            ssrc: self.ssrc,
            ntp: ntp_from_unix_us(self.last_sent.0),
            rtp: self.last_sent.1,
            packets: self.packets,
            octets: self.octets,
        })
    }
}

fn extensions(elements: &[(u8, &[u8])]) -> Vec<u8> {
    let mut block = Vec::new();
    for (id, value) in elements {
        if (1..=14).contains(id) && (1..=16).contains(&value.len()) {
            block.push(id << 4 | (value.len() - 1) as u8);
            block.extend_from_slice(value);
        }
    }
    if block.is_empty() {
        return block;
    }
    block.resize(block.len().next_multiple_of(4), 0);
    let words = (block.len() / 4) as u16;
    let mut whole = vec![0xBE, 0xDE];
    whole.extend(words.to_be_bytes());
    whole.append(&mut block);
    whole
}

/// One plain packet in `buf[..len]`, ready to be protected.
pub(super) struct Packet {
    pub(super) header_len: usize,
    pub(super) len: usize,
    pub(super) ext_seq: u64,
}

#[derive(Debug)]
pub(super) struct Audio {
    stream: Stream,
}

impl Audio {
    pub(super) fn new(source: &AudioSource, now: u64) -> Self {
        let level = [0x80 | (source.level & 0x7f)];
        let extensions =
            extensions(&[(source.ext_mid, source.mid.as_bytes()), (source.ext_audio_level, &level)]);
        Self { stream: Stream::new(source.ssrc, source.pt, extensions, AUDIO_INTERVAL_US, 960, now) }
    }

    pub(super) fn next_at(&self) -> u64 {
        self.stream.next_at
    }

    pub(super) fn sender_info(&self) -> Option<SenderInfo> {
        self.stream.sender_info()
    }

    /// The packet that is due, if one is.
    pub(super) fn packet(&mut self, now: u64, buf: &mut [u8]) -> Option<Packet> {
        if now < self.stream.next_at {
            return None;
        }
        let header_len = self.stream.header(self.stream.packets == 0, buf);
        let len = header_len + AUDIO_PAYLOAD;
        buf[header_len..len].fill(0x55);
        buf[header_len] = OPUS_TOC;
        let packet = Packet { header_len, len, ext_seq: self.stream.ext_seq };
        self.stream.sent(AUDIO_PAYLOAD, now);
        self.stream.step(now);
        Some(packet)
    }
}

#[derive(Debug)]
pub(super) struct Video {
    stream: Stream,
    frame_len: usize,
    keyframe_wanted: bool,
    picture_id: u16,
    tl0_pic_idx: u8,
    keyframes: u32,
    /// The frame being sent: is it a keyframe, how many packets in all, how many are out.
    frame: Option<(bool, usize, usize)>,
}

impl Video {
    pub(super) fn new(source: &VideoSource, now: u64) -> Self {
        let extensions = extensions(&[(source.ext_mid, source.mid.as_bytes())]);
        let frame_len = (source.bitrate_bps / 8 / VIDEO_FPS) as usize;
        Self {
            stream: Stream::new(source.ssrc, source.pt, extensions, VIDEO_INTERVAL_US, 3_000, now),
            frame_len: frame_len.clamp(64, MAX_FRAME / KEYFRAME_FACTOR),
            keyframe_wanted: true,
            picture_id: (source.ssrc & 0x7fff) as u16,
            tl0_pic_idx: source.ssrc as u8,
            keyframes: 0,
            frame: None,
        }
    }

    pub(super) fn ssrc(&self) -> u32 {
        self.stream.ssrc
    }

    pub(super) fn next_at(&self) -> u64 {
        self.stream.next_at
    }

    pub(super) fn sender_info(&self) -> Option<SenderInfo> {
        self.stream.sender_info()
    }

    /// The next frame is a keyframe (after PLI or FIR).
    pub(super) fn want_keyframe(&mut self) {
        self.keyframe_wanted = true;
    }

    pub(super) fn keyframes(&self) -> u32 {
        self.keyframes
    }

    /// The next packet of the frame that is due; call until `None`. A frame leaves in one burst of equal packets.
    pub(super) fn packet(&mut self, now: u64, buf: &mut [u8]) -> Option<Packet> {
        if now < self.stream.next_at {
            return None;
        }
        let (keyframe, total, out) = self.frame.unwrap_or_else(|| self.begin_frame());
        let frame_len = if keyframe { self.frame_len * KEYFRAME_FACTOR } else { self.frame_len };
        let payload = frame_len.div_ceil(total);
        let header_len = self.stream.header(out + 1 == total, buf);
        let len = header_len + DESCRIPTOR + payload;
        buf[header_len..len].fill(0xaa);
        self.descriptor(out == 0, &mut buf[header_len..header_len + DESCRIPTOR]);
        if out == 0 {
            frame_header(keyframe, &mut buf[header_len + DESCRIPTOR..len]);
        }
        let packet = Packet { header_len, len, ext_seq: self.stream.ext_seq };
        self.stream.sent(DESCRIPTOR + payload, now);
        self.frame = Some((keyframe, total, out + 1)).filter(|(_, total, out)| out < total);
        if self.frame.is_none() {
            self.stream.step(now);
        }
        Some(packet)
    }

    fn begin_frame(&mut self) -> (bool, usize, usize) {
        let keyframe = std::mem::take(&mut self.keyframe_wanted);
        self.keyframes += u32::from(keyframe);
        self.picture_id = (self.picture_id + 1) & 0x7fff;
        self.tl0_pic_idx = self.tl0_pic_idx.wrapping_add(1);
        let frame_len = if keyframe { self.frame_len * KEYFRAME_FACTOR } else { self.frame_len };
        (keyframe, frame_len.div_ceil(VIDEO_PAYLOAD), 0)
    }

    /// RFC 7741 4.2 with picture id, TL0PICIDX and TID 0.
    fn descriptor(&self, start: bool, out: &mut [u8]) {
        let [high, low] = self.picture_id.to_be_bytes();
        let first = if start { 0x90 } else { 0x80 };
        out.copy_from_slice(&[first, 0xe0, 0x80 | high, low, self.tl0_pic_idx, 0]);
    }
}

const DESCRIPTOR: usize = 6;

/// RFC 6386 9.1: frame tag, and for a keyframe start code and size.
fn frame_header(keyframe: bool, out: &mut [u8]) {
    out[0] = 0x10 | u8::from(!keyframe);
    if keyframe {
        let ([w0, w1], [h0, h1]) = (WIDTH.to_le_bytes(), HEIGHT.to_le_bytes());
        out[3..10].copy_from_slice(&[0x9d, 0x01, 0x2a, w0, w1, h0, h1]);
    }
}
