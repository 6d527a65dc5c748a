//! A saved run is loaded and replayed, and each PSYNC decision in it explained.
//!
//! `cargo run -p psyncscope-lab --example why [FILE]`; without a file, the run is the one below.

#![allow(clippy::print_stdout, reason = "an example prints what it does")]

use std::error::Error;

use psyncscope_lab::engine::event::Event;
use psyncscope_lab::explain::explain;
use psyncscope_lab::sim::frame::What;
use psyncscope_lab::{ActionLog, Lab};

/// As the page saves it: the cut lasts until both sides have noticed, and the writes overrun the backlog of 64 bytes.
const RUN: &str = r#"{
  "version": 1,
  "config": {
    "seed": 1,
    "nodes": [
      { "name": "a", "config": ["repl-backlog-size 64", "repl-timeout 5", "repl-ping-replica-period 1"] },
      { "name": "b", "config": ["repl-timeout 5", "replicaof a 6379"] }
    ]
  },
  "actions": [
    { "at_us": 3000000, "do": "cut", "from": "a", "to": "b" },
    { "at_us": 13000000, "do": "exec", "node": "a", "command": "SET greeting hello" },
    { "at_us": 13500000, "do": "exec", "node": "a", "command": "SET farewell 'until we meet again, in another history'" },
    { "at_us": 14000000, "do": "heal", "from": "a", "to": "b" }
  ],
  "end_us": 60000000
}"#;

fn main() -> Result<(), Box<dyn Error>> {
    let text = match std::env::args_os().nth(1) {
        Some(file) => std::fs::read_to_string(file)?,
        None => RUN.to_owned(),
    };
    let lab = Lab::replay(&ActionLog::from_json(&text)?)?;
    for entry in lab.timeline() {
        let What::Node(Event::Verdict { verdict, .. }) = &entry.what else { continue };
        let explanation = explain(verdict);
        let answer = if explanation.granted { "partial resync" } else { "full resync" };
        println!("at {:.3} s: {answer}", entry.at.0 as f64 / 1e6);
        for condition in &explanation.conditions[..=explanation.decided_by] {
            println!("    {:?}: {:?}", condition.outcome, condition.check);
        }
    }
    println!("digest {}: the same each time, on every machine", lab.digest());
    Ok(())
}
