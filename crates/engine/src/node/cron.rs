//! The timer and serverCron.

use psyncscope_commands::Events;

use super::{EXPIRE_LIMIT, Node};
use crate::client::Role;
use crate::event::LogLevel;
use crate::io::ConnId;

impl Node {
    pub(super) fn timer(&mut self) {
        if self.loading.is_some() {
            return;
        }
        if self.scripts.running().is_some() {
            self.script_timer();
            return;
        }
        if self.migrations.is_running() {
            self.migration_timer();
            return;
        }
        if self.repl.upstream.line_deadline().is_some_and(|deadline| deadline <= self.now.mono) {
            self.link_line_timed_out();
        }
        while self.next_cron <= self.now.mono && !self.is_ending() {
            let period_ms = (1000 / u64::from(self.config.hz)).max(1);
            // After a delay (a stopped process) one run is made, not all that were missed.
            self.next_cron = self.now.mono.plus_ms(period_ms);
            self.server_cron();
        }
    }

    /// `serverCron`: the parts that exist here, in Redis's order (spec 0).
    fn server_cron(&mut self) {
        self.track_instantaneous_metrics();
        self.end_pause();
        self.clients_cron();
        self.databases_cron();
        if self.aof.is_busy() {
            self.start_scheduled_append_only_rewrite();
        }
        self.reap_child();
        self.start_save_at_save_point();
        if self.aof.is_busy() {
            self.append_only_rewrite_cron();
        }
        self.free_clients_in_async_free_queue();
        let every = (1000 / (1000 / u64::from(self.config.hz)).max(1)).max(1);
        if self.cronloops.is_multiple_of(every) {
            self.replication_cron();
            self.migrate_close_timed_out_sockets();
        }
        if self.aof.bgsave_scheduled {
            self.start_scheduled_bgsave();
        }
        self.cronloops += 1;
    }

    fn track_instantaneous_metrics(&mut self) {
        self.peak_memory = self.peak_memory.max(self.memory_in_use());
        let stats = &mut self.stats;
        stats.samples.push_back((stats.commands_processed, stats.net_input_bytes, stats.net_output_bytes));
        if stats.samples.len() > 17 {
            stats.samples.pop_front();
        }
    }

    /// `clientsCron`: timeouts of blocked clients and of idle ones.
    fn clients_cron(&mut self) {
        self.blocked_clients_cron();
        if self.config.timeout == 0 {
            return;
        }
        let oldest = self.now.unix_s() - self.config.timeout;
        let idle: Vec<ConnId> = self
            .clients
            .values()
            .filter(|client| {
                matches!(client.role, Role::Normal)
                    && client.blocked.is_none()
                    && !client.is_subscriber()
                    && client.last_interaction < oldest
            })
            .map(|client| client.conn)
            .collect();
        for conn in idle {
            self.log(LogLevel::Verbose, || "Closing idle client".into());
            self.free_client(conn, true);
        }
    }

    /// `databasesCron`: the active expire cycle. Only masters expire keys; a replica waits for its master's DEL.
    fn databases_cron(&mut self) {
        if self.repl.is_replica() {
            for (db, key) in self.keyspace.expire_local(self.now.unix_ms()) {
                if self.aof.is_on() {
                    let word: &[u8] = if self.config.data.lazyfree_lazy_expire { b"UNLINK" } else { b"DEL" };
                    self.feed_append_only_file(db, &[word, &key]);
                }
                self.notify_keyspace_event(Events::EXPIRED, "expired", db, &key);
            }
            return;
        }
        if !self.active_expire || self.clients_are_paused() {
            return;
        }
        for (db, key) in self.keyspace.active_expire(self.now.unix_ms(), EXPIRE_LIMIT) {
            self.notify_keyspace_event(Events::EXPIRED, "expired", db, &key);
            self.propagate_expire(db, key);
        }
    }

    fn free_clients_in_async_free_queue(&mut self) {
        let doomed: Vec<ConnId> =
            self.clients.values().filter(|client| client.close_asap).map(|client| client.conn).collect();
        for conn in doomed {
            self.free_client(conn, true);
        }
    }
}
