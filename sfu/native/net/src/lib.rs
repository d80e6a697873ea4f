//! Sockets, clock and the thread that drive the engine of `plenum_core`. No policy, no Python.
//!
//! `unsafe` lives in [`udp`], [`seqpacket`], [`epoll`] and [`sys`] only, each block with its reason.

pub mod clock;
pub mod epoll;
pub mod load_pool;
pub mod mailbox;
mod media_loop;
pub mod seqpacket;
pub mod sys;
pub mod udp;
pub mod worker;

pub use worker::{Control, Worker, WorkerConfig};
