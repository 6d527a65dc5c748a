//! Elements, made one step at a time: `el("p").class("hint").text(words).html()`.
//!
//! `html!` says the same with more pleasure, but writes some five hundred bytes of wasm for each element, wherever it
//! stands. Here all elements share a few functions, and a phone has a tenth of the page less to download. `html!` remains
//! where Yew does more than set attributes: components and what a reader types into.

use std::rc::Rc;

use yew::prelude::*;
use yew::virtual_dom::{Key, Listener, VTag, VText};

/// An element under construction. Boxed: what is handed from step to step is a pointer.
pub struct El(Box<VTag>);

/// An element without attributes and children.
pub fn el(name: &'static str) -> El {
    El(Box::new(VTag::new(name)))
}

#[inline(never)]
fn set_attribute(tag: &mut VTag, name: &'static str, value: AttrValue) {
    tag.add_attribute(name, value);
}

#[inline(never)]
fn add_child(tag: &mut VTag, child: Html) {
    tag.add_child(child);
}

impl El {
    /// Sets an attribute.
    #[must_use]
    pub fn set(mut self, name: &'static str, value: impl Into<AttrValue>) -> Self {
        set_attribute(&mut self.0, name, value.into());
        self
    }

    /// Sets its classes.
    #[must_use]
    pub fn class(self, names: impl Into<AttrValue>) -> Self {
        self.set("class", names)
    }

    /// Says how tests find it.
    #[must_use]
    pub fn testid(self, name: impl Into<AttrValue>) -> Self {
        self.set("data-testid", name)
    }

    /// Calls it something, for screen readers and as a tooltip.
    #[must_use]
    pub fn label(self, words: impl Into<AttrValue>) -> Self {
        let words = words.into();
        self.set("aria-label", words.clone()).set("title", words)
    }

    /// Adds a child.
    #[must_use]
    pub fn put(mut self, child: impl Into<Html>) -> Self {
        add_child(&mut self.0, child.into());
        self
    }

    /// Adds a child, if there is one. Its place is kept where there is none, so that what comes after it stays what it is.
    #[must_use]
    pub fn maybe(self, child: Option<Html>) -> Self {
        self.put(child.into_iter().collect::<Html>())
    }

    /// Adds children.
    #[must_use]
    pub fn all(self, children: Vec<Html>) -> Self {
        children.into_iter().fold(self, Self::put)
    }

    /// Adds words.
    #[must_use]
    pub fn text(self, words: impl Into<AttrValue>) -> Self {
        self.put(Html::VText(VText::new(words.into())))
    }

    /// Tells it from its neighbours when they change.
    #[must_use]
    pub fn key(mut self, key: impl Into<Key>) -> Self {
        self.0.key = Some(key.into());
        self
    }

    /// Lets the app find it.
    #[must_use]
    pub fn node_ref(mut self, node: &NodeRef) -> Self {
        self.0.node_ref = node.clone();
        self
    }

    /// Listens.
    #[must_use]
    pub fn on(mut self, listener: Rc<dyn Listener>) -> Self {
        self.0.add_listener(listener);
        self
    }

    /// Listens to clicks.
    #[must_use]
    pub fn on_click(self, callback: Callback<MouseEvent>) -> Self {
        self.on(Rc::new(html::onclick::Wrapper::new(callback)))
    }

    /// Listens to a pointer that goes down.
    #[must_use]
    pub fn on_pointer_down(self, callback: Callback<PointerEvent>) -> Self {
        self.on(Rc::new(html::onpointerdown::Wrapper::new(callback)))
    }

    /// Listens to a pointer that moves.
    #[must_use]
    pub fn on_pointer_move(self, callback: Callback<PointerEvent>) -> Self {
        self.on(Rc::new(html::onpointermove::Wrapper::new(callback)))
    }

    /// Listens to keys.
    #[must_use]
    pub fn on_key_down(self, callback: Callback<KeyboardEvent>) -> Self {
        self.on(Rc::new(html::onkeydown::Wrapper::new(callback)))
    }

    /// The element.
    pub fn html(self) -> Html {
        Html::from(*self.0)
    }
}

impl From<El> for Html {
    fn from(el: El) -> Self {
        el.html()
    }
}
