//! Errors of the page and of the lab, in the page's language.

use psyncscope_lab::{ErrorCode, LabError};

use crate::i18n::{MessageKey, Messages, fill};

/// Something that did not work.
#[derive(Clone, Debug)]
pub enum UiError {
    /// The lab refused it.
    Lab(LabError),
    /// The page did: a sentence and what fills it.
    Page(MessageKey, Vec<(&'static str, String)>),
}

impl PartialEq for UiError {
    /// Sentences are told apart by what fills them; functions are not compared.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Lab(a), Self::Lab(b)) => a == b,
            (Self::Page(_, a), Self::Page(_, b)) => a == b,
            _ => false,
        }
    }
}

impl UiError {
    /// The sentence in the page's language.
    #[must_use]
    pub fn sentence(&self, t: &Messages) -> String {
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

const fn of_code(code: ErrorCode, t: &Messages) -> &'static str {
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
        ErrorCode::UnknownBranch => t.error_unknown_branch,
        ErrorCode::DuplicateBranch => t.error_duplicate_branch,
        ErrorCode::BadLink => t.error_bad_link,
        ErrorCode::BadScript => t.error_bad_script,
        ErrorCode::BadInfo => t.error_bad_info,
    }
}
