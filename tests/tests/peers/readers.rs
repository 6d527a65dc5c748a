//! Clients that block for lists, sorted sets and streams while others write.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use rand_core::{RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::server::{Client, Reply, Server};

/// Clients for each kind of read.
const EACH: u64 = 2;

/// What a client blocks for.
#[derive(Clone, Copy, Debug)]
enum Kind {
    List,
    Zset,
    Stream,
    Group,
}

impl Kind {
    const ALL: [Self; 4] = [Self::List, Self::Zset, Self::Stream, Self::Group];

    /// A read of this kind, of the keys of [`super::writes::of_all_types`].
    fn line(self, rng: &mut Xoshiro256PlusPlus) -> String {
        let mut below = |n: u32| rng.next_u32() % n;
        let (a, b, way) = (below(25), below(25), below(3));
        match (self, way) {
            (Self::List, 0) => format!("BLPOP l{a} l{b} 1"),
            (Self::List, 1) => format!("BRPOP l{a} l{b} 1"),
            (Self::List, _) => format!("BRPOPLPUSH l{a} l{b} 1"),
            (Self::Zset, 0) => format!("BZPOPMIN z{a} z{b} 1"),
            (Self::Zset, _) => format!("BZPOPMAX z{a} z{b} 1"),
            (Self::Stream, _) => format!("XREAD COUNT 2 BLOCK 50 STREAMS x{a} x{b} $ $"),
            (Self::Group, 0) => format!("XREADGROUP GROUP g1 c3 NOACK BLOCK 50 STREAMS x{a} >"),
            (Self::Group, _) => format!("XREADGROUP GROUP g2 c{way} COUNT 2 BLOCK 50 STREAMS x{a} >"),
        }
    }
}

/// Clients in threads of their own.
pub struct Readers {
    ends: Arc<AtomicBool>,
    /// Each tells how many of its reads got something.
    threads: Vec<(Kind, JoinHandle<u32>)>,
}

impl Readers {
    /// Starts them.
    pub fn start(server: &Server, seed: u64) -> Self {
        let ends = Arc::new(AtomicBool::new(false));
        let kinds = Kind::ALL.into_iter().flat_map(|kind| (0..EACH).map(move |number| (kind, number)));
        let start = |(kind, number): (Kind, u64)| {
            let (client, ends) = (server.client(), Arc::clone(&ends));
            let rng = Xoshiro256PlusPlus::seed_from_u64(seed * 100 + kind as u64 * 10 + number);
            (kind, std::thread::spawn(move || read(client, kind, rng, &ends)))
        };
        let threads = kinds.map(start).collect();
        Self { ends, threads }
    }

    /// Ends them. Each kind of read must have been served.
    #[track_caller]
    pub fn end(self) {
        self.ends.store(true, Ordering::SeqCst);
        let mut served = [0; Kind::ALL.len()];
        for (kind, thread) in self.threads {
            served[kind as usize] += thread.join().expect("a reader panicked");
        }
        for kind in Kind::ALL {
            assert!(served[kind as usize] > 0, "no read of {kind:?} was served");
        }
    }
}

fn read(mut client: Client, kind: Kind, mut rng: Xoshiro256PlusPlus, ends: &AtomicBool) -> u32 {
    let mut served = 0;
    while !ends.load(Ordering::SeqCst) {
        client.ok(&["SELECT", &(rng.next_u32() % 3).to_string()]);
        let line = kind.line(&mut rng);
        // An error is that of a key of another type or of a group that is not there.
        match client.call(&line.split(' ').collect::<Vec<_>>()) {
            Reply::Nil | Reply::Error(_) => {}
            _ => served += 1,
        }
    }
    served
}
