//! Messages of a page that is embedded in another one (`docs/embed.md`), as JSON: read as strictly as files, and written.

use psyncscope_sim::frame::SimTime;
use serde::de::value::Error;
use serde::de::{Error as _, IgnoredAny};
use serde::{Deserialize, Serialize};

use crate::action::Action;
use crate::error::{ErrorCode, LabError};
use crate::lang::Lang;
use crate::limits;
use crate::link::Panel;
use crate::log::{json, reason};
use crate::read::{Object, Optional, read};

/// The version of the messages.
pub const VERSION: u32 = 1;

/// What the page around it asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// Open a link, a saved session or a script, called by this name.
    Load {
        /// The text.
        text: String,
        /// Its name.
        name: Option<String>,
    },
    /// Show a moment.
    Seek(Moment),
    /// Let time pass, or not.
    Play(bool),
    /// Do something at the moment shown.
    Act(Action),
    /// Show this; what is not given stays.
    Show {
        /// A node, by its name.
        node: Option<String>,
        /// A panel.
        panel: Option<Panel>,
        /// A language.
        lang: Option<Lang>,
    },
    /// Say what is shown.
    State,
    /// Make a link to what is shown.
    Link,
    /// Tell of these from now on, and of nothing else.
    Subscribe(Vec<Topic>),
}

/// A moment of the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// This time.
    At(SimTime),
    /// The beginning of what is recorded.
    Start,
    /// The present.
    Now,
}

/// What can be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// What is shown, each time it changes.
    State,
    /// Sentences about what happens.
    Notes,
}

/// What is shown.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct State {
    /// The time shown, in milliseconds.
    pub at_ms: f64,
    /// The present of the branch.
    pub now_ms: f64,
    /// Whether time passes.
    pub playing: bool,
    /// The names of the nodes.
    pub nodes: Vec<String>,
    /// The one that is selected.
    pub node: Option<String>,
    /// The panel.
    pub panel: Option<Panel>,
    /// The language.
    pub lang: Lang,
    /// The current branch.
    pub branch: String,
}

/// A sentence about what happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Told {
    /// When, in milliseconds.
    pub at_ms: f64,
    /// The sentence, in the language of the page.
    pub text: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Verb {
    Load,
    Seek,
    Play,
    Pause,
    Act,
    Show,
    State,
    Link,
    Subscribe,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Place {
    Start,
    Now,
}

/// The fields of all requests.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Fields {
    // Looked at before, and sent back as it is.
    #[serde(rename = "psyncscope")]
    _version: IgnoredAny,
    #[serde(rename = "id")]
    _id: IgnoredAny,
    r#do: Optional<Verb>,
    text: Optional<String>,
    name: Optional<String>,
    at_ms: Optional<f64>,
    to: Optional<Place>,
    action: Optional<Object<Action>>,
    node: Optional<String>,
    panel: Optional<Panel>,
    lang: Optional<Lang>,
    events: Optional<Vec<Topic>>,
}

impl Request {
    /// Reads a message, whose version the page has looked at.
    ///
    /// # Errors
    /// It is no request; the error has the field: `message.action.node: missing field`.
    pub fn parse(text: &str) -> Result<Self, LabError> {
        if text.len() > limits::LOG_BYTES_MAX {
            let message = format!("a message of {} bytes; at most {} are read", text.len(), limits::LOG_BYTES_MAX);
            return Err(LabError::new(ErrorCode::TooMuch, message));
        }
        let read: Fields = read(&mut serde_json::Deserializer::from_str(text), "message", reason)?;
        read.request()
    }
}

impl Fields {
    fn request(mut self) -> Result<Request, LabError> {
        let missing = |error: Error| {
            let reason = error.to_string();
            let field = reason.split('`').nth(1).map(|name| format!("message.{name}"));
            LabError::new(ErrorCode::MissingField, format!("message: {reason}")).place(|at| at.field = field)
        };
        let request = match self.r#do.require("do").map_err(missing)? {
            Verb::Load => Request::Load { text: self.text.require("text").map_err(missing)?, name: self.name.0.take() },
            Verb::Seek => Request::Seek(match (self.at_ms.0.take(), self.to.0.take()) {
                (Some(at_ms), None) => Moment::At(moment(at_ms)?),
                (None, Some(Place::Start)) => Moment::Start,
                (None, Some(Place::Now)) => Moment::Now,
                (Some(_), Some(_)) => return Err(bad("to", "a moment is said by at_ms or by to, not by both")),
                (None, None) => return Err(missing(Error::missing_field("at_ms"))),
            }),
            Verb::Play => Request::Play(true),
            Verb::Pause => Request::Play(false),
            Verb::Act => {
                let Object(action) = self.action.require("action").map_err(missing)?;
                Request::Act(action)
            }
            Verb::Show => {
                Request::Show { node: self.node.0.take(), panel: self.panel.0.take(), lang: self.lang.0.take() }
            }
            Verb::State => Request::State,
            Verb::Link => Request::Link,
            Verb::Subscribe => Request::Subscribe(self.events.require("events").map_err(missing)?),
        };
        match self.left() {
            None => Ok(request),
            Some(name) => {
                let message = format!("message.{name}: unknown field `{name}`: this request has none");
                Err(LabError::new(ErrorCode::UnknownField, message)
                    .place(|at| at.field = Some(format!("message.{name}"))))
            }
        }
    }

    /// A field that was not taken: one of another request.
    fn left(&self) -> Option<&'static str> {
        let fields = [
            ("text", self.text.0.is_some()),
            ("name", self.name.0.is_some()),
            ("at_ms", self.at_ms.0.is_some()),
            ("to", self.to.0.is_some()),
            ("action", self.action.0.is_some()),
            ("node", self.node.0.is_some()),
            ("panel", self.panel.0.is_some()),
            ("lang", self.lang.0.is_some()),
            ("events", self.events.0.is_some()),
        ];
        fields.into_iter().find(|(_, given)| *given).map(|(name, _)| name)
    }
}

fn bad(field: &str, reason: &str) -> LabError {
    let field = format!("message.{field}");
    LabError::new(ErrorCode::BadValue, format!("{field}: {reason}")).of_field(&field)
}

fn moment(at_ms: f64) -> Result<SimTime, LabError> {
    let at_us = (at_ms * 1000.0).round();
    if (0.0..=limits::END_MAX_US as f64).contains(&at_us) {
        return Ok(SimTime(at_us as u64));
    }
    Err(bad("at_ms", &format!("{at_ms} lies outside 0 to {} milliseconds", limits::END_MAX_US / 1000)))
}

/// The refusal of a message of another version than [`VERSION`].
#[must_use]
pub fn unsupported_version() -> LabError {
    let message = format!("message.psyncscope: the version of messages is {VERSION}");
    LabError::new(ErrorCode::UnsupportedVersion, message).of_field("message.psyncscope")
}

/// The refusal of a message that is no plain data, with the browser's reason.
#[must_use]
pub fn no_plain_data(reason: &str) -> LabError {
    LabError::new(ErrorCode::BadValue, format!("message: it is no plain data: {reason}"))
}

/// Something of ours as JSON.
#[must_use]
pub fn to_json(value: &impl Serialize) -> String {
    json(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str, code: ErrorCode, message: &str, field: Option<&str>) {
        let error = Request::parse(text).expect_err(text);
        assert_eq!((error.code, error.message.as_str()), (code, message), "{text}");
        assert_eq!(error.at.and_then(|at| at.field).as_deref(), field, "{text}");
    }

    #[test]
    fn requests_are_read() {
        let check = |fields: &str, wanted: Request| {
            let text = format!("{{\"psyncscope\":1,\"id\":[7],{fields}}}");
            assert_eq!(Request::parse(&text), Ok(wanted), "{fields}");
        };
        let text = || "node a".to_owned();
        check(r#""do":"load","text":"node a""#, Request::Load { text: text(), name: None });
        check(r#""do":"load","text":"node a","name":"x""#, Request::Load { text: text(), name: Some("x".to_owned()) });
        check(r#""do":"seek","at_ms":1.5"#, Request::Seek(Moment::At(SimTime(1500))));
        check(r#""do":"seek","to":"start""#, Request::Seek(Moment::Start));
        check(r#""do":"seek","to":"now""#, Request::Seek(Moment::Now));
        check(r#""do":"play""#, Request::Play(true));
        check(r#""do":"pause""#, Request::Play(false));
        let crash = Action::Crash { node: "a".to_owned() };
        check(r#""do":"act","action":{"do":"crash","node":"a"}"#, Request::Act(crash));
        let (node, panel, lang) = (Some("b".to_owned()), Some(Panel::Why), Some(Lang::Zh));
        check(r#""do":"show","node":"b","panel":"why","lang":"zh-CN""#, Request::Show { node, panel, lang });
        check(r#""do":"show""#, Request::Show { node: None, panel: None, lang: None });
        check(r#""do":"state""#, Request::State);
        check(r#""do":"link""#, Request::Link);
        check(r#""do":"subscribe","events":["state","notes"]"#, Request::Subscribe(vec![Topic::State, Topic::Notes]));
        check(r#""do":"subscribe","events":[]"#, Request::Subscribe(vec![]));
    }

    #[test]
    fn what_is_no_request_is_refused_with_its_place() {
        use ErrorCode::{BadValue, MissingField, UnknownField};
        refused("[]", BadValue, "message: invalid type: sequence, expected an object", Some("message"));
        refused("{}", MissingField, "message: missing field `do`", Some("message.do"));
        let verbs = "expected one of `load`, `seek`, `play`, `pause`, `act`, `show`, `state`, `link`, `subscribe`";
        let unknown = format!("message.do: unknown variant `dance`, {verbs}");
        refused(r#"{"do":"dance"}"#, BadValue, &unknown, Some("message.do"));
        refused(r#"{"do":"load"}"#, MissingField, "message: missing field `text`", Some("message.text"));
        refused(r#"{"do":"seek"}"#, MissingField, "message: missing field `at_ms`", Some("message.at_ms"));
        let out = "message.at_ms: -1 lies outside 0 to 14400000 milliseconds";
        refused(r#"{"do":"seek","at_ms":-1}"#, BadValue, out, Some("message.at_ms"));
        let both = "message.to: a moment is said by at_ms or by to, not by both";
        refused(r#"{"do":"seek","at_ms":1,"to":"now"}"#, BadValue, both, Some("message.to"));
        let extra = "message.at_ms: unknown field `at_ms`: this request has none";
        refused(r#"{"do":"play","at_ms":1}"#, UnknownField, extra, Some("message.at_ms"));
        let action = r#"{"do":"act","action":{"do":"crash"}}"#;
        refused(action, MissingField, "message.action: missing field `node`", Some("message.action"));
        let panel = Request::parse(r#"{"do":"show","panel":"moon"}"#).expect_err("no such panel");
        assert!(
            panel.message.starts_with("message.panel: unknown variant `moon`, expected one of `backlog`"),
            "{panel}"
        );
        let unknown = Request::parse(r#"{"do":"play","loud":true}"#).expect_err("no such field");
        assert_eq!(unknown.code, UnknownField);
        let null = Request::parse(r#"{"do":"load","text":null}"#).expect_err("no text");
        assert_eq!(null.at.and_then(|at| at.field).as_deref(), Some("message.text"));
        let events = Request::parse(r#"{"do":"subscribe","events":["state",3]}"#).expect_err("no topic");
        assert_eq!(events.at.and_then(|at| at.field).as_deref(), Some("message.events[1]"));
    }
}
