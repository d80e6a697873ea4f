use super::*;
use crate::wire::audio::parse_level;
use crate::wire::rtp::extension;
use crate::wire::stun::write_binding_success;
use crate::wire::vp8::Vp8Descriptor;

const MS: u64 = 1_000;
const KEYS: [[u8; 28]; 2] = [[1; 28], [2; 28]];

#[derive(Default)]
struct Wire {
    sent: Vec<Vec<u8>>,
    dtls: usize,
    nominated: usize,
}

impl LoadOutput for Wire {
    fn transmit(&mut self, datagram: &[u8]) {
        self.sent.push(datagram.to_vec());
    }
    fn dtls(&mut self, _: &[u8]) {
        self.dtls += 1;
    }
    fn nominated(&mut self) {
        self.nominated += 1;
    }
}

fn client() -> LoadClient {
    let config = ClientConfig {
        local_ufrag: "cl".into(),
        remote_ufrag: "se".into(),
        remote_pwd: "secret".into(),
        seed: 0x1234_5678_9abc_def1,
    };
    LoadClient::new(&config, 0)
}

fn keyed() -> (LoadClient, SrtpIn, SrtpOut) {
    let mut client = client();
    client.set_srtp_keys(7, &KEYS[0], &KEYS[1], 0).unwrap();
    let input = SrtpIn::new(Profile::AeadAes128Gcm, &KEYS[1]).unwrap();
    let output = SrtpOut::new(Profile::AeadAes128Gcm, &KEYS[0]).unwrap();
    (client, input, output)
}

fn run(client: &mut LoadClient, wire: &mut Wire, from: u64, to: u64) {
    let mut now = from;
    while now < to {
        client.on_time(now, wire);
        now = client.next_deadline().max(now + 1);
    }
}

fn plain_rtp(wire: &Wire, input: &mut SrtpIn) -> Vec<(RtpHeader, Vec<u8>)> {
    let rtp = wire.sent.iter().filter(|d| classify(d) == PacketKind::Rtp);
    rtp.map(|datagram| {
        let mut buf = datagram.clone();
        let header = RtpHeader::parse_header(&buf).unwrap();
        let len = input.unprotect_rtp(&mut buf, &header).unwrap().len;
        buf.truncate(len);
        (RtpHeader::parse(&buf).unwrap(), buf)
    })
    .collect()
}

fn video() -> VideoSource {
    VideoSource { ssrc: 6, pt: 96, mid: "1".into(), ext_mid: 1, bitrate_bps: 600_000 }
}

#[test]
fn checks_repeat_until_answered_and_then_keep_consent() {
    let (mut c, mut wire) = (client(), Wire::default());
    run(&mut c, &mut wire, 0, 1_000 * MS);
    assert_eq!(wire.sent.len(), 5); // 0, 50, 150, 350, 750 ms
    let datagram = wire.sent[2].clone();
    let request = StunMessage::parse(&datagram).unwrap();
    let key = IceKey::new(b"secret");
    assert!(request.check_integrity(&key) && request.use_candidate && request.controlling.is_some());
    assert_eq!(request.ufrags(), Some((&b"se"[..], &b"cl"[..])));

    let mut buf = [0u8; 200];
    let to = "1.2.3.4:5".parse().unwrap();
    let n = write_binding_success(&mut buf, &request.transaction_id, to, &IceKey::new(b"forged")).unwrap();
    c.on_datagram(&mut buf[..n], 1_000 * MS, &mut wire);
    assert_eq!(wire.nominated, 0);
    for _ in 0..2 {
        let n = write_binding_success(&mut buf, &request.transaction_id, to, &key).unwrap();
        c.on_datagram(&mut buf[..n], 1_000 * MS, &mut wire);
        assert_eq!(wire.nominated, 1);
    }
    wire.sent.clear();
    run(&mut c, &mut wire, 1_000 * MS, 11_100 * MS);
    assert_eq!(wire.sent.len(), 4);
}

#[test]
fn audio_is_fifty_packets_a_second_with_mid_and_level() {
    let (mut c, mut input, _) = keyed();
    let mut wire = Wire::default();
    let source = AudioSource { ssrc: 5, pt: 111, mid: "0".into(), ext_mid: 1, ext_audio_level: 2, level: 25 };
    c.send_audio(&source, 0);
    run(&mut c, &mut wire, 0, 2_000 * MS);
    let packets = plain_rtp(&wire, &mut input);
    assert_eq!(packets.len(), 100);
    assert_eq!(c.stats().sent, 100);
    for (n, (header, buf)) in packets.iter().enumerate() {
        assert_eq!((header.ssrc, header.payload_type, header.payload(buf).len()), (5, 111, 160));
        assert_eq!(extension(buf, header, 1), Some(&b"0"[..]));
        assert_eq!(parse_level(extension(buf, header, 2).unwrap()).unwrap().level, 25);
        assert_eq!(header.timestamp.wrapping_sub(packets[0].0.timestamp), 960 * n as u32);
    }
}

#[test]
fn video_has_valid_descriptors_and_the_wanted_rate() {
    let (mut c, mut input, _) = keyed();
    let mut wire = Wire::default();
    c.send_video(&video(), 0);
    run(&mut c, &mut wire, 0, 10_000 * MS);
    let packets = plain_rtp(&wire, &mut input);
    let bits: usize = packets.iter().map(|(header, buf)| header.payload(buf).len() * 8).sum();
    assert!((580_000..640_000).contains(&(bits / 10)), "{bits}");
    let descriptors: Vec<_> =
        packets.iter().map(|(h, b)| (h, Vp8Descriptor::parse(h.payload(b)).unwrap())).collect();
    assert_eq!(descriptors.iter().filter(|(_, d)| d.keyframe).count(), 1);
    assert_eq!(descriptors[0].1.size, Some((640, 360)));
    assert!((300..=301).contains(&descriptors.iter().filter(|(h, _)| h.marker).count()));
    for pair in descriptors.windows(2) {
        let step = pair[1].1.picture_id.unwrap().wrapping_sub(pair[0].1.picture_id.unwrap()) & 0x7fff;
        assert_eq!(step, u16::from(pair[0].0.marker));
        assert_eq!(pair[1].1.start, pair[0].0.marker);
    }
}

#[test]
fn a_pli_brings_a_keyframe() {
    let (mut c, _, mut output) = keyed();
    let mut wire = Wire::default();
    c.send_video(&video(), 0);
    run(&mut c, &mut wire, 0, 1_000 * MS);
    assert_eq!(c.keyframes(), 1);
    for (media, keyframes) in [(99, 1), (6, 2)] {
        let mut buf = [0u8; 100];
        let mut writer = RtcpWriter::new(&mut buf);
        writer.pli(1, media);
        let len = writer.len();
        let n = output.protect_rtcp(&mut buf, len).unwrap();
        c.on_datagram(&mut buf[..n], 1_000 * MS, &mut wire);
        let now = c.next_deadline() + 40 * MS;
        run(&mut c, &mut wire, now, now + 100 * MS);
        assert_eq!(c.keyframes(), keyframes);
    }
}

#[test]
fn gaps_are_counted_and_reported() {
    let (mut c, mut input, output) = keyed();
    let mut wire = Wire::default();
    for seq in (0..100u64).filter(|seq| seq % 10 != 5) {
        let mut buf = [0u8; 64];
        buf[0] = 0x80;
        buf[2..4].copy_from_slice(&(seq as u16).to_be_bytes());
        buf[11] = 42;
        let n = output.protect_rtp(&mut buf, 12, 40, seq).unwrap();
        c.on_datagram(&mut buf[..n], seq * 20 * MS, &mut wire);
    }
    c.on_datagram(&mut [0x80; 60], 0, &mut wire);
    let stats = c.stats();
    assert_eq!((stats.received, stats.lost, stats.streams, stats.srtp_errors), (90, 10, 1, 1));
    run(&mut c, &mut wire, 2_000 * MS, 2_100 * MS);
    let mut report = wire.sent.iter().rfind(|d| classify(d) == PacketKind::Rtcp).unwrap().clone();
    let len = input.unprotect_rtcp(&mut report).unwrap();
    let items: Vec<_> = compound(&report[..len]).collect::<Result<_, _>>().unwrap();
    assert!(
        matches!(items[0], Rtcp::Rr { blocks, .. } if blocks.map(|block| block.cumulative_lost).eq([10]))
    );
    assert!(matches!(items[1], Rtcp::Remb { ssrcs, .. } if ssrcs.eq([42])));
}

#[test]
fn stopping_silences_and_handshakes_pass_through() {
    let (mut c, _, _) = keyed();
    let mut wire = Wire::default();
    c.send_video(&video(), 0);
    c.stop_sending();
    run(&mut c, &mut wire, 0, 1_000 * MS);
    assert_eq!(c.stats().sent, 0);
    c.on_datagram(&mut [22, 254, 253], 0, &mut wire);
    assert_eq!(wire.dtls, 1);
}
