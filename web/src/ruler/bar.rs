//! A piece of a node's history on the ruler.

use psyncscope_lab::ruler::{Axis, Piece};
use yew::prelude::*;

use crate::ruler::place;
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
    let width = (axis.at(piece.to) - axis.at(piece.from)).max(WIDTH_MIN);
    let style = format!("{};width:{:.2}%", place(axis, piece.from), width * 100.0);
    html! { <i class={classes!(class.clone(), ui.colour(&piece.id))} {style}></i> }
}
