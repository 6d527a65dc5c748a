//! The INFO panel: what the node answers to INFO, at this moment.

use psyncscope_lab::engine::info::Section;
use psyncscope_lab::engine::view::NodeView;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::intent::Intent;
use crate::panels::info_section::InfoSection;
use crate::ui::button::Button;
use crate::ui::context::use_ui;
use crate::ui::shared::Shared;

/// Properties of [`InfoPanel`].
#[derive(Properties, PartialEq)]
pub struct InfoPanelProps {
    /// The node.
    pub node: Shared<NodeView>,
    /// What a field must contain to be shown.
    pub filter: AttrValue,
}

/// Sections of `field:value`, filtered by what the reader types.
#[component]
pub fn InfoPanel(props: &InfoPanelProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let dispatch = ui.dispatch.clone();
    let oninput = Callback::from(move |event: InputEvent| {
        if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
            dispatch.emit(Intent::FilterInfo(input.value()));
        }
    });
    let wanted = AttrValue::from(props.filter.trim().to_ascii_lowercase());
    // Replication first: it is what the page is about.
    let others = Section::ALL.into_iter().filter(|&section| section != Section::Replication);
    let texts: Vec<AttrValue> = std::iter::once(Section::Replication)
        .chain(others)
        .map(|section| AttrValue::from(props.node.info.section(section)))
        .collect();
    let any = texts.iter().any(|section| fields(section, &wanted).next().is_some());
    let sections = texts.into_iter().map(|section| {
        let key = title(&section).to_owned();
        html! { <InfoSection {key} {section} wanted={wanted.clone()} /> }
    });
    html! {
        <div class="info" data-testid="info">
            <input
                class="input"
                type="search"
                placeholder={t.info_filter}
                aria-label={t.info_filter}
                value={props.filter.clone()}
                data-testid="info-filter"
                {oninput}
            />
            { for sections }
            <Button class="button small info-real" testid="info-real" onclick={ui.click(Intent::OpenInfo(None))}>
                { t.info_open }
            </Button>
            if !any {
                <p class="panel-line faint">{ t.info_nothing }</p>
            }
        </div>
    }
}

/// The name of a section.
pub fn title(section: &str) -> &str {
    section.lines().next().unwrap_or_default().trim_start_matches("# ")
}

/// The fields of a section that contain `wanted`, which is in lower case.
pub fn fields<'a>(section: &'a str, wanted: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    section
        .lines()
        .skip(1)
        .filter(move |line| wanted.is_empty() || line.to_ascii_lowercase().contains(wanted))
        .filter_map(|line| line.split_once(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECTION: &str = "# Replication\r\nrole:master\r\nconnected_slaves:0\r\nmaster_replid:8371\r\n";

    #[test]
    fn fields_are_filtered_by_name_and_value() {
        assert_eq!(title(SECTION), "Replication");
        let check = |wanted, expect: &[(&str, &str)]| assert_eq!(fields(SECTION, wanted).collect::<Vec<_>>(), expect);
        check("", &[("role", "master"), ("connected_slaves", "0"), ("master_replid", "8371")]);
        check("master", &[("role", "master"), ("master_replid", "8371")]);
        check("replication", &[]);
    }
}
