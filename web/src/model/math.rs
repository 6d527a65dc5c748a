//! The few functions of an angle and of time that drawing needs.
//!
//! In the browser they are the browser's own: those that Rust would link in are 8 KB of code and tables to download.

#[cfg(target_arch = "wasm32")]
mod here {
    pub fn sin(x: f64) -> f64 {
        js_sys::Math::sin(x)
    }

    pub fn cos(x: f64) -> f64 {
        js_sys::Math::cos(x)
    }

    pub fn exp(x: f64) -> f64 {
        js_sys::Math::exp(x)
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod here {
    pub fn sin(x: f64) -> f64 {
        x.sin()
    }

    pub fn cos(x: f64) -> f64 {
        x.cos()
    }

    pub fn exp(x: f64) -> f64 {
        x.exp()
    }
}

pub use here::{cos, exp, sin};
