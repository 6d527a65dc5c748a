//! A sweep's summary in words.

use std::fmt::Write as _;
use std::time::Duration;

use psyncscope_sweep::{FailureSummary, Seeds, Shortened, Summary, Totals};

/// The summary of one part, which took this long.
pub fn of_part(summary: &Summary, took: Duration) -> String {
    of(summary, &format!(" in {:.1} s", took.as_secs_f64()), &summary.left())
}

/// The summary of several parts: what parts that are not here would have checked is not checked either.
pub fn of_parts(summary: &Summary) -> String {
    of(summary, "", &summary.missing())
}

fn of(summary: &Summary, took: &str, left: &[Seeds]) -> String {
    let mut out = String::new();
    let done: u64 = summary.parts.iter().map(|part| part.done.count()).sum();
    let _ = writeln!(out, "{done} worlds checked{took}, {} failed", summary.failures.len());
    let Totals { worlds, events, virtual_us, actions, partial_resyncs, full_resyncs, promotions, .. } = summary.totals;
    let hours = virtual_us as f64 / 3.6e9;
    let _ = writeln!(
        out,
        "every rule held after each of {events} events in {worlds} worlds: {hours:.1} hours of virtual time, {actions} \
         commands and faults, {partial_resyncs} partial and {full_resyncs} full resyncs, {promotions} promotions"
    );
    for Seeds { from, to } in left {
        let _ = writeln!(out, "not checked: {} seeds; psyncscope sweep --seeds {from}..{to}", to - from);
    }
    summary.failures.iter().for_each(|failure| self::failure(&mut out, failure));
    out
}

fn failure(out: &mut String, failure: &FailureSummary) {
    let FailureSummary { seed, rule, at_us, node, why, script } = failure;
    let node = node.as_ref().map_or_else(String::new, |node| format!(", node {node}"));
    let _ = writeln!(
        out,
        "\nseed {seed} violates {rule} at {}.{:06} s{node}: {why}\nto see it again: psyncscope sweep --seeds {seed}..{}",
        at_us / 1_000_000,
        at_us % 1_000_000,
        seed + 1,
    );
    if let Some(script) = script {
        let _ = writeln!(out, "as a script, for psyncscope check FILE:\n\n{}", script.trim_end());
    }
}

/// The script of a failure, with what it shows as comments at its top.
pub fn script(seed: u64, Shortened { script, violation, actions: [left, whole] }: &Shortened) -> String {
    // What a node or a panic says stays on its line.
    let shown: String = violation.to_string().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!(
        "# Seed {seed} of psyncscope {}, {left} of its {whole} actions.\n# {shown}\n{script}",
        env!("CARGO_PKG_VERSION")
    )
}
