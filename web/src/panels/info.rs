//! The INFO panel: what the node answers to INFO, at this moment.

use std::sync::Arc;

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::i18n::use_text;
use crate::ui::shared::Shared;

/// Properties of [`InfoPanel`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// INFO's sections, each with its `# Name` line.
    pub info: Option<Shared<[Arc<str>]>>,
}

/// Sections of `field:value`, filtered by what the reader types.
#[component]
pub fn InfoPanel(props: &Props) -> Html {
    let t = use_text();
    let filter = use_state(String::new);
    let oninput = {
        let filter = filter.clone();
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                filter.set(input.value());
            }
        })
    };
    let Some(info) = &props.info else {
        return html! { <p class="panel-line faint">{ t.info_none }</p> };
    };
    let wanted = filter.trim().to_ascii_lowercase();
    // Replication first: it is what the page is about.
    let mut sections: Vec<&Arc<str>> = info.iter().collect();
    sections.sort_by_key(|s| !s.starts_with("# Replication"));
    let shown: Vec<Html> = sections.into_iter().filter_map(|section| section_html(section, &wanted)).collect();
    let nothing = shown.is_empty();
    html! {
        <div class="info" data-testid="info">
            <input class="input" type="search" placeholder={t.info_filter} aria-label={t.info_filter} value={(*filter).clone()}
                data-testid="info-filter" {oninput} />
            { for shown }
            if nothing { <p class="panel-line faint">{ t.info_nothing }</p> }
        </div>
    }
}

/// A section with the fields that fit, `None` if none does.
fn section_html(section: &str, wanted: &str) -> Option<Html> {
    let mut lines = section.lines();
    let title = lines.next()?.trim_start_matches("# ").to_owned();
    let fields: Vec<(&str, &str)> = lines
        .filter_map(|line| line.split_once(':'))
        .filter(|(name, value)| {
            wanted.is_empty()
                || name.to_ascii_lowercase().contains(wanted)
                || value.to_ascii_lowercase().contains(wanted)
        })
        .collect();
    if fields.is_empty() {
        return None;
    }
    Some(html! {
        <section key={title.clone()} class="info-section">
            <h3>{ title }</h3>
            <dl>
                { for fields.into_iter().map(|(name, value)| html! {
                    <div class="info-field" key={name.to_owned()}>
                        <dt>{ name.to_owned() }</dt><dd>{ value.to_owned() }</dd>
                    </div>
                }) }
            </dl>
        </section>
    })
}
