//! `plenum-bench`: CPU per forwarded packet, beside what the machine charges for the bare sends in the same run.
//!
//! Every round measures floors and engine in turn; the table shows medians. Loopback charges the receiver's side
//! to the sender, so absolute values overstate a network card; the ratio to the floor is the figure to keep.
//! Usage: plenum-bench [--rounds N] [--seconds N] [--json]

mod alloc;
mod crypto;
mod floors;
mod forwarding;
mod media;
mod sink;

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use floors::{Floor, Shape};
use forwarding::Media;
use plenum_net::sys::pin_to_cpu;
use plenum_net::udp::UdpPort;
use sink::Sink;

#[global_allocator]
static ALLOCATOR: alloc::Counting = alloc::Counting;

/// What one measurement gave.
#[derive(Clone, Copy, Default)]
pub struct Measured {
    pub cpu_ns: u64,
    pub datagrams: u64,
    pub allocations: Option<u64>,
    /// Median and 99th percentile of arrival to send.
    pub latency_us: Option<(u64, u64)>,
}

impl Measured {
    fn us_per_packet(&self) -> f64 {
        self.cpu_ns as f64 / 1_000.0 / self.datagrams.max(1) as f64
    }
}

struct Row {
    name: &'static str,
    runs: Vec<Measured>,
    delivered: u64,
}

struct Scenario {
    name: &'static str,
    media: Media,
    shape: Shape,
    rows: Vec<Row>,
}

const ENGINE: &str = "engine";
const ENGINE_USER: &str = "engine without sends";

fn scenarios(video_len: usize, audio_len: usize) -> [Scenario; 2] {
    let video =
        Shape { rooms: 10, fan_out: 50, packets: 5, len: video_len, interval: Duration::from_micros(33_333) };
    let audio =
        Shape { rooms: 10, fan_out: 50, packets: 3, len: audio_len, interval: Duration::from_millis(20) };
    [
        Scenario { name: "video 1 to 50, 10 rooms", media: Media::Video, shape: video, rows: Vec::new() },
        Scenario {
            name: "audio 10 talkers to 50, 10 rooms",
            media: Media::Audio { talkers: 10 },
            shape: audio,
            rows: Vec::new(),
        },
    ]
}

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |name: &str, default: u64| {
        let at = arguments.iter().position(|argument| argument == name);
        at.and_then(|at| arguments.get(at + 1)).and_then(|value| value.parse().ok()).unwrap_or(default)
    };
    let (rounds, span) = (number("--rounds", 3), Duration::from_secs(number("--seconds", 2)));
    let _ = pin_to_cpu(0);
    let socket = UdpPort::bind(IpAddr::V4(Ipv4Addr::LOCALHOST), 0)?;
    // Header of egress, five or six bytes of descriptor or none, payload, tag.
    let mut scenarios = scenarios(24 + 1106 + floors::TAG, 24 + 160 + floors::TAG);
    for scenario in &mut scenarios {
        let sink = Sink::start(scenario.shape.rooms * scenario.shape.fan_out, 1)?;
        for _ in 0..rounds {
            scenario.round(&socket, &sink, span);
        }
    }
    if arguments.iter().any(|argument| argument == "--json") {
        print_json(&scenarios);
    } else {
        print_table(&scenarios);
        println!();
        for (name, profile) in crypto::PROFILES {
            let cost = |len| crypto::protect_ns(profile, len);
            println!("{name}: {:.0} ns for 160 bytes, {:.0} ns for 1100", cost(172), cost(1112));
        }
    }
    Ok(())
}

impl Scenario {
    fn round(&mut self, socket: &UdpPort, sink: &Sink, span: Duration) {
        let floors = [
            ("sends", Floor::Sends),
            ("runs (UDP_SEGMENT)", Floor::Runs),
            ("null SFU, sends", Floor::NullSends),
            ("null SFU, runs", Floor::NullRuns),
        ];
        for (name, floor) in floors {
            let before = sink.received();
            let measured = floors::measure(floor, &self.shape, socket, &sink.addresses, span);
            self.note(name, measured, sink, before);
        }
        for (name, socket) in [(ENGINE, Some(socket)), (ENGINE_USER, None)] {
            let before = sink.received();
            let rooms = self.shape.rooms;
            let measured = forwarding::measure(self.media, rooms, &sink.addresses, socket, span);
            self.note(name, measured, sink, before);
        }
    }

    fn note(&mut self, name: &'static str, measured: Measured, sink: &Sink, before: u64) {
        std::thread::sleep(Duration::from_millis(100));
        let delivered = sink.received() - before;
        match self.rows.iter_mut().find(|row| row.name == name) {
            Some(row) => {
                row.runs.push(measured);
                row.delivered += delivered;
            }
            None => self.rows.push(Row { name, runs: vec![measured], delivered }),
        }
    }
}

impl Row {
    fn median_us(&self) -> f64 {
        let mut values: Vec<f64> = self.runs.iter().map(Measured::us_per_packet).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(0.0)
    }

    fn datagrams(&self) -> u64 {
        self.runs.iter().map(|run| run.datagrams).sum()
    }

    fn allocations_per_packet(&self) -> Option<f64> {
        let counts: Option<Vec<u64>> = self.runs.iter().map(|run| run.allocations).collect();
        counts.map(|counts| counts.iter().sum::<u64>() as f64 / self.datagrams().max(1) as f64)
    }

    fn latency(&self) -> Option<(u64, u64)> {
        self.runs.iter().filter_map(|run| run.latency_us).max_by_key(|latency| latency.1)
    }
}

fn print_table(scenarios: &[Scenario]) {
    for scenario in scenarios {
        println!("\n{}", scenario.name);
        println!(
            "{:<24}{:>12}{:>12}{:>14}{:>20}",
            "", "us/packet", "packets", "allocations", "latency p50/p99"
        );
        for row in &scenario.rows {
            let allocations = row.allocations_per_packet().map_or(String::new(), |n| format!("{n:.4}"));
            let latency = row.latency().map_or(String::new(), |(p50, p99)| format!("{p50}/{p99} us"));
            println!(
                "{:<24}{:>12.2}{:>12}{:>14}{:>20}",
                row.name,
                row.median_us(),
                row.datagrams(),
                allocations,
                latency
            );
        }
        let of = |name| scenario.rows.iter().find(|row| row.name == name).map_or(0.0, Row::median_us);
        println!(
            "engine / null SFU with runs {:.2}, engine / plain sends {:.2}, user part {:.2} us",
            of(ENGINE) / of("null SFU, runs"),
            of(ENGINE) / of("sends"),
            of(ENGINE_USER)
        );
    }
}

fn print_json(scenarios: &[Scenario]) {
    let rows = scenarios.iter().flat_map(|scenario| {
        scenario.rows.iter().map(|row| {
            let allocations = row.allocations_per_packet().map_or("null".into(), |n| n.to_string());
            let (p50, p99) = row.latency().map_or(("null".into(), "null".into()), |(a, b)| (a.to_string(), b.to_string()));
            format!(
                "{{\"scenario\":\"{}\",\"what\":\"{}\",\"us_per_packet\":{:.3},\"packets\":{},\"delivered\":{},\
                 \"allocations_per_packet\":{allocations},\"latency_p50_us\":{p50},\"latency_p99_us\":{p99}}}",
                scenario.name,
                row.name,
                row.median_us(),
                row.datagrams(),
                row.delivered
            )
        })
    });
    println!("[{}]", rows.collect::<Vec<_>>().join(",\n"));
}
