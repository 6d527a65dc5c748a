//! The top bar and the dialogs that it opens.

pub mod bar;
pub mod embedded;
pub mod help;
pub mod landing;
pub mod load;
pub mod new;
mod new_form;
pub mod save;
pub mod share;
pub mod update;
