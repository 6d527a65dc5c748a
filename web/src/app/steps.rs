//! The steps: where the reader stands among them, and the ways from there.

use std::rc::Rc;

use psyncscope_lab::engine::event::Event;
use psyncscope_lab::engine::replication::ReplState;
use psyncscope_lab::engine::steps::Function;
use psyncscope_lab::examples::entry;
use psyncscope_lab::ring::Eras;
use psyncscope_lab::sim::frame::{HostId, PacketFrame, SimTime, What};
use psyncscope_lab::steps::{Go, Runs, Side, StepCursor, Target, Wanted};
use psyncscope_lab::{Lab, LabError, topology};
use web_sys::Element;
use yew::prelude::*;

use crate::app::App;
use crate::app::run::LabRun;
use crate::i18n::fill;
use crate::intent::{ErrorSite, Tab};
use crate::steps::intent::{StepsIntent, Walk};
use crate::steps::panel::{StepsNote, StepsPanel};
use crate::steps::place::Place;
use crate::ui::dom;
use crate::ui::error::UiError;

/// Windows in which the steps take the console's place. The stylesheet asks the same.
const STEPS_FOR_CONSOLE: &str = "(max-width: 1279px)";

/// The state of the steps.
pub struct StepsState {
    /// Whether they are shown beside the panels of a wide window.
    pub open: bool,
    place: Option<Placed>,
    /// The function that is run to.
    wanted: Function,
    /// Whether it is run to on any node, or on the one shown.
    any_node: bool,
    /// The function of the stack whose lines are shown; `None` for the one that runs.
    depth: Option<usize>,
    /// The side of the turn that the page shows, if the reader chose one.
    side: Option<Side>,
    /// Whether the list of functions is shown, though there is a place.
    list: bool,
    note: Option<StepsNote>,
    /// Whether something on the page is marked as a field of the current step.
    lit: bool,
}

/// A place among the steps of a run.
struct Placed {
    /// See [`LabRun::identity`].
    run: Rc<()>,
    cursor: StepCursor,
}

impl Default for StepsState {
    fn default() -> Self {
        Self {
            open: false,
            place: None,
            wanted: Function::MasterTryPartialResynchronization,
            any_node: true,
            depth: None,
            side: None,
            list: false,
            note: None,
            lit: false,
        }
    }
}

impl Runs for LabRun {
    fn lab(&self) -> &Lab {
        self.lab()
    }

    fn advance(&mut self) -> bool {
        self.advance_to_next()
    }
}

impl App {
    /// Does what the reader wants of the steps.
    pub(super) fn step_inside(&mut self, intent: StepsIntent) {
        self.steps.note = None;
        match intent {
            StepsIntent::Show(open) => self.show_steps(open),
            StepsIntent::Toggle => self.show_steps(!self.steps_here()),
            StepsIntent::Walk(walk) => self.walk(walk),
            StepsIntent::At(target) => self.find(target, true),
            StepsIntent::State(host, state, at) => {
                if let Some(target) = self.state_entry(host, state, at) {
                    self.find(target, true);
                }
            }
            StepsIntent::Packet(id) => self.find_packet(id),
            StepsIntent::ShowOne(function) => self.show_one(function),
            StepsIntent::Choose(function) => self.steps.wanted = function,
            StepsIntent::AnyNode(any) => self.steps.any_node = any,
            StepsIntent::Depth(depth) => self.steps.depth = Some(depth),
            StepsIntent::Side(side) => {
                self.steps.side = Some(side);
                self.show_place();
            }
            StepsIntent::List(list) => {
                self.show_steps(true);
                self.steps.list = list;
            }
        }
    }

    /// Whether the steps are on the page.
    pub(super) fn steps_here(&self) -> bool {
        if self.ui.narrow { self.ui.tab == Tab::Steps } else { self.steps.open }
    }

    /// Whether the steps are where the console would be: on screens that are not wide enough for both.
    pub(super) fn steps_hide_console(&self) -> bool {
        self.steps_here() && dom::media(STEPS_FOR_CONSOLE)
    }

    fn show_steps(&mut self, open: bool) {
        self.steps.open = open;
        if self.ui.narrow {
            self.show_tab(if open { Tab::Steps } else { Tab::default() });
        }
    }

    /// The place, if the page still shows its time.
    fn placed(&self) -> Option<&StepCursor> {
        let placed = self.steps.place.as_ref()?;
        let is_here = Rc::ptr_eq(&placed.run, &self.session.run.borrow().identity)
            && placed.cursor.at() == self.playback.at
            && !self.playback.playing;
        is_here.then_some(&placed.cursor)
    }

    fn walk(&mut self, walk: Walk) {
        self.show_steps(true);
        if self.placed().is_none() {
            // The reader went elsewhere, or has no place yet: it begins at the time shown.
            let target = match walk {
                Walk::Next => Target::Entered(self.wanted(), self.playback.at),
                _ => Target::Time(self.playback.at, None),
            };
            self.find(target, false);
            if walk != Walk::Previous || self.placed().is_none() {
                return;
            }
        }
        let go = match walk {
            Walk::Into => Go::Into,
            Walk::Over => Go::Over,
            Walk::Out => Go::Out,
            Walk::Back => Go::Back,
            Walk::Next => Go::Next(self.wanted()),
            Walk::Previous => Go::Previous(self.wanted()),
        };
        let Some(mut placed) = self.steps.place.take() else { return };
        let before = (placed.cursor.at(), placed.cursor.turn().first_entry);
        let gone = placed.cursor.go(&mut *self.session.run.borrow_mut(), go);
        if (placed.cursor.at(), placed.cursor.turn().first_entry) != before {
            self.steps.side = None;
        }
        self.steps.place = Some(placed);
        match gone {
            Ok(true) => self.show_place(),
            Ok(false) => {
                self.steps.note = Some(match go {
                    Go::Next(wanted) => StepsNote::NotEntered(wanted.function),
                    Go::Previous(wanted) => StepsNote::NotEnteredBefore(wanted.function),
                    _ => StepsNote::NoMore,
                });
                self.read();
            }
            Err(error) => self.steps_failed(error),
        }
    }

    fn wanted(&self) -> Wanted {
        let host = if self.steps.any_node { None } else { self.ui.selected };
        Wanted { function: self.steps.wanted, host }
    }

    /// Goes to the steps looked for.
    fn find(&mut self, target: Target, reveal: bool) {
        if reveal {
            self.show_steps(true);
        }
        let found = StepCursor::find(&mut *self.session.run.borrow_mut(), target);
        match found {
            Ok(Some(cursor)) => {
                self.steps.note = self.note_about(&cursor, target);
                let run = Rc::clone(&self.session.run.borrow().identity);
                self.steps.place = Some(Placed { run, cursor });
                self.steps.side = None;
                self.show_place();
            }
            Ok(None) => {
                self.steps.note = Some(match target {
                    Target::Entered(wanted, _) => StepsNote::NotEntered(wanted.function),
                    Target::Entry(_) | Target::Time(..) => StepsNote::NoMore,
                });
                self.read();
            }
            Err(error) => self.steps_failed(error),
        }
    }

    /// Says so if no function of replication made the entry: the steps found come after it.
    fn note_about(&self, cursor: &StepCursor, target: Target) -> Option<StepsNote> {
        let Target::Entry(entry) = target else { return None };
        let turn = cursor.turn();
        let made_it = (turn.first_entry..turn.first_entry + turn.entries).contains(&entry);
        (!made_it).then_some(StepsNote::NotOfEntry)
    }

    fn steps_failed(&mut self, error: LabError) {
        self.ui.error = Some((ErrorSite::Stage, UiError::Lab(error)));
    }

    /// Shows the place: its time, the side of the turn, and its node.
    fn show_place(&mut self) {
        self.playback.playing = false;
        // The values of the step before are not pointed at any more.
        self.ui.lit = None;
        let Some(placed) = &self.steps.place else { return };
        let cursor = &placed.cursor;
        let side = shown_side(self.steps.side, cursor);
        let (at, host) = (cursor.at(), cursor.turn().host);
        self.playback.frame = cursor.frame(self.session.run.borrow().lab(), side);
        self.playback.at = at;
        self.steps.depth = None;
        self.steps.list = false;
        self.read();
        self.select(host);
    }

    /// The entry with which the handshake came to this state.
    fn state_entry(&self, host: HostId, state: ReplState, at: SimTime) -> Option<Target> {
        let run = self.session.run.borrow();
        let timeline = run.lab().timeline();
        let first = timeline.partition_point(|entry| entry.at < at);
        let of_instant = timeline.iter().enumerate().skip(first).take_while(|(_, entry)| entry.at == at);
        let mut of_host = of_instant.filter(|(_, entry)| entry.host == Some(host));
        let is_it = |what: &What| match what {
            What::Node(Event::ReplState { from, to, .. }) => *to == state || *from == state,
            _ => false,
        };
        of_host.find(|(_, entry)| is_it(&entry.what)).map(|(place, _)| Target::Entry(place))
    }

    /// Goes to the turn that sent a packet, or, if a kernel sent it, to what comes of it.
    fn find_packet(&mut self, id: u64) {
        let packet = self.playback.frame.packets.iter().find(|packet| packet.id == id).cloned();
        let Some(packet) = packet else { return };
        self.find(Target::Time(packet.sent, Some(packet.from)), true);
        if self.placed().is_none_or(|cursor| cursor.at() != packet.sent) {
            self.find(Target::Time(packet.arrives, Some(packet.to)), true);
        }
    }

    /// Opens the prepared run that is about to enter a function.
    fn show_one(&mut self, function: Function) {
        if self.session.replay.is_some() {
            return;
        }
        match entry::before(function).and_then(|run| LabRun::before_entry(run, function)) {
            Ok(run) => {
                let at = run.now();
                self.open_run(run);
                self.playback.playing = false;
                self.steps.wanted = function;
                self.find(Target::Entered(Wanted { function, host: None }, at), true);
            }
            Err(error) => self.steps_failed(error),
        }
    }

    /// The panel.
    pub(super) fn steps_panel(&self) -> Html {
        let cursor = self.placed().filter(|_| !self.steps.list);
        let place = cursor.map(|cursor| {
            let at = cursor.at();
            let host = cursor.turn().host;
            let node = self.session.run.borrow().lab().name_of(host);
            let shown_node = topology::host(&self.playback.frame, host).and_then(|host| host.node.as_ref());
            let eras = shown_node.map(|node| Eras::of(node));
            let state = shown_node.and_then(|node| node.upstream.as_ref()).map(|upstream| upstream.state);
            let side = shown_side(self.steps.side, cursor);
            let pictures = cursor.pictures(self.session.run.borrow().lab());
            let (shown, report) = (cursor.shown(self.steps.depth), cursor.report());
            Rc::new(Place { shown, at, node, state, eras, side, report, pictures })
        });
        let packets = if place.is_none() { self.packets_under_way() } else { Vec::new() };
        html! {
            <StepsPanel
                {place}
                has_place={self.placed().is_some()}
                wanted={self.steps.wanted}
                any_node={self.steps.any_node}
                note={self.steps.note.clone()}
                {packets}
                closable={!self.ui.narrow}
            />
        }
    }

    /// Packets under way with something to tell, each with its number and what it says; none while time passes.
    pub(super) fn packets_under_way(&self) -> Vec<(u64, AttrValue)> {
        if self.playback.playing {
            return Vec::new();
        }
        let telling = self.playback.frame.packets.iter().filter(|packet| packet.is_telling());
        telling.map(|packet| (packet.id, self.packet_words(packet))).collect()
    }

    /// A packet of the frame shown: from where to where, and what it says.
    pub(super) fn packet_words(&self, packet: &PacketFrame) -> AttrValue {
        let [from, to] = [packet.from, packet.to].map(|host| topology::name(&self.playback.frame, host));
        let label = if packet.is_telling() && !packet.label.is_empty() { &*packet.label } else { packet.flags };
        AttrValue::from(fill("{from} → {to}  {label}", &[("from", &*from), ("to", &*to), ("label", label)]))
    }

    /// Marks what draws the fields of the current step.
    pub(super) fn light_fields(&mut self, page: &Element) {
        const LIT: &str = "data-step-field";
        if std::mem::take(&mut self.steps.lit) {
            for element in dom::all::<Element>(page, "[data-step-field]") {
                // An attribute of an element that exists cannot be refused.
                let _ = element.remove_attribute(LIT);
            }
        }
        let mut lit = false;
        let Some(cursor) = self.placed().filter(|_| self.steps_here()) else { return };
        let Some(step) = cursor.shown(None).current else { return };
        for value in &step.values {
            let how = if value.changed_to.is_some() { "changed" } else { "seen" };
            for name in value.field.name().split(' ').filter(|name| *name != "+") {
                let host = cursor.turn().host.0;
                let drawn = format!("[data-of=\"{host}\"] [data-field~=\"{name}\"], .panel [data-field~=\"{name}\"]");
                for element in dom::all::<Element>(page, &drawn) {
                    let _ = element.set_attribute(LIT, how);
                    lit = true;
                }
            }
        }
        self.steps.lit = lit;
    }
}

/// The side that the page shows: until the last step of a turn, the state that it began with.
fn shown_side(chosen: Option<Side>, cursor: &StepCursor) -> Side {
    chosen.unwrap_or(if cursor.is_last() { Side::After } else { Side::Before })
}
