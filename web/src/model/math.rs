//! The few functions of an angle and of time that drawing needs.
//!
//! In the browser they are the browser's own: those that Rust would link in are 8 KB of code and tables to download.

/// Is this compiled for the browser?
const IN_BROWSER: bool = cfg!(target_arch = "wasm32");

pub fn sin(x: f64) -> f64 {
    if IN_BROWSER { js_sys::Math::sin(x) } else { x.sin() }
}

pub fn cos(x: f64) -> f64 {
    if IN_BROWSER { js_sys::Math::cos(x) } else { x.cos() }
}

pub fn exp(x: f64) -> f64 {
    if IN_BROWSER { js_sys::Math::exp(x) } else { x.exp() }
}

pub fn atan2(y: f64, x: f64) -> f64 {
    if IN_BROWSER { js_sys::Math::atan2(y, x) } else { y.atan2(x) }
}
