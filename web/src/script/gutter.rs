//! The numbers of a script's lines, and what stands beside them.

use litemap::LiteMap;
use yew::prelude::*;

use crate::i18n::fill;
use crate::intent::Intent;
use crate::script::intent::ScriptIntent;
use crate::ui::context::use_ui;

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It has a moment that can be shown.
    Moment,
    /// It expects something, and that is so.
    Met,
    /// It expects something, and that is not so.
    Unmet,
    /// Something is wrong with it.
    Error,
}

/// Properties of [`Gutter`].
#[derive(Properties, PartialEq)]
pub struct GutterProps {
    /// How many lines there are.
    pub lines: usize,
    /// What the lines are that are more than text.
    pub marks: LiteMap<usize, Mark>,
    /// The last line that has happened at the moment shown.
    pub now: Option<usize>,
}

/// The numbers. The one of a line with a moment leads there.
#[component]
pub fn Gutter(props: &GutterProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let row = |line: usize| {
        let mark = props.marks.get(&line).copied();
        let (class, sign) = match mark {
            None => ("", ""),
            Some(Mark::Moment) => ("moment", ""),
            Some(Mark::Met) => ("met", "✓"),
            Some(Mark::Unmet) => ("unmet", "✗"),
            Some(Mark::Error) => ("wrong", "!"),
        };
        let class = classes!("gutter-line", class, (props.now == Some(line)).then_some("now"));
        match mark {
            None | Some(Mark::Error) => html! { <span key={line} {class}><i>{ sign }</i>{ line }</span> },
            Some(_) => {
                let onclick = ui.click(Intent::Script(ScriptIntent::GoTo(line)));
                let label = fill(t.script_go_to, &[("line", &line.to_string())]);
                html! {
                    // By keyboard the text leads there too.
                    <button key={line} type="button" tabindex="-1" {class} title={label} {onclick}><i>{ sign }</i>{ line }</button>
                }
            }
        }
    };
    html! { <div class="gutter">{ for (1..=props.lines).map(row) }</div> }
}
