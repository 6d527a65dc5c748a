//! The INFO panel: what the node answers to INFO, at this moment.

use std::sync::Arc;

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::intent::Intent;
use crate::ui::atoms::{para, row, text};
use crate::ui::context::UiContext;
use crate::ui::el::el;
use crate::ui::part::Part;
use crate::ui::shared::Shared;

/// Sections of `field:value`, filtered by what the reader types.
#[derive(PartialEq)]
pub struct InfoPanel {
    /// INFO's sections, each with its `# Name` line.
    pub info: Shared<[Arc<str>]>,
    /// What a field must have in it to be shown.
    pub filter: String,
}

impl Part for InfoPanel {
    fn draw(&self, cx: &UiContext) -> Html {
        let t = cx.t();
        let dispatch = cx.dispatch.clone();
        let oninput = Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                dispatch.emit(Intent::FilterInfo(input.value()));
            }
        });
        let wanted = self.filter.trim().to_ascii_lowercase();
        // Replication first: it is what the page is about.
        let (first, others): (Vec<&Arc<str>>, Vec<_>) = self.info.iter().partition(|s| s.starts_with("# Replication"));
        let mut shown: Vec<Html> = Vec::new();
        for section in first.into_iter().chain(others) {
            shown.extend(section_html(section, &wanted));
        }
        if shown.is_empty() {
            shown.push(para("panel-line faint", text(t.info_nothing)));
        }
        html! {
            <div class="info" data-testid="info">
                <input class="input" type="search" placeholder={t.info_filter} aria-label={t.info_filter}
                    value={self.filter.clone()} data-testid="info-filter" {oninput} />
                { row(shown) }
            </div>
        }
    }
}

/// A section with the fields that fit, `None` if none does.
fn section_html(section: &str, wanted: &str) -> Option<Html> {
    let mut lines = section.lines();
    let title = lines.next()?.trim_start_matches("# ").to_owned();
    let mut fields: Vec<Html> = Vec::new();
    for line in lines {
        let Some((name, value)) = line.split_once(':') else { continue };
        if wanted.is_empty() || line.to_ascii_lowercase().contains(wanted) {
            let field = el("dt").text(name.to_owned());
            let field = el("div").class("info-field").put(field).put(el("dd").text(value.to_owned()));
            fields.push(field.html());
        }
    }
    let section = el("section").class("info-section").put(el("h3").text(title));
    (!fields.is_empty()).then(|| section.put(el("dl").all(fields)).html())
}
