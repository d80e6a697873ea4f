//! A participant: sends simulcast video and a microphone, answers NACK and PLI; receives slots, asks for
//! what is missing, and remembers everything that arrived.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;

use plenum_core::engine::{
    AddSlot, Codec, Kind, PayloadType, Publish, SlotId, SrtpKeys, TrackId, TransportId, UplinkExtensions,
};
use plenum_core::wire::nack::NackGenerator;
use plenum_core::wire::rtcp::{compound, ntp_from_unix_us, Rtcp, RtcpWriter, SenderInfo};
use plenum_core::wire::rtp::{classify, extension, PacketKind, RtpHeader};
use plenum_core::wire::seq::SeqUnwrapper;
use plenum_core::wire::srtp::{Profile, SrtpIn, SrtpOut};
use plenum_core::wire::stun::{write_binding_request, BindingRequest, IceKey};

use super::media::{audio_payload, vp8_payload, Label};

const EXT_LEVEL: u8 = 1;
const EXT_MID: u8 = 4;
const EXT_RID: u8 = 10;
const EXT_RRID: u8 = 11;
const EXT_TWCC: u8 = 3;
const RIDS: [&str; 3] = ["q", "h", "f"];
const CACHE: usize = 600;

/// One layer of a camera, or a microphone.
pub struct Source {
    pub ssrc: u32,
    pub kind: Kind,
    pub layer: u8,
    pub sending: bool,
    pub packets_per_frame: u8,
    pub payload_len: usize,
    /// -dBov of a microphone.
    pub level: u8,
    pub keyframe_asked: u32,
    pub keyframes: u32,
    pub nacked: u32,
    next_seq: u64,
    repair_seq: u64,
    timestamp: u32,
    frame: u32,
    picture_id: u16,
    next_frame_us: u64,
    next_report_us: u64,
    want_keyframe: bool,
    sent: VecDeque<(u64, u32, bool, Vec<u8>)>,
    packets: u32,
    simulcast: bool,
}

/// A packet as a subscriber's receiver hands it on.
#[derive(Clone, Debug)]
pub struct Arrived {
    pub at_us: u64,
    pub ext_seq: u64,
    pub timestamp: u32,
    pub csrc: u32,
    pub marker: bool,
    pub payload: Vec<u8>,
    pub repaired: bool,
}

/// What a slot's SSRC received, by extended sequence number.
pub struct Received {
    pub packets: BTreeMap<u64, Arrived>,
    pub reports: Vec<(u64, SenderInfo)>,
    seqs: SeqUnwrapper,
    nack: NackGenerator,
    video: bool,
    rtx_ssrc: u32,
    highest: u64,
}

pub struct Client {
    pub address: SocketAddr,
    pub sources: Vec<Source>,
    pub received: BTreeMap<u32, Received>,
    pub asks_again: bool,
    pub twcc_media: Vec<u32>,
    /// All packets on media SSRCs that are not of a known slot.
    pub strangers: usize,
    index: usize,
    ice: IceKey,
    outbound: SrtpOut,
    inbound: SrtpIn,
    transaction: u8,
    twcc_seq: u16,
    /// Repairs to send at the next opportunity.
    pending: Vec<Vec<u8>>,
}

fn key(index: usize, direction: u8) -> Vec<u8> {
    (0..28).map(|byte| byte ^ direction ^ (index as u8).wrapping_mul(31)).collect()
}

impl Client {
    pub fn new(index: usize) -> Self {
        let profile = Profile::AeadAes128Gcm;
        Self {
            address: SocketAddr::from(([198, 51, 100, index as u8 + 1], 5000)),
            sources: Vec::new(),
            received: BTreeMap::new(),
            asks_again: true,
            twcc_media: Vec::new(),
            strangers: 0,
            index,
            ice: IceKey::new(format!("password-of-{index}").as_bytes()),
            outbound: SrtpOut::new(profile, &key(index, 1)).expect("key"),
            inbound: SrtpIn::new(profile, &key(index, 2)).expect("key"),
            transaction: 0,
            twcc_seq: 0,
            pending: Vec::new(),
        }
    }

    pub fn engine_keys(&self) -> SrtpKeys {
        SrtpKeys { profile: 7, rx_key_salt: key(self.index, 1), tx_key_salt: key(self.index, 2) }
    }

    /// A connectivity check.
    pub fn check(&mut self, nominate: bool) -> Vec<u8> {
        self.transaction += 1;
        let username = format!("ufrag{}:remote", self.index);
        let request = BindingRequest {
            transaction_id: [self.transaction; 12],
            username: username.as_bytes(),
            priority: 1,
            tie_breaker: 1,
            controlling: true,
            use_candidate: nominate,
        };
        let mut buf = vec![0; 256];
        let len = write_binding_request(&mut buf, &request, &self.ice).expect("fits");
        buf.truncate(len);
        buf
    }

    fn transport(&self) -> TransportId {
        TransportId(self.index as u32 + 1)
    }

    /// A camera with `layers` simulcast layers, as track number `track`.
    pub fn camera(&mut self, track: u32, layers: u8) -> Publish {
        for layer in 0..layers {
            let ssrc = 1000 * (self.index as u32 + 1) + 10 * track + u32::from(layer);
            self.sources.push(Source::new(ssrc, Kind::Video, layer, layers > 1));
        }
        let rids = if layers > 1 {
            RIDS[..usize::from(layers)].iter().map(|r| (*r).into()).collect()
        } else {
            vec![]
        };
        Publish { rids, ..self.line(track, Kind::Video) }
    }

    /// A microphone, as track number `track`.
    pub fn microphone(&mut self, track: u32) -> Publish {
        let ssrc = 1000 * (self.index as u32 + 1) + 10 * track + 9;
        self.sources.push(Source::new(ssrc, Kind::Audio, 0, false));
        Publish { ssrc, voice: true, ..self.line(track, Kind::Audio) }
    }

    fn line(&self, track: u32, kind: Kind) -> Publish {
        let payload_types = match kind {
            Kind::Audio => vec![PayloadType { codec: Codec::Opus, pt: 111, rtx: 0 }],
            Kind::Video => vec![PayloadType { codec: Codec::Vp8, pt: 96, rtx: 97 }],
        };
        Publish {
            track: TrackId(track),
            transport: self.transport(),
            kind,
            mid: if kind == Kind::Audio { "a".into() } else { "v".into() },
            rids: Vec::new(),
            ssrc: 0,
            rtx_ssrc: 0,
            payload_types,
            clock_rate: if kind == Kind::Audio { 48_000 } else { 90_000 },
            extensions: UplinkExtensions {
                mid: EXT_MID,
                rid: EXT_RID,
                repaired_rid: EXT_RRID,
                audio_level: EXT_LEVEL,
                abs_send_time: 0,
                transport_cc: EXT_TWCC,
            },
            voice: false,
        }
    }

    /// A receive line; its SSRC is 100 000 + the slot's number.
    pub fn slot(&mut self, slot: u32, kind: Kind, auto_audio: bool, pair: i32) -> AddSlot {
        let video = kind == Kind::Video;
        let (ssrc, rtx_ssrc) = (100_000 + slot, if video { 200_000 + slot } else { 0 });
        self.received.insert(ssrc, Received::new(video, rtx_ssrc));
        AddSlot {
            slot: SlotId(slot),
            transport: self.transport(),
            kind,
            ssrc,
            rtx_ssrc,
            payload_types: vec![
                PayloadType { codec: Codec::Opus, pt: 109, rtx: 0 },
                PayloadType { codec: Codec::Vp8, pt: 120, rtx: 121 },
            ],
            ext_abs_send_time: 2,
            auto_audio,
            pair,
        }
    }

    pub fn source(&mut self, ssrc: u32) -> &mut Source {
        self.sources.iter_mut().find(|source| source.ssrc == ssrc).expect("a source with this SSRC")
    }

    pub fn start_sending(&mut self) {
        self.sources.iter_mut().for_each(|source| source.sending = true);
    }

    pub fn heard(&self, slot: u32) -> &Received {
        &self.received[&(100_000 + slot)]
    }

    /// What it sends now.
    pub fn on_time(&mut self, now: u64) -> Vec<Vec<u8>> {
        let mut out = std::mem::take(&mut self.pending);
        for at in 0..self.sources.len() {
            while self.sources[at].sending && now >= self.sources[at].next_frame_us {
                self.send_frame(at, now, &mut out);
            }
            if self.sources[at].sending && now >= self.sources[at].next_report_us {
                out.push(self.sender_report(at, now));
            }
        }
        if self.asks_again {
            out.extend(self.ask_again(now));
        }
        out
    }

    fn send_frame(&mut self, at: usize, now: u64, out: &mut Vec<Vec<u8>>) {
        let peer = self.index as u8 + 1;
        let source = &mut self.sources[at];
        let video = source.kind == Kind::Video;
        let interval = if video { 33_333 } else { 20_000 };
        source.next_frame_us = source.next_frame_us.max(now.saturating_sub(interval)) + interval;
        source.timestamp = source.timestamp.wrapping_add(if video { 3000 } else { 960 });
        source.frame += 1;
        source.picture_id = (source.picture_id + 1) & 0x7fff;
        let keyframe = video && (source.frame == 1 || std::mem::take(&mut source.want_keyframe));
        source.keyframes += u32::from(keyframe);
        let count = if video { source.packets_per_frame } else { 1 };
        for place in 0..count {
            let source = &mut self.sources[at];
            let label = Label { peer, layer: source.layer, frame: source.frame, place };
            let payload = if video {
                // The earlier packets of a frame are a byte shorter, as browsers make them.
                let len = source.payload_len + usize::from(place > 0);
                vp8_payload(label, keyframe, source.picture_id, source.frame as u8, len)
            } else {
                audio_payload(label, source.payload_len)
            };
            let (seq, timestamp, marker) = (source.next_seq, source.timestamp, place + 1 == count);
            source.next_seq += 1;
            source.packets += 1;
            source.sent.push_back((seq, timestamp, marker, payload.clone()));
            if source.sent.len() > CACHE {
                source.sent.pop_front();
            }
            out.push(self.rtp(at, seq, timestamp, marker, &payload, false, 0));
        }
    }

    /// A packet of nothing but padding, on the media SSRC.
    pub fn probe(&mut self, ssrc: u32) -> Vec<u8> {
        let at = self.sources.iter().position(|source| source.ssrc == ssrc).expect("source");
        let (seq, timestamp) = (self.sources[at].next_seq, self.sources[at].timestamp);
        self.sources[at].next_seq += 1;
        self.rtp(at, seq, timestamp, false, &[], false, 200)
    }

    #[allow(clippy::too_many_arguments)] // one per field of the header
    fn rtp(
        &mut self,
        at: usize,
        seq: u64,
        timestamp: u32,
        marker: bool,
        payload: &[u8],
        repair: bool,
        padding: u8,
    ) -> Vec<u8> {
        let source = &self.sources[at];
        self.twcc_seq = self.twcc_seq.wrapping_add(1);
        let mut ext = Vec::new();
        let mid: &[u8] = if source.kind == Kind::Audio { b"a" } else { b"v" };
        ext.extend([EXT_MID << 4 | (mid.len() as u8 - 1)]);
        ext.extend(mid);
        ext.extend([EXT_TWCC << 4 | 1]);
        ext.extend(self.twcc_seq.to_be_bytes());
        if source.kind == Kind::Audio {
            ext.extend([EXT_LEVEL << 4, source.level]);
        } else if source.simulcast {
            ext.extend([if repair { EXT_RRID } else { EXT_RID } << 4]);
            ext.extend(RIDS[usize::from(source.layer)].as_bytes());
        }
        ext.resize(ext.len().div_ceil(4) * 4, 0);
        let payload_type = match (source.kind, repair) {
            (Kind::Audio, _) => 111,
            (Kind::Video, false) => 96,
            (Kind::Video, true) => 97,
        };
        let ssrc = if repair { source.ssrc + 500_000 } else { source.ssrc };
        let mut buf = vec![0x90 | if padding > 0 { 0x20 } else { 0 }, u8::from(marker) << 7 | payload_type];
        buf.extend((seq as u16).to_be_bytes());
        buf.extend(timestamp.to_be_bytes());
        buf.extend(ssrc.to_be_bytes());
        buf.extend([0xbe, 0xde]);
        buf.extend((ext.len() as u16 / 4).to_be_bytes());
        buf.extend(&ext);
        let header_len = buf.len();
        buf.extend(payload);
        if padding > 0 {
            buf.resize(buf.len() + usize::from(padding) - 1, 0);
            buf.push(padding);
        }
        let len = buf.len();
        buf.resize(len + self.outbound.overhead(), 0);
        self.outbound.protect_rtp(&mut buf, header_len, len, seq).expect("protect");
        buf
    }

    fn sender_report(&mut self, at: usize, now: u64) -> Vec<u8> {
        let source = &mut self.sources[at];
        source.next_report_us = now + 1_000_000;
        let info = SenderInfo {
            ssrc: source.ssrc,
            // Every client's clock is wrong by its own seconds.
            ntp: ntp_from_unix_us(now + 3_000_000 * self.index as u64),
            rtp: source.timestamp,
            packets: source.packets,
            octets: 0,
        };
        self.rtcp(|writer| assert!(writer.sr(&info, &[])))
    }

    /// A protected compound packet.
    pub fn rtcp(&mut self, write: impl FnOnce(&mut RtcpWriter)) -> Vec<u8> {
        let mut buf = vec![0; 1500];
        let mut writer = RtcpWriter::new(&mut buf[..1400]);
        write(&mut writer);
        let len = writer.len();
        let len = self.outbound.protect_rtcp(&mut buf, len).expect("protect");
        buf.truncate(len);
        buf
    }

    fn ask_again(&mut self, now: u64) -> Vec<Vec<u8>> {
        let mut asked = Vec::new();
        for (ssrc, received) in &mut self.received {
            let mut seqs = [0; 64];
            let count = if received.video { received.nack.poll(now, 40_000, &mut seqs) } else { 0 };
            if count > 0 {
                asked.push((*ssrc, seqs[..count].to_vec()));
            }
        }
        let nack = |(ssrc, seqs): (u32, Vec<u16>)| self.rtcp(|writer| assert!(writer.nack(7, ssrc, &seqs)));
        asked.into_iter().map(nack).collect()
    }

    pub fn on_datagram(&mut self, mut data: Vec<u8>, now: u64) {
        match classify(&data) {
            PacketKind::Rtp => self.on_rtp(&mut data, now),
            PacketKind::Rtcp => {
                let len = self.inbound.unprotect_rtcp(&mut data).expect("RTCP of the engine opens");
                let replies = self.on_rtcp(&data[..len], now);
                self.resend(replies);
            }
            _ => {}
        }
    }

    fn on_rtp(&mut self, data: &mut [u8], now: u64) {
        let mut header = RtpHeader::parse_header(data).expect("RTP of the engine parses");
        assert!(extension(data, &header, 2).is_some_and(|time| time.len() == 3), "abs-send-time is missing");
        let opened = self.inbound.unprotect_rtp(data, &header).expect("SRTP of the engine opens");
        let plain = &data[..opened.len];
        header.resolve_padding(plain).expect("padding of the engine is right");
        assert_eq!(header.csrc_count, 1);
        let csrc = u32::from_be_bytes(plain[12..16].try_into().expect("CSRC"));
        let payload = header.payload(plain).to_vec();
        let (ssrc, seq, payload, repaired) = self.unwrap_repair(&header, payload);
        let Some(received) = self.received.get_mut(&ssrc) else {
            self.strangers += 1;
            return;
        };
        assert_eq!(
            header.payload_type,
            if repaired {
                121
            } else if received.video {
                120
            } else {
                109
            }
        );
        let ext_seq = received.place(seq);
        received.nack.on_packet(ext_seq, now);
        received.packets.entry(ext_seq).or_insert(Arrived {
            at_us: now,
            ext_seq,
            timestamp: header.timestamp,
            csrc,
            marker: header.marker,
            payload,
            repaired,
        });
    }

    fn unwrap_repair(&self, header: &RtpHeader, payload: Vec<u8>) -> (u32, u16, Vec<u8>, bool) {
        let slot = self.received.iter().find(|(_, received)| received.rtx_ssrc == header.ssrc);
        match slot {
            Some((ssrc, received)) if received.rtx_ssrc != 0 => {
                let seq = u16::from_be_bytes([payload[0], payload[1]]);
                (*ssrc, seq, payload[2..].to_vec(), true)
            }
            _ => (header.ssrc, header.seq, payload, false),
        }
    }

    /// Returns what to send again: (source, sequence number).
    fn on_rtcp(&mut self, plain: &[u8], now: u64) -> Vec<(usize, u16)> {
        let mut again = Vec::new();
        for packet in compound(plain) {
            match packet.expect("RTCP of the engine parses") {
                Rtcp::Pli { media, .. } => {
                    let source = self.source(media);
                    source.want_keyframe = true;
                    source.keyframe_asked += 1;
                }
                Rtcp::Nack { media, seqs, .. } => {
                    let at = self.sources.iter().position(|source| source.ssrc == media).expect("source");
                    self.sources[at].nacked += 1;
                    again.extend(seqs.map(|seq| (at, seq)));
                }
                Rtcp::Sr { info, .. } => {
                    self.received.get_mut(&info.ssrc).expect("slot").reports.push((now, info));
                }
                Rtcp::Twcc { media, .. } => self.twcc_media.push(media),
                _ => {}
            }
        }
        again
    }

    fn resend(&mut self, again: Vec<(usize, u16)>) {
        for (at, seq) in again {
            let found = self.sources[at].sent.iter().find(|sent| sent.0 as u16 == seq).cloned();
            let Some((_, timestamp, marker, payload)) = found else { continue };
            let mut body = seq.to_be_bytes().to_vec();
            body.extend(payload);
            let repair_seq = self.sources[at].repair_seq;
            self.sources[at].repair_seq += 1;
            let packet = self.rtp(at, repair_seq, timestamp, marker, &body, true, 0);
            self.pending.push(packet);
        }
    }
}

impl Source {
    fn new(ssrc: u32, kind: Kind, layer: u8, simulcast: bool) -> Self {
        Self {
            ssrc,
            kind,
            layer,
            sending: false,
            packets_per_frame: 2 + layer,
            payload_len: if kind == Kind::Video { 300 + 200 * usize::from(layer) } else { 80 },
            level: 20,
            keyframe_asked: 0,
            keyframes: 0,
            nacked: 0,
            // Every stream starts elsewhere, some of them about to wrap.
            next_seq: u64::from(ssrc.wrapping_mul(7919) % 32_000),
            repair_seq: u64::from(ssrc % 1000),
            timestamp: ssrc.wrapping_mul(0x9e37_79b1),
            frame: 0,
            picture_id: (ssrc.wrapping_mul(31) & 0x7fff) as u16,
            next_frame_us: 0,
            next_report_us: 0,
            want_keyframe: false,
            sent: VecDeque::new(),
            packets: 0,
            simulcast,
        }
    }
}

impl Received {
    fn new(video: bool, rtx_ssrc: u32) -> Self {
        Self {
            packets: BTreeMap::new(),
            reports: Vec::new(),
            seqs: SeqUnwrapper::default(),
            nack: NackGenerator::new(),
            video,
            rtx_ssrc,
            highest: 0,
        }
    }

    /// Extended number of a packet, also of a late one.
    fn place(&mut self, seq: u16) -> u64 {
        let ext_seq = self.seqs.unwrap(seq);
        self.highest = self.highest.max(ext_seq);
        ext_seq
    }

    /// Numbers missing between the first and the last packet.
    pub fn holes(&self) -> usize {
        let (Some(first), Some(last)) = (self.packets.keys().next(), self.packets.keys().last()) else {
            return 0;
        };
        (last - first + 1) as usize - self.packets.len()
    }
}
