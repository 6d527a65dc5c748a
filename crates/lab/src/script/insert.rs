//! What has been done since a script was read, as lines in its text.

use super::words::Line;
use super::{BranchLines, Script, print};
use crate::branches::{Branch, Branches};

impl Script {
    /// The text that this script was read from, with what a session has beyond it: actions go behind those of their
    /// branch, new branches to the end. Everything else in the text stays as it is, comments too. `None` if the session
    /// did not come from this script by going on: other names, another past.
    #[must_use]
    pub fn text_with(&self, text: &str, session: &Branches) -> Option<String> {
        let (mine, all) = (self.session.list(), session.list());
        if self.session.config() != session.config() || all.len() < mine.len() || self.places.len() != mine.len() {
            return None;
        }
        let goes_on = |(old, new): (&Branch, &Branch)| {
            old.name == new.name && old.leaves == new.leaves && new.actions.starts_with(&old.actions)
        };
        if !mine.iter().zip(all).all(goes_on) {
            return None;
        }
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        // From the last to the first: what is inserted moves only lines that were dealt with.
        for index in (0..mine.len()).rev() {
            let new = &all[index].actions[mine[index].actions.len()..];
            let indent = self.indent(index, &lines);
            let mut added = String::new();
            for timed in new {
                print::done_at(&mut added, &indent, session.config(), timed.at_us, &timed.action);
            }
            let last_us = new.last().map_or(0, |last| last.at_us);
            let left_us = all.iter().filter_map(|branch| branch.leaves).filter(|leaves| leaves.branch == index);
            let left_us = left_us.map(|leaves| leaves.at_us + 1).max().unwrap_or(0);
            let mut end = String::new();
            print::end(&mut end, &indent, all[index].end_us);
            match self.places[index].end {
                Some(line) if mine[index].end_us < last_us.max(left_us) => lines[line - 1] = end.trim_end().to_owned(),
                // Without an end it reaches to its last line.
                None if mine[index].end_us.max(last_us) < left_us => added.push_str(&end),
                _ => {}
            }
            if !added.is_empty() {
                lines.insert(self.insertion(index, &lines), added.trim_end().to_owned());
            }
        }
        let mut out = lines.join("\n");
        out.truncate(out.trim_end().len());
        out.push('\n');
        for index in mine.len()..all.len() {
            out.push('\n');
            print::branch(&mut out, session, index, &[]);
        }
        // It says what it should, wherever the author's lines stand.
        let again = Self::parse(&out).ok()?;
        let same = |(a, b): (&Branch, &Branch)| a.name == b.name && a.leaves == b.leaves && a.actions == b.actions;
        let list = again.session.list();
        (list.len() == all.len() && list.iter().zip(all).all(same)).then_some(out)
    }

    /// The index of the line before which lines of a branch are inserted: behind its last line, but before its end.
    fn insertion(&self, index: usize, lines: &[String]) -> usize {
        let BranchLines { head, end, .. } = self.places[index];
        let next_head = self.places.get(index + 1).and_then(|next| next.head);
        let first = head.unwrap_or(0);
        let mut at = next_head.map_or(lines.len(), |head| head - 1);
        while at > first && (Line::new(at, &lines[at - 1]).is_over() || end == Some(at)) {
            at -= 1;
        }
        at
    }

    /// How far the lines of a branch are further in than its head.
    fn indent(&self, index: usize, lines: &[String]) -> String {
        let BranchLines { head, end, ref actions } = self.places[index];
        let Some(head) = head else { return String::new() };
        let said = self.remarks(index).iter().map(|remark| remark.line);
        let within = actions.iter().copied().chain(said).chain(end).find(|&line| line > head);
        match within.and_then(|line| lines.get(line - 1)) {
            Some(line) => line[..line.len() - line.trim_start().len()].to_owned(),
            None => print::INDENT.to_owned(),
        }
    }
}
