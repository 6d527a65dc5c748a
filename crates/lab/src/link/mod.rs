//! Links to an instant: `#v1.…`, the part of an address behind its `#`.
//!
//! A link has a whole session, as a saved file has, and what of it is shown. It is read as strictly as a file.
//!
//! * `content`: what a link says, as bytes: version 1 of the format; `code`: the numbers that stand for actions,
//!   panels and languages
//! * `bytes`: the numbers and texts that it is made of
//! * `packed`: those bytes as characters of an address
//!
//! The bytes are written field by field, not derived from the lab's types: those may change, links stay.

mod bytes;
mod code;
mod content;
mod packed;

use psyncscope_sim::frame::SimTime;

use crate::action::Action;
use crate::branches::Branches;
use crate::error::{ErrorCode, LabError};
use crate::lang::Lang;
use crate::limits;

pub use code::Panel;

/// What stands before the version.
const BEFORE_VERSION: &str = "v";

/// What stands between the version and the content.
const AFTER_VERSION: char = '.';

/// What is shown of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// The instant; the end of the current branch unless given.
    pub at: Option<SimTime>,
    /// The name of the selected node.
    pub node: Option<String>,
    /// The panel.
    pub panel: Option<Panel>,
    /// The language.
    pub lang: Option<Lang>,
}

/// A session and what of it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    session: Branches,
    view: View,
}

impl Link {
    /// The version of the format that is written.
    pub const VERSION: u32 = 1;

    /// A link to an instant of the session's current branch.
    ///
    /// # Errors
    /// `bad-time` if the branch ends before that instant; `unknown-node` if it never had that node.
    pub fn new(session: Branches, view: View) -> Result<Self, LabError> {
        let log = session.log(session.current())?;
        if let Some(at) = view.at.filter(|at| at.0 > log.end_us) {
            let message = format!("{} lies after the end of the branch, at {}", at.0, log.end_us);
            return Err(LabError::new(ErrorCode::BadTime, message).place(|place| place.field = Some("at".to_owned())));
        }
        if let Some(node) = &view.node {
            let added = log.actions.iter().filter_map(|timed| match &timed.action {
                Action::AddNode { node } => Some(node),
                _ => None,
            });
            if !log.config.nodes.iter().chain(added).any(|spec| spec.name == *node) {
                return Err(LabError::unknown_node(node));
            }
        }
        Ok(Self { session, view })
    }

    /// Whether a text is a link or an address with one, and not the path of a file or its text.
    #[must_use]
    pub fn is_link(text: &str) -> bool {
        let has_scheme = |(scheme, _): (&str, &str)| scheme.bytes().all(|byte| byte.is_ascii_alphabetic());
        text.starts_with('#') || text.split_once("://").is_some_and(has_scheme)
    }

    /// Reads a link, or the one of a whole address, and checks all of it as [`Branches::from_json`] does.
    ///
    /// # Errors
    /// `unsupported-version`; `bad-link` if it is damaged, cut off or followed by anything; as [`Branches::from_json`]
    /// and [`Link::new`]. The error says where: the column in `text`, or the byte of the content, the branch and the
    /// action.
    pub fn parse(text: &str) -> Result<Self, LabError> {
        if text.len() > limits::LOG_BYTES_MAX {
            let message = format!("the link has {} bytes; at most {} are read", text.len(), limits::LOG_BYTES_MAX);
            return Err(LabError::new(ErrorCode::TooMuch, message));
        }
        let fragment = text.find('#').map_or(0, |at| at + 1);
        let no_link = || {
            let message = format!("a link to an instant begins with #{BEFORE_VERSION}{}{AFTER_VERSION}", Self::VERSION);
            LabError::new(ErrorCode::BadLink, message)
        };
        let versioned = text[fragment..].strip_prefix(BEFORE_VERSION).ok_or_else(no_link)?;
        let (version, packed) = versioned.split_once(AFTER_VERSION).ok_or_else(no_link)?;
        if version.is_empty() || !version.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(no_link());
        }
        if version != Self::VERSION.to_string() {
            let message = format!("links of version {version} are not read here, only of {}", Self::VERSION);
            return Err(LabError::new(ErrorCode::UnsupportedVersion, message)
                .place(|place| place.field = Some("version".to_owned())));
        }
        let column_first = text[..text.len() - packed.len()].chars().count() + 1;
        let (session, view) = packed::unpack(packed, column_first, content::read)?;
        Self::new(session, view)
    }

    /// The session.
    #[must_use]
    pub const fn session(&self) -> &Branches {
        &self.session
    }

    /// What is shown of it.
    #[must_use]
    pub const fn view(&self) -> &View {
        &self.view
    }

    /// The session and what is shown of it.
    #[must_use]
    pub fn into_parts(self) -> (Branches, View) {
        (self.session, self.view)
    }

    /// The link, with its `#`.
    #[must_use]
    pub fn to_text(&self) -> String {
        let packed = packed::pack(&content::written(&self.session, &self.view));
        format!("#{BEFORE_VERSION}{}{AFTER_VERSION}{packed}", Self::VERSION)
    }
}
