//! The types of the texts, and the macro that pairs them with the steps of the engine's table.

use crate::lang::Bilingual;

/// The texts of a function's steps: `Step depth "English" "Chinese"`, and a note if there is one. A step that the
/// engine's table does not have does not compile.
macro_rules! steps {
    ($function:ident: $(
        $step:ident $depth:literal $en:literal $zh:literal $(note $note_en:literal $note_zh:literal)?,
    )+) => {
        &[$($crate::walkthrough::text::StepText {
            name: {
                let _ = psyncscope_engine::steps::step::$function::$step;
                stringify!($step)
            },
            depth: $depth,
            text: $crate::lang::bilingual($en, $zh),
            note: steps!(@note $($note_en $note_zh)?),
        },)+]
    };
    (@note) => {
        None
    };
    (@note $en:literal $zh:literal) => {
        Some($crate::lang::bilingual($en, $zh))
    };
}

pub(super) use crate::lang::bilingual as text;
pub(super) use steps;

/// The description of one function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Walkthrough {
    /// Its functions in the engine: `path::name`, the path below `crates/engine/src`. The first is the function itself,
    /// others are parts of it.
    pub engine: &'static [&'static str],
    /// Its callers, and when they call it.
    pub called: Bilingual,
    /// Its steps, those of [`Function::steps`](psyncscope_engine::steps::Function::steps) in the same order.
    pub steps: &'static [StepText],
    /// What else is to be said about the function as a whole.
    pub note: Option<Bilingual>,
}

/// The line of one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepText {
    /// The step's name in the engine's table.
    pub name: &'static str,
    /// How far it is indented: one more than the condition or the loop above that it depends on.
    pub depth: u8,
    /// What the step does; of a condition, the question that it answers.
    pub text: Bilingual,
    /// What else is to be said about it.
    pub note: Option<Bilingual>,
}
