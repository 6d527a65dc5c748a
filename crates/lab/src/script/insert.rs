//! What has been done since a script was read, as lines in its text.

use super::value::instant_text;
use super::words::Line;
use super::{BranchLines, Script, print};
use crate::action::TimedAction;
use crate::branches::{Branch, Branches};

impl Script {
    /// The text that this script was read from, with what a session has beyond it: actions go to their time in their
    /// branch, new branches to the end. Everything else in the text stays as it is, comments too. `None` if the session
    /// did not come from this script by more being done: other names, another past.
    #[must_use]
    pub fn text_with(&self, text: &str, session: &Branches) -> Option<String> {
        let (mine, all) = (self.session.list(), session.list());
        if self.session.config() != session.config() || all.len() < mine.len() || self.places.len() != mine.len() {
            return None;
        }
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        // From the last to the first: what is inserted moves only lines that were dealt with.
        for index in (0..mine.len()).rev() {
            let (old, new) = (&mine[index], &all[index]);
            if (&old.name, old.leaves) != (&new.name, new.leaves) {
                return None;
            }
            let added = added(old, new)?;
            self.insert(index, &added, session, &mut lines);
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
        let still_said = (0..mine.len()).all(|index| {
            let said = |script: &Self| -> Vec<_> {
                script.remarks(index).iter().map(|remark| (remark.at_us, remark.what.clone())).collect()
            };
            said(self) == said(&again)
        });
        (still_said && list.len() == all.len() && list.iter().zip(all).all(same)).then_some(out)
    }

    /// Puts actions into the lines of a branch, and moves its end if that lies before what happens now.
    fn insert(&self, index: usize, added: &[&TimedAction], session: &Branches, lines: &mut Vec<String>) {
        let (old, new) = (&self.session.list()[index], &session.list()[index]);
        let indent = self.indent(index, lines);
        let last_us = added.last().map_or(0, |last| last.at_us);
        let left = session.list().iter().filter_map(|branch| branch.leaves).filter(|leaves| leaves.branch == index);
        let left_us = left.map(|leaves| leaves.at_us + 1).max().unwrap_or(0);
        let mut end = String::new();
        print::end(&mut end, &indent, new.end_us);
        let moments = self.moments();
        let behind = self.behind(index, lines);
        // What is inserted, and before which line: before anything is inserted.
        let mut inserted: Vec<(usize, String)> = Vec::new();
        for timed in added {
            let mut text = String::new();
            print::done_at(&mut text, &indent, session.config(), timed.at_us, &timed.action);
            let later = moments.iter().find(|moment| moment.branch == index && moment.at_us > timed.at_us);
            inserted.push((later.map_or(behind, |later| above(later.line - 1, lines)), text.trim_end().to_owned()));
            if let Some(later) = later {
                // A time after the line before is not that any more.
                let line = &mut lines[later.line - 1];
                let relative =
                    line.trim_start().strip_prefix("at").map(str::trim_start).filter(|when| when.starts_with('+'));
                if let Some(what) = relative.and_then(|when| when.find([' ', '\t']).map(|space| &when[space..])) {
                    *line = format!("{indent}at {}{what}", instant_text(later.at_us));
                }
            }
        }
        match self.places[index].end {
            Some(line) if old.end_us < last_us.max(left_us) => lines[line - 1] = end.trim_end().to_owned(),
            // Without an end it reaches to its last line.
            None if old.end_us.max(last_us) < left_us => inserted.push((behind, end.trim_end().to_owned())),
            _ => {}
        }
        for (before, text) in inserted.into_iter().rev() {
            lines.insert(before, text);
        }
    }

    /// The index of the line behind the last one of a branch, but for its end.
    fn behind(&self, index: usize, lines: &[String]) -> usize {
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
        let Some(head) = self.places[index].head else { return String::new() };
        let moment = self.moments().into_iter().find(|moment| moment.branch == index).map(|moment| moment.line);
        match moment.or(self.places[index].end.filter(|&line| line > head)).and_then(|line| lines.get(line - 1)) {
            Some(line) => line[..line.len() - line.trim_start().len()].to_owned(),
            None => print::INDENT.to_owned(),
        }
    }
}

/// The index of the first of the comments above a line, which belong to it; its own if there are none.
fn above(mut at: usize, lines: &[String]) -> usize {
    while at > 0 && lines[at - 1].trim_start().starts_with('#') {
        at -= 1;
    }
    at
}

/// What was done in a branch beside what it had; `None` if something of that is not in it any more.
fn added<'a>(old: &Branch, new: &'a Branch) -> Option<Vec<&'a TimedAction>> {
    let mut had = old.actions.iter().peekable();
    let added = new.actions.iter().filter(|action| had.next_if_eq(action).is_none()).collect();
    had.next().is_none().then_some(added)
}
