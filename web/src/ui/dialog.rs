//! A modal dialog.

use web_sys::{Element, HtmlDialogElement};
use yew::prelude::*;

use crate::intent::Intent;
use crate::ui::context::use_ui;
use crate::ui::icon::Shape;
use crate::ui::icon_button::IconButton;

/// Properties of [`Dialog`].
#[derive(Properties, PartialEq)]
pub struct DialogProps {
    /// The title.
    pub title: AttrValue,
    /// The name that tests find it by.
    pub testid: AttrValue,
    /// CSS classes.
    #[prop_or(AttrValue::Static("dialog"))]
    pub class: AttrValue,
    /// The content.
    pub children: Html,
}

/// A modal dialog. The browser keeps the focus inside it and gives it back afterwards.
#[component]
pub fn Dialog(props: &DialogProps) -> Html {
    let ui = use_ui();
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            if let Some(dialog) = node.cast::<HtmlDialogElement>().filter(|dialog| !dialog.open()) {
                // It is in the document and not open, so this cannot fail.
                let _ = dialog.show_modal();
            }
        });
    }
    let oncancel = {
        let dispatch = ui.dispatch.clone();
        Callback::from(move |event: Event| {
            // The app closes it, so that its state says what is open.
            event.prevent_default();
            dispatch.emit(Intent::Close);
        })
    };
    let onpointerdown = {
        let dispatch = ui.dispatch.clone();
        Callback::from(move |event: PointerEvent| {
            // The sheet fills the dialog's own box: a press on the dialog itself is on its backdrop.
            if event.target_dyn_into::<Element>().is_some_and(|e| e.tag_name() == "DIALOG") {
                dispatch.emit(Intent::Close);
            }
        })
    };
    html! {
        <dialog
            ref={node}
            class={props.class.clone()}
            aria-label={props.title.clone()}
            data-testid={props.testid.clone()}
            {oncancel}
            {onpointerdown}
        >
            <div class="sheet">
                <header class="sheet-head">
                    <h2>{ &props.title }</h2>
                    <IconButton shape={Shape::Cross} label={ui.t().close} onclick={ui.click(Intent::Close)} />
                </header>
                { props.children.clone() }
            </div>
        </dialog>
    }
}
