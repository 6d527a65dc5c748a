//! What is done in the document after each rendering: what moves is drawn, lists are scrolled to their end.

use web_sys::HtmlElement;

use crate::app::App;
use crate::ui::dom;

/// A list that is nearer to its end than this is kept there: a few lines may come at once.
const NEAR_END: i32 = 160;

impl App {
    /// Puts what moves back to its place after the components were rendered, and updates the focus and scrolled lists.
    pub(super) fn after_render(&mut self) {
        self.playback.rendered = Some(self.to_render());
        if let Some(page) = self.elements.page.cast() {
            self.drawing.time.find_elements(&page);
        }
        self.draw_moving();
        if std::mem::take(&mut self.ui.focus_console) {
            dom::focus(crate::console::input::ID);
        }
        self.follow_ends();
    }

    /// Scrolls lists that grew to their end, unless their reader has scrolled away from it.
    pub(super) fn follow_ends(&mut self) {
        let Some(page) = self.elements.page.cast::<HtmlElement>() else { return };
        let lists: Vec<HtmlElement> = dom::all(&page, "[data-follow]");
        let state = |list: &HtmlElement| {
            let part = |name| list.get_attribute(name).unwrap_or_default();
            format!("{} {}", part("data-testid"), part("data-follow"))
        };
        let now: Vec<String> = lists.iter().map(state).collect();
        for (list, state) in lists.iter().zip(&now) {
            let hidden = list.scroll_height() - list.client_height() - list.scroll_top();
            let grew = !self.elements.followed.contains(state);
            let is_console = list.get_attribute("data-testid").is_some_and(|id| id == "console-output");
            if grew && (is_console || hidden < NEAR_END || list.scroll_top() == 0) {
                list.set_scroll_top(list.scroll_height());
            }
        }
        self.elements.followed = now;
    }
}
