//! The browser: everything that can fail there answers `None` or does nothing.

use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlElement, Storage, Window};

/// The window.
#[must_use]
pub fn window() -> Option<Window> {
    web_sys::window()
}

/// The document.
#[must_use]
pub fn document() -> Option<Document> {
    window()?.document()
}

/// The element with this id, as `T`.
#[must_use]
pub fn by_id<T: JsCast>(id: &str) -> Option<T> {
    document()?.get_element_by_id(id)?.dyn_into().ok()
}

/// Whether there is an element that fits.
#[must_use]
pub fn has(selector: &str) -> bool {
    document().and_then(|d| d.query_selector(selector).ok().flatten()).is_some()
}

/// Puts the focus on the element with this id.
pub fn focus(id: &str) {
    if let Some(element) = by_id::<HtmlElement>(id) {
        // An element that cannot take the focus keeps the old one: nothing to tell anybody.
        let _ = element.focus();
    }
}

/// The element that has the focus.
#[must_use]
pub fn active() -> Option<HtmlElement> {
    document()?.active_element()?.dyn_into().ok()
}

/// Every element under `root` that fits, as `T`.
#[must_use]
pub fn all<T: JsCast>(root: &Element, selector: &str) -> Vec<T> {
    let Ok(list) = root.query_selector_all(selector) else { return Vec::new() };
    (0..list.length()).filter_map(|i| list.item(i)?.dyn_into::<T>().ok()).collect()
}

/// Whether a press belongs to this element or to one around it: a button, a link, a tab, a field.
pub fn is_control(element: &Element) -> bool {
    element.closest("button, a, summary, label, input, [role=tab]").ok().flatten().is_some()
}

/// Whether some text is marked.
pub fn has_selection() -> bool {
    let selection = window().and_then(|window| window.get_selection().ok().flatten());
    selection.is_some_and(|selection| !selection.is_collapsed())
}

/// Whether an element is within the visible part of what scrolls it, and of the window.
#[must_use]
pub fn is_in_view(element: &HtmlElement) -> bool {
    let rect = element.get_bounding_client_rect();
    let within = |top: f64, bottom: f64| rect.bottom() > top && rect.top() < bottom;
    let height = window().and_then(|w| w.inner_height().ok()?.as_f64()).unwrap_or(f64::INFINITY);
    let scroller = element.closest(".panel").ok().flatten().map(|panel| panel.get_bounding_client_rect());
    within(0.0, height) && scroller.is_none_or(|panel| within(panel.top(), panel.bottom()))
}

/// Scrolls as little as needed to bring an element into view.
pub fn scroll_into_view(element: &HtmlElement) {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

/// Scrolls an element to the top of what can be scrolled, and sideways as little as needed.
pub fn scroll_to_top(element: &HtmlElement) {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Start);
    options.set_inline(web_sys::ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

/// Scrolls the page as a whole to its top.
pub fn scroll_page_to_top() {
    if let Some(window) = window() {
        window.scroll_to_with_x_and_y(0.0, 0.0);
    }
}

/// The storage of choices, unless the browser forbids it.
fn storage() -> Option<Storage> {
    window()?.local_storage().ok()?
}

/// A remembered choice.
#[must_use]
pub fn remembered(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}

/// Remembers a choice, if the browser lets us.
pub fn remember(key: &str, value: &str) {
    if let Some(storage) = storage() {
        // A full or forbidden storage costs the reader one choice at the next visit.
        let _ = storage.set_item(key, value);
    }
}

/// Keeps a text for the page that is loaded next in this tab. `false` if the browser does not let us.
#[must_use]
pub fn keep_for_reload(key: &str, text: &str) -> bool {
    let storage = window().and_then(|w| w.session_storage().ok().flatten());
    storage.is_some_and(|storage| storage.set_item(key, text).is_ok())
}

/// What was kept for this page; it is kept no longer.
#[must_use]
pub fn take_kept(key: &str) -> Option<String> {
    let storage = window()?.session_storage().ok()??;
    let text = storage.get_item(key).ok()??;
    // It would come again at the next load: nothing worse.
    let _ = storage.remove_item(key);
    Some(text)
}

/// Tells the window's listeners that something happens.
pub fn send_event(name: &str) {
    if let (Some(window), Ok(event)) = (window(), web_sys::Event::new(name)) {
        // The answer is whether a listener cancelled it; ours cannot be.
        let _ = window.dispatch_event(&event);
    }
}

/// An attribute of `<html>`.
#[must_use]
pub fn root_attribute(name: &str) -> Option<String> {
    document()?.document_element()?.get_attribute(name)
}

/// Forgets a choice.
pub fn forget(key: &str) {
    if let Some(storage) = storage() {
        // A storage that does not let itself be changed has nothing of ours.
        let _ = storage.remove_item(key);
    }
}

/// Lets the browser print the page.
pub fn print() {
    if let Some(window) = window() {
        // A browser that cannot print says so itself.
        let _ = window.print();
    }
}

/// Whether a media query holds now.
#[must_use]
pub fn media(query: &str) -> bool {
    window().and_then(|w| w.match_media(query).ok().flatten()).is_some_and(|m| m.matches())
}

/// The languages that the reader's browser asks for, the first of them.
#[must_use]
pub fn browser_language() -> Option<String> {
    window()?.navigator().language()
}

/// The part of the page's address behind its `#`, with it; `None` if there is nothing.
#[must_use]
pub fn address_fragment() -> Option<String> {
    window()?.location().hash().ok().filter(|hash| hash.len() > 1)
}

/// The page's address with another part behind its `#`, which has to begin with it.
#[must_use]
pub fn address_with(fragment: &str) -> String {
    let address = window().and_then(|w| w.location().href().ok()).unwrap_or_default();
    let page = address.split('#').next().unwrap_or_default();
    format!("{page}{fragment}")
}

/// The page's address without what stands behind it.
#[must_use]
pub fn page_address() -> String {
    let address = window().and_then(|w| w.location().href().ok()).unwrap_or_default();
    address.split(['?', '#']).next().unwrap_or_default().to_owned()
}

/// Whether the page's address has this parameter, with a value or without one.
#[must_use]
pub fn has_parameter(name: &str) -> bool {
    let search = window().and_then(|w| w.location().search().ok()).unwrap_or_default();
    let parameters = search.strip_prefix('?').unwrap_or_default().split('&');
    parameters.map(|parameter| parameter.split('=').next().unwrap_or_default()).any(|found| found == name)
}

/// The value of a parameter of the page's address, if it has one.
#[must_use]
pub fn parameter(name: &str) -> Option<String> {
    let search = window().and_then(|w| w.location().search().ok()).unwrap_or_default();
    let mut parameters = search.strip_prefix('?').unwrap_or_default().split('&');
    parameters.find_map(|parameter| parameter.strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
}

/// Gives the page's address this parameter, or takes it away, without loading anything. What stands behind `#` goes.
pub fn set_parameter(name: &str, value: Option<&str>) {
    let Some(window) = window() else { return };
    let search = window.location().search().unwrap_or_default();
    let others = search.strip_prefix('?').unwrap_or_default().split('&');
    let others = others.filter(|other| !other.is_empty() && other.split('=').next() != Some(name)).map(str::to_owned);
    let all: Vec<String> = others.chain(value.map(|value| format!("{name}={value}"))).collect();
    let page = page_address();
    let address = if all.is_empty() { page } else { format!("{page}?{}", all.join("&")) };
    if let Ok(history) = window.history() {
        // A page that has no address of its own keeps the one that it has.
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&address));
    }
}

/// The window of the page around this one; `None` if there is none.
#[must_use]
pub fn parent() -> Option<Window> {
    let own = window()?;
    own.parent().ok().flatten().filter(|parent| *parent != own)
}

/// Opens an address in a window of its own. `false` if the browser does not let the page do so.
#[must_use]
pub fn open(address: &str) -> bool {
    window().and_then(|w| w.open_with_url_and_target(address, "_blank").ok().flatten()).is_some()
}

/// Whether the page as a whole can be scrolled.
#[must_use]
pub fn page_scrolls() -> bool {
    let root = document().and_then(|d| d.scrolling_element());
    root.is_some_and(|root| root.scroll_height() > root.client_height())
}

/// Milliseconds of wall time.
#[must_use]
pub fn wall_ms() -> f64 {
    window().and_then(|w| w.performance()).map_or(0.0, |p| p.now())
}

/// A slice of wall time that work may take.
pub struct Slice {
    until_ms: f64,
}

impl Slice {
    /// A slice of `ms` milliseconds that begins now.
    #[must_use]
    pub fn of(ms: f64) -> Self {
        Self { until_ms: wall_ms() + ms }
    }

    /// Whether there is some left.
    #[must_use]
    pub fn is_left(&self) -> bool {
        wall_ms() < self.until_ms
    }
}

/// Sets an attribute of the element with this id.
pub fn set_attribute(id: &str, name: &str, value: &str) {
    if let Some(element) = by_id::<Element>(id) {
        // Any element takes any attribute of a valid name; ours are.
        let _ = element.set_attribute(name, value);
    }
}

/// Sets an attribute of `<html>`, or removes it.
pub fn set_root(name: &str, value: Option<&str>) {
    let Some(root) = document().and_then(|d| d.document_element()) else { return };
    // `<html>` takes any attribute of a valid name; ours are.
    let _ = match value {
        Some(value) => root.set_attribute(name, value),
        None => root.remove_attribute(name),
    };
}

/// What stands in a form's field of this name; nothing if there is no such field.
#[must_use]
pub fn field_value(form: &Element, name: &str) -> String {
    value_of(form, &format!("[name={name}]"))
}

/// The value of the one that is chosen among a form's radio buttons of this name; nothing if none is.
#[must_use]
pub fn checked_value(form: &Element, name: &str) -> String {
    value_of(form, &format!("[name={name}]:checked"))
}

fn value_of(form: &Element, selector: &str) -> String {
    let field = form.query_selector(selector).ok().flatten();
    // Inputs, lists and text areas all have a `value`; what has none answers with an empty text.
    let value = field.and_then(|field| js_sys::Reflect::get(&field, &"value".into()).ok());
    value.and_then(|value| value.as_string()).unwrap_or_default()
}

/// Puts text into a field of this name, wherever it is.
pub fn set_field_value(name: &str, text: &str) {
    let field = document().and_then(|d| d.query_selector(&format!("[name={name}]")).ok().flatten());
    if let Some(field) = field {
        // An element's property that exists can be set.
        let _ = js_sys::Reflect::set(&field, &"value".into(), &text.into());
    }
}

/// Whether a key pressed in this element belongs to it, not to the page's shortcuts.
#[must_use]
pub fn takes_typing(element: &Element) -> bool {
    element
        .closest("input, textarea, select, [role=slider], [contenteditable], dialog, .popover")
        .ok()
        .flatten()
        .is_some()
}
