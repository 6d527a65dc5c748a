//! The page's icons: strokes on a 24-unit grid.

use yew::prelude::*;

/// What an icon shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A triangle.
    Play,
    /// Two bars.
    Pause,
    /// A bar and a triangle to the left.
    StepBack,
    /// A triangle and a bar to the right.
    StepForward,
    /// Back to the start.
    Rewind,
    /// Three dots.
    Menu,
    /// A plus.
    Plus,
    /// A minus.
    Minus,
    /// Four corners of a frame.
    Fit,
    /// A cross.
    Cross,
    /// A question mark.
    Help,
    /// The sun.
    Light,
    /// The moon.
    Dark,
    /// A half-filled disc.
    Auto,
    /// A sheet.
    New,
    /// An arrow out of a tray.
    Load,
    /// An arrow into a tray.
    Save,
    /// Lines of text.
    Script,
    /// Two links of a chain.
    Share,
    /// A fork in time.
    Fork,
    /// An arrow to a flag.
    Until,
    /// An open book.
    Course,
}

impl Shape {
    const fn path(self) -> &'static str {
        match self {
            Self::Play => "M8 5.5v13l10.5-6.5z",
            Self::Pause => "M8.5 6v12M15.5 6v12",
            Self::StepBack => "M6.5 6v12M18 6.5v11l-8-5.5z",
            Self::StepForward => "M17.5 6v12M6 6.5v11l8-5.5z",
            Self::Rewind => "M5 6v12M12.5 6.5v11l-5.5-5.5zM19.5 6.5v11l-7-5.5z",
            Self::Menu => "M5.5 12h.01M12 12h.01M18.5 12h.01",
            Self::Plus => "M12 5.5v13M5.5 12h13",
            Self::Minus => "M5.5 12h13",
            Self::Fit => "M5 9.5V5h4.5M14.5 5H19v4.5M19 14.5V19h-4.5M9.5 19H5v-4.5",
            Self::Cross => "M6.5 6.5l11 11M17.5 6.5l-11 11",
            Self::Help => "M9 9.2a3 3 0 1 1 4.4 2.6c-.9.5-1.4 1.1-1.4 2.2M12 17.4h.01",
            Self::Light => {
                "M12 8.2a3.8 3.8 0 1 0 0 7.6 3.8 3.8 0 0 0 0-7.6M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 \
                 1.4M18.4 5.6 17 7M7 17l-1.4 1.4"
            }
            Self::Dark => "M19.5 14.2A8 8 0 0 1 9.8 4.5a8 8 0 1 0 9.7 9.7z",
            Self::Auto => "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16M12 4v16M12 8l3.9-2M12 12.5l7.6-3.6M12 17l7.2-3.2",
            Self::New => "M7 3.5h6.5L18 8v12.5H7zM13 3.5V8.5h5",
            Self::Load => "M12 15.5V4.5M7.5 9 12 4.5 16.5 9M4.5 15.5v4h15v-4",
            Self::Share => {
                "M10.2 13.8a4 4 0 0 0 5.7 0l3.2-3.2a4 4 0 0 0-5.7-5.7l-1.6 1.6M13.8 10.2a4 4 0 0 0-5.7 0l-3.2 3.2a4 4 0 0 0 \
                 5.7 5.7l1.6-1.6"
            }
            Self::Script => "M5 6.5h14M5 12h9M5 17.5h12",
            Self::Save => "M12 4.5v11M7.5 11l4.5 4.5 4.5-4.5M4.5 15.5v4h15v-4",
            Self::Until => "M4 12h9M9.5 8.5 13 12l-3.5 3.5M17 20V5M17 5.5h4.5L20 8l1.5 2.5H17",
            Self::Course => {
                "M12 7v12.5M12 7c-2-1.6-4.6-2-8-2v12.5c3.4 0 6 .4 8 2M12 7c2-1.6 4.6-2 8-2v12.5c-3.4 0-6 .4-8 2"
            }
            Self::Fork => "M6 4v16M6 13c0-4 3-5 6.5-5H18M15 5l3 3-3 3",
        }
    }

    const fn is_filled(self) -> bool {
        matches!(self, Self::Play | Self::StepBack | Self::StepForward | Self::Rewind)
    }
}

/// Properties of [`Icon`].
#[derive(Properties, PartialEq)]
pub struct IconProps {
    /// What it shows.
    pub shape: Shape,
}

/// An icon. It is hidden from screen readers: the label of the button around it says what it means.
#[component]
pub fn Icon(props: &IconProps) -> Html {
    let fill = if props.shape.is_filled() { "currentColor" } else { "none" };
    html! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" {fill}>
            <path d={props.shape.path()} />
        </svg>
    }
}
