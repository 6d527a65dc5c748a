//! One byte of the ring: its outline.

use yew::prelude::*;

/// Properties of [`RingCell`].
#[derive(Properties, PartialEq)]
pub struct RingCellProps {
    /// Its place in the buffer.
    pub index: usize,
    /// Its outline.
    pub path: AttrValue,
    /// The CSS class of its history's colour; `None` if it holds nothing.
    pub class: Option<&'static str>,
    /// Whether its byte is pointed at, here or elsewhere.
    pub lit: bool,
}

/// The outline. The letters of all cells are drawn by [`super::ring_letters::RingLetters`].
#[component]
pub fn RingCell(props: &RingCellProps) -> Html {
    let RingCellProps { index, path, class, lit } = props;
    let empty = class.is_none().then_some("cell-empty");
    html! { <path class={classes!(empty, *class, lit.then_some("lit"))} d={path.clone()} data-index={index.to_string()} /> }
}
