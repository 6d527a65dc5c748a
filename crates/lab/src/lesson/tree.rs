//! A text as lines, each with the lines below it that are further in.

use crate::script::words::Line;

/// A line, and what is further in below it.
pub(super) struct Tree<'a> {
    /// The line's text, with what it is indented by.
    pub text: &'a str,
    /// Its number, from 1.
    pub number: usize,
    /// What is below it.
    pub below: Vec<Tree<'a>>,
}

impl<'a> Tree<'a> {
    /// The lines of a text that are neither empty nor comments.
    pub(super) fn of(text: &'a str) -> Vec<Self> {
        let mut roots: Vec<Self> = Vec::new();
        // How far in each open line is: the last one's children come next.
        let mut open: Vec<usize> = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let read = Line::new(index + 1, line);
            if read.is_over() {
                continue;
            }
            while open.last().is_some_and(|indent| *indent >= read.indent()) {
                open.pop();
            }
            let mut list = &mut roots;
            for _ in 0..open.len() {
                // A line that is open is the last of its list.
                let last = list.len() - 1;
                list = &mut list[last].below;
            }
            list.push(Self { text: line, number: index + 1, below: Vec::new() });
            open.push(read.indent());
        }
        roots
    }

    /// The line, to be read.
    pub(super) fn line(&self) -> Line<'a> {
        Line::new(self.number, self.text)
    }

    /// This line and everything below it.
    pub(super) fn lines(&self) -> Vec<(usize, &'a str)> {
        let mut lines = vec![(self.number, self.text)];
        lines.extend(self.below.iter().flat_map(Self::lines));
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(trees: &[Tree<'_>]) -> String {
        let each = |tree: &Tree<'_>| format!("{}({})", tree.text.trim(), shape(&tree.below));
        trees.iter().map(each).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_is_further_in_is_below() {
        let text = "a\n  b\n    c\n  # no\n\n  d\ne\n    f\n  g\nh";
        assert_eq!(shape(&Tree::of(text)), "a(b(c()) d()) e(f() g()) h()");
        assert_eq!(shape(&Tree::of("  a\nb\n c")), "a() b(c())");
        assert_eq!(Tree::of("a\n  b\n    c")[0].lines().len(), 3);
    }
}
