use super::*;
use proptest::prelude::*;

fn written(fill: impl FnOnce(&mut RtcpWriter)) -> Vec<u8> {
    let mut buf = [0u8; 1200];
    let mut writer = RtcpWriter::new(&mut buf);
    fill(&mut writer);
    let n = writer.len();
    buf[..n].to_vec()
}

fn first(buf: &[u8]) -> Rtcp<'_> {
    compound(buf).next().unwrap().unwrap()
}

const BLOCK: ReportBlock = ReportBlock {
    ssrc: 9,
    fraction_lost: 25,
    cumulative_lost: -3,
    highest_seq: 70_000,
    jitter: 11,
    lsr: 5,
    dlsr: 6,
};

#[test]
fn a_compound_is_walked_in_order() {
    let info = SenderInfo { ssrc: 1, ntp: 0x0102_0304_0506_0708, rtp: 3, packets: 4, octets: 5 };
    let buf = written(|w| {
        assert!(w.sr(&info, &[BLOCK, BLOCK]));
        assert!(w.sdes_cname(1, "sfu"));
        assert!(w.pli(1, 2));
        assert!(w.bye(1));
    });
    let items: Vec<_> = compound(&buf).collect::<Result<_, _>>().unwrap();
    assert_eq!(items.len(), 4);
    assert!(matches!(items[0], Rtcp::Sr { info: got, blocks } if got == info && blocks.eq([BLOCK, BLOCK])));
    assert!(matches!(items[1], Rtcp::Sdes));
    assert!(matches!(items[2], Rtcp::Pli { sender: 1, media: 2 }));
    assert!(matches!(items[3], Rtcp::Bye { ssrcs } if ssrcs.eq([1])));
}

#[test]
fn an_idle_slots_report_is_seen_to_be_empty() {
    let buf = written(|w| assert!(w.rr(7, &[])));
    assert_eq!(buf, [0x80, 201, 0, 1, 0, 0, 0, 7]);
    assert!(matches!(first(&buf), Rtcp::Rr { ssrc: 7, blocks } if blocks.is_empty()));
}

#[test]
fn nack_packs_and_expands_over_the_wrap() {
    let seqs = [65_530, 65_535, 0, 10, 11, 500];
    let buf = written(|w| assert!(w.nack(1, 2, &seqs)));
    assert_eq!(buf.len(), 12 + 3 * 4);
    assert!(matches!(first(&buf), Rtcp::Nack { sender: 1, media: 2, seqs: got } if got.eq(seqs)));
}

#[test]
fn a_full_bitmask_is_seventeen_numbers() {
    let seqs: Vec<u16> = (100..117).collect();
    let buf = written(|w| assert!(w.nack(1, 2, &seqs)));
    assert_eq!(buf.len(), 16);
    assert!(matches!(first(&buf), Rtcp::Nack { seqs: got, .. } if got.eq(seqs)));
}

#[test]
fn remb_keeps_eighteen_bits() {
    for (put, get) in
        [(0, 0), (1, 1), (262_143, 262_143), (5_000_000, 5_000_000 >> 5 << 5), (u64::MAX, 0x3_ffff << 46)]
    {
        let buf = written(|w| assert!(w.remb(1, put, &[3, 4])));
        let Rtcp::Remb { sender: 1, bitrate_bps, ssrcs } = first(&buf) else { panic!("no REMB") };
        assert_eq!(bitrate_bps, get);
        assert!(ssrcs.eq([3, 4]));
    }
}

#[test]
fn remb_overflow_saturates() {
    let mut buf = written(|w| assert!(w.remb(1, 1, &[])));
    buf[17] = 0xff;
    buf[18] = 0xff;
    assert!(matches!(first(&buf), Rtcp::Remb { bitrate_bps: u64::MAX, .. }));
}

#[test]
fn fir_carries_its_number() {
    let buf = written(|w| assert!(w.fir(1, 2, 200)));
    assert!(matches!(first(&buf), Rtcp::Fir { sender: 1, entries } if entries.eq([(2, 200)])));
}

#[test]
fn unknown_packets_are_stepped_over() {
    let mut buf = vec![0x80, 207, 0, 1, 1, 2, 3, 4];
    buf.extend(written(|w| assert!(w.pli(1, 2))));
    let items: Vec<_> = compound(&buf).collect::<Result<_, _>>().unwrap();
    assert!(matches!(items[..], [Rtcp::Other { packet_type: 207, .. }, Rtcp::Pli { .. }]));
}

#[test]
fn lying_lengths_end_the_walk() {
    let good = written(|w| assert!(w.rr(7, &[BLOCK])));
    for (at, value, error) in [
        (3, 8, ParseError::Length),
        (3, 0, ParseError::Short),
        (0, 0x82, ParseError::Length),
        (0, 0x41, ParseError::Version),
        (0, 0xa1, ParseError::Length),
    ] {
        let mut bad = good.clone();
        bad[at] = value;
        let got: Vec<_> = compound(&bad).collect();
        assert_eq!(got.len(), 1);
        assert_eq!(got[0].as_ref().err(), Some(&error), "{at} {value}");
    }
}

#[test]
fn nothing_is_written_that_does_not_fit() {
    for size in 0..60 {
        let mut buf = vec![0u8; size];
        let mut w = RtcpWriter::new(&mut buf);
        w.pli(1, 2);
        let before = w.len();
        if !w.rr(1, &[BLOCK]) {
            assert_eq!(w.len(), before);
        }
        let n = w.len();
        assert!(compound(&buf[..n]).all(|item| item.is_ok()));
    }
    let mut buf = [0u8; 1200];
    let mut w = RtcpWriter::new(&mut buf);
    assert!(!w.rr(1, &[BLOCK; 32]));
    assert!(!w.nack(1, 2, &[]));
    assert!(!w.raw(&[1, 2, 3]));
    assert!(w.is_empty());
}

#[test]
fn cnames_of_every_length_stay_aligned() {
    for len in 0..20 {
        let buf = written(|w| {
            assert!(w.sdes_cname(1, &"c".repeat(len)));
            assert!(w.pli(1, 2));
        });
        assert_eq!(compound(&buf).filter(|item| item.is_ok()).count(), 2);
    }
}

#[test]
fn round_trip_time_comes_from_the_middle_bits() {
    let sent = ntp_from_unix_us(1_700_000_000_000_000);
    let block = ReportBlock { lsr: compact_ntp(sent), dlsr: 65_536, ..BLOCK };
    let now = ntp_from_unix_us(1_700_000_001_050_000);
    assert!((49_000..=51_000).contains(&rtt_us(&block, now).unwrap()));
    assert_eq!(rtt_us(&block, sent), None);
    assert_eq!(rtt_us(&ReportBlock { lsr: 0, ..block }, now), None);
}

#[test]
fn unix_time_becomes_ntp() {
    assert_eq!(ntp_from_unix_us(500_000), (2_208_988_800 << 32) + (1 << 31));
}

proptest! {
    #[test]
    fn never_panics(buf in proptest::collection::vec(any::<u8>(), 0..160)) {
        exhaust(&buf);
    }

    #[test]
    fn never_panics_behind_a_right_header(kind in 200u8..208, first in 0x80u8..0xc0, tail in proptest::collection::vec(any::<u8>(), 0..80)) {
        let mut buf = vec![first, kind, 0, (tail.len() / 4) as u8];
        buf.extend(&tail);
        exhaust(&buf);
    }
}

fn exhaust(buf: &[u8]) {
    for item in compound(buf) {
        match item {
            Ok(Rtcp::Sr { blocks, .. } | Rtcp::Rr { blocks, .. }) => assert!(blocks.count() < 32),
            Ok(Rtcp::Bye { ssrcs } | Rtcp::Remb { ssrcs, .. }) => assert!(ssrcs.count() < 256),
            Ok(Rtcp::Nack { seqs, .. }) => assert!(seqs.count() <= 17 * buf.len()),
            Ok(Rtcp::Fir { entries, .. }) => assert!(entries.count() <= buf.len()),
            _ => {}
        }
    }
}
