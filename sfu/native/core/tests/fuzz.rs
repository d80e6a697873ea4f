//! Mutation runs over every check, on the stable toolchain: valid packets, broken in many small ways.
//!
//! `cargo test` runs some thousands of each. `cargo test --release --test fuzz -- --ignored` runs a million
//! of each, or PLENUM_FUZZ_RUNS; PLENUM_FUZZ_SEED repeats a run, PLENUM_FUZZ_ONLY names one check. A failing
//! input is printed as hex.

mod checks;

use std::panic::{catch_unwind, AssertUnwindSafe};

use plenum_core::wire::rtcp::{ReportBlock, RtcpWriter, SenderInfo};
use plenum_core::wire::rtp::EgressHeader;
use plenum_core::wire::stun::{write_binding_request, write_binding_success, BindingRequest, IceKey};

const MAX_INPUT: usize = 1_500;
const INTERESTING: [u8; 12] = [0, 1, 3, 4, 0x0f, 0x10, 0x7f, 0x80, 0x90, 0xbe, 0xc8, 0xff];

/// xorshift64*: enough for mutation, and repeatable.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() >> 16) as usize % limit.max(1)
    }

    fn byte(&mut self) -> u8 {
        (self.next() >> 32) as u8
    }
}

fn mutate(random: &mut Random, input: &mut Vec<u8>, corpus: &[Vec<u8>]) {
    for _ in 0..=random.below(6) {
        let at = random.below(input.len());
        match random.below(10) {
            0 | 1 if !input.is_empty() => input[at] ^= 1 << random.below(8),
            2 | 3 if !input.is_empty() => input[at] = INTERESTING[random.below(INTERESTING.len())],
            4 if !input.is_empty() => input[at] = random.byte(),
            5 if !input.is_empty() => input[at] = input[at].wrapping_add(random.byte() & 3).wrapping_sub(1),
            6 => input.truncate(at),
            7 => {
                let tail: Vec<u8> = (0..random.below(24)).map(|_| random.byte()).collect();
                input.splice(at..at, tail);
            }
            8 => {
                let other = &corpus[random.below(corpus.len())];
                let from = random.below(other.len());
                input.extend_from_slice(&other[from..]);
            }
            _ => {
                let end = (at + random.below(16)).min(input.len());
                let part = input[at.min(end)..end].to_vec();
                input.extend(part);
            }
        }
    }
    input.truncate(MAX_INPUT);
}

fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = vec![
        vec![0x90, 0xf0, 0x92, 0x34, 9, 0x63, 0x10, 2, 0, 0x9d, 1, 0x2a, 0x80, 0x42, 0x68, 0x01],
        vec![0x10, 1, 2, 3],
        vec![22, 254, 253, 0, 0],
        (0..=255).collect(),
        vec![0x90, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0x10, 0, 0, 2, 1, 1, b'0', 2, 1, 30, 0, 0, 1, 2, 3],
    ];
    let mut buf = [0u8; 400];
    let header = EgressHeader {
        marker: true,
        payload_type: 96,
        seq: 7,
        timestamp: 8,
        ssrc: 9,
        csrc: 1,
        abs_send_time: Some((3, 99)),
        padding: true,
    };
    let n = header.write(&mut buf).expect("room");
    seeds.push([&buf[..n], &[1, 2, 3, 4, 0, 2]].concat());
    let key = IceKey::new(b"password");
    let request = BindingRequest {
        transaction_id: [3; 12],
        username: b"server:client",
        priority: 1,
        tie_breaker: 2,
        controlling: true,
        use_candidate: true,
    };
    let n = write_binding_request(&mut buf, &request, &key).expect("room");
    seeds.push(buf[..n].to_vec());
    for address in ["1.2.3.4:5", "[2001:db8::1]:5"] {
        let n = write_binding_success(&mut buf, &[3; 12], address.parse().expect("address"), &key);
        seeds.push(buf[..n.expect("room")].to_vec());
    }
    seeds.extend(rtcp_seeds());
    seeds.push(meeting_seed());
    seeds
}

/// A publisher's first packets as the `engine` check cuts them: 112 bytes each, video with MID and RID, audio with
/// a level, now and then a report of the subscriber.
fn meeting_seed() -> Vec<u8> {
    let mut stream = Vec::new();
    for seq in 0..10u8 {
        let mut packet = match seq % 5 {
            3 => vec![0x80, 201, 0, 27, 0, 0, 0, 1],
            4 => {
                let ext = [0xbe, 0xde, 0, 1, 0x40, 0x80 | 30, 0, 0];
                [&[0x90, 111, 0, seq, 0, 0, 9, 0, 0, 0, 0, 9][..], &ext].concat()
            }
            _ => {
                let ext = [0xbe, 0xde, 0, 2, 0x10, b'1', 0x20, b'q', 0x61, 0, seq, 0];
                let start = [0x90, 0xe0, 0x80, seq, seq, 0, 0x10, 2, 0, 0x9d, 1, 0x2a, 0x80, 2, 0x68, 1];
                [&[0x90, 96 | 0x80, 0, seq, 0, 0, 10, seq, 0, 0, 0, 77][..], &ext, &start].concat()
            }
        };
        packet.resize(112, 0x11);
        stream.extend(packet);
    }
    stream
}

fn rtcp_seeds() -> Vec<Vec<u8>> {
    let block = ReportBlock { ssrc: 9, fraction_lost: 1, cumulative_lost: -1, ..ReportBlock::default() };
    let info = SenderInfo { ssrc: 1, ntp: 2, rtp: 3, packets: 4, octets: 5 };
    let writers: [&dyn Fn(&mut RtcpWriter) -> bool; 7] = [
        &|w| w.sr(&info, &[block, block]) && w.sdes_cname(1, "cname"),
        &|w| w.rr(1, &[block]) && w.bye(1),
        &|w| w.nack(1, 2, &[65_530, 65_535, 0, 7, 300]),
        &|w| w.pli(1, 6) && w.fir(1, 6, 3),
        &|w| w.remb(1, 2_000_000, &[5, 6]),
        &|w| w.raw(&[0x8f, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 9, 0, 3, 0, 0, 1, 0, 0x20, 3, 1, 2]),
        &|w| w.rr(1, &[]),
    ];
    writers
        .iter()
        .map(|write| {
            let mut buf = [0u8; 400];
            let mut writer = RtcpWriter::new(&mut buf);
            assert!(write(&mut writer));
            let len = writer.len();
            buf[..len].to_vec()
        })
        .collect()
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

fn run(runs: u64) {
    let seed = number("PLENUM_FUZZ_SEED", 0x9E37_79B9_7F4A_7C15);
    let corpus = seeds();
    let only = std::env::var("PLENUM_FUZZ_ONLY").ok();
    for (name, check) in
        checks::ALL.into_iter().filter(|(name, _)| only.as_deref().is_none_or(|only| only == *name))
    {
        let mut random = Random(seed | 1);
        for input in &corpus {
            check(input);
        }
        for _ in 0..runs {
            let mut input = corpus[random.below(corpus.len())].clone();
            mutate(&mut random, &mut input, &corpus);
            if catch_unwind(AssertUnwindSafe(|| check(&input))).is_err() {
                let hex: String = input.iter().map(|byte| format!("{byte:02x}")).collect();
                panic!("check {name} failed on {hex}");
            }
        }
        println!("{name}: {runs} inputs");
    }
}

#[test]
fn the_seed_of_the_engine_check_is_forwarded() {
    assert!(checks::forward(&meeting_seed()) >= 8, "its packets are taken for media");
}

#[test]
fn broken_packets_harm_nothing() {
    run(number("PLENUM_FUZZ_QUICK_RUNS", 2_000));
}

#[test]
#[ignore = "long: make fuzz runs it"]
fn a_million_broken_packets_each_harm_nothing() {
    run(number("PLENUM_FUZZ_RUNS", 1_000_000));
}
