//! The right end of the bar.

use psyncscope_lab::format;
use yew::prelude::*;

use crate::i18n::{Messages, fill};
use crate::intent::{Intent, Overlay};
use crate::model::pace::Speed;
use crate::ui::button::Button;
use crate::ui::context::use_ui;
use crate::ui::icon::{Icon, Shape};
use crate::ui::select::Select;

/// Properties of [`TransportEnd`].
#[derive(Properties, PartialEq)]
pub struct TransportEndProps {
    /// Whether the present is shown.
    pub live: bool,
    /// How fast time passes.
    pub speed: Speed,
    /// Whether there are other branches or sessions to go to.
    pub others: bool,
}

/// Branches, the way to the present, the clock, the speed.
#[component]
pub fn TransportEnd(props: &TransportEndProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let &TransportEndProps { live, speed, others } = props;
    html! {
        <div class="transport-end">
            if others {
                <Button
                    class="button small"
                    testid="branches"
                    label={t.branches}
                    onclick={ui.click(Intent::Open(Overlay::Branches))}
                >
                    <Icon shape={Shape::Fork} />
                    <span class="label">{ t.branches }</span>
                </Button>
            }
            <button
                type="button"
                class={classes!("live", live.then_some("is-live"))}
                data-testid="live"
                aria-pressed={live.to_string()}
                title={t.go_live}
                onclick={ui.click(Intent::GoLive)}
            >
                <i></i>
                { t.live }
            </button>
            // The stage's layer writes the time here.
            <output class="clock num" data-testid="time" aria-live="off"></output>
            <Select
                testid="speed"
                label={t.speed}
                entries={Speed::ALL.iter().map(|&speed| AttrValue::from(speed_name(speed, t))).collect::<Vec<_>>()}
                selected={Speed::ALL.iter().position(|&other| other == speed).unwrap_or(0)}
                onselect={ui.choose(&Speed::ALL, Intent::SetSpeed)}
            />
        </div>
    }
}

fn speed_name(speed: Speed, t: &Messages) -> String {
    match speed {
        Speed::Paced => t.speed_paced.to_owned(),
        Speed::Times(times) => fill(t.speed_times, &[("x", &format::trim(times))]),
    }
}
