//! What must be done in the document after each drawing: overlays opened and placed, lists kept at their end.

use web_sys::HtmlElement;

use crate::app::App;
use crate::intent::Overlay;
use crate::ui::{dom, overlay};

/// A list that is nearer to its end than this is kept there: a few lines may come at once.
const NEAR_END: i32 = 160;

impl App {
    /// Opens a dialog, places a sheet and moves the focus into it; gives the focus back when it is gone.
    pub(super) fn update_overlay(&mut self) {
        match (self.overlay, overlay::open_popover()) {
            (Some(Overlay::Node(_, at) | Overlay::Wire(_, _, at)), Some(sheet)) => {
                if self.focus_before.is_none() {
                    self.focus_before = dom::active();
                }
                overlay::settle(&sheet, at);
            }
            (Some(_), _) => {}
            (None, _) => {
                if let Some(before) = self.focus_before.take().filter(|element| element.is_connected()) {
                    // What had the focus can have it again, or nobody has it.
                    let _ = before.focus();
                }
            }
        }
    }

    /// Scrolls lists that grew to their end, unless their reader has scrolled away from it.
    pub(super) fn follow_ends(&mut self) {
        let Some(page) = self.page_ref.cast::<HtmlElement>() else { return };
        let lists: Vec<HtmlElement> = dom::all(&page, "[data-follow]");
        let state = |list: &HtmlElement| {
            let part = |name| list.get_attribute(name).unwrap_or_default();
            format!("{} {}", part("data-testid"), part("data-follow"))
        };
        let now: Vec<String> = lists.iter().map(state).collect();
        for (list, state) in lists.iter().zip(&now) {
            let hidden = list.scroll_height() - list.client_height() - list.scroll_top();
            let grew = !self.followed.contains(state);
            let is_console = list.get_attribute("data-testid").is_some_and(|id| id == "console-output");
            if grew && (is_console || hidden < NEAR_END || list.scroll_top() == 0) {
                list.set_scroll_top(list.scroll_height());
            }
        }
        self.followed = now;
    }
}
