//! The page in a frame of another one (`?embed`): what the page around it asks for, the answers and the events
//! (`docs/embed.md`).

use std::collections::VecDeque;

use gloo::events::EventListener;
use js_sys::{JSON, Object, Reflect};
use psyncscope_lab::embed::{self, Moment, Request, State, Told, Topic};
use psyncscope_lab::link::View;
use psyncscope_lab::sim::frame::SimTime;
use psyncscope_lab::{ErrorCode, LabError, topology};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, Window};
use yew::html::Scope;

use crate::app::share::{Shared, panel};
use crate::app::{App, Msg};
use crate::i18n::messages;
use crate::intent::{ErrorSite, Overlay};
use crate::ui::dom;
use crate::ui::error::UiError;
use crate::ui::whole;

/// What the page is asked to be by its address: `?embed`.
const PARAMETER: &str = "embed";

/// The field that has the version, by which messages are told from those of others.
const VERSION_FIELD: &str = "psyncscope";

/// The name of a text that came by a message without one.
const TEXT_NAME: &str = "embed";

/// A message from the page around this one.
pub struct Asked {
    /// What the answer is sent back with.
    id: JsValue,
    /// Where it came from.
    origin: String,
    request: Result<Request, LabError>,
}

/// The page around this one, and what it waits for.
pub struct Embedding {
    /// Its window; `None` if this page has a window of its own.
    parent: Option<Window>,
    /// What was asked and not begun.
    waiting: VecDeque<Asked>,
    /// What is answered when the replay is complete.
    replaying: Option<Replaying>,
    subscription: Option<Subscription>,
    /// Something was done that was not told of yet.
    acted: bool,
    /// Answers and events, with the origin that each goes to, until the page shows what they say.
    unsent: Vec<(String, Object)>,
}

/// What is answered later.
struct Replaying {
    id: JsValue,
    origin: String,
    is_load: bool,
}

/// Who is told of what.
struct Subscription {
    origin: String,
    topics: Vec<Topic>,
    /// What was told last.
    state: State,
    /// The world and how much of its timeline was told of.
    noted: (usize, usize),
}

impl Embedding {
    /// What the page's address asks for.
    #[must_use]
    pub fn of_address() -> Option<Self> {
        dom::has_parameter(PARAMETER).then(|| Self {
            parent: dom::parent(),
            waiting: VecDeque::new(),
            replaying: None,
            subscription: None,
            acted: false,
            unsent: Vec::new(),
        })
    }

    /// Listens to the page around this one, and tells it that this one has started.
    #[must_use]
    pub fn listen(&self, link: &Scope<App>) -> Option<EventListener> {
        let parent = self.parent.clone()?;
        let window = dom::window()?;
        let link = link.clone();
        let from = JsValue::from(parent.clone());
        let listener = EventListener::new(&window, "message", move |event| {
            let Some(event) = event.dyn_ref::<MessageEvent>() else { return };
            // Nobody else is answered.
            if event.source().is_some_and(|source| JsValue::from(source) == from)
                && let Some(asked) = read(event)
            {
                whole::send(&link, Msg::Asked(asked));
            }
        });
        // It has nothing in it that only some may know.
        send(&parent, "*", &message(&[("event", "ready".into()), ("value", JsValue::NULL)]));
        Some(listener)
    }
}

/// Reads a message; `None` if it is none of ours.
fn read(event: &MessageEvent) -> Option<Asked> {
    let data = event.data();
    let version = Reflect::get(&data, &VERSION_FIELD.into()).ok().filter(|version| !version.is_undefined())?;
    let id = Reflect::get(&data, &"id".into()).unwrap_or_default();
    let request = if version.as_f64() == Some(f64::from(embed::VERSION)) {
        JSON::stringify(&data)
            .map_err(|error| embed::no_plain_data(&String::from(Object::from(error).to_string())))
            .and_then(|text| Request::parse(&String::from(text)))
    } else {
        Err(embed::unsupported_version())
    };
    Some(Asked { id, origin: event.origin(), request })
}

/// A message of these fields.
fn message(fields: &[(&str, JsValue)]) -> Object {
    let message = Object::new();
    let version = JsValue::from(embed::VERSION);
    for (name, value) in [(VERSION_FIELD, version)].iter().chain(fields) {
        // Setting a property of a plain object cannot fail.
        let _ = Reflect::set(&message, &(*name).into(), value);
    }
    message
}

fn send(to: &Window, origin: &str, message: &Object) {
    // A page without an address of its own, such as a file, has no origin that could be named.
    let origin = if origin == "null" || origin.is_empty() { "*" } else { origin };
    // The window is gone, and with it whoever would want to know.
    let _ = to.post_message(message, origin);
}

/// JSON of ours as a value.
fn value(json: &str) -> JsValue {
    JSON::parse(json).unwrap_or_default()
}

impl App {
    /// Puts what was asked at the end of what waits.
    pub(super) fn asked(&mut self, asked: Asked) {
        if let Some(embedding) = &mut self.embedding {
            embedding.waiting.push_back(asked);
        }
    }

    /// Answers what can be answered now. Returns whether the page must be rendered.
    pub(super) fn answer(&mut self) -> bool {
        let mut draw = false;
        while self.session.replay.is_none()
            && let Some(embedding) = &mut self.embedding
        {
            if let Some(Replaying { id, origin, is_load }) = embedding.replaying.take() {
                let outcome = self.outcome(is_load);
                self.reply(&origin, id, outcome);
                continue;
            }
            let Some(Asked { id, origin, request }) = embedding.waiting.pop_front() else { break };
            draw = true;
            // What was refused before is not the answer to this.
            self.ui.error = None;
            let is_load = matches!(request, Ok(Request::Load { .. }));
            let done = request.and_then(|request| self.carry_out(request, &origin));
            if self.session.replay.is_some() {
                if let Some(embedding) = &mut self.embedding {
                    embedding.replaying = Some(Replaying { id, origin, is_load });
                }
                break;
            }
            let outcome = match done {
                Ok(Some(answer)) => Ok(answer),
                Ok(None) => self.outcome(is_load),
                Err(error) => Err(error),
            };
            self.reply(&origin, id, outcome);
        }
        self.tell();
        draw
    }

    /// Does what is asked. Gives the answer as JSON, if it is another than what is shown then.
    fn carry_out(&mut self, request: Request, origin: &str) -> Result<Option<String>, LabError> {
        match request {
            Request::Load { text, name } => {
                self.ui.overlay = None;
                self.open_text(&text, name.unwrap_or_else(|| TEXT_NAME.to_owned()), ErrorSite::Stage);
            }
            Request::Seek(moment) => {
                let (from, now) = self.range();
                let at = match moment {
                    Moment::At(at) if at < from || at > now => {
                        let [at, from, now] = [at, from, now].map(|at| at.0 as f64 / 1000.0);
                        let message = format!("message.at_ms: {at} lies outside {from} to {now}, which is recorded");
                        return Err(LabError::new(ErrorCode::BadTime, message).of_field("message.at_ms"));
                    }
                    Moment::At(at) => at,
                    Moment::Start => from,
                    Moment::Now => now,
                };
                self.seek(at);
            }
            Request::Play(play) => {
                if self.playback.playing != play {
                    self.toggle_play();
                }
            }
            Request::Act(action) => {
                self.act(vec![action], ErrorSite::Stage);
                if let Some(embedding) = &mut self.embedding {
                    embedding.acted = true;
                }
            }
            Request::Show { node, panel, lang } => {
                if let Some(node) =
                    node.as_ref().filter(|node| topology::host_named(&self.playback.frame, node).is_none())
                {
                    return Err(LabError::unknown_node(node));
                }
                self.show_view(View { at: None, node, panel, lang });
            }
            Request::State => {}
            Request::Link => return self.link_text().map(|text| Some(embed::to_json(&text))),
            Request::Subscribe(topics) => {
                let (state, noted) = (self.state_shown(), self.noted());
                if let Some(embedding) = &mut self.embedding {
                    let origin = origin.to_owned();
                    embedding.subscription =
                        (!topics.is_empty()).then_some(Subscription { origin, topics, state, noted });
                }
            }
        }
        Ok(None)
    }

    /// What is shown, as JSON, unless something was refused. What was loaded stands still.
    fn outcome(&mut self, is_load: bool) -> Result<String, LabError> {
        let error = self.ui.error.take();
        if is_load && error.is_none() {
            self.playback.playing = false;
        }
        match error {
            None => Ok(embed::to_json(&self.state_shown())),
            Some((_, UiError::Lab(error))) => Err(error),
            Some((_, error)) => Err(LabError::new(ErrorCode::BadValue, error.sentence(messages(self.ui.lang)))),
        }
    }

    fn reply(&mut self, origin: &str, id: JsValue, outcome: Result<String, LabError>) {
        let Some(embedding) = &mut self.embedding else { return };
        let ok = outcome.is_ok();
        let (name, json) = match outcome {
            Ok(json) => ("value", json),
            Err(error) => ("error", embed::to_json(&error)),
        };
        let reply = message(&[("re", id), ("ok", ok.into()), (name, value(&json))]);
        embedding.unsent.push((origin.to_owned(), reply));
    }

    /// Whether there are answers or events that wait until the page shows what they say.
    pub(super) fn has_unsent(&self) -> bool {
        self.embedding.as_ref().is_some_and(|embedding| !embedding.unsent.is_empty())
    }

    /// Sends answers and events: the page shows what they say.
    pub(super) fn send_unsent(&mut self) {
        let Some(Embedding { parent: Some(parent), unsent, .. }) = &mut self.embedding else { return };
        for (origin, message) in unsent.drain(..) {
            send(parent, &origin, &message);
        }
    }

    fn state_shown(&self) -> State {
        let frame = &self.playback.frame;
        let ms = |at: SimTime| at.0 as f64 / 1000.0;
        State {
            at_ms: ms(self.playback.at),
            now_ms: ms(self.session.run.borrow().now()),
            playing: self.playback.playing,
            nodes: frame.hosts.iter().map(|host| host.name.to_string()).collect(),
            node: self.ui.selected.and_then(|id| topology::host(frame, id)).map(|host| host.name.to_string()),
            panel: Some(panel(self.shown_tab())),
            lang: self.ui.lang,
            branch: self.session.branches.name().to_owned(),
        }
    }

    /// The world on the page, and how much of its timeline has happened at the moment shown.
    fn noted(&self) -> (usize, usize) {
        (self.drawing.world, self.playback.frame.entries)
    }

    /// Tells of what is new to whoever wants to know.
    fn tell(&mut self) {
        if self.session.replay.is_some() {
            return;
        }
        let Some(Embedding { subscription: Some(subscription), acted, .. }) = &self.embedding else { return };
        let (noted, state) = (self.noted(), self.state_shown());
        let mut told = Vec::new();
        let mut tell = |event: &str, json: &str| {
            let message = message(&[("event", event.into()), ("value", value(json))]);
            told.push((subscription.origin.clone(), message));
        };
        let (world, from) = subscription.noted;
        // Of what happens while time passes or by what was done; not of what a jump leaves out.
        let happens = *acted || self.playback.playing && world == noted.0;
        if subscription.topics.contains(&Topic::Notes) && happens {
            let run = self.session.run.borrow();
            for (_, note) in run.index().narration().filter(|(entry, _)| (from..noted.1).contains(entry)) {
                let note = Told { at_ms: note.at.0 as f64 / 1000.0, text: note.text(self.ui.lang) };
                tell("note", &embed::to_json(&note));
            }
        }
        if subscription.topics.contains(&Topic::State) && subscription.state != state {
            tell("state", &embed::to_json(&state));
        }
        if let Some(Embedding { subscription: Some(subscription), acted, unsent, .. }) = &mut self.embedding {
            unsent.extend(told);
            (subscription.noted, subscription.state, *acted) = (noted, state, false);
        }
    }

    /// Opens what is shown in a window of its own.
    pub(super) fn open_in_page(&mut self) {
        let address = match self.link_text() {
            Ok(text) => dom::page_address() + &text,
            Err(error) => {
                self.ui.error = Some((ErrorSite::Stage, UiError::Lab(error)));
                return;
            }
        };
        if !dom::open(&address) {
            self.ui.overlay = Some(Overlay::Share);
            self.ui.shared = Some(Shared::Address(address.into()));
        }
    }
}
