//! The buttons that play, stop and step.

use psyncscope_lab::StepBy;
use yew::prelude::*;

use crate::i18n::Messages;
use crate::intent::{Intent, Overlay, StepSize};
use crate::ui::button::Button;
use crate::ui::context::use_ui;
use crate::ui::icon::{Icon, Shape};
use crate::ui::icon_button::IconButton;
use crate::ui::select::Select;

const STEPS: [StepSize; 5] = [
    StepSize::By(StepBy::Segment),
    StepSize::By(StepBy::Packet),
    StepSize::By(StepBy::Command),
    StepSize::By(StepBy::StateChange),
    StepSize::Function,
];

/// Properties of [`TransportButtons`].
#[derive(Properties, PartialEq)]
pub struct TransportButtonsProps {
    /// Whether time passes.
    pub playing: bool,
    /// The size of a step.
    pub step_by: StepSize,
}

/// To the start, a step back, play or pause, a step forward; and the size of a step.
#[component]
pub fn TransportButtons(props: &TransportButtonsProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let (play, play_label) = if props.playing { (Shape::Pause, t.pause_time) } else { (Shape::Play, t.play) };
    html! {
        <div class="transport-buttons">
            <IconButton testid="rewind" label={t.rewind} shape={Shape::Rewind} onclick={ui.click(Intent::Rewind)} />
            <IconButton
                testid="step-back"
                label={t.step_back}
                shape={Shape::StepBack}
                onclick={ui.click(Intent::StepBack)}
            />
            <IconButton
                class="icon-button primary"
                testid="play"
                label={play_label}
                shape={play}
                onclick={ui.click(Intent::TogglePlay)}
            />
            <IconButton
                testid="step-forward"
                label={t.step_forward}
                shape={Shape::StepForward}
                onclick={ui.click(Intent::StepForward)}
            />
            <Select
                testid="step-by"
                label={t.step_by}
                entries={STEPS.iter().map(|&by| AttrValue::from(step_name(by, t))).collect::<Vec<_>>()}
                selected={STEPS.iter().position(|&by| by == props.step_by).unwrap_or(0)}
                onselect={ui.choose(&STEPS, Intent::SetStepBy)}
            />
            <Button testid="run-until" label={t.run_until} onclick={ui.click(Intent::Open(Overlay::RunUntil))}>
                <Icon shape={Shape::Until} />
                <span class="label">{ t.run_until_short }</span>
            </Button>
        </div>
    }
}

const fn step_name(by: StepSize, t: &Messages) -> &'static str {
    match by {
        StepSize::By(StepBy::Segment) => t.by_segment,
        StepSize::By(StepBy::Packet) => t.by_packet,
        StepSize::By(StepBy::Command) => t.by_command,
        StepSize::By(StepBy::StateChange) => t.by_state,
        StepSize::Function => t.by_function,
    }
}
