//! Publishing keyspace events (notify.c): messages on `__keyspace@0__:key` and `__keyevent@0__:del` about what commands do.

use psyncscope_commands::{Events, Notice};

use crate::node::Node;

impl Node {
    /// `notifyKeyspaceEvent`, outside of commands on data.
    pub(crate) fn notify_keyspace_event(&mut self, class: Events, event: &'static str, db: usize, key: &[u8]) {
        if self.config.data.notify_keyspace_events.any(class) {
            self.publish_notice(&Notice { event, db, key: key.to_vec() });
        }
    }

    pub(super) fn publish_notice(&mut self, notice: &Notice) {
        let Notice { event, db, key } = notice;
        let wanted = self.config.data.notify_keyspace_events;
        if wanted.any(Events::KEYSPACE) {
            self.publish(&[format!("__keyspace@{db}__:").as_bytes(), key].concat(), event.as_bytes());
        }
        if wanted.any(Events::KEYEVENT) {
            self.publish(format!("__keyevent@{db}__:{event}").as_bytes(), key);
        }
    }
}
