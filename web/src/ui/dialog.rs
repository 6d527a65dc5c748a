//! A dialog in the middle of the page.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDialogElement};
use yew::prelude::*;

use crate::i18n::use_text;
use crate::ui::icon::{Icon, Shape};

/// Properties of [`Dialog`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// Its heading.
    pub title: AttrValue,
    /// For tests.
    pub testid: &'static str,
    /// Its content.
    pub children: Html,
    /// The reader closed it: by its button, by Escape, or by pressing beside it.
    pub on_close: Callback<()>,
}

/// A modal dialog. The browser keeps the focus inside and gives it back afterwards.
#[component]
pub fn Dialog(props: &Props) -> Html {
    let t = use_text();
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            let dialog = node.cast::<HtmlDialogElement>();
            if let Some(dialog) = &dialog {
                // It is in the document and not open: this cannot be refused.
                let _ = dialog.show_modal();
            }
            move || {
                if let Some(dialog) = dialog {
                    dialog.close();
                }
            }
        });
    }
    let close = {
        let on_close = props.on_close.clone();
        Callback::from(move |_: MouseEvent| on_close.emit(()))
    };
    let oncancel = {
        let on_close = props.on_close.clone();
        Callback::from(move |event: Event| {
            // The page takes it away itself, so that its own state says what is open.
            event.prevent_default();
            on_close.emit(());
        })
    };
    let onpointerdown = {
        let on_close = props.on_close.clone();
        Callback::from(move |event: PointerEvent| {
            // The dialog's own box is filled by its sheet: what hits the box itself is the backdrop.
            let beside = event.target().and_then(|t| t.dyn_into::<Element>().ok()).is_some_and(|e| e.tag_name() == "DIALOG");
            if beside {
                on_close.emit(());
            }
        })
    };
    html! {
        <dialog ref={node} class="dialog" aria-label={props.title.clone()} data-testid={props.testid} {oncancel} {onpointerdown}>
            <div class="sheet">
                <header class="sheet-head">
                    <h2>{ props.title.clone() }</h2>
                    <button type="button" class="icon-button" aria-label={t.close} title={t.close} onclick={close}>
                        <Icon shape={Shape::Cross} />
                    </button>
                </header>
                { props.children.clone() }
            </div>
        </dialog>
    }
}
