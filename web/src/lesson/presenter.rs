//! A lesson before an audience: what is shown, and the way to the second window.

use gloo::events::EventListener;
use web_sys::BroadcastChannel;
use yew::Callback;

use crate::lesson::notes::CHANNEL;

/// A lesson before an audience.
pub struct Presenter {
    /// Whether the audience sees nothing.
    pub blank: bool,
    /// The way to the second window.
    pub channel: Option<BroadcastChannel>,
    /// The block that it was told of last, and whether that had begun.
    pub told: Option<(usize, bool)>,
    _listener: Option<EventListener>,
}

impl Presenter {
    /// Begins; `asked` is called when the second window wants to know what is shown.
    #[must_use]
    pub fn begin(asked: Callback<()>) -> Self {
        let channel = BroadcastChannel::new(CHANNEL).ok();
        let listener = channel.as_ref().map(|channel| EventListener::new(channel, "message", move |_| asked.emit(())));
        Self { blank: false, channel, told: None, _listener: listener }
    }
}
