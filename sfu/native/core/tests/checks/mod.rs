//! What must hold for any input, one function per parser or machine. Shared by the mutation runs of
//! `tests/fuzz.rs` (stable toolchain) and by the coverage-guided targets in `sfu/native/fuzz`.

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
pub const ALL: [(&str, Check); 9] = [
    ("rtp", rtp),
    ("rtcp", rtcp),
    ("stun", stun),
    ("vp8", vp8),
    ("srtp", srtp),
    ("twcc", twcc),
    ("nack", nack),
    ("speakers", speakers),
    ("client", client),
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
