//! The labels of the replicas on a master's ring.

use crate::ring::readers::{ReaderGroup, Standing};

use crate::drawing::geometry::Size;
use crate::drawing::ring_labels::{LABEL_MAX, LABELS_MAX};

/// The width of a character in a label: the style sheet sets labels in a monospaced font of 12 units.
const CHAR: f64 = 7.25;
/// The width of a character that is not Latin.
const WIDE_CHAR: f64 = 12.0;
/// The space around a label's text, on both sides together.
const PADDING: f64 = 11.0;

/// A label for replicas: of one group, or of neighbours if there are more groups than labels fit around the ring.
#[derive(Clone, Debug, PartialEq)]
pub struct ReaderLabel {
    /// The place that it points at.
    pub turn: f64,
    /// Its text.
    pub text: String,
    /// Whether the backlog can serve all of them.
    pub served: bool,
}

/// The labels of the groups, beside the one of the write index, in the order of their places on the ring.
#[must_use]
pub fn labels(groups: &[ReaderGroup]) -> Vec<ReaderLabel> {
    let mut merged: Vec<(f64, Vec<&str>, bool)> = groups
        .iter()
        .map(|group| {
            let names = group.names.iter().map(AsRef::as_ref).collect();
            (group.turn, names, group.standing == Standing::Served)
        })
        .collect();
    merged.sort_by(|a, b| a.0.total_cmp(&b.0));
    while merged.len() > LABELS_MAX - 1 {
        let apart = |at: usize| merged[at + 1].0 - merged[at].0;
        let nearest = (0..merged.len() - 1).min_by(|&a, &b| apart(a).total_cmp(&apart(b))).unwrap_or(0);
        let (_, names, served) = merged.remove(nearest + 1);
        merged[nearest].1.extend(names);
        merged[nearest].2 &= served;
    }
    merged.into_iter().map(|(turn, names, served)| ReaderLabel { turn, text: label_text(&names), served }).collect()
}

/// The size of a label with this text.
#[must_use]
pub fn label_size(text: &str) -> Size {
    Size { w: text_width(text) + PADDING, h: LABEL_MAX.h }
}

fn text_width(text: &str) -> f64 {
    text.chars().map(|c| if c.is_ascii() || c == '…' { CHAR } else { WIDE_CHAR }).sum()
}

fn fits(text: &str) -> bool {
    text_width(text) + PADDING <= LABEL_MAX.w
}

/// The names as far as they fit: all, the first and how many more, or the beginning of the first.
fn label_text(names: &[&str]) -> String {
    let all = names.join(", ");
    if fits(&all) {
        return all;
    }
    let Some((first, others)) = names.split_first() else { return all };
    let more = if others.is_empty() { String::new() } else { format!(" +{}", others.len()) };
    let whole = format!("{first}{more}");
    if fits(&whole) {
        return whole;
    }
    let mut short: Vec<char> = first.chars().collect();
    loop {
        short.pop();
        let text: String = short.iter().chain(&['…']).collect::<String>() + &more;
        if short.is_empty() || fits(&text) {
            return text;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use psyncscope_engine::ids::Offset;
    use std::sync::Arc;

    /// A group at that byte of a ring of a thousand.
    fn group(names: &[&str], has: i64) -> ReaderGroup {
        ReaderGroup {
            names: names.iter().map(|&name| Arc::from(name)).collect(),
            has: Offset(has),
            turn: has as f64 / 1000.0,
            standing: Standing::Served,
        }
    }

    #[test]
    fn a_label_names_all_of_its_group() {
        let texts: Vec<String> =
            labels(&[group(&["b", "d"], 20), group(&["c"], 6)]).into_iter().map(|label| label.text).collect();
        assert_eq!(texts, ["c", "b, d"]);
    }

    #[test]
    fn texts_fit() {
        for (names, expect) in [
            (&["b"][..], "b"),
            (&["b", "c"], "b, c"),
            (&["b", "c", "d"], "b +2"),
            (&["replica1"], "repli…"),
            (&["replica1", "replica2"], "re… +1"),
            (&["北京"], "北京"),
            (&["北京上海", "c"], "北… +1"),
        ] {
            let text = label_text(names);
            assert_eq!(text, expect);
            assert!(label_size(&text).w <= LABEL_MAX.w, "{text}");
        }
    }

    #[test]
    fn neighbours_share_a_label_when_there_are_too_many() {
        let groups: Vec<ReaderGroup> = (0..40).map(|i| group(&["r"], 10 + i * i / 2)).collect();
        let labels = labels(&groups);
        assert_eq!(labels.len(), LABELS_MAX - 1);
        assert!(labels.windows(2).all(|w| w[0].turn < w[1].turn));
        assert!(labels.iter().all(|label| label_size(&label.text).w <= LABEL_MAX.w));
    }
}
