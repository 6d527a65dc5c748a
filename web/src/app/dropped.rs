//! Files and texts that are dropped on the page.

use yew::prelude::*;

use crate::app::{App, Msg};
use crate::intent::ErrorSite;
use crate::ui::drop_zone::{Dropped, TEXT};
use crate::ui::error::UiError;

impl App {
    /// Answers what is dropped. Returns whether the page must be rendered.
    pub(super) fn dropped(&mut self, ctx: &Context<Self>, dropped: Dropped) -> bool {
        match dropped {
            Dropped::Over(over) => {
                let changed = self.ui.dragged_over != over;
                self.ui.dragged_over = over;
                return changed;
            }
            Dropped::File(file) => {
                let read = |name, text| Msg::Dropped(Dropped::Read(name, text));
                self.read_file(ctx, &file, read);
            }
            Dropped::Text(text) => self.open_dropped(&text, TEXT.to_owned()),
            Dropped::Read(name, Some(text)) => self.open_dropped(&text, name),
            Dropped::Read(name, None) => {
                self.ui.error = Some((ErrorSite::Stage, UiError::Page(|t| t.drop_unreadable, vec![("name", name)])));
            }
        }
        self.ui.dragged_over = false;
        true
    }

    fn open_dropped(&mut self, text: &str, name: String) {
        // A refusal is shown on the stage.
        self.ui.overlay = None;
        self.open_text(text, name.clone(), ErrorSite::Stage);
        if let Some((ErrorSite::Stage, UiError::Lab(error))) = &mut self.ui.error {
            error.message = format!("{name}: {}", error.message);
        }
    }

    /// Where something can be dropped, while it is over the page.
    pub(super) fn drop_hint(&self) -> Option<Html> {
        let t = crate::i18n::messages(self.ui.lang);
        self.ui.dragged_over.then(|| html! { <div class="drop-hint" data-testid="drop-hint">{ t.drop_here }</div> })
    }
}
