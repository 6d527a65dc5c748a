//! What is done in the document after each rendering: what moves is drawn.

use crate::app::App;
use crate::panels::tabs::tab_id;
use crate::ui::dom;

impl App {
    /// Puts what moves back to its place after the components were rendered, and moves the focus if that was asked for.
    pub(super) fn after_render(&mut self) {
        self.playback.rendered = Some(self.to_render());
        if let Some(page) = self.elements.page.cast() {
            self.drawing.time.find_elements(&page);
            self.light_fields(&page);
            self.mark_looks(&page);
        }
        self.draw_moving();
        if std::mem::take(&mut self.ui.focus_console) {
            dom::focus(crate::console::input::ID);
        }
        if std::mem::take(&mut self.ui.focus_lesson) {
            focus_lesson();
        }
        if std::mem::take(&mut self.ui.show_panel)
            && let Some(tab) = dom::by_id(&tab_id(self.shown_tab()))
        {
            dom::scroll_to_top(&tab);
        }
    }
}

/// Puts the focus on the heading of the lesson's block, unless it is somewhere else than in the lesson.
fn focus_lesson() {
    let elsewhere = |element: web_sys::HtmlElement| {
        element.tag_name() != "BODY" && element.closest(".lesson").ok().flatten().is_none()
    };
    if !dom::active().is_some_and(elsewhere) {
        dom::focus(crate::lesson::panel::HEADING);
    }
}
