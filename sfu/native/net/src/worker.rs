//! A media worker: the handle by which other threads command one media thread and hear from it.

use std::io;
use std::net::IpAddr;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::sync::mpsc::{sync_channel, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use plenum_core::engine::{Command, Event, Stats};

use crate::mailbox::EventQueue;
use crate::media_loop::MediaLoop;
use crate::sys::EventFd;
use crate::udp::UdpPort;

/// Commands that may wait; more means that the media thread is stuck.
const COMMANDS_WAITING: usize = 16_384;

pub enum Control {
    Engine(Command),
    /// The recorder's socket, or nobody.
    TapSocket(Option<OwnedFd>),
    Stop,
}

pub struct WorkerConfig {
    pub host: IpAddr,
    pub port: u16,
    pub cpu: Option<usize>,
}

pub struct Worker {
    port: u16,
    commands: SyncSender<Control>,
    wake: Arc<EventFd>,
    events: Arc<EventQueue>,
    stats: Arc<Mutex<Stats>>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Bind the port and start the thread.
    pub fn start(config: &WorkerConfig) -> io::Result<Self> {
        let socket = UdpPort::bind(config.host, config.port)?;
        let port = socket.port();
        let (commands, inbox) = sync_channel(COMMANDS_WAITING);
        let wake = Arc::new(EventFd::new()?);
        let events = Arc::new(EventQueue::new()?);
        let stats = Arc::new(Mutex::new(Stats::default()));
        let media = MediaLoop::new(socket, inbox, wake.clone(), events.clone(), stats.clone());
        let cpu = config.cpu;
        let thread =
            std::thread::Builder::new().name(format!("media-{port}")).spawn(move || media.run(cpu))?;
        Ok(Self { port, commands, wake, events, stats, thread: Some(thread) })
    }

    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    #[must_use]
    pub fn event_fd(&self) -> RawFd {
        self.events.as_raw_fd()
    }

    pub fn events(&self) -> Vec<Event> {
        self.events.take()
    }

    #[must_use]
    pub fn stats(&self) -> Stats {
        self.stats.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Queue a command without waiting. Fails if the thread is stuck (`WouldBlock`) or gone.
    pub fn send(&self, control: Control) -> io::Result<()> {
        let result = self.commands.try_send(control);
        self.wake.signal();
        result.map_err(|error| match error {
            TrySendError::Full(_) => io::Error::from(io::ErrorKind::WouldBlock),
            TrySendError::Disconnected(_) => io::Error::from(io::ErrorKind::BrokenPipe),
        })
    }

    /// Stop the thread and wait for it. Idempotent.
    pub fn close(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        // A full queue: the thread drains it before anything else, so a waiting send ends.
        let _ = self.commands.send(Control::Stop);
        self.wake.signal();
        let _ = thread.join();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.close();
    }
}
