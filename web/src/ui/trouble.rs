//! A refusal, shown where it was met.

use psyncscope_lab::{ErrorCode, LabError};
use yew::prelude::*;

use crate::i18n::{Text, fill, use_text};
use crate::model::narrate::Wording;
use crate::ui::icon::{Icon, Shape};

/// Something that did not work.
#[derive(Clone, Debug)]
pub enum Trouble {
    /// The lab refused it.
    Lab(LabError),
    /// The page did: a sentence and what fills it.
    Page(Wording, Vec<(&'static str, String)>),
}

impl PartialEq for Trouble {
    /// Sentences are told apart by what fills them; functions are not compared.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Lab(a), Self::Lab(b)) => a == b,
            (Self::Page(_, a), Self::Page(_, b)) => a == b,
            _ => false,
        }
    }
}

impl Trouble {
    /// The sentence in the page's language.
    #[must_use]
    pub fn sentence(&self, t: &Text) -> String {
        match self {
            Self::Lab(error) => of_code(error.code, t).to_owned(),
            Self::Page(wording, values) => {
                let values: Vec<(&str, &str)> = values.iter().map(|(n, v)| (*n, v.as_str())).collect();
                fill(wording(t), &values)
            }
        }
    }

    /// The lab's own words, which name the place.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        match self {
            Self::Lab(error) => Some(&error.message),
            Self::Page(..) => None,
        }
    }
}

const fn of_code(code: ErrorCode, t: &Text) -> &'static str {
    match code {
        ErrorCode::BadJson => t.error_bad_json,
        ErrorCode::BadValue => t.error_bad_value,
        ErrorCode::UnknownField => t.error_unknown_field,
        ErrorCode::MissingField => t.error_missing_field,
        ErrorCode::UnsupportedVersion => t.error_unsupported_version,
        ErrorCode::OutOfOrder => t.error_out_of_order,
        ErrorCode::TooMuch => t.error_too_much,
        ErrorCode::UnknownNode => t.error_unknown_node,
        ErrorCode::DuplicateNode => t.error_duplicate_node,
        ErrorCode::BadNodeName => t.error_bad_node_name,
        ErrorCode::BadConfig => t.error_bad_config,
        ErrorCode::BadCommand => t.error_bad_command,
        ErrorCode::SameNode => t.error_same_node,
        ErrorCode::NotRunning => t.error_not_running,
        ErrorCode::NotPaused => t.error_not_paused,
        ErrorCode::AlreadyRunning => t.error_already_running,
        ErrorCode::StartFailed => t.error_start_failed,
        ErrorCode::BadTime => t.error_bad_time,
    }
}

/// Properties of [`TroubleNote`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// What did not work.
    pub trouble: Trouble,
    /// A sentence after it, such as "nothing was changed".
    #[prop_or_default]
    pub after: Option<&'static str>,
    /// The reader has seen it.
    pub on_dismiss: Callback<()>,
}

/// The refusal in words, read out by screen readers, with a button that takes it away.
#[component]
pub fn TroubleNote(props: &Props) -> Html {
    let t = use_text();
    let dismiss = {
        let on_dismiss = props.on_dismiss.clone();
        Callback::from(move |_: MouseEvent| on_dismiss.emit(()))
    };
    html! {
        <div class="trouble" role="alert" data-testid="error">
            <div class="trouble-words">
                <p>{ props.trouble.sentence(t) }{ props.after.map(|after| format!(" {after}")) }</p>
                if let Some(detail) = props.trouble.detail() {
                    <p class="trouble-detail" lang="en">{ detail.to_owned() }</p>
                }
            </div>
            <button type="button" class="icon-button" aria-label={t.dismiss} title={t.dismiss} onclick={dismiss}>
                <Icon shape={Shape::Cross} />
            </button>
        </div>
    }
}
