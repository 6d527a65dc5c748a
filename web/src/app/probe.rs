//! `window.psyncscope`: what scripts in the page may ask the running world.
//!
//! * `digest()`: the fingerprint of everything that has happened, 16 hexadecimal digits
//! * `now()`: the present, in microseconds of virtual time

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;

use crate::app::run::LabRun;
use crate::ui::dom;

/// Hangs the functions on the window. They live as long as the page.
pub fn install(run: &Rc<RefCell<LabRun>>) {
    let probe = Object::new();
    let of = |run: &Rc<RefCell<LabRun>>| -> Weak<RefCell<LabRun>> { Rc::downgrade(run) };
    let digest = {
        let run = of(run);
        Closure::<dyn Fn() -> JsValue>::new(move || {
            // A script that asks while the world is at work gets `null` and may ask again.
            let digest = run.upgrade().and_then(|run| run.try_borrow().ok().map(|run| run.lab().digest()));
            digest.map_or(JsValue::NULL, JsValue::from)
        })
    };
    let now = {
        let run = of(run);
        Closure::<dyn Fn() -> JsValue>::new(move || {
            let now = run.upgrade().and_then(|run| run.try_borrow().ok().map(|run| run.now().0 as f64));
            now.map_or(JsValue::NULL, JsValue::from)
        })
    };
    let Some(window) = dom::window() else { return };
    // Setting a property of a plain object cannot fail; the window's is ours alone.
    let _ = Reflect::set(&probe, &"digest".into(), digest.as_ref());
    let _ = Reflect::set(&probe, &"now".into(), now.as_ref());
    let _ = Reflect::set(&window, &"psyncscope".into(), &probe);
    digest.forget();
    now.forget();
}
