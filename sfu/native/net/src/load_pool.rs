//! Many load clients (`plenum_core::load`) over plain UDP sockets in one thread, commanded like a worker.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::fd::{AsRawFd, RawFd};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{channel, Receiver, Sender, TryRecvError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use plenum_core::engine::{Event, TransportId};
use plenum_core::load::{AudioSource, ClientConfig, LoadClient, LoadOutput, LoadStats, VideoSource};

use crate::clock::ServerClock;
use crate::epoll::Epoll;
use crate::mailbox::EventQueue;
use crate::sys::EventFd;

const WAKE: u64 = u64::MAX;
const DATAGRAMS_PER_TURN: usize = 32;
const DATAGRAM_MAX: usize = 2048;
/// Timers of all clients run together, at most this often.
const TIMER_STEP_US: u64 = 1_000;
const LONGEST_SLEEP_US: u64 = 1_000_000;

pub enum LoadCommand {
    SendDtls(Vec<u8>),
    SetSrtpKeys { profile: u16, rx_key_salt: Vec<u8>, tx_key_salt: Vec<u8> },
    SendAudio(AudioSource),
    SendVideo(VideoSource),
    StopSending,
    Remove,
}

enum Control {
    Add { client: u32, socket: UdpSocket, config: ClientConfig, counters: Arc<Counters> },
    Client(u32, LoadCommand),
    Stop,
}

/// The newest `LoadStats` of one client, written by the pool's thread alone.
#[derive(Default)]
struct Counters([AtomicU64; 6]);

impl Counters {
    fn store(&self, stats: LoadStats) {
        let LoadStats { sent, received, lost, bytes_received, srtp_errors, streams } = stats;
        let values = [sent, received, lost, bytes_received, srtp_errors, streams];
        for (counter, value) in self.0.iter().zip(values) {
            counter.store(value, Ordering::Relaxed);
        }
    }

    fn load(&self) -> LoadStats {
        let [sent, received, lost, bytes_received, srtp_errors, streams] =
            std::array::from_fn(|at| self.0[at].load(Ordering::Relaxed));
        LoadStats { sent, received, lost, bytes_received, srtp_errors, streams }
    }
}

/// The handle. Dropping it ends the thread.
pub struct LoadPool {
    commands: Sender<Control>,
    wake: Arc<EventFd>,
    events: Arc<EventQueue>,
    counters: Mutex<HashMap<u32, Arc<Counters>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl LoadPool {
    pub fn start() -> io::Result<Self> {
        let (commands, inbox) = channel();
        let wake = Arc::new(EventFd::new()?);
        let events = Arc::new(EventQueue::new()?);
        let pool = PoolLoop::new(inbox, wake.clone(), events.clone())?;
        let thread = std::thread::Builder::new().name(String::from("load-pool")).spawn(move || pool.run())?;
        Ok(Self { commands, wake, events, counters: Mutex::default(), thread: Mutex::new(Some(thread)) })
    }

    #[must_use]
    pub fn event_fd(&self) -> RawFd {
        self.events.as_raw_fd()
    }

    pub fn events(&self) -> Vec<Event> {
        self.events.take()
    }

    /// Open a socket towards the server and begin connectivity checks. `config.seed` is chosen here.
    pub fn add(&self, client: u32, remote: SocketAddr, mut config: ClientConfig) -> io::Result<()> {
        let any = match remote {
            SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        };
        let socket = UdpSocket::bind((any, 0))?;
        socket.set_nonblocking(true)?;
        socket.connect(remote)?;
        config.seed = RandomState::new().build_hasher().finish();
        let counters = Arc::new(Counters::default());
        self.lock_counters().insert(client, counters.clone());
        self.send(Control::Add { client, socket, config, counters });
        Ok(())
    }

    /// Ignored for a client that is not there.
    pub fn command(&self, client: u32, command: LoadCommand) {
        self.send(Control::Client(client, command));
    }

    /// `None` for a client that was never added. Stays readable after `Remove`.
    pub fn stats(&self, client: u32) -> Option<LoadStats> {
        self.lock_counters().get(&client).map(|counters| counters.load())
    }

    /// Stop the thread and wait for it. Idempotent.
    pub fn close(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            self.send(Control::Stop);
            let _ = thread.join();
        }
    }

    fn lock_counters(&self) -> std::sync::MutexGuard<'_, HashMap<u32, Arc<Counters>>> {
        self.counters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn send(&self, control: Control) {
        // A closed pool takes no commands; commands that cross its end are ignored.
        let _ = self.commands.send(control);
        self.wake.signal();
    }
}

impl Drop for LoadPool {
    fn drop(&mut self) {
        self.close();
    }
}

struct Member {
    client: LoadClient,
    socket: UdpSocket,
    counters: Arc<Counters>,
}

/// What a client says during one call.
struct Outlet<'a> {
    id: u32,
    socket: &'a UdpSocket,
    events: &'a mut Vec<Event>,
}

impl LoadOutput for Outlet<'_> {
    fn transmit(&mut self, datagram: &[u8]) {
        // A full or refused socket loses the datagram, as a network would.
        let _ = self.socket.send(datagram);
    }

    fn dtls(&mut self, datagram: &[u8]) {
        let transport = TransportId(self.id);
        self.events.push(Event::DtlsReceived { transport, data: datagram.to_vec() });
    }

    fn nominated(&mut self) {
        self.events.push(Event::TransportNominated(TransportId(self.id)));
    }
}

struct PoolLoop {
    inbox: Receiver<Control>,
    wake: Arc<EventFd>,
    mailbox: Arc<EventQueue>,
    epoll: Epoll,
    clock: ServerClock,
    members: HashMap<u32, Member>,
    events: Vec<Event>,
    next_timers: u64,
}

impl PoolLoop {
    fn new(inbox: Receiver<Control>, wake: Arc<EventFd>, mailbox: Arc<EventQueue>) -> io::Result<Self> {
        let epoll = Epoll::new()?;
        epoll.add(wake.as_raw_fd(), WAKE)?;
        Ok(Self {
            inbox,
            wake,
            mailbox,
            epoll,
            clock: ServerClock::new(),
            members: HashMap::new(),
            events: Vec::new(),
            next_timers: 0,
        })
    }

    fn run(mut self) {
        let mut ready = Vec::new();
        loop {
            let sleep = self.next_timers.saturating_sub(self.clock.now_us()).min(LONGEST_SLEEP_US);
            ready.clear();
            ready.extend(self.epoll.wait(sleep.div_ceil(1_000) as i32));
            for token in &ready {
                match u32::try_from(*token) {
                    Ok(id) => self.receive(id),
                    Err(_) if !self.apply_commands() => return,
                    Err(_) => {}
                }
            }
            self.run_timers();
            if !self.events.is_empty() {
                self.mailbox.post(&mut self.events);
            }
        }
    }

    /// False when told to stop.
    fn apply_commands(&mut self) -> bool {
        self.wake.clear();
        loop {
            match self.inbox.try_recv() {
                Ok(Control::Add { client, socket, config, counters }) => {
                    let now = self.clock.now_us();
                    if self.epoll.add(socket.as_raw_fd(), u64::from(client)).is_ok() {
                        let member = Member { client: LoadClient::new(&config, now), socket, counters };
                        self.members.insert(client, member);
                    }
                }
                Ok(Control::Client(id, command)) => self.command(id, command),
                Ok(Control::Stop) | Err(TryRecvError::Disconnected) => return false,
                Err(TryRecvError::Empty) => break,
            }
        }
        self.next_timers = 0;
        true
    }

    fn command(&mut self, id: u32, command: LoadCommand) {
        let now = self.clock.now_us();
        let Some(member) = self.members.get_mut(&id) else { return };
        match command {
            LoadCommand::SendDtls(data) => {
                let _ = member.socket.send(&data);
            }
            LoadCommand::SetSrtpKeys { profile, rx_key_salt, tx_key_salt } => {
                // Lengths were checked by the caller; a wrong one leaves the client without keys.
                let _ = member.client.set_srtp_keys(profile, &rx_key_salt, &tx_key_salt, now);
            }
            LoadCommand::SendAudio(source) => member.client.send_audio(&source, now),
            LoadCommand::SendVideo(source) => member.client.send_video(&source, now),
            LoadCommand::StopSending => member.client.stop_sending(),
            LoadCommand::Remove => {
                self.members.remove(&id);
            }
        }
    }

    fn receive(&mut self, id: u32) {
        let Some(member) = self.members.get_mut(&id) else { return };
        let mut buf = [0u8; DATAGRAM_MAX];
        let now = self.clock.now_us();
        for _ in 0..DATAGRAMS_PER_TURN {
            let Ok(len) = member.socket.recv(&mut buf) else { break };
            let mut out = Outlet { id, socket: &member.socket, events: &mut self.events };
            member.client.on_datagram(&mut buf[..len], now, &mut out);
        }
        member.counters.store(member.client.stats());
    }

    fn run_timers(&mut self) {
        let now = self.clock.now_us();
        if now < self.next_timers {
            return;
        }
        let mut next = now + LONGEST_SLEEP_US;
        for (id, member) in &mut self.members {
            if member.client.next_deadline() <= now {
                let mut out = Outlet { id: *id, socket: &member.socket, events: &mut self.events };
                member.client.on_time(now, &mut out);
                member.counters.store(member.client.stats());
            }
            next = next.min(member.client.next_deadline());
        }
        self.next_timers = next.max(now + TIMER_STEP_US);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    fn config() -> ClientConfig {
        ClientConfig { local_ufrag: "a".into(), remote_ufrag: "b".into(), remote_pwd: "c".into(), seed: 0 }
    }

    #[test]
    fn a_client_checks_connectivity_and_passes_handshakes() {
        let server = UdpSocket::bind("127.0.0.1:0").expect("socket");
        server.set_read_timeout(Some(Duration::from_secs(5))).expect("timeout");
        let pool = LoadPool::start().expect("pool");
        pool.add(7, server.local_addr().expect("address"), config()).expect("added");
        let mut buf = [0u8; 2048];
        let (n, from) = server.recv_from(&mut buf).expect("a connectivity check");
        assert!(n > 20 && buf[0] == 0);

        server.send_to(&[22, 254, 253, 1], from).expect("sent");
        let until = Instant::now() + Duration::from_secs(5);
        let mut got = Vec::new();
        while got.is_empty() && Instant::now() < until {
            got = pool.events();
            std::thread::sleep(Duration::from_millis(2));
        }
        assert_eq!(got, [Event::DtlsReceived { transport: TransportId(7), data: vec![22, 254, 253, 1] }]);

        pool.command(7, LoadCommand::SendDtls(vec![23, 1]));
        while server.recv_from(&mut buf).expect("a datagram").0 != 2 {}
        assert_eq!(buf[..2], [23, 1]);
        assert_eq!(pool.stats(7), Some(LoadStats::default()));
        assert_eq!(pool.stats(8), None);
        pool.close();
        pool.close();
    }
}
