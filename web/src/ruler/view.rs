//! The ruler drawn: one line for each node, all on the same axis.

use psyncscope_lab::sim::frame::HostId;
use yew::prelude::*;

use crate::intent::Intent;
use crate::model::ruler::{Asks, Parting, Piece, Row, Ruler};
use crate::ui::atoms::{bare_button, class, div, row, span, span_of, text};
use crate::ui::chip::chip;
use crate::ui::context::UiContext;
use crate::ui::el::{El, el};
use crate::ui::part::Part;
use crate::ui::rich::{Fill, rich};

/// Thin bars for history, thick ones for what the backlog holds, dashed lines where histories part.
#[derive(PartialEq)]
pub struct RulerView {
    /// The ruler.
    pub ruler: Ruler,
    /// The selected node.
    pub selected: Option<HostId>,
}

impl Part for RulerView {
    fn draw(&self, cx: &UiContext) -> Html {
        let t = cx.t();
        let ruler = &self.ruler;
        let legend = |looks, words: &'static str| {
            span_of("ruler-legend faint", row(vec![bar(looks, String::new()), text(words)]))
        };
        let mut rows: Vec<Html> = ruler.rows.iter().map(|row| self.row(row, cx)).collect();
        let ticks = ruler
            .ticks
            .iter()
            .map(|&tick| mark("span", "ruler-tick num", self.place(tick)).text(tick.to_string()).html());
        let axis = el("div").class("ruler-track").all(ticks.collect());
        rows.push(
            el("div")
                .class("ruler-row ruler-axis")
                .set("aria-hidden", "true")
                .put(span("ruler-name", ""))
                .put(axis)
                .html(),
        );
        let head = el("header")
            .class("ruler-head")
            .put(el("h2").text(t.ruler))
            .put(legend("legend-history", t.ruler_legend_history))
            .put(legend("legend-backlog", t.ruler_legend_backlog))
            .all(ruler.partings.iter().map(|p| parting_label(p, cx)).collect());
        el("section")
            .class("ruler")
            .set("aria-label", t.ruler)
            .testid("ruler")
            .put(head)
            .put(div("ruler-rows", row(rows)))
            .html()
    }
}

impl RulerView {
    fn place(&self, offset: i64) -> String {
        format!("left:{:.2}%", self.ruler.at(offset) * 100.0)
    }

    fn row(&self, line: &Row, cx: &UiContext) -> Html {
        let t = cx.t();
        let here = self.selected == Some(line.host);
        let mut marks: Vec<Html> = Vec::new();
        marks.extend(line.history.iter().map(|p| self.piece("ruler-history", p, cx)));
        marks.extend(line.backlog.iter().map(|p| self.piece("ruler-backlog", p, cx)));
        for parting in &self.ruler.partings {
            let looks = format!("ruler-parting {}", cx.colour(&parting.id));
            marks.push(bar(looks, self.place(parting.second.had().0)));
        }
        if let Some(Asks::Byte(id, next)) = line.asks {
            marks.push(bar(format!("ruler-asks {}", cx.colour(&id)), self.place(next.had().0)));
        }
        let asks = match line.asks {
            Some(Asks::Byte(_, next)) => Some(rich(t.asks_for, &|_| Fill::from(next.0))),
            Some(Asks::Everything) => Some(text(t.asks_everything)),
            None => None,
        };
        let offset = mark("span", "ruler-offset num", self.place(line.offset.0)).text(line.offset.to_string());
        marks.push(offset.maybe(asks.map(|asks| el("em").put(asks).html())).html());
        let looks = class(&[("ruler-row", true), ("dead", line.dead), ("selected", here)]);
        let name = bare_button("ruler-name")
            .set("aria-pressed", here.to_string())
            .on_click(cx.click(Intent::Select(line.host)))
            .text(line.name.to_string());
        let track = el("div").class("ruler-track").set("role", "img").set("aria-label", row_label(line)).all(marks);
        el("div").class(looks).put(name).put(track).html()
    }

    fn piece(&self, class: &str, piece: &Piece, cx: &UiContext) -> Html {
        let (from, to) = (self.ruler.at(piece.from), self.ruler.at(piece.to));
        let style = format!("left:{:.2}%;width:{:.2}%", from * 100.0, (to - from) * 100.0);
        bar(format!("{class} {}", cx.colour(&piece.id)), style)
    }
}

/// An element with a place on the axis.
fn mark(name: &'static str, class: impl Into<AttrValue>, style: String) -> El {
    el(name).class(class).set("style", style)
}

fn bar(class: impl Into<AttrValue>, style: String) -> Html {
    mark("i", class, style).html()
}

fn parting_label(parting: &Parting, cx: &UiContext) -> Html {
    let words = rich(cx.t().ruler_parting, &|name| match name {
        "second" => Fill::from(parting.second.0),
        _ => Fill::Html(chip(&parting.id, cx)),
    });
    span_of("ruler-parting-label", words)
}

/// The row in words: Redis's own field names need no translation.
fn row_label(row: &Row) -> String {
    let mut label = format!("{}: master_repl_offset {}", row.name, row.offset);
    if let (Some(first), Some(last)) = (row.backlog.first(), row.backlog.last()) {
        label.push_str(&format!(", repl_backlog {}–{}", first.from + 1, last.to));
    }
    label
}
