//! A lesson before an audience: large type, a clicker's keys, and a second window with what only the presenter sees.

use std::rc::Rc;

use js_sys::Array;
use psyncscope_lab::lesson::{Block, BlockKind, Look, Quantity, timed};
use psyncscope_lab::link::Panel;
use wasm_bindgen::JsValue;

use crate::app::App;
use crate::app::share::Shared;
use crate::i18n::{fill, messages};
use crate::intent::{Intent, Overlay};
use crate::lesson::address::NOTES;
use crate::lesson::contents::kind;
use crate::lesson::intent::LessonIntent;
use crate::lesson::presenter::Presenter;
use crate::lesson::shown::Phase;
use crate::ui::dom;

impl App {
    /// Begins to present, or ends.
    pub(super) fn present(&mut self, on: bool) {
        let asked = self.dispatch.reform(|()| Intent::Lesson(LessonIntent::NotesAsked));
        self.presenter = on.then(|| Presenter::begin(asked));
        self.ui.overlay = None;
        let _ = self.environment_changed();
        self.look();
    }

    /// Shows the audience nothing, or the page again.
    pub(super) fn blank(&mut self) {
        if let Some(presenter) = &mut self.presenter {
            presenter.blank = !presenter.blank;
        }
    }

    /// Opens the second window.
    pub(super) fn open_notes(&mut self) {
        let address = format!("{}?{}", dom::page_address(), NOTES);
        if !dom::open(&address) {
            self.ui.overlay = Some(Overlay::Share);
            self.ui.shared = Some(Shared::Address(address.into()));
        }
    }

    /// Does in the presenter's stead what readers do themselves: a press of the clicker goes on. Returns whether there was
    /// something to do.
    pub(super) fn present_on(&mut self) -> bool {
        let Some((place, phase)) = self.reading().map(|reading| reading.place).zip(self.lesson_phase()) else {
            return false;
        };
        match phase {
            // The audience has answered.
            Phase::Asked { .. } if self.presenter.is_some() => {
                self.release(place);
                true
            }
            Phase::Task if self.presenter.is_some() => {
                let lesson = self.reading().map(|reading| Rc::clone(&reading.lesson));
                let block = lesson.as_ref().and_then(|lesson| lesson.blocks.get(place));
                if let Some(BlockKind::Task(task)) = block.map(|block| &block.kind) {
                    self.go_live();
                    let mut run = self.session.run.borrow_mut();
                    if run.remaining_script().next().is_none() {
                        run.leave_moment();
                        let now = run.now();
                        run.follow_also(timed(&task.solution, now));
                    }
                    drop(run);
                    self.playback.playing = true;
                }
                true
            }
            _ => false,
        }
    }

    /// The second window wants to know what is shown.
    pub(super) fn notes_asked(&mut self) {
        if let Some(presenter) = &mut self.presenter {
            presenter.told = None;
        }
    }

    /// What of the page the audience sees beside stage and text: as classes for the stylesheet.
    pub(super) fn presenting_classes(&self) -> Vec<&'static str> {
        if self.presenter.is_none() {
            return Vec::new();
        }
        let block = self.reading().and_then(|reading| reading.lesson.blocks.get(reading.place));
        let looks = block.into_iter().flat_map(|block| &block.look);
        let class = |look: &Look| match look {
            Look::Panel(Panel::Console, _) => Some("looks-console"),
            Look::Panel(Panel::Ruler, _) => Some("looks-ruler"),
            Look::Panel(..) => Some("looks-panel"),
            Look::Transport => Some("looks-transport"),
            Look::Card(_) | Look::Wire(..) | Look::Caption => None,
        };
        std::iter::once("presenting").chain(looks.filter_map(class)).collect()
    }

    /// Tells the second window what is shown, if that is another block or it has begun since.
    pub(super) fn tell_notes(&mut self) {
        let Some(reading) = self.session.branches.reading.as_ref() else { return };
        let Some(Presenter { channel: Some(channel), told, .. }) = &mut self.presenter else { return };
        let run = self.session.run.borrow();
        let began = run.in_lesson().and_then(|here| here.progress.began_at(reading.place));
        let shown = (reading.place, began.is_some());
        if told.replace(shown) == Some(shown) {
            return;
        }
        let (lang, t, blocks) = (self.ui.lang, messages(self.ui.lang), &reading.lesson.blocks);
        let (n, m) = ((reading.place + 1).to_string(), blocks.len().to_string());
        let value = |quantity: &Quantity| {
            let known = began.and_then(|began| quantity.value(run.lab(), &began.frame(run.lab())).ok());
            known.unwrap_or_else(|| "…".to_owned())
        };
        let block = blocks.get(reading.place);
        let with_kind =
            |block: &Block, text: String| fill(t.notes_block, &[("kind", kind(&block.kind, t)), ("text", &text)]);
        let message = [
            reading.lesson.title.words(lang),
            fill(t.lesson_progress, &[("n", &n), ("m", &m)]),
            block.map(|block| with_kind(block, block.text.words_with(lang, value))).unwrap_or_default(),
            block.map(|block| block.notes.words_with(lang, value)).unwrap_or_default(),
            // Its moment has not come.
            blocks.get(reading.place + 1).map(|next| with_kind(next, next.text.words(lang))).unwrap_or_default(),
        ];
        let message: Array = message.iter().map(|text| JsValue::from_str(text)).collect();
        // Nobody listens, or somebody does.
        let _ = channel.post_message(&message);
    }
}
