//! The engine: transports, published tracks, slots and taps of one worker, joined by the forwarding path.
//!
//! Sans-I/O: datagrams and commands come in with `now` in Unix microseconds, everything that leaves goes
//! to an [`Output`]. It owns no socket, no clock, no thread and no policy.

mod command;
#[allow(clippy::module_inception)]
mod engine;
mod event;
mod ids;
mod stats;

pub use command::{AddSlot, Codec, Command, Kind, PayloadType, Publish, SrtpKeys, UplinkExtensions};
pub use engine::Engine;
pub use event::{Event, Liveness, Output, Path, TapWrite};
pub use ids::{PeerId, RoomId, SlotId, TapId, TrackId, TransportId};
pub use stats::{Latency, Stats};
