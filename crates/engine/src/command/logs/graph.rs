//! LATENCY GRAPH (`latencyCommandGenSparkeline`, sparkline.c): a column for each sample, and below it how long ago it was.

use super::state::Series;

/// Columns, and rows of the columns' part that shows the latency (`LATENCY_GRAPH_COLS`).
const COLUMNS: usize = 80;
const ROWS: usize = 4;
/// The levels within one row, and what is below a column's upper end.
const LEVELS: [char; 3] = ['_', 'o', '#'];
const BELOW: char = '|';

pub(super) fn graph(event: &str, series: &Series, now: i64) -> String {
    let samples: Vec<(i64, String)> = series.samples.iter().map(|(unix_s, ms)| (*ms, age(now - unix_s))).collect();
    let high = samples.iter().map(|(ms, _)| *ms).max().unwrap_or(0);
    let low = samples.iter().map(|(ms, _)| *ms).min().unwrap_or(0);
    let mut text = format!("{event} - high {high} ms, low {low} ms (all time high {} ms)\n", series.max);
    text += &"-".repeat(COLUMNS);
    text.push('\n');
    for (part, columns) in samples.chunks(COLUMNS).enumerate() {
        if part > 0 {
            text.push('\n');
        }
        draw(&mut text, columns, low, high);
    }
    text
}

/// A time ago, in its largest whole unit.
fn age(seconds: i64) -> String {
    match seconds {
        ..60 => format!("{seconds}s"),
        60..3600 => format!("{}m", seconds / 60),
        3600..86_400 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// `sparklineRenderRange`.
fn draw(text: &mut String, columns: &[(i64, String)], low: i64, high: i64) {
    let levels = (LEVELS.len() * ROWS) as i64;
    let level = |ms: i64| ((ms - low) * levels / (high - low).max(1)).clamp(0, levels - 1);
    let mut row = |character: &dyn Fn(&(i64, String)) -> char| {
        text.extend(columns.iter().map(character));
        text.push('\n');
    };
    for below in (0..ROWS).rev().map(|rows| (rows * LEVELS.len()) as i64) {
        row(&|(ms, _)| match usize::try_from(level(*ms) - below) {
            Err(_) => ' ',
            Ok(within) => LEVELS.get(within).copied().unwrap_or(BELOW),
        });
    }
    row(&|_| ' ');
    // Labels from top to bottom.
    let tallest = columns.iter().map(|(_, label)| label.len()).max().unwrap_or(0);
    for at in 0..tallest {
        row(&|(_, label)| label.as_bytes().get(at).map_or(' ', |&byte| char::from(byte)));
    }
}
