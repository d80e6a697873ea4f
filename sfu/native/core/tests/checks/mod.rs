//! What must hold for any input, one function per parser or machine. Shared by the mutation runs of
//! `tests/fuzz.rs` (stable toolchain) and by the coverage-guided targets in `sfu/native/fuzz`.

use plenum_core::engine::{
    AddSlot, Codec, Command, Engine, Event, Kind, Liveness, Output, Path, PayloadType, PeerId, Publish,
    RoomId, SlotId, SrtpKeys, TapId, TapWrite, TrackId, TransportId, UplinkExtensions,
};
use plenum_core::load::{AudioSource, ClientConfig, LoadClient, LoadOutput, VideoSource};
use plenum_core::wire::nack::{NackGenerator, MAX_MISSING};
use plenum_core::wire::rtcp::{compound, Rtcp, RtcpWriter};
use plenum_core::wire::rtp::{classify, extension, PacketKind, RtpHeader};
use plenum_core::wire::speakers::Speakers;
use plenum_core::wire::srtp::{Profile, SrtpIn, SrtpOut};
use plenum_core::wire::stun::{IceKey, StunMessage};
use plenum_core::wire::twcc::TwccReceiver;
use plenum_core::wire::vp8::Vp8Descriptor;

pub type Check = fn(&[u8]);

/// Name and function of every check.
#[allow(dead_code)] // the guided targets name theirs directly
pub const ALL: [(&str, Check); 10] = [
    ("rtp", rtp),
    ("rtcp", rtcp),
    ("stun", stun),
    ("vp8", vp8),
    ("srtp", srtp),
    ("twcc", twcc),
    ("nack", nack),
    ("speakers", speakers),
    ("client", client),
    ("engine", engine),
];

pub fn rtp(data: &[u8]) {
    let _ = classify(data);
    let Ok(header) = RtpHeader::parse_header(data) else { return };
    assert!(header.header_len >= 12 && header.header_len <= data.len());
    for id in 0..=255 {
        if let Some(value) = extension(data, &header, id) {
            assert!(value.len() <= 255 && value.len() < data.len());
        }
    }
    if let Ok(header) = RtpHeader::parse(data) {
        let range = header.payload_range();
        assert!(range.start <= range.end && range.end <= data.len());
        assert_eq!(header.payload(data).len(), range.len());
    }
}

pub fn rtcp(data: &[u8]) {
    let mut packets = 0;
    for item in compound(data) {
        packets += 1;
        match item {
            Ok(Rtcp::Sr { blocks, .. } | Rtcp::Rr { blocks, .. }) => assert!(blocks.count() < 32),
            Ok(Rtcp::Bye { ssrcs }) => assert!(ssrcs.count() < 32),
            Ok(Rtcp::Remb { ssrcs, .. }) => assert!(ssrcs.count() < 256),
            Ok(Rtcp::Nack { seqs, sender, media }) => {
                let asked: Vec<u16> = seqs.take(4096).collect();
                assert!(asked.len() <= 17 * (data.len() / 4));
                let mut buf = [0u8; 20_000];
                let mut writer = RtcpWriter::new(&mut buf);
                if writer.nack(sender, media, &asked) {
                    let len = writer.len();
                    let Some(Ok(Rtcp::Nack { seqs, .. })) = compound(&buf[..len]).next() else {
                        panic!("a written NACK is one")
                    };
                    // Out of order, numbers of one mask come back sorted.
                    let set = |seqs: Vec<u16>| seqs.into_iter().collect::<std::collections::BTreeSet<u16>>();
                    assert_eq!(set(seqs.collect()), set(asked));
                }
            }
            Ok(Rtcp::Fir { entries, .. }) => assert!(entries.count() <= data.len() / 8),
            Ok(Rtcp::Twcc { fci, .. }) => assert!(fci.len() <= data.len()),
            Ok(_) | Err(_) => {}
        }
    }
    assert!(packets <= data.len() / 4 + 1);
}

pub fn stun(data: &[u8]) {
    let Ok(message) = StunMessage::parse(data) else { return };
    let _ = (message.is_binding_request(), message.is_binding_success());
    if let (Some(name), Some((ours, theirs))) = (message.username, message.ufrags()) {
        assert_eq!(ours.len() + 1 + theirs.len(), name.len());
    }
    assert!(!message.check_integrity(&IceKey::new(b"a password nobody has used")));
}

pub fn vp8(data: &[u8]) {
    let Ok(descriptor) = Vp8Descriptor::parse(data) else { return };
    assert!(descriptor.len >= 1 && descriptor.len < data.len());
    let mut copy = data.to_vec();
    descriptor.rewrite(&mut copy, 0x5aa5, 0xa5);
    let again = Vp8Descriptor::parse(&copy).expect("rewriting keeps a descriptor valid");
    assert_eq!(
        (again.len, again.keyframe, again.size),
        (descriptor.len, descriptor.keyframe, descriptor.size)
    );
    assert_eq!(copy[descriptor.len..], data[descriptor.len..]);
    descriptor.rewrite(&mut copy[..1], 1, 1);
}

const PROFILES: [Profile; 2] = [Profile::AeadAes128Gcm, Profile::Aes128CmSha1_80];

/// Nobody without the key gets anything through.
pub fn srtp(data: &[u8]) {
    for profile in PROFILES {
        let mut input = SrtpIn::new(profile, &[7; 30][..profile.key_salt_len()]).expect("right length");
        assert!(input.unprotect_rtcp(&mut data.to_vec()).is_err());
        if let Ok(header) = RtpHeader::parse_header(data) {
            assert!(input.unprotect_rtp(&mut data.to_vec(), &header).is_err());
        }
    }
}

/// Four bytes are one packet: its number and how long it took.
pub fn twcc(data: &[u8]) {
    let mut receiver = TwccReceiver::new();
    let mut now = 1_000_000;
    let mut out = [0u8; 1200];
    for step in data.chunks_exact(4) {
        now += u64::from(u16::from_be_bytes([step[2], step[3]])) * 8;
        receiver.on_packet(u16::from_be_bytes([step[0], step[1]]), now);
        let mut reports = 0;
        while let Some(len) = receiver.poll(now, 1, 2, &mut out) {
            assert!(len % 4 == 0 && len <= TwccReceiver::MAX_LEN);
            assert!(matches!(compound(&out[..len]).next(), Some(Ok(Rtcp::Twcc { sender: 1, media: 2, .. }))));
            reports += 1;
            assert!(reports <= 5, "feedback ends");
        }
    }
}

/// Three bytes are one step of a stream.
pub fn nack(data: &[u8]) {
    let mut generator = NackGenerator::new();
    let (mut ext_seq, mut now) = (1u64 << 20, 0u64);
    let mut out = [0u16; 64];
    for step in data.chunks_exact(3) {
        now += u64::from(step[2]) * 500;
        match step[0] {
            0 => generator.clear_before(ext_seq),
            1 => generator.reset(),
            2 => ext_seq += u64::from(step[1]) << 8,
            jump if jump < 128 => ext_seq = ext_seq.saturating_sub(u64::from(step[1])),
            _ => ext_seq += u64::from(step[1] & 7),
        }
        generator.on_packet(ext_seq, now);
        assert!(generator.missing() <= MAX_MISSING);
        let asked = generator.poll(now, u64::from(step[1]) * 1_000, &mut out);
        assert!(asked <= out.len());
        let _ = (generator.take_keyframe_needed(), generator.next_deadline());
    }
}

/// Four bytes are one claim: who, how loud, after what time.
pub fn speakers(data: &[u8]) {
    let mut speakers = Speakers::new();
    speakers.set_policy(3, &[1, 2]);
    let mut now = 0;
    for step in data.chunks_exact(4) {
        let peer = u32::from(step[0] & 15);
        now += u64::from(step[2]) * 1_000 + u64::from(step[3] >> 6) * 1_000_000;
        match step[3] & 63 {
            0 => speakers.remove(peer),
            1 => speakers.set_policy(usize::from(step[1] & 3), &[peer, 2]),
            _ => drop(speakers.on_level(peer, step[1], now)),
        }
        speakers.tick(now);
        assert!(speakers.active().len() <= 3 + 2);
        assert!(speakers.levels(now).count() <= 16);
    }
}

struct Nowhere;

impl LoadOutput for Nowhere {
    fn transmit(&mut self, datagram: &[u8]) {
        assert!(datagram.len() <= 1500);
    }
    fn dtls(&mut self, _: &[u8]) {}
    fn nominated(&mut self) {
        panic!("nobody knows the password");
    }
}

/// A peer that has the keys and sends anything: each chunk is protected and delivered, and also as it is.
pub fn client(data: &[u8]) {
    let profile = PROFILES[data.len() % 2];
    let key = &[7u8; 30][..profile.key_salt_len()];
    let id = if profile == Profile::AeadAes128Gcm { 7 } else { 1 };
    let config = ClientConfig {
        local_ufrag: "a".into(),
        remote_ufrag: "b".into(),
        remote_pwd: "a password nobody has used".into(),
        seed: 1,
    };
    let mut client = LoadClient::new(&config, 0);
    client.set_srtp_keys(id, key, key, 0).expect("right length");
    let (mid, pt) = (String::from("0"), 111);
    let audio = AudioSource { ssrc: 5, pt, mid: mid.clone(), ext_mid: 1, ext_audio_level: 2, level: 0 };
    client.send_audio(&audio, 0);
    client.send_video(&VideoSource { ssrc: 6, pt: 96, mid, ext_mid: 1, bitrate_bps: 100_000 }, 0);
    let mut peer = SrtpOut::new(profile, key).expect("right length");
    for (step, chunk) in (0u64..).zip(data.chunks(96)) {
        let now = step * 50_000;
        client.on_datagram(&mut chunk.to_vec(), now, &mut Nowhere);
        let mut buf = chunk.to_vec();
        buf.resize(chunk.len() + 40, 0);
        let sealed = match RtpHeader::parse_header(chunk) {
            Ok(header) if classify(chunk) == PacketKind::Rtp => {
                peer.protect_rtp(&mut buf, header.header_len, chunk.len(), u64::from(header.seq))
            }
            _ => peer.protect_rtcp(&mut buf, chunk.len()),
        };
        if let Ok(len) = sealed {
            client.on_datagram(&mut buf[..len], now, &mut Nowhere);
        }
        client.on_time(now, &mut Nowhere);
        assert!(client.next_deadline() > now);
    }
    assert!(client.stats().streams <= 128);
}

/// The engine's way out: watches that nothing malformed leaves.
#[derive(Default)]
struct Exit {
    datagrams: usize,
    taps: usize,
}

impl Output for Exit {
    fn transmit(&mut self, _: &Path, segment: usize, datagrams: &[u8]) {
        assert!(segment > 0 && !datagrams.is_empty() && datagrams.len() <= 65_507);
        self.datagrams += datagrams.len().div_ceil(segment);
    }
    fn tap(&mut self, message: &[u8]) -> TapWrite {
        assert!(message.len() <= 4096);
        self.taps += 1;
        TapWrite::Written
    }
    fn event(&mut self, event: Event) {
        let timeout = matches!(event, Event::TransportState { state: Liveness::Timeout, .. });
        assert!(!timeout, "no time has passed");
    }
}

struct Checks(Vec<Vec<u8>>);

impl LoadOutput for Checks {
    fn transmit(&mut self, datagram: &[u8]) {
        self.0.push(datagram.to_vec());
    }
    fn dtls(&mut self, _: &[u8]) {}
    fn nominated(&mut self) {}
}

const KEY: [u8; 28] = [7; 28];
const PWD: &str = "a password of twenty-two";

/// One publisher with camera and microphone, one subscriber with slots for both, a tap on each.
fn meeting(exit: &mut Exit) -> Engine {
    let mut engine = Engine::new();
    let now = 1_000_000;
    for id in [1u32, 2] {
        let (transport, ufrag) = (TransportId(id), format!("u{id}"));
        let (room, peer) = (RoomId(1), PeerId(id));
        let open = Command::OpenTransport {
            transport,
            room,
            peer,
            local_ufrag: ufrag.clone(),
            local_pwd: PWD.into(),
        };
        engine.command(open, now, exit);
        let keys = SrtpKeys { profile: 7, rx_key_salt: KEY.to_vec(), tx_key_salt: KEY.to_vec() };
        engine.command(Command::SetSrtpKeys { transport, keys }, now, exit);
        let config = ClientConfig {
            local_ufrag: "peer".into(),
            remote_ufrag: ufrag,
            remote_pwd: PWD.into(),
            seed: u64::from(id),
        };
        let mut checks = Checks(Vec::new());
        LoadClient::new(&config, now).on_time(now, &mut checks);
        for mut datagram in checks.0 {
            engine.receive(&mut datagram, from(id), None, now, exit);
        }
    }
    for (id, kind) in [(5u32, Kind::Audio), (6, Kind::Video)] {
        let audio = kind == Kind::Audio;
        let (codec, pt, rtx) = if audio { (Codec::Opus, 111, 0) } else { (Codec::Vp8, 96, 97) };
        let payload_types = vec![PayloadType { codec, pt, rtx }];
        let (track, slot) = (TrackId(id), SlotId(id));
        let publish = Publish {
            track,
            transport: TransportId(1),
            kind,
            mid: if audio { "0" } else { "1" }.into(),
            rids: if audio { Vec::new() } else { vec!["q".into(), "h".into()] },
            ssrc: if audio { 9 } else { 0 },
            rtx_ssrc: 0,
            payload_types: payload_types.clone(),
            clock_rate: if audio { 48_000 } else { 90_000 },
            extensions: UplinkExtensions {
                mid: 1,
                rid: 2,
                repaired_rid: 3,
                audio_level: 4,
                abs_send_time: 5,
                transport_cc: 6,
            },
            voice: audio,
        };
        engine.command(Command::Publish(Box::new(publish)), now, exit);
        engine.command(Command::SetGate { track, open: true }, now, exit);
        let line = AddSlot {
            slot,
            transport: TransportId(2),
            kind,
            ssrc: 100 + id,
            rtx_ssrc: if audio { 0 } else { 200 + id },
            payload_types,
            ext_abs_send_time: 3,
            auto_audio: audio,
            pair: 0,
        };
        engine.command(Command::AddSlot(Box::new(line)), now, exit);
        if !audio {
            engine.command(Command::Bind { slot, track, target_layer: 1 }, now, exit);
        }
        engine.command(Command::OpenTap { tap: TapId(id), track }, now, exit);
    }
    engine.tap_socket_changed(true, now);
    engine
}

fn from(id: u32) -> std::net::SocketAddr {
    std::net::SocketAddr::from(([192, 0, 2, 1], 1000 + id as u16))
}

/// Participants who have keys and send anything: each chunk is delivered as it is and protected, from the
/// publisher and from the subscriber in turn.
pub fn engine(data: &[u8]) {
    forward(data);
}

/// What `engine` does; returns how many packets reached the taps, that is, were taken for media.
pub fn forward(data: &[u8]) -> usize {
    let mut exit = Exit::default();
    let mut engine = meeting(&mut exit);
    let mut peers = [(); 2].map(|()| SrtpOut::new(Profile::AeadAes128Gcm, &KEY).expect("right length"));
    for (step, chunk) in (0u64..).zip(data.chunks(112)) {
        let now = 1_000_000 + step * 7_000;
        let id = 1 + u32::from(chunk[0] & 0x80 != 0 && step % 4 == 3);
        engine.receive(&mut chunk.to_vec(), from(id), None, now, &mut exit);
        engine.receive(&mut chunk.to_vec(), from(9), None, now, &mut exit);
        let mut buf = chunk.to_vec();
        buf.resize(chunk.len() + 40, 0);
        let Some(peer) = peers.get_mut(id as usize - 1) else { continue };
        let sealed = match RtpHeader::parse_header(chunk) {
            Ok(header) if classify(chunk) == PacketKind::Rtp => {
                peer.protect_rtp(&mut buf, header.header_len, chunk.len(), u64::from(header.seq))
            }
            _ => peer.protect_rtcp(&mut buf, chunk.len()),
        };
        if let Ok(len) = sealed {
            engine.receive(&mut buf[..len], from(id), None, now, &mut exit);
        }
        engine.flush(now, &mut exit);
        engine.sent(now);
        let _ = engine.tick(now, &mut exit);
    }
    // One chunk never becomes more than a handful of datagrams: copies, reports, repairs.
    assert!(exit.datagrams <= 40 + 80 * data.chunks(112).count(), "{} datagrams", exit.datagrams);
    exit.taps
}
