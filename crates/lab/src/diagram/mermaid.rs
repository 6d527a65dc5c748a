//! The diagram as text for Mermaid, which many wikis and READMEs draw.

use std::fmt::Write as _;

use psyncscope_sim::frame::Fate;

use crate::diagram::{Carries, Diagram, Item};

impl Diagram {
    /// A `sequenceDiagram` of Mermaid. It knows no time: what happens later stands below.
    #[must_use]
    pub fn mermaid(&self) -> String {
        let mut out = String::from("sequenceDiagram\n");
        let name = |host| self.column(host).map_or("?", |column| &*self.columns[column].name);
        for column in &self.columns {
            let _ = writeln!(out, "    participant {}", column.name);
        }
        for item in &self.items {
            let _ = match item {
                Item::Arrow(arrow) => {
                    let head = match (arrow.fate, arrow.carries) {
                        (Fate::Lost | Fate::Cut, _) => "-x",
                        (Fate::Arrives, Carries::Stream | Carries::Message) => "->>",
                        (Fate::Arrives, Carries::Ack | Carries::Nothing) => "-->>",
                    };
                    writeln!(out, "    {}{head}{}: {}", name(arrow.from), name(arrow.to), escaped(&arrow.text()))
                }
                Item::Mark(mark) => {
                    let other = mark.other.map(|other| format!(",{}", name(other))).unwrap_or_default();
                    writeln!(out, "    Note over {}{other}: {}", name(mark.host), escaped(&mark.text()))
                }
            };
        }
        out
    }
}

/// `#` begins an entity, `;` ends a statement, and a line ends the text.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '#' => out.push_str("#35;"),
            ';' => out.push_str("#59;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn what_mermaid_reads_as_its_own_is_escaped() {
        assert_eq!(escaped("SET a;b #1\n2"), "SET a#59;b #35;1 2");
    }
}
