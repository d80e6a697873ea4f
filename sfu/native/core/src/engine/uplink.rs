//! RTP in: decrypt once, find the stream, number it, cache it, pass it on to routing.

use crate::wire::audio::parse_level;
use crate::wire::rtp::{extension, RtpHeader};
use crate::wire::srtp::SrtpError;
use crate::wire::vp8::Vp8Descriptor;

use super::command::Codec;
use super::engine::Engine;
use super::event::{Event, Output};
use super::feed::Origin;
use super::ring::Entry;
use super::track::Track;
use super::transport::Stream;

/// Claimed by a packet of a microphone whose client sends no levels: speech if it is longer than silence.
const ASSUMED_SPEECH: u8 = 35;
const ASSUMED_SILENCE: u8 = 127;
const SILENT_PAYLOAD_MAX: usize = 10;

/// A packet under the number and payload type it was first sent with.
struct Packet<'a> {
    ext_seq: u64,
    timestamp: u32,
    marker: bool,
    codec: Option<Codec>,
    payload: &'a [u8],
    /// -dBov, where it says.
    level: Option<u8>,
    /// Came by a repair stream.
    repaired: bool,
}

/// A packet that has found its place in the cache.
struct Kept {
    media_seq: u64,
    /// No late one.
    newest: bool,
    /// First packet of a video keyframe.
    keyframe: bool,
}

impl Engine {
    pub(super) fn on_rtp(&mut self, index: usize, datagram: &mut [u8], now_us: u64, out: &mut dyn Output) {
        let Ok(mut header) = RtpHeader::parse_header(datagram) else {
            self.stats.dropped_malformed += 1;
            return;
        };
        let Some(transport) = self.transports.get_mut(index) else { return };
        let Some(keys) = transport.keys.as_mut() else {
            self.stats.dropped_no_keys += 1;
            return;
        };
        let opened = match keys.inbound.unprotect_rtp(datagram, &header) {
            Ok(opened) => opened,
            Err(error) => {
                self.stats.count_srtp_error(error);
                return;
            }
        };
        transport.heard(now_us);
        let plain = &datagram[..opened.len];
        if let Some(&[high, low]) = extension(plain, &header, transport.ext_transport_cc) {
            transport.twcc.on_packet(u16::from_be_bytes([high, low]), now_us);
        }
        if header.resolve_padding(plain).is_err() {
            self.stats.dropped_malformed += 1;
            return;
        }
        let known = transport.stream(header.ssrc);
        let Some(stream) = known.or_else(|| self.bind_stream(index, plain, &header)) else {
            self.stats.dropped_unknown_stream += 1;
            return;
        };
        if stream.repair {
            self.on_repair(stream, plain, &header, now_us, out);
        } else {
            self.on_media(stream, opened.ext_seq, plain, &header, now_us, out);
        }
    }

    /// What does an SSRC seen for the first time carry? RFC 8843 9.2: MID names the line, RFC 8852 the layer.
    fn bind_stream(&mut self, index: usize, plain: &[u8], header: &RtpHeader) -> Option<Stream> {
        let transport = self.transports.get(index)?;
        let line = transport.tracks.iter().copied().find(|track| {
            self.tracks.get(*track).is_some_and(|track| {
                let mid = extension(plain, header, track.line.extensions.mid);
                mid == Some(track.line.mid.as_bytes())
            })
        })?;
        let track = self.tracks.get_mut(line)?;
        let (layer, repair) = layer_of(track, plain, header)?;
        let stream = Stream { ssrc: header.ssrc, track: line, layer, repair };
        let state = &mut track.layers[usize::from(layer)];
        let old = if repair { &mut state.rtx_ssrc } else { &mut state.ssrc };
        let old = std::mem::replace(old, header.ssrc);
        if old != 0 && !repair {
            // The publisher restarted this layer under another SSRC: its numbers and clock begin anew.
            state.interrupt();
            state.highest_ext = None;
            state.reports = crate::wire::receive_stats::ReceiveStats::new(track.line.clock_rate);
        }
        let transport = self.transports.get_mut(index)?;
        if old != 0 && old != header.ssrc {
            transport.release_stream(old);
        }
        transport.bind_stream(stream).then_some(stream)
    }

    fn on_media(
        &mut self,
        stream: Stream,
        ext_seq: u64,
        plain: &[u8],
        header: &RtpHeader,
        now_us: u64,
        out: &mut dyn Output,
    ) {
        let Some(track) = self.tracks.get_mut(stream.track) else { return };
        let layer = &mut track.layers[usize::from(stream.layer)];
        layer.reports.on_packet(ext_seq, header.timestamp, now_us);
        layer.highest_ext = Some(layer.highest_ext.map_or(ext_seq, |highest| highest.max(ext_seq)));
        let level = extension(plain, header, track.line.extensions.audio_level).and_then(parse_level);
        let packet = Packet {
            ext_seq,
            timestamp: header.timestamp,
            marker: header.marker,
            codec: track.codec_of(header.payload_type),
            payload: header.payload(plain),
            level: level.map(|level| level.level),
            repaired: false,
        };
        self.on_packet(stream, &packet, now_us, out);
    }

    /// RFC 4588: the original number comes first in the payload. Probes on this SSRC are no media.
    fn on_repair(
        &mut self,
        stream: Stream,
        plain: &[u8],
        header: &RtpHeader,
        now_us: u64,
        out: &mut dyn Output,
    ) {
        let payload = header.payload(plain);
        let (&[high, low], payload) = match payload.split_first_chunk::<2>() {
            Some(split) if !split.1.is_empty() => split,
            _ => {
                self.stats.padding_only += 1;
                return;
            }
        };
        let Some(track) = self.tracks.get_mut(stream.track) else { return };
        let layer = &track.layers[usize::from(stream.layer)];
        let Some(ext_seq) = layer.original_ext_seq(u16::from_be_bytes([high, low])) else { return };
        self.stats.rtx_in += 1;
        let packet = Packet {
            ext_seq,
            timestamp: header.timestamp,
            marker: header.marker,
            codec: track.repaired_codec_of(header.payload_type),
            payload,
            level: None,
            repaired: true,
        };
        self.on_packet(stream, &packet, now_us, out);
    }

    fn on_packet(&mut self, stream: Stream, packet: &Packet, now_us: u64, out: &mut dyn Output) {
        let Some(track) = self.tracks.get_mut(stream.track) else { return };
        let owner = track.transport;
        if !track.open {
            self.stats.dropped_gate += 1;
            let voice = track.line.voice;
            if voice && packet.level.is_some_and(|level| track.gated.on_level(level, now_us)) {
                out.event(Event::GatedVoice(track.id));
            }
            return;
        }
        if track.is_video() {
            track.layers[usize::from(stream.layer)].nack.on_packet(packet.ext_seq, now_us);
        }
        let Some(Kept { media_seq, newest, keyframe }) = self.keep(stream, packet, now_us) else { return };
        let Some(track) = self.tracks.get_mut(stream.track) else { return };
        let layer = &mut track.layers[usize::from(stream.layer)];
        layer.rate.add(packet.payload.len(), now_us);
        layer.last_media_us = now_us;
        let capture_us = if newest {
            layer.clock.on_packet(packet.timestamp, now_us)
        } else {
            layer.clock.capture_of(packet.timestamp, now_us)
        };
        let origin = Origin {
            source: super::rewriter::Source {
                track: stream.track,
                serial: track.serial,
                layer: stream.layer,
            },
            csrc: 0,
            capture_us,
            clock_breaks: layer.clock.breaks(),
            newest,
        };
        let (starts, voice) = (!layer.active, track.line.voice);
        if starts {
            layer.active = true;
            self.report_layers(stream.track, now_us, out);
            self.retarget(stream.track, now_us);
        }
        if voice && !packet.repaired {
            let assumed =
                if packet.payload.len() > SILENT_PAYLOAD_MAX { ASSUMED_SPEECH } else { ASSUMED_SILENCE };
            self.on_voice_level(owner, packet.level.unwrap_or(assumed), now_us, out);
        }
        let csrc = self.transports.get(owner).map_or(0, |transport| transport.peer.0);
        self.route(&Origin { csrc, ..origin }, media_seq, now_us, out);
        if keyframe {
            // Whoever waited for it has it now, those included that only just began to wait.
            if let Some(track) = self.tracks.get_mut(stream.track) {
                track.layers[usize::from(stream.layer)].keyframe.on_keyframe();
            }
        }
    }

    /// Number the packet and put it into its layer's cache. `None`: nothing to forward.
    fn keep(&mut self, stream: Stream, packet: &Packet, now_us: u64) -> Option<Kept> {
        let track = self.tracks.get_mut(stream.track)?;
        if track.layers[usize::from(stream.layer)].ring.is_none() {
            let ring = track.new_ring();
            track.layers[usize::from(stream.layer)].ring = Some(ring);
        }
        let layer = &mut track.layers[usize::from(stream.layer)];
        let ring = layer.ring.as_mut()?;
        let padding_only = packet.payload.is_empty();
        let codec = packet.codec.or(padding_only.then_some(Codec::Vp8));
        let vp8 = match codec {
            Some(Codec::Vp8) if !padding_only => Vp8Descriptor::parse(packet.payload).ok(),
            _ => None,
        };
        let unusable = codec.is_none() || (codec == Some(Codec::Vp8) && vp8.is_none());
        if unusable {
            let counter =
                if padding_only { &mut self.stats.padding_only } else { &mut self.stats.dropped_codec };
            *counter += 1;
            // Too late to close the gap: forwarded without content, so that nobody asks for it again.
            if layer.sequencer.skip(packet.ext_seq) {
                return None;
            }
        }
        let Some(media_seq) = layer.sequencer.number(packet.ext_seq) else {
            self.stats.dropped_stale += 1;
            return None;
        };
        let newest = media_seq > ring.newest();
        let keyframe = !unusable && vp8.is_none_or(|vp8| vp8.keyframe);
        let entry = Entry {
            media_seq,
            timestamp: packet.timestamp,
            arrival_us: now_us,
            codec: codec.unwrap_or(Codec::Vp8),
            marker: packet.marker,
            keyframe,
            len: 0,
            vp8,
        };
        let payload = if unusable { &[][..] } else { packet.payload };
        if !ring.insert(entry, payload) {
            self.stats.dropped_stale += 1;
            return None;
        }
        if keyframe && vp8.is_some() {
            self.stats.keyframes_in += 1;
            if let Some(size) = vp8.and_then(|vp8| vp8.size) {
                layer.size = size;
            }
        }
        Some(Kept { media_seq, newest, keyframe: keyframe && vp8.is_some() })
    }
}

/// The layer a packet names, and whether it repairs that layer.
fn layer_of(track: &Track, plain: &[u8], header: &RtpHeader) -> Option<(u8, bool)> {
    let ids = &track.line.extensions;
    let by_name = |name: &[u8]| track.line.rids.iter().position(|rid| rid.as_bytes() == name);
    let repaired = extension(plain, header, ids.repaired_rid);
    let plain_rid = extension(plain, header, ids.rid);
    let by_type = track.repaired_codec_of(header.payload_type).is_some();
    if track.line.rids.is_empty() {
        return Some((0, by_type || repaired.is_some()));
    }
    match (repaired, plain_rid) {
        (Some(name), _) => by_name(name).map(|layer| (layer as u8, true)),
        (None, Some(name)) => by_name(name).map(|layer| (layer as u8, by_type)),
        (None, None) => None,
    }
}

impl super::stats::Stats {
    pub(super) fn count_srtp_error(&mut self, error: SrtpError) {
        match error {
            SrtpError::Replay => self.dropped_replay += 1,
            SrtpError::Auth => self.dropped_auth += 1,
            _ => self.dropped_malformed += 1,
        }
    }

    pub(super) fn count_tap(&mut self, outcome: super::tap::TapOutcome) {
        match outcome {
            super::tap::TapOutcome::Written => self.tap_packets += 1,
            super::tap::TapOutcome::Dropped => self.tap_dropped += 1,
            super::tap::TapOutcome::Detached => {}
        }
    }
}
