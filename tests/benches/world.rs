//! How fast and how large a recorded world is, each figure beside its goal.
//!
//! `cargo bench -p psyncscope-tests --bench world`. Times are processor time, so that other work on the machine matters
//! little; each is the median of several rounds. The session's memory is that of a process of its own, which this
//! program starts.

#![allow(clippy::print_stdout, reason = "a benchmark is what it prints")]

use std::process::Command;
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use nix::time::{ClockId, clock_gettime};
use psyncscope_engine::Config;
use psyncscope_engine::config::Limits;
use psyncscope_lab::{Action, Lab, LabConfig, NodeSpec};
use psyncscope_sim::frame::SimTime;
use psyncscope_sim::{World, WorldConfig};

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Rounds of which the median is printed.
const ROUNDS: usize = 5;

/// A second of virtual time, in microseconds.
const S: u64 = 1_000_000;

/// Time between two writes, in microseconds of virtual time.
const WRITE_EVERY: u64 = S / 10;

/// When the replicas of a small world have the master's data, in microseconds of virtual time.
const IN_SYNC: u64 = 3 * S;

/// The argument with which this program runs the session and prints its memory.
const SESSION: &str = "--session";

fn main() {
    if std::env::args().any(|arg| arg == SESSION) {
        return print_session();
    }
    println!("{:<66} {:>12} {:>14}", "ten writes a second; processor time", "measured", "goal");
    // First, as a new process begins with the most memory that its parent ever had.
    session_memory();
    branches();
    virtual_time();
    large_worlds();
}

/// Prints a figure and whether it is within its goal.
fn row(what: &str, figure: f64, unit: &str, goal: Option<Goal>) {
    let (goal, verdict) = match goal {
        Some(Goal::AtLeast(least)) => (format!(">= {least}"), if figure < least { "  below" } else { "" }),
        Some(Goal::AtMost(most)) => (format!("<= {most}"), if figure > most { "  above" } else { "" }),
        None => (String::new(), ""),
    };
    println!("{what:<66} {figure:>12.2} {goal:>14} {unit}{verdict}");
}

enum Goal {
    AtLeast(f64),
    AtMost(f64),
}

/// The processor time that this process has used.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID).expect("every Unix has this clock");
    Duration::from(time)
}

/// The processor time of `work`, in seconds.
fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let begun = processor_time();
    let result = work();
    ((processor_time() - begun).as_secs_f64(), result)
}

fn median(round: impl FnMut() -> f64) -> f64 {
    let mut all: Vec<f64> = std::iter::repeat_with(round).take(ROUNDS).collect();
    all.sort_by(f64::total_cmp);
    all[ROUNDS / 2]
}

// ---- worlds of any size -------------------------------------------------------------------------------------------

#[derive(Clone, Copy)]
enum Shape {
    /// All replicas follow the first node.
    Star,
    /// Each node follows the one before it.
    Chain,
}

/// A world whose nodes are in sync, and its first node.
fn world(nodes: usize, shape: Shape, record: bool) -> (World, psyncscope_sim::frame::HostId) {
    let config = Config { limits: Limits::classroom(), repl_backlog_size: 1024, save: Vec::new(), ..Config::default() };
    let mut world = World::new(WorldConfig { seed: 1, record, ..WorldConfig::default() });
    let mut first = None;
    for n in 0..nodes {
        let master = match shape {
            Shape::Star => 0,
            Shape::Chain => n.saturating_sub(1),
        };
        let replicaof = (n > 0).then(|| (format!("n{master}"), 6379));
        let id = world.add_host(&format!("n{n}"), Config { replicaof, ..config.clone() }).expect("it fits");
        first = first.or(Some(id));
        // One after the other, so that a large world comes up as a small one does.
        if nodes > 16 {
            world.run_for(S / 10);
        }
    }
    world.run_for(IN_SYNC + 2 * nodes as u64 * S / 100);
    (world, first.expect("there is at least one node"))
}

/// Writes ten times a second for so long. Answers how many events that took.
fn write(world: &mut World, first: psyncscope_sim::frame::HostId, us: u64) -> u64 {
    let begin = world.now().0;
    let mut events = 0;
    for i in 0..us / WRITE_EVERY {
        let at = begin + i * WRITE_EVERY;
        while world.next_event_at().is_some_and(|next| next.0 <= at) {
            events += u64::from(world.step());
        }
        world.run_until(SimTime(at));
        world.console_send(first, 0, &["SET", &format!("k{}", i % 100), "value"]).expect("the master runs");
        world.take_console_output(first, 0);
    }
    events
}

fn virtual_time() {
    for (nodes, goal) in [(3, 10_000.0), (5, 5_000.0)] {
        for record in [false, true] {
            let speed = median(|| {
                let (mut world, first) = world(nodes, Shape::Star, record);
                let (seconds, _) = timed(|| write(&mut world, first, 60 * S));
                60.0 / seconds
            });
            let what = format!("virtual time against real time, {nodes} nodes, {}", on_or_off(record));
            row(&what, speed, "times", record.then_some(Goal::AtLeast(goal)));
        }
    }
}

fn on_or_off(record: bool) -> &'static str {
    if record { "recorded" } else { "not recorded" }
}

/// What an event costs in a large world beside what it costs in a small one.
fn large_worlds() {
    for (shape, name) in [(Shape::Star, "star"), (Shape::Chain, "chain")] {
        for record in [false, true] {
            let (mut small, small_first) = world(3, shape, record);
            let (mut large, large_first) = world(300, shape, record);
            let mut us_an_event = [0.0; 2];
            let ratio = median(|| {
                let (small_s, small_events) = timed(|| write(&mut small, small_first, 30 * S));
                let (large_s, large_events) = timed(|| write(&mut large, large_first, 2 * S));
                us_an_event = [small_s / small_events as f64 * 1e6, large_s / large_events as f64 * 1e6];
                us_an_event[1] / us_an_event[0]
            });
            let what = format!("an event at 300 nodes against one at 3, {name}, {}", on_or_off(record));
            row(&what, ratio, "times", Some(Goal::AtMost(1.5)));
            println!("    microseconds: {:.2} at 3 nodes, {:.2} at 300", us_an_event[0], us_an_event[1]);
        }
    }
}

// ---- a session ----------------------------------------------------------------------------------------------------

/// How long the session lasts, in microseconds of virtual time.
const SESSION_US: u64 = 600 * S;

/// Ten minutes of five nodes with ten writes a second.
fn ten_minutes() -> Lab {
    let node = |name: &str, lines: &[&str]| NodeSpec {
        name: name.to_owned(),
        config: ["repl-backlog-size 1024"].iter().chain(lines).map(|&line| line.to_owned()).collect(),
    };
    let replica = |name| node(name, &["replicaof a 6379"]);
    let nodes = vec![node("a", &[]), replica("b"), replica("c"), replica("d"), replica("e")];
    let mut lab = Lab::new(LabConfig { seed: 1, nodes, ..LabConfig::default() }).expect("five nodes fit");
    for (i, at) in (IN_SYNC..SESSION_US).step_by(WRITE_EVERY as usize).enumerate() {
        lab.run_until(SimTime(at));
        let command = format!("SET k{} value", i % 100);
        lab.act(Action::Exec { node: "a".into(), console: 0, command }).expect("the master runs");
    }
    lab.run_until(SimTime(SESSION_US));
    lab
}

/// Prints the most memory that this process ever had with a session in it, in MB; the time from which on the session
/// can be shown, in seconds; and how many frames and entries it has.
fn print_session() {
    let lab = ten_minutes();
    // In kilobytes on Linux, in bytes on macOS.
    let unit = if cfg!(target_os = "macos") { 1.0 } else { 1024.0 };
    let bytes = getrusage(UsageWho::RUSAGE_SELF).expect("every Unix has it").max_rss() as f64 * unit;
    let frames = lab.frames();
    let count = frames.last - frames.first + 1;
    println!("{} {} {} {}", bytes / 1e6, frames.from.0 as f64 / S as f64, count, lab.timeline().len());
}

fn session_memory() {
    let program = std::env::current_exe().expect("a program knows where it is");
    let output = Command::new(program).arg(SESSION).output().expect("this program starts");
    let text = String::from_utf8_lossy(&output.stdout);
    let figures: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [mb, from_s, frames, entries] = figures[..] else { panic!("no figures: {text}") };
    row("ten minutes of five nodes: memory of the whole process", mb, "MB", Some(Goal::AtMost(60.0)));
    println!("    {frames} frames, {entries} entries of the timeline");
    row("  the first second that can be shown", from_s, "s", Some(Goal::AtMost(0.0)));
}

fn branches() {
    let lab = ten_minutes();
    for (at, name) in [(SESSION_US / 2, "in its middle"), (SESSION_US, "at its end")] {
        let ms = median(|| {
            let (seconds, branch) = timed(|| lab.fork_at(SimTime(at)));
            branch.expect("it lies in the past");
            seconds * 1e3
        });
        row(&format!("  a branch {name}"), ms, "ms", Some(Goal::AtMost(100.0)));
    }
}
