//! A task: its goals, what may not be, and hints.

use psyncscope_lab::lesson::{Broken, Quantity, Task};
use yew::prelude::*;

use crate::i18n::fill;
use crate::intent::Intent;
use crate::lesson::intent::LessonIntent;
use crate::lesson::prose::prose;
use crate::lesson::shown::{Phase, Shown};
use crate::ui::button::Button;
use crate::ui::context::UiContext;

/// What stands below the text of a task.
pub fn task(task: &Task, shown: &Shown, ui: &UiContext, value: &dyn Fn(&Quantity) -> String) -> Html {
    let t = ui.t();
    let goals = task.goals.iter().enumerate().map(|(nth, goal)| {
        let holds = shown.goals.get(nth).copied().unwrap_or(false);
        html! {
            <li key={nth} class={classes!("goal", holds.then_some("holds"))} data-testid={format!("goal-{nth}")}>
                <i aria-hidden="true">{ if holds { "✓" } else { "" } }</i>
                <span>{ goal.words(ui.lang) }</span>
                <span class="visually-hidden">{ if holds { t.lesson_holds } else { t.lesson_holds_not } }</span>
            </li>
        }
    });
    let never = task.never.iter().map(|never| html! { <li class="never">{ never.words(ui.lang) }</li> });
    let number = |n: usize| n.to_string();
    let actions = (task.par.is_some() || task.actions_max.is_some()).then(|| {
        let taken = fill(t.lesson_actions, &[("n", &number(shown.actions))]);
        let par = task.par.map(|par| fill(t.lesson_par, &[("n", &number(par))])).unwrap_or_default();
        let max = task.actions_max.map(|max| fill(t.lesson_actions_max, &[("n", &number(max))])).unwrap_or_default();
        html! { <p class="hint" data-testid="lesson-actions">{ [taken, par, max].join(" ") }</p> }
    });
    let is_open = matches!(shown.phase, Phase::Task | Phase::TaskBroken(_));
    let hints = task.hints.iter().take(shown.hints).enumerate().map(|(nth, hint)| {
        html! { <div key={nth} class="lesson-hint" data-testid={format!("hint-{nth}")}>{ prose(hint, ui, value) }</div> }
    });
    html! {
        <>
            <h4 class="lesson-label">{ t.lesson_goals }</h4>
            <ul class="goals">{ for goals }</ul>
            if !task.never.is_empty() {
                <h4 class="lesson-label">{ t.lesson_never }</h4>
                <ul class="goals">{ for never }</ul>
            }
            { actions }
            if shown.phase == Phase::TaskMet {
                <p class="lesson-good" data-testid="task-met">{ t.lesson_task_met }</p>
            }
            if let Phase::TaskBroken(broken) = shown.phase {
                { why_broken(task, broken, ui) }
            }
            if is_open {
                { for hints }
                if shown.hints < task.hints.len() {
                    <Button
                        class="button small quiet"
                        testid="lesson-hint"
                        onclick={ui.click(Intent::Lesson(LessonIntent::Hint))}
                    >
                        { if shown.hints == 0 { t.lesson_hint } else { t.lesson_hint_more } }
                    </Button>
                }
            }
        </>
    }
}

fn why_broken(task: &Task, broken: Broken, ui: &UiContext) -> Html {
    let t = ui.t();
    let why = match broken {
        Broken::Never(nth) => {
            let never = task.never.get(nth).map(|never| never.words(ui.lang)).unwrap_or_default();
            html! { <>{ t.lesson_broken_never }{ " " }<b>{ never }</b></> }
        }
        Broken::TooManyActions => html! { { t.lesson_broken_actions } },
    };
    html! { <div class="lesson-bad" role="alert" data-testid="task-broken"><p>{ why }</p><p>{ t.lesson_broken_again }</p></div> }
}
