//! The types of the texts, and the macro that pairs them with the steps of the engine's table.

use psyncscope_engine::replication::ReplState;

use crate::lang::Bilingual;

/// The texts of a function's steps: `Step depth "English" "Chinese"`, before them the state that the step belongs to
/// (`in State`) and after them a note, if there is one. A step or a state that the engine does not have does not compile.
macro_rules! steps {
    ($function:ident: $(
        $step:ident $depth:literal $(in $state:ident)? $en:literal $zh:literal $(note $note_en:literal $note_zh:literal)?,
    )+) => {
        &[$($crate::walkthrough::text::StepText {
            name: {
                let _ = psyncscope_engine::steps::step::$function::$step;
                stringify!($step)
            },
            depth: $depth,
            state: steps!(@state $($state)?),
            text: $crate::lang::bilingual($en, $zh),
            note: steps!(@note $($note_en $note_zh)?),
        },)+]
    };
    (@state) => {
        None
    };
    (@state $state:ident) => {
        Some(psyncscope_engine::replication::ReplState::$state)
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
    /// In a function that is a state machine over `repl_state`: the state that the step belongs to, unless it belongs to
    /// several. Steps of one state stand together.
    pub state: Option<ReplState>,
    /// What the step does; of a condition, the question that it answers.
    pub text: Bilingual,
    /// What else is to be said about it.
    pub note: Option<Bilingual>,
}
