//! Functions of time that drawing needs.
//!
//! In the browser they are the browser's own: those that Rust would link in are code and tables to download.

/// Is this compiled for the browser?
const IN_BROWSER: bool = cfg!(target_arch = "wasm32");

pub fn exp(x: f64) -> f64 {
    if IN_BROWSER { js_sys::Math::exp(x) } else { x.exp() }
}
