//! `Worker`: one media thread, commanded without waiting. The thread itself never takes the GIL.

use std::io;
use std::os::fd::RawFd;

use plenum_core::engine::{
    AddSlot, Command, PeerId, Publish, RoomId, SlotId, TapId, TrackId, TransportId, UplinkExtensions,
};
use plenum_net::sys::duplicate;
use plenum_net::{Control, WorkerConfig};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::arguments;
use crate::events;

/// One media thread with one UDP port.
#[pyclass(frozen, module = "sfu._native")]
pub struct Worker {
    inner: std::sync::Mutex<plenum_net::Worker>,
    port: u16,
    event_fd: RawFd,
}

impl Worker {
    fn with<T>(&self, act: impl FnOnce(&mut plenum_net::Worker) -> T) -> T {
        act(&mut self.inner.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// After `close()` the thread is gone: commands that cross it are ignored.
    fn send(&self, control: Control) -> PyResult<()> {
        match self.with(|worker| worker.send(control)) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                Err(PyRuntimeError::new_err("the media thread does not take commands"))
            }
            _ => Ok(()),
        }
    }

    fn command(&self, command: Command) -> PyResult<()> {
        self.send(Control::Engine(command))
    }
}

#[pymethods]
impl Worker {
    #[new]
    #[pyo3(signature = (*, host, port, cpu = None))]
    fn new(host: &str, port: u16, cpu: Option<usize>) -> PyResult<Self> {
        let host = arguments::address(host)?;
        let worker = plenum_net::Worker::start(&WorkerConfig { host, port, cpu })?;
        Ok(Self { port: worker.port(), event_fd: worker.event_fd(), inner: std::sync::Mutex::new(worker) })
    }

    #[getter]
    fn port(&self) -> u16 {
        self.port
    }

    fn fileno(&self) -> RawFd {
        self.event_fd
    }

    fn events<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let list = PyList::empty(py);
        for event in self.with(|worker| worker.events()) {
            list.append(events::to_python(py, event)?)?;
        }
        Ok(list)
    }

    fn close(&self, py: Python<'_>) {
        py.detach(|| self.with(plenum_net::Worker::close));
    }

    fn open_transport(
        &self,
        transport: u32,
        room: u32,
        peer: u32,
        local_ufrag: String,
        local_pwd: String,
    ) -> PyResult<()> {
        if peer == 0 {
            return Err(PyValueError::new_err("peer numbers start at 1"));
        }
        self.command(Command::OpenTransport {
            transport: TransportId(transport),
            room: RoomId(room),
            peer: PeerId(peer),
            local_ufrag,
            local_pwd,
        })
    }

    fn close_transport(&self, transport: u32) -> PyResult<()> {
        self.command(Command::CloseTransport(TransportId(transport)))
    }

    fn send_dtls(&self, transport: u32, data: &[u8]) -> PyResult<()> {
        self.command(Command::SendDtls { transport: TransportId(transport), data: data.to_vec() })
    }

    fn set_srtp_keys(
        &self,
        transport: u32,
        profile: u16,
        rx_key_salt: &[u8],
        tx_key_salt: &[u8],
    ) -> PyResult<()> {
        let keys = arguments::srtp_keys(profile, rx_key_salt, tx_key_salt)?;
        self.command(Command::SetSrtpKeys { transport: TransportId(transport), keys })
    }

    #[pyo3(signature = (
        track, transport, kind, *, mid, rids = Vec::new(), ssrc = 0, rtx_ssrc = 0,
        payload_types = Vec::new(), clock_rate, ext_mid = 0, ext_rid = 0, ext_repaired_rid = 0,
        ext_audio_level = 0, ext_abs_send_time = 0, ext_transport_cc = 0, voice = false
    ), text_signature = "($self, track, transport, kind, *, mid, rids=(), ssrc=0, rtx_ssrc=0, payload_types=(), clock_rate, ext_mid=0, ext_rid=0, ext_repaired_rid=0, ext_audio_level=0, ext_abs_send_time=0, ext_transport_cc=0, voice=False)")]
    #[allow(clippy::too_many_arguments)] // one keyword per fact of an m-line
    fn publish(
        &self,
        track: u32,
        transport: u32,
        kind: u8,
        mid: String,
        rids: Vec<String>,
        ssrc: u32,
        rtx_ssrc: u32,
        payload_types: Vec<(String, u8, u8)>,
        clock_rate: u32,
        ext_mid: u8,
        ext_rid: u8,
        ext_repaired_rid: u8,
        ext_audio_level: u8,
        ext_abs_send_time: u8,
        ext_transport_cc: u8,
        voice: bool,
    ) -> PyResult<()> {
        if clock_rate == 0 {
            return Err(PyValueError::new_err("clock_rate must not be 0"));
        }
        let extensions = UplinkExtensions {
            mid: arguments::extension(ext_mid)?,
            rid: arguments::extension(ext_rid)?,
            repaired_rid: arguments::extension(ext_repaired_rid)?,
            audio_level: arguments::extension(ext_audio_level)?,
            abs_send_time: arguments::extension(ext_abs_send_time)?,
            transport_cc: arguments::extension(ext_transport_cc)?,
        };
        self.command(Command::Publish(Box::new(Publish {
            track: TrackId(track),
            transport: TransportId(transport),
            kind: arguments::kind(kind)?,
            mid,
            rids,
            ssrc,
            rtx_ssrc,
            payload_types: arguments::payload_types(payload_types)?,
            clock_rate,
            extensions,
            voice,
        })))
    }

    fn unpublish(&self, track: u32) -> PyResult<()> {
        self.command(Command::Unpublish(TrackId(track)))
    }

    fn set_gate(&self, track: u32, open: bool) -> PyResult<()> {
        self.command(Command::SetGate { track: TrackId(track), open })
    }

    #[pyo3(signature = (
        slot, transport, kind, *, ssrc, rtx_ssrc = 0, payload_types = Vec::new(),
        ext_abs_send_time = 0, auto_audio = false, pair = -1
    ), text_signature = "($self, slot, transport, kind, *, ssrc, rtx_ssrc=0, payload_types=(), ext_abs_send_time=0, auto_audio=False, pair=-1)")]
    #[allow(clippy::too_many_arguments)] // one keyword per fact of an m-line
    fn add_slot(
        &self,
        slot: u32,
        transport: u32,
        kind: u8,
        ssrc: u32,
        rtx_ssrc: u32,
        payload_types: Vec<(String, u8, u8)>,
        ext_abs_send_time: u8,
        auto_audio: bool,
        pair: i32,
    ) -> PyResult<()> {
        if ext_abs_send_time > 14 {
            return Err(PyValueError::new_err("ext_abs_send_time must be 0..14"));
        }
        self.command(Command::AddSlot(Box::new(AddSlot {
            slot: SlotId(slot),
            transport: TransportId(transport),
            kind: arguments::kind(kind)?,
            ssrc,
            rtx_ssrc,
            payload_types: arguments::payload_types(payload_types)?,
            ext_abs_send_time,
            auto_audio,
            pair,
        })))
    }

    fn bind(&self, slot: u32, track: u32, target_layer: u8) -> PyResult<()> {
        self.command(Command::Bind { slot: SlotId(slot), track: TrackId(track), target_layer })
    }

    fn unbind(&self, slot: u32) -> PyResult<()> {
        self.command(Command::Unbind(SlotId(slot)))
    }

    fn set_audio_policy(&self, room: u32, slots: usize, always: Vec<u32>) -> PyResult<()> {
        let always = always.into_iter().map(PeerId).collect();
        self.command(Command::SetAudioPolicy { room: RoomId(room), slots, always })
    }

    fn set_tap_socket(&self, fd: RawFd) -> PyResult<()> {
        let socket = if fd < 0 { None } else { Some(duplicate(fd)?) };
        self.send(Control::TapSocket(socket))
    }

    fn open_tap(&self, tap: u32, track: u32) -> PyResult<()> {
        self.command(Command::OpenTap { tap: TapId(tap), track: TrackId(track) })
    }

    fn close_tap(&self, tap: u32) -> PyResult<()> {
        self.command(Command::CloseTap(TapId(tap)))
    }

    fn request_keyframe(&self, track: u32) -> PyResult<()> {
        self.command(Command::RequestKeyframe(TrackId(track)))
    }

    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let stats = self.with(|worker| worker.stats());
        let dict = PyDict::new(py);
        for (name, value) in stats.fields() {
            dict.set_item(name, value)?;
        }
        dict.set_item("latency_p50_us", stats.latency.quantile_us(0.5))?;
        dict.set_item("latency_p99_us", stats.latency.quantile_us(0.99))?;
        Ok(dict)
    }
}
