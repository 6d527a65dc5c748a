//! Who is subscribed to what.

use std::collections::BTreeMap;

use crate::io::ConnId;

/// The subscriptions.
#[derive(Debug, Default)]
pub(crate) struct PubSub {
    /// `pubsub_channels`: for each channel the clients in order of subscription.
    pub(super) channels: BTreeMap<Vec<u8>, Vec<ConnId>>,
    /// `pubsub_patterns`, in order of subscription.
    pub(super) patterns: Vec<(ConnId, Vec<u8>)>,
}

impl PubSub {
    /// Channels with subscribers.
    pub(crate) fn channels(&self) -> usize {
        self.channels.len()
    }

    /// Number of pattern subscriptions.
    pub(crate) fn patterns(&self) -> usize {
        self.patterns.len()
    }
}
