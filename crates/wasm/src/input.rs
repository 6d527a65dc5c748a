//! What JavaScript hands in, checked: nothing is coerced, nothing unknown is passed over.

use psyncscope_lab::diagram::{Detail, Stretch};
use psyncscope_lab::limits::END_MAX_US;
use psyncscope_lab::link::{Panel, View};
use psyncscope_lab::run_until::RUN_HORIZON_US;
use psyncscope_lab::sim::frame::SimTime;
use psyncscope_lab::{Lang, StepBy};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use tsify::Tsify;
use wasm_bindgen::JsValue;

use crate::error::JsError;
use crate::plain::Plain;

/// A string.
pub fn text(value: &JsValue, name: &str) -> Result<String, JsError> {
    value.as_string().ok_or_else(|| wrong(name, "a string", value))
}

/// A time or a span, from milliseconds to microseconds.
pub fn time_us(value: &JsValue, name: &str) -> Result<u64, JsError> {
    milliseconds(value.as_f64().ok_or_else(|| wrong(name, "a number of milliseconds", value))?, name)
}

fn milliseconds(ms: f64, name: &str) -> Result<u64, JsError> {
    let us = (ms * 1000.0).round();
    if !(0.0..=END_MAX_US as f64).contains(&us) {
        let max_ms = END_MAX_US / 1000;
        return Err(JsError::bad_value(format!("{name}: a number of milliseconds from 0 to {max_ms}, not {ms}")));
    }
    Ok(us as u64)
}

/// A whole number from 0 on; `undefined` is `default`.
pub fn index(value: &JsValue, name: &str, default: u32) -> Result<u32, JsError> {
    if value.is_undefined() {
        return Ok(default);
    }
    value
        .as_f64()
        .filter(|number| number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(number))
        .map(|number| number as u32)
        .ok_or_else(|| wrong(name, "a whole number from 0 on", value))
}

/// A language; `undefined` is English.
pub fn lang(value: &JsValue, name: &str) -> Result<Lang, JsError> {
    if value.is_undefined() {
        return Ok(Lang::default());
    }
    let found = value.as_string().and_then(|tag| Lang::of_tag(&tag));
    found.ok_or_else(|| wrong(name, "\"en\" or \"zh-CN\"", value))
}

/// A size of step.
pub fn step_by(value: &JsValue, name: &str) -> Result<StepBy, JsError> {
    match value.as_string().as_deref() {
        Some("segment") => Ok(StepBy::Segment),
        Some("packet") => Ok(StepBy::Packet),
        Some("command") => Ok(StepBy::Command),
        Some("state-change") => Ok(StepBy::StateChange),
        _ => Err(wrong(name, "\"segment\", \"packet\", \"command\" or \"state-change\"", value)),
    }
}

/// The options of `execute`.
#[derive(Default, Deserialize, Tsify)]
#[serde(default, deny_unknown_fields)]
pub struct ExecuteOptions {
    /// Which of the node's consoles. Default 0.
    pub console: u32,
    /// How long to wait for the answer, in milliseconds of virtual time. Default 10,000.
    #[serde(deserialize_with = "some")]
    #[tsify(type = "number")]
    pub max_ms: Option<f64>,
}

impl ExecuteOptions {
    /// How long to wait, in microseconds.
    pub fn max_us(&self) -> Result<u64, JsError> {
        milliseconds(self.max_ms.unwrap_or(10_000.0), "options.max_ms")
    }
}

/// The options of `diagram` and of its files.
#[derive(Default, Deserialize, Tsify)]
#[serde(default, deny_unknown_fields)]
pub struct DiagramOptions {
    /// From here on, in milliseconds of virtual time. Default 0.
    pub from_ms: f64,
    /// Up to here. Default: the present.
    #[serde(deserialize_with = "some")]
    #[tsify(type = "number")]
    pub to_ms: Option<f64>,
    /// How much. Default `overview`.
    pub detail: Detail,
    /// The language of what is no word of Redis's: `"en"` (the default) or `"zh-CN"`.
    pub lang: Lang,
}

impl DiagramOptions {
    /// The stretch of time that they ask for.
    pub fn stretch(&self, now: SimTime) -> Result<Stretch, JsError> {
        let from = SimTime(milliseconds(self.from_ms, "options.from_ms")?);
        let to = self.to_ms.map_or(Ok(now), |to| milliseconds(to, "options.to_ms").map(SimTime))?;
        if from > to {
            let to_ms = to.0 as f64 / 1e3;
            return Err(JsError::bad_value(format!("options.from_ms: it lies after options.to_ms, {to_ms} ms")));
        }
        Ok(Stretch { from, to, detail: self.detail })
    }
}

/// What a link of `link` shows.
#[derive(Default, Deserialize, Tsify)]
#[serde(default, deny_unknown_fields)]
pub struct LinkOptions {
    /// The instant, in milliseconds of virtual time. Default: the present.
    #[serde(deserialize_with = "some")]
    #[tsify(type = "number")]
    pub at_ms: Option<f64>,
    /// The name of the node that is selected.
    #[serde(deserialize_with = "some")]
    #[tsify(type = "string")]
    pub node: Option<String>,
    /// The panel that is open.
    #[serde(deserialize_with = "some")]
    #[tsify(type = "Panel")]
    pub panel: Option<Panel>,
    /// The language. Default: the reader's.
    #[serde(deserialize_with = "some")]
    #[tsify(type = "Lang")]
    pub lang: Option<Lang>,
}

impl LinkOptions {
    /// What they say.
    pub fn view(self) -> Result<View, JsError> {
        let at = self.at_ms.map(|at| milliseconds(at, "options.at_ms").map(SimTime)).transpose()?;
        Ok(View { at, node: self.node, panel: self.panel, lang: self.lang })
    }
}

/// The options of `runUntilNext`.
#[derive(Default, Deserialize, Tsify)]
#[serde(default, deny_unknown_fields)]
pub struct RunUntilOptions {
    /// After which moment, in milliseconds. Default: now.
    #[serde(deserialize_with = "some")]
    #[tsify(type = "number")]
    pub from_ms: Option<f64>,
    /// How far the world may run beyond the present, in milliseconds of virtual time. Default 60,000.
    #[serde(deserialize_with = "some")]
    #[tsify(type = "number")]
    pub max_ms: Option<f64>,
}

impl RunUntilOptions {
    /// After which moment, in microseconds.
    pub fn begin_us(&self) -> Result<Option<u64>, JsError> {
        self.from_ms.map(|ms| milliseconds(ms, "options.from_ms")).transpose()
    }

    /// How far beyond the present, in microseconds.
    pub fn max_us(&self) -> Result<u64, JsError> {
        self.max_ms.map_or(Ok(RUN_HORIZON_US), |ms| milliseconds(ms, "options.max_ms"))
    }
}

/// A value that may be absent, but is not null.
fn some<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// An object with the members of `T` and no others; `undefined` is the default.
pub fn object_or_default<T: Default + DeserializeOwned>(value: JsValue, name: &str) -> Result<T, JsError> {
    if value.is_undefined() { Ok(T::default()) } else { object(value, name) }
}

/// An object with the members of `T` and no others.
pub fn object<T: DeserializeOwned>(value: JsValue, name: &str) -> Result<T, JsError> {
    let reason = |error: &serde_wasm_bindgen::Error| {
        let shown = error.to_string();
        shown.strip_prefix("Error: ").unwrap_or(&shown).to_owned()
    };
    Ok(psyncscope_lab::read(Plain::from(value), name, reason)?)
}

fn wrong(name: &str, wanted: &str, got: &JsValue) -> JsError {
    let got = match got.js_typeof().as_string() {
        Some(_) if got.is_null() => "null".to_owned(),
        Some(_) if got.is_array() => "an array".to_owned(),
        Some(kind) if kind == "number" => got.as_f64().map_or(kind, |number| number.to_string()),
        Some(kind) => kind,
        None => "something else".to_owned(),
    };
    JsError::bad_value(format!("{name}: {wanted}, not {got}"))
}
