//! Psyncscope, the page: it draws what a lab shows and sends what its reader does.
//!
//! **It decides nothing about Redis.** Every number and every byte on the page comes from a recorded frame, an entry of
//! the timeline, or the lab's explanation of one.
//!
//! * [`app`] owns the lab and wall time; everything else gets plain data and hands in [`intent::Intent`]s.
//! * [`model`] turns what was recorded into what is drawn: pure functions, tested natively.
//! * [`stage`], [`panels`], [`diagram`], [`steps`], [`ruler`], [`console`], [`transport`], [`branches`], [`topbar`] draw.
//! * [`i18n`] has all words.

mod app;
mod branches;
mod console;
mod diagram;
mod i18n;
mod intent;
mod lesson;
mod model;
mod observed;
mod panels;
mod ruler;
mod script;
mod stage;
mod steps;
mod topbar;
mod transport;
mod ui;

fn main() {
    // In the page as it is shipped a panic stops at once, without words; while one works on it, it tells why.
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    let root = ui::dom::document().and_then(|d| d.get_element_by_id("app"));
    match root {
        Some(root) if ui::dom::has_parameter(lesson::address::NOTES) => {
            yew::Renderer::<lesson::notes::NotesPage>::with_root(root).render();
        }
        Some(root) => {
            yew::Renderer::<app::App>::with_root(root).render();
        }
        None => {
            yew::Renderer::<app::App>::new().render();
        }
    }
}
