//! The strip below the stage: what can be added, what is shown, and how large.

use yew::prelude::*;

use crate::intent::Intent;
use crate::ui::button::Button;
use crate::ui::checkbox::Checkbox;
use crate::ui::context::use_ui;
use crate::ui::icon::{Icon, Shape};
use crate::ui::icon_button::IconButton;

/// A change of the view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zoom {
    /// Larger.
    In,
    /// Smaller.
    Out,
    /// So that everything is in view.
    Fit,
}

/// Properties of [`StageTools`].
#[derive(Properties, PartialEq)]
pub struct StageToolsProps {
    /// Whether TCP segments without payload are drawn.
    pub segments: bool,
    /// Whether some cards are out of view.
    pub hides_cards: bool,
    /// Called to change the view.
    pub onzoom: Callback<Zoom>,
}

/// The strip.
#[component]
pub fn StageTools(props: &StageToolsProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let zoom = |zoom: Zoom| props.onzoom.reform(move |_: MouseEvent| zoom);
    let fit = if props.hides_cards { "icon-button small primary" } else { "icon-button small" };
    html! {
        <div class="stage-tools">
            <Button class="button small" testid="add-node" onclick={ui.click(Intent::AddNode)}>
                <Icon shape={Shape::Plus} />{ t.add_node }
            </Button>
            <Checkbox
                label={t.show_segments}
                testid="segments"
                checked={props.segments}
                oncheck={ui.dispatch.reform(Intent::SetSegments)}
            />
            <div class="stage-zoom">
                <IconButton
                    shape={Shape::Minus}
                    label={t.zoom_out}
                    class="icon-button small"
                    testid="zoom-out"
                    onclick={zoom(Zoom::Out)}
                />
                <IconButton shape={Shape::Fit} label={t.zoom_fit} class={fit} testid="fit" onclick={zoom(Zoom::Fit)} />
                <IconButton
                    shape={Shape::Plus}
                    label={t.zoom_in}
                    class="icon-button small"
                    testid="zoom-in"
                    onclick={zoom(Zoom::In)}
                />
            </div>
        </div>
    }
}
