//! What branches are called: by what was done first in them.

use psyncscope_sim::frame::SimTime;

use crate::action::{Action, TimedAction};
use crate::error::{ErrorCode, LabError};
use crate::format;
use crate::lang::Lang;
use crate::limits;
use crate::template::fill;

/// The name of the first branch.
pub const ROOT_NAME: &str = "main";

/// Characters of a command line that a name shows.
const COMMAND_CHARS: usize = 24;

/// The words for actions in one language.
struct Words {
    exec: &'static str,
    add: &'static str,
    remove: &'static str,
    cut: &'static str,
    heal: &'static str,
    set_wire: &'static str,
    crash: &'static str,
    terminate: &'static str,
    pause: &'static str,
    resume: &'static str,
    power_off: &'static str,
    restart: &'static str,
    configure: &'static str,
    hang_up: &'static str,
    move_clock: &'static str,
    /// Something at a time: {what}, {at}.
    at: &'static str,
    /// An action and others at the same time: {what}, {n}.
    more: &'static str,
}

static EN: Words = Words {
    exec: "{a}: {command}",
    add: "add {a}",
    remove: "remove {a}",
    cut: "cut {a}{wire}{b}",
    heal: "mend {a}{wire}{b}",
    set_wire: "change {a}{wire}{b}",
    crash: "crash {a}",
    terminate: "terminate {a}",
    pause: "pause {a}",
    resume: "resume {a}",
    power_off: "power off {a}",
    restart: "restart {a}",
    configure: "configure {a}",
    hang_up: "close a console of {a}",
    move_clock: "move the clock of {a}",
    at: "{what} at {at}",
    more: "{what} and {n} more",
};

static ZH: Words = Words {
    exec: "{a}: {command}",
    add: "添加 {a}",
    remove: "移除 {a}",
    cut: "切断 {a}{wire}{b}",
    heal: "修复 {a}{wire}{b}",
    set_wire: "更改 {a}{wire}{b}",
    crash: "让 {a} 崩溃",
    terminate: "终止 {a}",
    pause: "暂停 {a}",
    resume: "恢复 {a}",
    power_off: "切断 {a} 的电源",
    restart: "重启 {a}",
    configure: "修改 {a} 的配置文件",
    hang_up: "关闭 {a} 的控制台连接",
    move_clock: "调整 {a} 的时钟",
    at: "{at} {what}",
    more: "{what} 等 {n} 项",
};

const fn words(lang: Lang) -> &'static Words {
    match lang {
        Lang::En => &EN,
        Lang::Zh => &ZH,
    }
}

/// An action in a few words: `cut a-b`, `a: SET k v`.
#[must_use]
pub fn action_text(action: &Action, lang: Lang) -> String {
    action_text_within(action, lang, COMMAND_CHARS)
}

/// As [`action_text`], with so many characters of a command at most.
#[must_use]
pub fn action_text_within(action: &Action, lang: Lang, command_chars: usize) -> String {
    let t = words(lang);
    let node = |template: &str, node: &str| fill(template, &[("a", node)]);
    let wire = |template: &str, from: &str, to: &str, one_way: bool| {
        fill(template, &[("a", from), ("b", to), ("wire", if one_way { "→" } else { "-" })])
    };
    match action {
        Action::Exec { node, command, .. } => {
            // Whatever was typed stays on one line.
            let plain = |c: char| if c.is_control() { '·' } else { c };
            let mut shown: String = command.chars().map(plain).take(command_chars + 1).collect();
            if shown.chars().count() > command_chars {
                shown = shown.chars().take(command_chars - 1).chain(['…']).collect();
            }
            fill(t.exec, &[("a", node), ("command", &shown)])
        }
        Action::AddNode { node: spec } => node(t.add, &spec.name),
        Action::RemoveNode { node: name } => node(t.remove, name),
        Action::Cut { from, to, one_way } => wire(t.cut, from, to, *one_way),
        Action::Heal { from, to, one_way } => wire(t.heal, from, to, *one_way),
        Action::SetWire { from, to, one_way, .. } => wire(t.set_wire, from, to, *one_way),
        Action::Crash { node: name } => node(t.crash, name),
        Action::Terminate { node: name } => node(t.terminate, name),
        Action::Configure { node: spec } => node(t.configure, &spec.name),
        Action::HangUp { node: name, .. } => node(t.hang_up, name),
        Action::Pause { node: name } => node(t.pause, name),
        Action::Resume { node: name } => node(t.resume, name),
        Action::PowerOff { node: name } => node(t.power_off, name),
        Action::Restart { node: name } => node(t.restart, name),
        Action::MoveClock { node: name, .. } => node(t.move_clock, name),
    }
}

/// The name of a branch in which this was done: `cut a-b at 12.3 s`.
pub(super) fn of_actions(actions: &[TimedAction], lang: Lang) -> String {
    let t = words(lang);
    let Some(first) = actions.first() else { return ROOT_NAME.to_owned() };
    let mut what = action_text(&first.action, lang);
    let same_time = actions.iter().take_while(|action| action.at_us == first.at_us).count();
    if same_time > 1 {
        // English counts the others, Chinese all of them.
        let n = if lang == Lang::Zh { same_time } else { same_time - 1 };
        what = fill(t.more, &[("what", &what), ("n", &n.to_string())]);
    }
    fill(t.at, &[("what", &what), ("at", &format::short(SimTime(first.at_us)))])
}

/// Checks a name.
pub(super) fn check(name: &str) -> Result<(), LabError> {
    let chars = name.chars().count();
    if name.trim() == name && (1..=limits::BRANCH_NAME_CHARS_MAX).contains(&chars) && !name.contains(char::is_control) {
        return Ok(());
    }
    let shown = format::shown_name(name);
    let max = limits::BRANCH_NAME_CHARS_MAX;
    let message =
        format!("a branch's name has 1 to {max} characters on one line, without spaces around it: not \"{shown}\"");
    Err(LabError::new(ErrorCode::BadValue, message).place(|at| at.field = Some("name".to_owned())))
}

/// The refusal of a name that another branch has.
pub(super) fn taken(name: &str) -> LabError {
    LabError::new(ErrorCode::DuplicateBranch, format!("another branch has the name \"{name}\""))
        .place(|at| at.field = Some("name".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exec(command: &str) -> Action {
        Action::Exec { node: "a".to_owned(), console: 0, command: command.to_owned() }
    }

    fn cut(one_way: bool) -> Action {
        Action::Cut { from: "a".to_owned(), to: "b".to_owned(), one_way }
    }

    #[test]
    fn names_say_what_was_done_and_when() {
        let name = |actions: &[Action], lang| {
            let timed = |action: &Action| TimedAction { at_us: 12_345_678, action: action.clone() };
            of_actions(&actions.iter().map(timed).collect::<Vec<_>>(), lang)
        };
        assert_eq!(name(&[cut(false)], Lang::En), "cut a-b at 12.3 s");
        assert_eq!(name(&[cut(true)], Lang::En), "cut a→b at 12.3 s");
        assert_eq!(name(&[cut(false)], Lang::Zh), "12.3 s 切断 a-b");
        assert_eq!(name(&[cut(false), exec("PING"), exec("PING")], Lang::En), "cut a-b and 2 more at 12.3 s");
        assert_eq!(name(&[cut(false), exec("PING")], Lang::Zh), "12.3 s 切断 a-b 等 2 项");
        assert_eq!(name(&[exec("SET greeting \"good morning and\nmore\"")], Lang::En), {
            "a: SET greeting \"good morn… at 12.3 s"
        });
    }

    #[test]
    fn names_are_short_and_on_one_line() {
        for bad in ["", " a", "a ", "a\nb", &"x".repeat(limits::BRANCH_NAME_CHARS_MAX + 1)] {
            assert_eq!(check(bad).map_err(|error| error.code), Err(ErrorCode::BadValue), "{bad:?}");
        }
        check(&"名".repeat(limits::BRANCH_NAME_CHARS_MAX)).expect("just short enough");
        let command = exec(&"\u{0}".repeat(60_000));
        check(&of_actions(&[TimedAction { at_us: u64::MAX, action: command }], Lang::En)).expect("a default name");
    }
}
