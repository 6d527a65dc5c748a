//! SUBSCRIBE, UNSUBSCRIBE, PSUBSCRIBE, PUNSUBSCRIBE, PUBLISH, PUBSUB: pubsub.c.

pub(crate) mod state;

use psyncscope_commands::glob;
use psyncscope_resp::Reply;

use crate::io::ConnId;
use crate::node::Node;

/// Channels or patterns.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Channel,
    Pattern,
}

impl Kind {
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Channel => ("subscribe", "unsubscribe"),
            Self::Pattern => ("psubscribe", "punsubscribe"),
        }
    }
}

impl Node {
    pub(crate) fn subscribe_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        argv[1..].iter().for_each(|channel| self.subscribe(conn, Kind::Channel, channel));
    }

    pub(crate) fn psubscribe_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        argv[1..].iter().for_each(|pattern| self.subscribe(conn, Kind::Pattern, pattern));
    }

    pub(crate) fn unsubscribe_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        self.unsubscribe_generic(conn, Kind::Channel, &argv[1..]);
    }

    pub(crate) fn punsubscribe_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        self.unsubscribe_generic(conn, Kind::Pattern, &argv[1..]);
    }

    /// `pubsubSubscribeChannel` and `pubsubSubscribePattern`: always replies, subscribes once.
    fn subscribe(&mut self, conn: ConnId, kind: Kind, name: &[u8]) {
        let Some(client) = self.clients.get_mut(&conn) else { return };
        let mine = if kind == Kind::Channel { &mut client.channels } else { &mut client.patterns };
        if !mine.iter().any(|known| known == name) {
            mine.push(name.to_vec());
            match kind {
                Kind::Pattern => self.pubsub.patterns.push((conn, name.to_vec())),
                Kind::Channel => match self.pubsub.channels.get_mut(name) {
                    Some(subscribers) => subscribers.push(conn),
                    None => {
                        self.pubsub.channels.insert(name.to_vec(), vec![conn]);
                    }
                },
            }
        }
        self.reply_subscription(conn, kind.words().0, Some(name));
    }

    /// Unsubscribes from these, or from all, with at least one reply line.
    fn unsubscribe_generic(&mut self, conn: ConnId, kind: Kind, names: &[Vec<u8>]) {
        let Some(client) = self.clients.get(&conn) else { return };
        let all = if kind == Kind::Channel { &client.channels } else { &client.patterns };
        let names = if names.is_empty() { all.clone() } else { names.to_vec() };
        if names.is_empty() {
            self.reply_subscription(conn, kind.words().1, None);
        }
        for name in names {
            self.unsubscribe(conn, kind, &name);
            self.reply_subscription(conn, kind.words().1, Some(&name));
        }
    }

    fn unsubscribe(&mut self, conn: ConnId, kind: Kind, name: &[u8]) {
        let Some(client) = self.clients.get_mut(&conn) else { return };
        match kind {
            Kind::Pattern => {
                client.patterns.retain(|known| known != name);
                self.pubsub.patterns.retain(|(other, pattern)| *other != conn || pattern != name);
            }
            Kind::Channel => {
                client.channels.retain(|known| known != name);
                if let Some(subscribers) = self.pubsub.channels.get_mut(name) {
                    subscribers.retain(|&other| other != conn);
                    if subscribers.is_empty() {
                        self.pubsub.channels.remove(name);
                    }
                }
            }
        }
    }

    /// The part of `freeClient` for subscribers. Nothing is sent.
    pub(crate) fn unsubscribe_all(&mut self, conn: ConnId) {
        let Some(client) = self.clients.get(&conn).filter(|client| client.is_subscriber()) else { return };
        let (channels, patterns) = (client.channels.clone(), client.patterns.clone());
        channels.iter().for_each(|name| self.unsubscribe(conn, Kind::Channel, name));
        patterns.iter().for_each(|name| self.unsubscribe(conn, Kind::Pattern, name));
    }

    fn reply_subscription(&mut self, conn: ConnId, word: &str, name: Option<&[u8]>) {
        let Some(client) = self.clients.get(&conn) else { return };
        let count = client.channels.len() + client.patterns.len();
        let mut reply = Reply::default();
        reply.array(3);
        reply.bulk(word);
        match name {
            Some(name) => reply.bulk(name),
            None => reply.null(),
        }
        reply.integer(count as i64);
        self.add_reply(conn, &reply.take());
    }

    /// PUBLISH. Changes no data, but is propagated: replicas may have subscribers.
    pub(crate) fn publish_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        let receivers = self.publish(&argv[1], &argv[2]);
        self.propagation.forced = true;
        self.add_reply(conn, format!(":{receivers}\r\n").as_bytes());
    }

    /// `pubsubPublishMessage`: returns the number of receivers.
    pub(super) fn publish(&mut self, channel: &[u8], message: &[u8]) -> usize {
        let subscribers = self.pubsub.channels.get(channel).cloned().unwrap_or_default();
        let patterns = self.pubsub.patterns.iter().filter(|(_, pattern)| glob::matches(pattern, channel, false));
        let patterns: Vec<_> = patterns.cloned().collect();
        let mut reply = Reply::default();
        for &conn in &subscribers {
            reply.array(3);
            [&b"message"[..], channel, message].iter().for_each(|word| reply.bulk(word));
            self.add_reply(conn, &reply.take());
        }
        for (conn, pattern) in &patterns {
            reply.array(4);
            [&b"pmessage"[..], pattern, channel, message].iter().for_each(|word| reply.bulk(word));
            self.add_reply(*conn, &reply.take());
        }
        subscribers.len() + patterns.len()
    }

    pub(crate) fn pubsub_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        let mut reply = Reply::default();
        match (argv[1].to_ascii_lowercase().as_slice(), &argv[2..]) {
            (b"channels", pattern @ ([] | [_])) => {
                let fits = |channel: &&Vec<u8>| pattern.iter().all(|pattern| glob::matches(pattern, channel, false));
                let channels: Vec<_> = self.pubsub.channels.keys().filter(fits).collect();
                reply.array(channels.len());
                channels.into_iter().for_each(|channel| reply.bulk(channel));
            }
            (b"numsub", channels) => {
                reply.array(channels.len() * 2);
                for channel in channels {
                    reply.bulk(channel);
                    reply.integer(self.pubsub.channels.get(channel.as_slice()).map_or(0, Vec::len) as i64);
                }
            }
            (b"numpat", []) => reply.integer(self.pubsub.patterns() as i64),
            _ => {
                let shown = String::from_utf8_lossy(&argv[1]).into_owned();
                reply.error(format!(
                    "ERR Unknown subcommand or wrong number of arguments for '{shown}'. Try PUBSUB HELP"
                ));
            }
        }
        self.add_reply(conn, &reply.take());
    }
}
