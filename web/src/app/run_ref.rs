//! The run on the page, as a property of components.

use std::cell::{Ref, RefCell};
use std::rc::Rc;

use crate::app::run::LabRun;

/// The run on the page: equal to another for as long as no other run has taken its place.
#[derive(Clone)]
pub struct RunRef {
    run: Rc<RefCell<LabRun>>,
    identity: Rc<()>,
}

impl RunRef {
    /// The run that is on the page now.
    #[must_use]
    pub fn of(run: &Rc<RefCell<LabRun>>) -> Self {
        Self { run: Rc::clone(run), identity: Rc::clone(&run.borrow().identity) }
    }

    /// The run.
    #[must_use]
    pub fn borrow(&self) -> Ref<'_, LabRun> {
        self.run.borrow()
    }

    /// A key that no other run on the page has.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{:p}", Rc::as_ptr(&self.identity))
    }
}

impl PartialEq for RunRef {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.identity, &other.identity)
    }
}
