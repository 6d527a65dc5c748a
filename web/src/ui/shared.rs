//! Shared plain data as a property: equal if it is the same piece of data, not if it looks the same.

use std::ops::Deref;
use std::sync::Arc;

/// Recorded data in a property. What did not change is the same `Arc` as before, so the pointer tells.
pub struct Shared<T: ?Sized>(pub Arc<T>);

impl<T: ?Sized> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: ?Sized> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<T: ?Sized> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: ?Sized> From<&Arc<T>> for Shared<T> {
    fn from(data: &Arc<T>) -> Self {
        Self(Arc::clone(data))
    }
}
