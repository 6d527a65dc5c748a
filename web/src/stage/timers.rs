//! What happens by itself if nothing comes before, and the way there.

use psyncscope_lab::timers::{Timer, TimerKind};
use yew::prelude::*;

use crate::intent::Intent;
use crate::ui::button::Button;
use crate::ui::context::use_ui;
use crate::ui::icon::{Icon, Shape};
use crate::ui::rich::{Fill, rich};

/// Properties of [`TimersBar`].
#[derive(Properties, PartialEq)]
pub struct TimersBarProps {
    /// The timers that run, the next to run out first.
    pub timers: Vec<Timer>,
}

/// A line below the stage: the timers that run, and the button that goes to the next event.
#[component]
pub fn TimersBar(props: &TimersBarProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let timer = |timer: &Timer| {
        let words = match timer.kind {
            TimerKind::Link => t.timer_link,
            TimerKind::Replica => t.timer_replica,
            TimerKind::Backlog => t.timer_backlog,
            TimerKind::Save => t.timer_save,
            TimerKind::Sleep => t.timer_sleep,
        };
        let name = |name: &str| Fill::Html(html! { <b>{ name.to_owned() }</b> });
        let words = rich(words, &|slot| match slot {
            "n" => Fill::from(timer.left_s),
            "peer" => name(timer.peer.as_deref().unwrap_or_default()),
            _ => name(&timer.node),
        });
        html! { <li>{ words }</li> }
    };
    html! {
        <div class="timers">
            <ul class="timer-list" data-testid="timers">
                if props.timers.is_empty() {
                    <li class="faint">{ t.timers_none }</li>
                }
                { for props.timers.iter().map(timer) }
            </ul>
            <Button class="button small" testid="skip" label={t.skip_title} onclick={ui.click(Intent::SkipQuiet)}>
                <Icon shape={Shape::StepForward} />{ t.skip }
            </Button>
        </div>
    }
}
