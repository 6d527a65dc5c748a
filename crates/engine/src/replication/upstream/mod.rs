//! The replica's side: the link to a master, from `connectWithMaster` to the stream.
//!
//! [`Upstream`] owns the state, and its methods take what they need in a [`Context`]. What also concerns clients, the
//! dataset or the node's own replicas is done by `impl Node` blocks beside them.

pub(crate) mod cached_master;
pub(crate) mod cancel;
pub(crate) mod handshake;
pub(crate) mod link;
pub(crate) mod refusal;
pub(crate) mod replicaof;
pub(crate) mod state;
pub(crate) mod transfer;

use link::{Link, ReplState, Step};

use crate::event::{Event, LinkChange};
use crate::node::Context;
use crate::steps::{Field, Steps as _};
pub(crate) use state::Upstream;

impl Upstream {
    /// Sets `repl_state`, and returns the link as it was.
    fn set_link(&mut self, link: Link, why: LinkChange, context: &mut Context<'_>) -> Link {
        if matches!(link, Link::None | Link::Connected(_)) {
            self.refusal = None;
        }
        let old = std::mem::replace(&mut self.link, link);
        self.state_changed(old.state(), why, context);
        old
    }

    /// The next state of the handshake.
    fn set_step(&mut self, to: Step, why: LinkChange, context: &mut Context<'_>) {
        let from = self.state();
        if let Link::Handshake(step, _) = &mut self.link {
            *step = to;
        }
        self.state_changed(from, why, context);
        context.act(to.reported(), |v| v.changed(Field::ReplState, from, self.state()));
    }

    fn state_changed(&self, from: ReplState, why: LinkChange, context: &mut Context<'_>) {
        let to = self.state();
        if from != to {
            context.event(|| Event::ReplState { from, to, why });
        }
    }
}
