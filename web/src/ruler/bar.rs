//! A piece of a node's history on the ruler.

use psyncscope_lab::ruler::{Axis, Piece};
use yew::prelude::*;

use crate::ui::context::use_ui;

/// The least width, as a share of the axis: a piece of one byte is seen too.
const WIDTH_MIN: f64 = 0.003;

/// Properties of [`RulerBar`].
#[derive(Properties, PartialEq)]
pub struct RulerBarProps {
    /// Its CSS class.
    pub class: AttrValue,
    /// The axis that it lies on.
    pub axis: Axis,
    /// The piece.
    pub piece: Piece,
}

/// A bar in the colour of the piece's history.
#[component]
pub fn RulerBar(props: &RulerBarProps) -> Html {
    let ui = use_ui();
    let RulerBarProps { class, axis, piece } = props;
    let (from, to) = (axis.at(piece.from), axis.at(piece.to));
    let width = (to - from).max(WIDTH_MIN);
    // A transform, not a place and a width: when the axis moves on, the browser lays nothing out again.
    let style = format!("transform:translateX({:.2}%) scaleX({:.4})", from * 100.0, width);
    html! { <i class={classes!(class.clone(), ui.colour(&piece.id))} {style}></i> }
}
