//! The packet path: no Python, no sockets, no clock.

pub mod engine;
pub mod load;
pub mod wire;
