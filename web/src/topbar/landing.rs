//! What somebody can do who is here for the first time.

use yew::prelude::*;

use crate::intent::Intent;
use crate::lesson::intent::LessonIntent;
use crate::ui::button::Button;
use crate::ui::context::use_ui;

/// A line below the top bar: the course, the sandbox, or one's own servers. It covers nothing of what plays.
#[component]
pub fn Landing() -> Html {
    let ui = use_ui();
    let t = ui.t();
    html! {
        <section class="landing" aria-label={t.landing} data-testid="landing">
            <p>{ t.landing_words }</p>
            <div class="landing-choices">
                <Button class="button primary" testid="landing-course" onclick={ui.click(Intent::Lesson(LessonIntent::Course))}>
                    { t.landing_course }
                </Button>
                <Button testid="landing-sandbox" onclick={ui.click(Intent::DismissLanding)}>{ t.landing_sandbox }</Button>
                <Button testid="landing-info" onclick={ui.click(Intent::OpenInfo(None))}>{ t.landing_info }</Button>
            </div>
        </section>
    }
}
