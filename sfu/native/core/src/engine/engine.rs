//! The engine's front: one method per thing that can happen to it.

use std::net::{IpAddr, SocketAddr};

use super::command::Command;
use super::event::Output;
use super::stats::Stats;

#[derive(Default)]
pub struct Engine {
    stats: Stats,
}

impl Engine {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
    pub fn command(&mut self, _command: Command, _now_us: u64, _out: &mut dyn Output) {}
    pub fn receive(
        &mut self,
        _datagram: &mut [u8],
        _from: SocketAddr,
        _local: Option<IpAddr>,
        _now_us: u64,
        _out: &mut dyn Output,
    ) {
    }
    pub fn flush(&mut self, _now_us: u64, _out: &mut dyn Output) {}
    pub fn sent(&mut self, _now_us: u64) {}
    pub fn tick(&mut self, now_us: u64, _out: &mut dyn Output) -> u64 {
        now_us + 10_000
    }
    pub fn quarantine(&mut self, _now_us: u64, _out: &mut dyn Output) {}
    pub fn tap_socket_changed(&mut self, _attached: bool, _now_us: u64) {}
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.stats.clone()
    }
}
