//! A cut between a master and its replica, a write meanwhile, and how the replica synchronises again.
//!
//! `cargo run -p psyncscope-sim --example cut_and_psync`

#![allow(clippy::print_stdout, reason = "an example prints what it does")]

use std::error::Error;

use psyncscope_engine::Config;
use psyncscope_engine::event::Event;
use psyncscope_sim::frame::What;
use psyncscope_sim::{World, WorldConfig};

const SECOND_US: u64 = 1_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut config = Config::default();
    // A broken link is noticed within seconds.
    for (name, value) in [("repl-timeout", "5"), ("repl-ping-replica-period", "1")] {
        config.set_directive(name, &[value]).map_err(|error| format!("{name}: {error:?}"))?;
    }
    let mut world = World::new(WorldConfig { seed: 1, ..WorldConfig::default() });
    let a = world.add_host("a", config.clone())?;
    let b = world.add_host("b", config)?;
    world.console_send(b, 0, &["REPLICAOF", "a", "6379"])?;
    world.run_for(3 * SECOND_US);

    world.cut_both(a, b)?;
    world.run_for(10 * SECOND_US);
    world.console_send(a, 0, &["SET", "greeting", "hello"])?;
    world.heal_both(a, b)?;
    world.run_for(30 * SECOND_US);

    // Everything that happened is in the timeline, each decision with the numbers that it looked at.
    let mut granted = Vec::new();
    for entry in world.timeline() {
        if let What::Node(Event::Verdict { verdict, .. }) = &entry.what {
            let seconds = entry.at.0 as f64 / SECOND_US as f64;
            let asked = &verdict.request;
            println!("{seconds:.3} s: PSYNC of {}, {:?}", asked.replid.escape_ascii(), asked.next);
            println!("    a has {:?}, {:?}", verdict.history, verdict.backlog);
            println!("    {:?}", verdict.decision);
            granted.push(verdict.is_continue());
        }
    }
    assert_eq!(granted, [false, true], "a full sync at first, a partial one after the cut");
    world.console_send(b, 0, &["GET", "greeting"])?;
    world.run_for(SECOND_US);
    println!("b says: {}", world.console_output(b, 0).escape_ascii());
    println!("digest: {:016x}", world.digest());
    Ok(())
}
