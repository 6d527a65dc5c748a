//! SVG as PNG, by the browser.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, CanvasRenderingContext2d, HtmlCanvasElement, HtmlImageElement, Url};

use crate::ui::{dom, files};

/// A PNG has this many pixels for each of the picture's, so that it can be projected.
const SCALE: f64 = 2.0;
/// What browsers draw at most on one side of a canvas, in pixels.
const SIDE_MAX: f64 = 16_000.0;

/// The picture as PNG; `None` if the browser cannot draw it.
pub async fn png(svg: &str) -> Option<Blob> {
    let blob = files::blob("image/svg+xml", &js_sys::Array::of1(&svg.into())).ok()?;
    let url = Url::create_object_url_with_blob(&blob).ok()?;
    let drawn = drawn(&url).await;
    // An address that was just made can be given up.
    let _ = Url::revoke_object_url(&url);
    let canvas = drawn?;
    let made = js_sys::Promise::new(&mut |resolve, _| {
        if canvas.to_blob(&resolve).is_err() {
            // A promise is resolved by calling what it gave.
            let _ = resolve.call1(&JsValue::NULL, &JsValue::NULL);
        }
    });
    // Nothing if the canvas is too large for the browser.
    JsFuture::from(made).await.ok()?.dyn_into().ok()
}

async fn drawn(url: &str) -> Option<HtmlCanvasElement> {
    let image = HtmlImageElement::new().ok()?;
    image.set_src(url);
    JsFuture::from(image.decode()).await.ok()?;
    let (width, height) = (f64::from(image.natural_width()), f64::from(image.natural_height()));
    let scale = SCALE.min(SIDE_MAX / width.max(height));
    let canvas: HtmlCanvasElement = dom::document()?.create_element("canvas").ok()?.dyn_into().ok()?;
    canvas.set_width((width * scale).ceil() as u32);
    canvas.set_height((height * scale).ceil() as u32);
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    context.draw_image_with_html_image_element_and_dw_and_dh(&image, 0.0, 0.0, width * scale, height * scale).ok()?;
    Some(canvas)
}
