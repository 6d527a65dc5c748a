//! The command line: what is typed, what was typed before, and what it could become.

use psyncscope_lab::console::{ConsoleLine, LineKind, complete, hint};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::console::lines::ConsoleLines;

/// The element's id, for the shortcut that puts the focus on it.
pub const ID: &str = "console-input";

/// Properties of [`CommandLine`].
#[derive(Properties, PartialEq)]
pub struct CommandLineProps {
    /// The prompt: `a:6379> `.
    pub prompt: String,
    /// What was said at this console: its commands are the history.
    pub lines: ConsoleLines,
    /// The accessible name of the input.
    pub label: &'static str,
    /// Called with a command line that was entered.
    pub on_enter: Callback<String>,
}

/// Messages of [`CommandLine`].
pub enum CommandLineMsg {
    /// The text changed.
    Typed(String),
    /// Enter was pressed.
    Enter,
    /// Recall the command before (`true`) or after the one shown.
    Recall(bool),
    /// Show the next completion.
    Complete,
    /// Clear the line.
    Clear,
}

/// The line, with the arguments still to come in grey behind it.
#[derive(Default)]
pub struct CommandLine {
    line: String,
    /// How far back in history, 0 for the line being typed; and that line, to come back to.
    back: usize,
    draft: String,
    /// What was typed before the first Tab, and how often it was pressed.
    completing: Option<(String, usize)>,
}

impl Component for CommandLine {
    type Message = CommandLineMsg;
    type Properties = CommandLineProps;

    fn create(_: &Context<Self>) -> Self {
        Self::default()
    }

    fn update(&mut self, ctx: &Context<Self>, msg: CommandLineMsg) -> bool {
        let completing = self.completing.take();
        match msg {
            CommandLineMsg::Typed(line) => *self = Self { line, ..Self::default() },
            CommandLineMsg::Enter => {
                if !self.line.trim().is_empty() {
                    let line = std::mem::take(self).line;
                    ctx.props().on_enter.emit(line);
                }
            }
            CommandLineMsg::Recall(older) => ctx.props().lines.with(|lines| self.recall(lines, older)),
            CommandLineMsg::Complete => {
                let (typed, at) = completing.unwrap_or_else(|| (self.line.clone(), 0));
                let found = complete(&typed);
                if let Some(command) = found.get(at % found.len().max(1)) {
                    let space = if command.args.is_empty() { "" } else { " " };
                    self.line = format!("{}{space}", as_typed(command.name, &typed));
                    self.completing = Some((typed, at + 1));
                }
            }
            CommandLineMsg::Clear => *self = Self::default(),
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link().clone();
        let oninput = ctx.link().batch_callback(|event: InputEvent| {
            event.target_dyn_into::<HtmlInputElement>().map(|input| CommandLineMsg::Typed(input.value()))
        });
        let completes = self.completing.is_some() || !complete(&self.line).is_empty();
        let may_complete = !self.line.is_empty() && completes;
        let onkeydown = Callback::from(move |event: KeyboardEvent| {
            // A key that belongs to an input method (choosing a character) is not for us.
            if event.is_composing() {
                return;
            }
            let msg = match event.key().as_str() {
                "Enter" => CommandLineMsg::Enter,
                "ArrowUp" => CommandLineMsg::Recall(true),
                "ArrowDown" => CommandLineMsg::Recall(false),
                // With nothing to complete, Tab moves the focus as everywhere else.
                "Tab" if !event.shift_key() && may_complete => CommandLineMsg::Complete,
                "Escape" => {
                    if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                        // An input in the document can lose the focus.
                        let _ = input.blur();
                    }
                    CommandLineMsg::Clear
                }
                _ => return,
            };
            event.prevent_default();
            link.send_message(msg);
        });
        let props = ctx.props();
        let ghost = ghost_of(&self.line).unwrap_or_default();
        html! {
            <div class="console-line">
                <label class="console-prompt" for={ID}>{ props.prompt.clone() }</label>
                <div class="console-field">
                    <span class="console-ghost" aria-hidden="true">
                        <span class="console-typed">{ &self.line }</span>{ ghost }
                    </span>
                    <input id={ID} type="text" value={self.line.clone()} aria-label={props.label} autocomplete="off"
                        autocapitalize="off" autocorrect="off" spellcheck="false" enterkeyhint="send"
                        data-testid="console-input"
                        {oninput} {onkeydown} />
                </div>
            </div>
        }
    }
}

impl CommandLine {
    fn recall(&mut self, lines: &[ConsoleLine], older: bool) {
        let wanted = if older { self.back + 1 } else { self.back.saturating_sub(1) };
        let (wanted, found) = recent_command(lines, wanted);
        if self.back == 0 && wanted > 0 {
            self.draft = std::mem::take(&mut self.line);
        }
        if wanted != self.back {
            self.line = match found {
                Some(command) => command.to_owned(),
                None => std::mem::take(&mut self.draft),
            };
        }
        self.back = wanted;
    }
}

/// The command `back` steps back among different ones, 1 for the last, and how many steps that really are: as many as
/// there are at most.
fn recent_command(lines: &[ConsoleLine], back: usize) -> (usize, Option<&str>) {
    let (mut steps, mut found) = (0, None);
    for line in lines.iter().rev().filter(|line| line.kind == LineKind::Command) {
        if steps == back {
            break;
        }
        if found != Some(&*line.text) {
            (steps, found) = (steps + 1, Some(&*line.text));
        }
    }
    (steps, found)
}

/// The completion spelt as the reader began it: small letters stay small.
fn as_typed(name: &str, typed: &str) -> String {
    let small = typed.chars().find(|c| c.is_ascii_alphabetic()).is_some_and(|c| c.is_ascii_lowercase());
    if small { name.to_ascii_lowercase() } else { name.to_owned() }
}

/// What may follow, in grey: the rest of the command's name, or its arguments.
fn ghost_of(line: &str) -> Option<String> {
    if line.trim().is_empty() {
        return None;
    }
    if let Some(args) = hint(line) {
        let space = if line.ends_with(' ') { "" } else { " " };
        return Some(format!("{space}{args}"));
    }
    let command = *complete(line).first()?;
    let rest = command.name.get(line.trim_start().len()..).filter(|rest| !rest.is_empty())?;
    let args = if command.args.is_empty() { String::new() } else { format!(" {}", command.args) };
    Some(format!("{}{args}", as_typed(rest, line)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use psyncscope_lab::sim::frame::SimTime;

    #[test]
    fn completions_keep_the_readers_case() {
        assert_eq!(as_typed("SET", "s"), "set");
        assert_eq!(as_typed("SET", "S"), "SET");
        assert_eq!(as_typed("CONFIG GET", "config g"), "config get");
    }

    #[test]
    fn history_goes_back_and_forth_and_keeps_the_draft() {
        let line = |kind, text: &str| ConsoleLine { at: SimTime(0), kind, db: 0, text: text.into(), other: None };
        let history = [
            line(LineKind::Command, "one"),
            line(LineKind::Reply, "OK"),
            line(LineKind::Command, "two"),
            line(LineKind::Command, "two"),
        ];
        let mut line = CommandLine { line: "dra".into(), ..CommandLine::default() };
        let mut recall = |older, expect: &str| {
            line.recall(&history, older);
            assert_eq!(line.line, expect);
        };
        recall(false, "dra");
        recall(true, "two");
        recall(true, "one");
        recall(true, "one");
        recall(false, "two");
        recall(false, "dra");
        recall(false, "dra");
    }

    #[test]
    fn ghosts_say_what_may_follow() {
        assert_eq!(ghost_of(""), None);
        assert!(ghost_of("set ").is_some_and(|g| g.starts_with("key")));
        assert!(ghost_of("INF").is_some_and(|g| g.starts_with('O')));
        assert_eq!(ghost_of("nosuchcommand"), None);
    }
}
