//! The subscribers' end: many sockets drained by one thread on another core.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::Arc;
use std::thread::JoinHandle;

use plenum_net::epoll::Epoll;
use plenum_net::sys::pin_to_cpu;

const POLL_MS: i32 = 20;

pub struct Sink {
    pub addresses: Vec<SocketAddr>,
    received: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Sink {
    pub fn start(count: usize, cpu: usize) -> io::Result<Self> {
        let mut epoll = Epoll::new()?;
        let mut sockets = Vec::new();
        for token in 0..count as u64 {
            let socket = UdpSocket::bind("127.0.0.1:0")?;
            socket.set_nonblocking(true)?;
            epoll.add(socket.as_raw_fd(), token)?;
            sockets.push(socket);
        }
        let addresses = sockets.iter().map(UdpSocket::local_addr).collect::<io::Result<_>>()?;
        let (received, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let (counter, stopped) = (received.clone(), stop.clone());
        let thread = std::thread::spawn(move || {
            let _ = pin_to_cpu(cpu);
            let mut buf = [0u8; 2048];
            while !stopped.load(Ordering::Relaxed) {
                let mut count = 0;
                for token in epoll.wait(POLL_MS) {
                    let Some(socket) = sockets.get(token as usize) else { continue };
                    while socket.recv(&mut buf).is_ok() {
                        count += 1;
                    }
                }
                counter.fetch_add(count, Ordering::Relaxed);
            }
        });
        Ok(Self { addresses, received, stop, thread: Some(thread) })
    }

    /// Datagrams so far.
    pub fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
