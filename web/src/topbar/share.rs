//! The dialog for a link that the page could not copy.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::app::share::Shared;
use crate::intent::{Intent, SavedFile};
use crate::ui::button::Button;
use crate::ui::context::use_ui;
use crate::ui::dialog::Dialog;
use crate::ui::field::Field;

/// Properties of [`ShareDialog`].
#[derive(Properties, PartialEq)]
pub struct ShareDialogProps {
    /// What became of the link.
    pub shared: Shared,
}

/// The dialog: the address, to be copied by hand, or a file in its place.
#[component]
pub fn ShareDialog(props: &ShareDialogProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let onfocus = Callback::from(|event: FocusEvent| {
        if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
            input.select();
        }
    });
    html! {
        <Dialog title={t.share} testid="share-dialog">
            <div class="form">
                {
                    match &props.shared {
                        Shared::Address(address) => html! {
                            <>
                                <p class="hint">{ t.share_by_hand }</p>
                                <Field label={html! { { t.share_address } }}>
                                    <input
                                        class="input"
                                        readonly=true
                                        autofocus=true
                                        value={address.clone()}
                                        data-testid="share-address"
                                        {onfocus}
                                    />
                                </Field>
                            </>
                        },
                        Shared::TooLong => html! {
                            <>
                                <p class="hint">{ t.share_too_long }</p>
                                <div class="form-end">
                                    <Button class="button primary" testid="share-save" onclick={ui.click(Intent::Save(SavedFile::Session))}>
                                        { t.save_run }
                                    </Button>
                                </div>
                            </>
                        },
                    }
                }
            </div>
        </Dialog>
    }
}
