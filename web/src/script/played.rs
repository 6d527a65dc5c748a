//! A script that is played on its way to the page.

use crate::app::run::Origin;
use crate::intent::ErrorSite;
use crate::script::document::Document;

/// A script that is on its way to the page.
pub struct PlayedScript {
    /// Its text and what it says.
    pub document: Document,
    /// The branch that is played.
    pub branch: usize,
    /// What becomes of it.
    pub fate: Fate,
}

/// What becomes of a script that was played.
pub enum Fate {
    /// It is what the editor has: the moment shown stays.
    Edited,
    /// It was opened: its beginning is shown. A refusal is shown at this place.
    Opened(Origin, ErrorSite),
}
