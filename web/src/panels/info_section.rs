//! A section of INFO.

use yew::prelude::*;

use crate::panels::info::{fields, title};

/// Properties of [`InfoSection`].
#[derive(Properties, PartialEq)]
pub struct InfoSectionProps {
    /// The section's text with its `# Name` line.
    pub section: AttrValue,
    /// What a field must contain to be shown, in lower case.
    pub wanted: AttrValue,
}

/// The fields of a section that match; nothing if there are none.
#[component]
pub fn InfoSection(props: &InfoSectionProps) -> Html {
    let rows: Vec<Html> = fields(&props.section, &props.wanted)
        .map(|(name, value)| {
            html! {
                <div key={name} class="info-field">
                    <dt>{ name.to_owned() }</dt>
                    <dd>{ value.to_owned() }</dd>
                </div>
            }
        })
        .collect();
    if rows.is_empty() {
        return Html::default();
    }
    html! {
        <section class="info-section">
            <h2>{ title(&props.section).to_owned() }</h2>
            <dl>{ rows }</dl>
        </section>
    }
}
