//! The engine's events as frozen Python objects.

use plenum_core::engine::{Event, Liveness, PeerId};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};

macro_rules! event_classes {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $kind:ty),+ $(,)? })+) => {
        $(
            $(#[$doc])*
            #[pyclass(frozen, get_all, module = "sfu._native")]
            pub struct $name { $($field: $kind),+ }

            #[pymethods]
            impl $name {
                fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
                    let mut text = String::from(concat!(stringify!($name), "("));
                    $(
                        let value = Repr::repr(&self.$field, py)?;
                        text.push_str(&format!("{}={value}, ", stringify!($field)));
                    )+
                    text.truncate(text.len() - 2);
                    text.push(')');
                    Ok(text)
                }
            }
        )+

        pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
            let mut union: Option<Bound<'_, PyAny>> = None;
            $(
                module.add_class::<$name>()?;
                let class = module.getattr(stringify!($name))?;
                union = Some(match union {
                    Some(so_far) => so_far.bitor(class)?,
                    None => class,
                });
            )+
            module.add("Event", union)
        }
    };
}

event_classes! {
    /// A DTLS datagram from an authenticated address of this transport.
    DtlsReceived { transport: u32, data: Py<PyBytes> }
    /// The first authenticated STUN request arrived (again after each change of address).
    TransportNominated { transport: u32 }
    /// Liveness of a transport: "interrupted", "alive" or "timeout".
    TransportState { transport: u32, state: &'static str }
    /// A layer of a published track started, changed or fell silent.
    LayerSeen { track: u32, layer: u8, width: u16, height: u16, bitrate_bps: u32, active: bool }
    /// What a slot now forwards: current layer index, or -1 while nothing flows.
    LayerChanged { slot: u32, track: u32, layer: i8 }
    /// The room's loudest speakers, loudest first, and the dominant peer or 0.
    SpeakersChanged { room: u32, active: Py<PyList>, dominant: u32 }
    /// Levels of tracks with sound, in -dBov.
    AudioLevels { room: u32, levels: Py<PyList> }
    /// Somebody speaks behind a closed gate.
    GatedVoice { track: u32 }
    /// Newest downlink estimate of a subscriber.
    Bandwidth { transport: u32, bitrate_bps: u64 }
    /// Loss fractions of both directions and the round-trip time.
    Quality { transport: u32, loss_down: f32, loss_up: f32, rtt_ms: f32 }
    /// The recorder's socket was full.
    TapDropped { tap: u32, count: u32 }
}

/// Python's own repr of a field.
trait Repr {
    fn repr(&self, py: Python<'_>) -> PyResult<String>;
}

macro_rules! repr_by_debug {
    ($($kind:ty),+) => {$(
        impl Repr for $kind {
            fn repr(&self, _py: Python<'_>) -> PyResult<String> {
                Ok(format!("{self:?}"))
            }
        }
    )+};
}

repr_by_debug!(u8, u16, u32, u64, i8, f32, &'static str);

impl Repr for bool {
    fn repr(&self, _py: Python<'_>) -> PyResult<String> {
        Ok(String::from(if *self { "True" } else { "False" }))
    }
}

impl<T> Repr for Py<T> {
    fn repr(&self, py: Python<'_>) -> PyResult<String> {
        Ok(self.bind(py).as_any().repr()?.to_string())
    }
}

pub fn to_python<'py>(py: Python<'py>, event: Event) -> PyResult<Bound<'py, PyAny>> {
    Ok(match event {
        Event::DtlsReceived { transport, data } => {
            let data = PyBytes::new(py, &data).unbind();
            Bound::new(py, DtlsReceived { transport: transport.0, data })?.into_any()
        }
        Event::TransportNominated(transport) => {
            Bound::new(py, TransportNominated { transport: transport.0 })?.into_any()
        }
        Event::TransportState { transport, state } => {
            let state = match state {
                Liveness::Alive => "alive",
                Liveness::Interrupted => "interrupted",
                Liveness::Timeout => "timeout",
            };
            Bound::new(py, TransportState { transport: transport.0, state })?.into_any()
        }
        Event::LayerSeen { track, layer, width, height, bitrate_bps, active } => {
            let seen = LayerSeen { track: track.0, layer, width, height, bitrate_bps, active };
            Bound::new(py, seen)?.into_any()
        }
        Event::LayerChanged { slot, track, layer } => {
            Bound::new(py, LayerChanged { slot: slot.0, track: track.0, layer })?.into_any()
        }
        Event::SpeakersChanged { room, active, dominant } => {
            let active = levels_to_python(py, &active)?;
            let dominant = dominant.map_or(0, |peer| peer.0);
            Bound::new(py, SpeakersChanged { room: room.0, active, dominant })?.into_any()
        }
        Event::AudioLevels { room, levels } => {
            let levels = levels_to_python(py, &levels)?;
            Bound::new(py, AudioLevels { room: room.0, levels })?.into_any()
        }
        Event::GatedVoice(track) => Bound::new(py, GatedVoice { track: track.0 })?.into_any(),
        Event::Bandwidth { transport, bitrate_bps } => {
            Bound::new(py, Bandwidth { transport: transport.0, bitrate_bps })?.into_any()
        }
        Event::Quality { transport, loss_down, loss_up, rtt_ms } => {
            let quality = Quality { transport: transport.0, loss_down, loss_up, rtt_ms };
            Bound::new(py, quality)?.into_any()
        }
        Event::TapDropped { tap, count } => Bound::new(py, TapDropped { tap: tap.0, count })?.into_any(),
    })
}

fn levels_to_python(py: Python<'_>, levels: &[(PeerId, u8)]) -> PyResult<Py<PyList>> {
    let pairs = levels.iter().map(|(peer, level)| (peer.0, *level));
    Ok(PyList::new(py, pairs.collect::<Vec<_>>())?.unbind())
}
