//! The command line: what is typed, what was typed before, and what it could become.

use psyncscope_lab::console::{complete, hint};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::i18n::use_text;

/// The element's id, for the shortcut that puts the focus on it.
pub const ID: &str = "console-input";

/// Properties of [`CommandLine`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// The prompt: `a:6379> `.
    pub prompt: AttrValue,
    /// What was typed at this node before, the oldest first.
    pub history: Vec<String>,
    /// A command line was entered.
    pub on_enter: Callback<String>,
}

/// Where Tab has come in the list of completions: what was typed before the first Tab, and how often it was pressed.
#[derive(Clone, PartialEq)]
struct Completing {
    typed: String,
    at: usize,
}

/// The line, with the arguments still to come in grey behind it.
#[component]
pub fn CommandLine(props: &Props) -> Html {
    let t = use_text();
    let line = use_state(String::new);
    // How far back in history, 0 for the line being typed; and that line, to come back to.
    let back = use_state(|| 0_usize);
    let draft = use_state(String::new);
    let completing = use_state(|| Option::<Completing>::None);

    let oninput = {
        let (line, back, completing) = (line.clone(), back.clone(), completing.clone());
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                line.set(input.value());
                back.set(0);
                completing.set(None);
            }
        })
    };
    let onkeydown = {
        let (line, back, draft, completing) = (line.clone(), back.clone(), draft.clone(), completing.clone());
        let (history, on_enter) = (props.history.clone(), props.on_enter.clone());
        Callback::from(move |event: KeyboardEvent| {
            // A key that belongs to an input method (choosing a character) is not for us.
            if event.is_composing() {
                return;
            }
            match event.key().as_str() {
                "Enter" => {
                    event.prevent_default();
                    if !line.trim().is_empty() {
                        on_enter.emit((*line).clone());
                        line.set(String::new());
                        back.set(0);
                        completing.set(None);
                    }
                }
                "ArrowUp" | "ArrowDown" => {
                    event.prevent_default();
                    let wanted = if event.key() == "ArrowUp" { *back + 1 } else { back.saturating_sub(1) };
                    let wanted = wanted.min(history.len());
                    if *back == 0 {
                        draft.set((*line).clone());
                    }
                    line.set(if wanted == 0 {
                        if *back == 0 { (*line).clone() } else { (*draft).clone() }
                    } else {
                        history[history.len() - wanted].clone()
                    });
                    back.set(wanted);
                    completing.set(None);
                }
                "Tab" if !event.shift_key() && !line.is_empty() => {
                    let state = (*completing).clone().unwrap_or_else(|| Completing { typed: (*line).clone(), at: 0 });
                    let found = complete(&state.typed);
                    // With nothing to complete, Tab moves the focus as everywhere else.
                    if let Some(command) = found.get(state.at % found.len().max(1)) {
                        event.prevent_default();
                        let mut text = as_typed(command.name, &state.typed);
                        if !command.args.is_empty() {
                            text.push(' ');
                        }
                        line.set(text);
                        completing.set(Some(Completing { at: state.at + 1, ..state }));
                    }
                }
                "Escape" => {
                    line.set(String::new());
                    back.set(0);
                    completing.set(None);
                    if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                        // An input in the document can lose the focus.
                        let _ = input.blur();
                    }
                }
                _ => {}
            }
        })
    };

    let ghost = ghost_of(&line);
    html! {
        <div class="console-line">
            <label class="console-prompt" for={ID}>{ props.prompt.clone() }</label>
            <div class="console-field">
                <span class="console-ghost" aria-hidden="true">
                    <span class="console-typed">{ (*line).clone() }</span>{ ghost.unwrap_or_default() }
                </span>
                <input id={ID} type="text" value={(*line).clone()} aria-label={t.console_input} autocomplete="off" autocapitalize="off"
                    autocorrect="off" spellcheck="false" enterkeyhint="send" data-testid="console-input" {oninput} {onkeydown} />
            </div>
        </div>
    }
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

    #[test]
    fn completions_keep_the_readers_case() {
        assert_eq!(as_typed("SET", "s"), "set");
        assert_eq!(as_typed("SET", "S"), "SET");
        assert_eq!(as_typed("CONFIG GET", "config g"), "config get");
    }

    #[test]
    fn ghosts_say_what_may_follow() {
        assert_eq!(ghost_of(""), None);
        assert!(ghost_of("set ").is_some_and(|g| g.starts_with("key")));
        assert!(ghost_of("INF").is_some_and(|g| g.starts_with('O')));
        assert_eq!(ghost_of("nosuchcommand"), None);
    }
}
