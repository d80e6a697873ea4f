//! One load participant: connectivity checks (RFC 8445, controlling), DTLS pass-through, SRTP, media and RTCP.

use super::sink::Sink;
use super::source::{Audio, AudioSource, Packet, Video, VideoSource};
use crate::wire::rtcp::{compound, Rtcp, RtcpWriter};
use crate::wire::rtp::{classify, PacketKind, RtpHeader};
use crate::wire::srtp::{Profile, SrtpError, SrtpIn, SrtpOut};
use crate::wire::stun::{write_binding_request, BindingRequest, IceKey, StunMessage};

const FIRST_RETRY_US: u64 = 50_000;
const LONGEST_RETRY_US: u64 = 1_600_000;
/// As browsers do.
const CHECK_INTERVAL_US: u64 = 2_500_000;
const REPORT_INTERVAL_US: u64 = 1_000_000;
const REMB_BPS: u64 = 50_000_000;
/// Host candidate, component 1 (RFC 8445 5.1.2.1).
const PRIORITY: u32 = (126 << 24) | (65_535 << 8) | 255;
const DATAGRAM: usize = 1_500;

/// Where a client's datagrams and events go.
pub trait LoadOutput {
    /// To the server.
    fn transmit(&mut self, datagram: &[u8]);
    /// From the server, for the handshake.
    fn dtls(&mut self, datagram: &[u8]);
    /// The first connectivity check was answered.
    fn nominated(&mut self);
}

pub struct ClientConfig {
    pub local_ufrag: String,
    pub remote_ufrag: String,
    pub remote_pwd: String,
    /// Random: makes transaction ids and the tie breaker unique.
    pub seed: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LoadStats {
    pub sent: u64,
    pub received: u64,
    /// Gaps in the sequence numbers of all streams.
    pub lost: u64,
    pub bytes_received: u64,
    pub srtp_errors: u64,
    pub streams: u64,
}

pub struct LoadClient {
    key: IceKey,
    username: Vec<u8>,
    seed: u64,
    checks: u32,
    next_check: u64,
    nominated: bool,
    srtp: Option<(SrtpIn, SrtpOut)>,
    audio: Option<Audio>,
    video: Option<Video>,
    sink: Sink,
    next_report: u64,
    stats: LoadStats,
}

impl LoadClient {
    pub fn new(config: &ClientConfig, now: u64) -> Self {
        Self {
            key: IceKey::new(config.remote_pwd.as_bytes()),
            username: format!("{}:{}", config.remote_ufrag, config.local_ufrag).into_bytes(),
            seed: config.seed,
            checks: 0,
            next_check: now,
            nominated: false,
            srtp: None,
            audio: None,
            video: None,
            sink: Sink::default(),
            next_report: u64::MAX,
            stats: LoadStats::default(),
        }
    }

    pub fn set_srtp_keys(&mut self, profile: u16, rx: &[u8], tx: &[u8], now: u64) -> Result<(), SrtpError> {
        let profile = Profile::from_id(profile).ok_or(SrtpError::Key)?;
        self.srtp = Some((SrtpIn::new(profile, rx)?, SrtpOut::new(profile, tx)?));
        self.next_report = now + self.seed % REPORT_INTERVAL_US;
        Ok(())
    }

    pub fn send_audio(&mut self, source: &AudioSource, now: u64) {
        self.audio = Some(Audio::new(source, now));
    }

    pub fn send_video(&mut self, source: &VideoSource, now: u64) {
        self.video = Some(Video::new(source, now));
    }

    pub fn stop_sending(&mut self) {
        (self.audio, self.video) = (None, None);
    }

    pub fn stats(&self) -> LoadStats {
        LoadStats { lost: self.sink.lost(), streams: self.sink.streams(), ..self.stats }
    }

    /// Keyframes sent so far.
    pub fn keyframes(&self) -> u32 {
        self.video.as_ref().map_or(0, Video::keyframes)
    }

    /// When `on_time` has something to do.
    pub fn next_deadline(&self) -> u64 {
        let mut next = self.next_check.min(self.next_report);
        if self.srtp.is_some() {
            let audio = self.audio.as_ref().map_or(u64::MAX, Audio::next_at);
            next = next.min(audio).min(self.video.as_ref().map_or(u64::MAX, Video::next_at));
        }
        next
    }

    pub fn on_time(&mut self, now: u64, out: &mut impl LoadOutput) {
        if now >= self.next_check {
            self.check(now, out);
        }
        self.send_media(now, out);
        if now >= self.next_report {
            self.next_report = now + REPORT_INTERVAL_US;
            self.send_reports(now, out);
        }
    }

    /// One datagram from the server; `buf` is spoilt.
    pub fn on_datagram(&mut self, buf: &mut [u8], now: u64, out: &mut impl LoadOutput) {
        match classify(buf) {
            PacketKind::Stun => self.on_stun(buf, now, out),
            PacketKind::Dtls => out.dtls(buf),
            PacketKind::Rtp => self.on_rtp(buf, now),
            PacketKind::Rtcp => self.on_rtcp(buf, now),
            PacketKind::Other => {}
        }
    }

    fn check(&mut self, now: u64, out: &mut impl LoadOutput) {
        let request = BindingRequest {
            transaction_id: self.transaction_id(self.checks),
            username: &self.username,
            priority: PRIORITY,
            tie_breaker: self.seed,
            controlling: true,
            use_candidate: true,
        };
        let mut buf = [0u8; DATAGRAM];
        if let Some(datagram) =
            write_binding_request(&mut buf, &request, &self.key).and_then(|n| buf.get(..n))
        {
            out.transmit(datagram);
        }
        let retry = (FIRST_RETRY_US << self.checks.min(5)).min(LONGEST_RETRY_US);
        self.next_check = now + if self.nominated { CHECK_INTERVAL_US } else { retry };
        self.checks = self.checks.wrapping_add(1);
    }

    fn transaction_id(&self, check: u32) -> [u8; 12] {
        let mut id = [0u8; 12];
        id[..8].copy_from_slice(&self.seed.to_be_bytes());
        id[8..].copy_from_slice(&check.to_be_bytes());
        id
    }

    fn on_stun(&mut self, buf: &[u8], now: u64, out: &mut impl LoadOutput) {
        let Ok(message) = StunMessage::parse(buf) else { return };
        let ours = message.transaction_id[..8] == self.seed.to_be_bytes();
        if !ours || !message.is_binding_success() || !message.check_integrity(&self.key) {
            return;
        }
        if !self.nominated {
            self.nominated = true;
            self.next_check = now + CHECK_INTERVAL_US;
            out.nominated();
        }
    }

    fn on_rtp(&mut self, buf: &mut [u8], now: u64) {
        let Some((input, _)) = &mut self.srtp else { return };
        let Ok(header) = RtpHeader::parse_header(buf) else { return };
        self.stats.bytes_received += buf.len() as u64;
        match input.unprotect_rtp(buf, &header) {
            Ok(_) => {
                self.stats.received += 1;
                self.sink.on_packet(header.ssrc, header.seq, header.timestamp, now);
            }
            Err(_) => self.stats.srtp_errors += 1,
        }
    }

    fn on_rtcp(&mut self, buf: &mut [u8], now: u64) {
        let Some((input, _)) = &mut self.srtp else { return };
        let Ok(len) = input.unprotect_rtcp(buf) else {
            self.stats.srtp_errors += 1;
            return;
        };
        for item in compound(buf.get(..len).unwrap_or(&[])).flatten() {
            match item {
                Rtcp::Sr { info, .. } => self.sink.on_sender_report(info.ssrc, info.ntp, now),
                Rtcp::Pli { media, .. } => self.want_keyframe(media),
                Rtcp::Fir { entries, .. } => entries.for_each(|(ssrc, _)| self.want_keyframe(ssrc)),
                _ => {}
            }
        }
    }

    fn want_keyframe(&mut self, ssrc: u32) {
        if let Some(video) = self.video.as_mut().filter(|video| video.ssrc() == ssrc) {
            video.want_keyframe();
        }
    }

    fn send_media(&mut self, now: u64, out: &mut impl LoadOutput) {
        let Some((_, srtp)) = &self.srtp else { return };
        let mut buf = [0u8; DATAGRAM];
        let sent = &mut self.stats.sent;
        let mut send = |packet: Packet, buf: &mut [u8]| {
            let sealed = srtp.protect_rtp(buf, packet.header_len, packet.len, packet.ext_seq);
            if let Some(datagram) = sealed.ok().and_then(|n| buf.get(..n)) {
                out.transmit(datagram);
                *sent += 1;
            }
        };
        if let Some(audio) = &mut self.audio {
            while let Some(packet) = audio.packet(now, &mut buf) {
                send(packet, &mut buf);
            }
        }
        if let Some(video) = &mut self.video {
            while let Some(packet) = video.packet(now, &mut buf) {
                send(packet, &mut buf);
            }
        }
    }

    /// Sender reports of our streams, receiver reports and a high REMB about the others.
    fn send_reports(&mut self, now: u64, out: &mut impl LoadOutput) {
        let Some((_, srtp)) = &mut self.srtp else { return };
        let infos = [
            self.audio.as_ref().and_then(Audio::sender_info),
            self.video.as_ref().and_then(Video::sender_info),
        ];
        let sender = infos.iter().flatten().next().map_or(self.seed as u32 | 1, |info| info.ssrc);
        let mut buf = [0u8; DATAGRAM];
        let room = DATAGRAM - 24;
        let mut writer = RtcpWriter::new(buf.get_mut(..room).unwrap_or(&mut []));
        for info in infos.iter().flatten() {
            writer.sr(info, &[]);
        }
        self.sink.report(sender, now, &mut writer);
        let mut ssrcs = [0u32; 31];
        let count = ssrcs.iter_mut().zip(self.sink.ssrcs()).map(|(to, from)| *to = from).count();
        if count > 0 {
            writer.remb(sender, REMB_BPS, &ssrcs[..count]);
        }
        let len = writer.len();
        if let Some(datagram) = srtp.protect_rtcp(&mut buf, len).ok().and_then(|n| buf.get(..n)) {
            out.transmit(datagram);
        }
    }
}

#[cfg(test)]
mod tests;
