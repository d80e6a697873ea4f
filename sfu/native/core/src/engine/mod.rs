//! The engine: transports, published tracks, slots and taps of one worker, joined by the forwarding path.
//!
//! Sans-I/O: datagrams and commands come in with `now` in Unix microseconds, everything that leaves goes
//! to an [`Output`]. It owns no socket, no clock, no thread and no policy.

mod address;
mod clock;
mod command;
mod commands;
mod egress;
#[allow(clippy::module_inception)] // the front of the module it is named after
mod engine;
mod event;
mod feed;
mod ids;
mod ingress;
mod rate;
mod rewriter;
mod ring;
mod room;
mod routing;
mod rtcp_down;
mod rtcp_in;
mod rtcp_up;
mod selection;
mod sequencer;
mod slab;
mod slot;
mod stats;
mod tap;
mod timers;
mod track;
mod transport;
mod uplink;
mod voices;

pub use command::{AddSlot, Codec, Command, Kind, PayloadType, Publish, SrtpKeys, UplinkExtensions};
pub use engine::Engine;
pub use event::{Event, Liveness, Output, Path, TapWrite};
pub use ids::{PeerId, RoomId, SlotId, TapId, TrackId, TransportId};
pub use stats::{Latency, Stats};
