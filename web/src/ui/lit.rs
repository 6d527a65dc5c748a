//! The bytes that are pointed at, for the components that draw bytes. The app provides them as a Yew context of its own,
//! so that other components are not rendered again when the pointer moves.

use psyncscope_lab::sim::frame::StreamBytes;
use yew::prelude::*;

/// The bytes that are pointed at.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Lit(pub Option<StreamBytes>);

/// The bytes that are pointed at; nothing outside the app.
#[hook]
pub fn use_lit() -> Option<StreamBytes> {
    use_context::<Lit>().unwrap_or_default().0
}
