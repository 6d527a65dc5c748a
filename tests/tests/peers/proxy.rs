//! A wire that can be cut: connections to a port of its own go on to a server's.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// A proxy on 127.0.0.1.
pub struct Proxy {
    port: u16,
    /// Both ends of every connection.
    ends: Arc<Mutex<Vec<TcpStream>>>,
    /// New connections are turned away.
    refuses: Arc<AtomicBool>,
}

impl Proxy {
    /// A proxy in front of `target`.
    pub fn to(target: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("127.0.0.1 has ports");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let proxy = Self { port, ends: Arc::default(), refuses: Arc::default() };
        let (ends, refuses) = (Arc::clone(&proxy.ends), Arc::clone(&proxy.refuses));
        // Ends with the process; it is not joined.
        std::thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let Ok(far) = TcpStream::connect(("127.0.0.1", target)) else { continue };
                let mut ends = ends.lock().expect("no thread panics with it");
                if refuses.load(Ordering::SeqCst) {
                    continue;
                }
                for (from, to) in [(&near, &far), (&far, &near)] {
                    let copy = |end: &TcpStream| end.try_clone().expect("a socket can be held twice");
                    pump(copy(from), copy(to));
                    ends.push(copy(from));
                }
            }
        });
        proxy
    }

    /// Where to connect to.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Closes every connection and, with `refuse`, refuses new ones until [`Proxy::mend`].
    pub fn cut(&self, refuse: bool) {
        let mut ends = self.ends.lock().expect("no thread panics with it");
        self.refuses.store(refuse, Ordering::SeqCst);
        for end in ends.drain(..) {
            // It may be over already.
            let _ = end.shutdown(Shutdown::Both);
        }
    }

    /// Takes connections again.
    pub fn mend(&self) {
        self.refuses.store(false, Ordering::SeqCst);
    }
}

fn pump(mut from: TcpStream, mut to: TcpStream) {
    std::thread::spawn(move || {
        let mut buffer = [0; 16 * 1024];
        while let Ok(n @ 1..) = from.read(&mut buffer) {
            if to.write_all(&buffer[..n]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
        let _ = from.shutdown(Shutdown::Both);
    });
}
