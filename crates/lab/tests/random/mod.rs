//! Random actions.

use psyncscope_lab::sim::frame::WireSettings;
use psyncscope_lab::{Action, NodeSpec};
use rand_core::RngCore;
use rand_xoshiro::Xoshiro256PlusPlus;

/// One of everything, good or not.
pub fn any_action(rng: &mut Xoshiro256PlusPlus) -> Action {
    let mut pick = |from: &[&str]| from[rng.next_u32() as usize % from.len()].to_owned();
    let name = pick(&["a", "b", "c", "d", "e", "nobody"]);
    let other = pick(&["a", "b", "c", "d", "e"]);
    let command = pick(&[
        "SET k v",
        "INCR n",
        "DEL k",
        "REPLICAOF a 6379",
        "REPLICAOF b 6379",
        "REPLICAOF NO ONE",
        "SELECT 3",
        "BGSAVE",
        "FLUSHALL",
        "CONFIG SET repl-timeout 3",
        "MULTI",
        "EXEC",
        "WAIT 1 500",
        "\"",
        "SHUTDOWN NOSAVE",
        "PSYNC ? -1",
    ]);
    let chance = rng.next_u32() % 40;
    let one_way = rng.next_u32().is_multiple_of(2);
    match chance {
        0 => Action::AddNode {
            node: NodeSpec { name, config: ["replicaof a 6379", "repl-backlog-size 64"].map(str::to_owned).to_vec() },
        },
        1 => Action::RemoveNode { node: name },
        2..=4 => Action::Cut { from: name, to: other, one_way },
        5..=9 => Action::Heal { from: name, to: other, one_way },
        10 => Action::SetWire {
            from: name,
            to: other,
            one_way,
            settings: WireSettings {
                latency_us: u64::from(rng.next_u32() % 300_000),
                loss: f64::from(rng.next_u32() % 12) / 10.0,
                ..Default::default()
            },
        },
        11..=12 => Action::Crash { node: name },
        13 => Action::Pause { node: name },
        14..=15 => Action::Resume { node: name },
        16 => Action::PowerOff { node: name },
        17..=19 => Action::Restart { node: name },
        21 => Action::Terminate { node: name },
        22 => Action::HangUp { node: name, console: rng.next_u32() % 3 },
        23 => {
            Action::Configure { node: NodeSpec { name, config: ["repl-backlog-size 32"].map(str::to_owned).to_vec() } }
        }
        20 => Action::MoveClock { node: name, by_ms: i64::from(rng.next_u32() % 10_000) - 5_000 },
        _ => Action::Exec { node: name, console: rng.next_u32() % 3, command },
    }
}
