//! The colours of what happened.

use psyncscope_lab::narration::Tone;

/// All tones, in the order in which their ticks are drawn: the later cover the earlier.
pub const TONES: [Tone; 5] = [Tone::Command, Tone::State, Tone::Good, Tone::Full, Tone::Fault];

/// The CSS class of a tone's colour.
#[must_use]
pub const fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Command => "tone-command",
        Tone::State => "tone-state",
        Tone::Good => "tone-good",
        Tone::Full => "tone-full",
        Tone::Fault => "tone-fault",
    }
}
