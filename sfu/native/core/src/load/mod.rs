//! The client role, for load tests and benchmarks: a participant that checks connectivity as the controlling
//! agent, sends synthetic Opus and VP8, counts what it receives and answers RTCP. Sans-I/O like the server's
//! side: `now` is Unix microseconds, datagrams leave through `LoadOutput`. Not part of a serving process.

mod client;
mod sink;
mod source;

pub use client::{ClientConfig, LoadClient, LoadOutput, LoadStats};
pub use source::{AudioSource, VideoSource};
