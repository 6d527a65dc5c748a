//! A slider of a wire's sheet.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::ui::field::Field;

/// Properties of [`WireSlider`].
#[derive(Properties, PartialEq)]
pub struct WireSliderProps {
    /// What it sets.
    pub label: AttrValue,
    /// The name that tests find it by.
    pub testid: AttrValue,
    /// Its last step; the first is 0.
    pub max: usize,
    /// The step at which the wire stands.
    pub value: usize,
    /// What the wire's value is called, where it lies between two steps.
    pub words: AttrValue,
    /// What a step is called.
    pub words_of: Callback<usize, String>,
    /// Called with the step at which it is let go.
    pub onset: Callback<usize>,
}

/// The slider. It says where it stands while it is moved; the wire changes when it is let go.
#[component]
pub fn WireSlider(props: &WireSliderProps) -> Html {
    let moved = use_state_eq(|| None);
    {
        // What the wire has now counts again.
        let moved = moved.clone();
        use_effect_with((props.value, props.words.clone()), move |_| moved.set(None));
    }
    let step_of = |event: &Event| event.target_dyn_into::<HtmlInputElement>()?.value().parse::<usize>().ok();
    let oninput = {
        let moved = moved.clone();
        Callback::from(move |event: InputEvent| moved.set(step_of(&event)))
    };
    let onset = props.onset.clone();
    let onchange = Callback::from(move |event: Event| {
        if let Some(step) = step_of(&event) {
            onset.emit(step);
        }
    });
    let words = moved.map_or_else(|| props.words.clone(), |step| props.words_of.emit(step).into());
    let label = html! { <>{ &props.label }<output class="num">{ &words }</output></> };
    html! {
        <Field {label}>
            <input
                type="range"
                min="0"
                max={props.max.to_string()}
                step="1"
                data-testid={props.testid.clone()}
                value={moved.unwrap_or(props.value).to_string()}
                aria-valuetext={words}
                {oninput}
                {onchange}
            />
        </Field>
    }
}
