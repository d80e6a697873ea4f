//! `LoadPool`: the core in the client role. Mistakes in arguments are `ValueError`; a client that is not there is
//! ignored, as commands and removal may cross.

use std::net::SocketAddr;
use std::os::fd::RawFd;

use plenum_core::load::{AudioSource, ClientConfig, VideoSource};
use plenum_net::load_pool::LoadCommand;
use pyo3::exceptions::{PyKeyError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::arguments;
use crate::events;

/// Many participants over plain UDP sockets in one thread.
#[pyclass(frozen, module = "sfu._native")]
pub struct LoadPool {
    inner: plenum_net::load_pool::LoadPool,
}

#[pymethods]
impl LoadPool {
    #[new]
    fn new() -> PyResult<Self> {
        Ok(Self { inner: plenum_net::load_pool::LoadPool::start()? })
    }

    fn fileno(&self) -> RawFd {
        self.inner.event_fd()
    }

    fn events<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let list = PyList::empty(py);
        for event in self.inner.events() {
            list.append(events::to_python(py, event)?)?;
        }
        Ok(list)
    }

    fn add(
        &self,
        client: u32,
        remote_host: &str,
        remote_port: u16,
        local_ufrag: String,
        remote_ufrag: String,
        remote_pwd: String,
    ) -> PyResult<()> {
        let remote = SocketAddr::new(arguments::address(remote_host)?, remote_port);
        let config = ClientConfig { local_ufrag, remote_ufrag, remote_pwd, seed: 0 };
        Ok(self.inner.add(client, remote, config)?)
    }

    fn send_dtls(&self, client: u32, data: &[u8]) {
        self.inner.command(client, LoadCommand::SendDtls(data.to_vec()));
    }

    fn set_srtp_keys(
        &self,
        client: u32,
        profile: u16,
        rx_key_salt: &[u8],
        tx_key_salt: &[u8],
    ) -> PyResult<()> {
        let keys = arguments::srtp_keys(profile, rx_key_salt, tx_key_salt)?;
        let (rx_key_salt, tx_key_salt) = (keys.rx_key_salt, keys.tx_key_salt);
        self.inner.command(client, LoadCommand::SetSrtpKeys { profile, rx_key_salt, tx_key_salt });
        Ok(())
    }

    #[pyo3(signature = (client, *, ssrc, pt, mid, ext_mid, ext_audio_level, level))]
    #[allow(clippy::too_many_arguments)] // one keyword per fact of the stream
    fn send_audio(
        &self,
        client: u32,
        ssrc: u32,
        pt: u8,
        mid: String,
        ext_mid: u8,
        ext_audio_level: u8,
        level: u8,
    ) -> PyResult<()> {
        check_stream(pt, &mid, &[ext_mid, ext_audio_level])?;
        let source = AudioSource { ssrc, pt, mid, ext_mid, ext_audio_level, level };
        self.inner.command(client, LoadCommand::SendAudio(source));
        Ok(())
    }

    #[pyo3(signature = (client, *, ssrc, pt, mid, ext_mid, bitrate_bps))]
    #[allow(clippy::too_many_arguments)] // one keyword per fact of the stream
    fn send_video(
        &self,
        client: u32,
        ssrc: u32,
        pt: u8,
        mid: String,
        ext_mid: u8,
        bitrate_bps: u32,
    ) -> PyResult<()> {
        check_stream(pt, &mid, &[ext_mid])?;
        let source = VideoSource { ssrc, pt, mid, ext_mid, bitrate_bps };
        self.inner.command(client, LoadCommand::SendVideo(source));
        Ok(())
    }

    fn stop_sending(&self, client: u32) {
        self.inner.command(client, LoadCommand::StopSending);
    }

    fn remove(&self, client: u32) {
        self.inner.command(client, LoadCommand::Remove);
    }

    fn stats<'py>(&self, py: Python<'py>, client: u32) -> PyResult<Bound<'py, PyDict>> {
        let stats = self.inner.stats(client).ok_or_else(|| PyKeyError::new_err(client))?;
        let dict = PyDict::new(py);
        dict.set_item("sent", stats.sent)?;
        dict.set_item("received", stats.received)?;
        dict.set_item("lost", stats.lost)?;
        dict.set_item("bytes_received", stats.bytes_received)?;
        dict.set_item("srtp_errors", stats.srtp_errors)?;
        dict.set_item("streams", stats.streams)?;
        Ok(dict)
    }

    fn close(&self, py: Python<'_>) {
        py.detach(|| self.inner.close());
    }
}

fn check_stream(pt: u8, mid: &str, extensions: &[u8]) -> PyResult<()> {
    if pt > 127 {
        return Err(PyValueError::new_err("a payload type has seven bits"));
    }
    if mid.len() > 16 {
        return Err(PyValueError::new_err("a MID of at most 16 bytes"));
    }
    if extensions.iter().any(|id| *id > 14) {
        return Err(PyValueError::new_err("header extension ids of load clients must be 0..14"));
    }
    Ok(())
}
