//! INFO's sections on memory and on processor time.

use super::{Info, Lines, human};
use crate::command::evict::STARTUP_BYTES;

/// A number of bytes, and its human-readable form.
fn both(lines: &mut Lines, name: &str, bytes: u64) {
    lines.put(name, bytes);
    lines.put(&format!("{name}_human"), human(bytes));
}

impl Info {
    /// Sizes are computed from the data, as there is no own allocator. Fields that only a driver can set are left
    /// out if it did not set them.
    pub(super) fn put_memory(&self, lines: &mut Lines) {
        let memory = &self.memory;
        let super::MemoryInfo { used, peak, dataset, .. } = *memory;
        let host = self.host.as_ref();
        both(lines, "used_memory", used);
        if let Some(host) = host {
            both(lines, "used_memory_rss", host.rss_bytes);
        }
        both(lines, "used_memory_peak", peak);
        lines.put("used_memory_peak_perc", format!("{:.2}%", used as f64 / peak as f64 * 100.0));
        lines.put("used_memory_overhead", used - dataset);
        lines.put("used_memory_startup", STARTUP_BYTES);
        lines.put("used_memory_dataset", dataset);
        let share = dataset as f64 / (used - STARTUP_BYTES).max(1) as f64;
        lines.put("used_memory_dataset_perc", format!("{:.2}%", share * 100.0));
        for name in ["allocator_allocated", "allocator_active", "allocator_resident"] {
            lines.put(name, used);
        }
        if let Some(host) = host {
            both(lines, "total_system_memory", host.total_memory_bytes);
        }
        both(lines, "used_memory_lua", 0);
        both(lines, "used_memory_scripts", memory.scripts);
        lines.put("number_of_cached_scripts", memory.cached_scripts);
        both(lines, "maxmemory", memory.maxmemory);
        lines.put("maxmemory_policy", memory.policy.name());
        for name in ["allocator_frag", "allocator_rss"] {
            lines.put(&format!("{name}_ratio"), "1.00");
            lines.put(&format!("{name}_bytes"), 0);
        }
        if let Some(host) = host {
            let overhead = host.rss_bytes as i64 - used as i64;
            let ratio = format!("{:.2}", host.rss_bytes as f64 / used as f64);
            lines.put("rss_overhead_ratio", &ratio);
            lines.put("rss_overhead_bytes", overhead);
            lines.put("mem_fragmentation_ratio", &ratio);
            lines.put("mem_fragmentation_bytes", overhead);
        }
        lines.put("mem_not_counted_for_evict", memory.not_counted);
        lines.put("mem_replication_backlog", memory.backlog);
        lines.put("mem_clients_slaves", memory.replica_buffers);
        lines.put("mem_clients_normal", memory.client_buffers);
        lines.put("mem_aof_buffer", memory.append_only_buffers);
        lines.put("mem_allocator", "rust");
        lines.put("active_defrag_running", 0);
        lines.put("lazyfree_pending_objects", 0);
    }

    /// A virtual process has no processor time that could be measured.
    pub(super) fn put_cpu(&self, lines: &mut Lines) {
        let Some(host) = &self.host else { return };
        let [sys, sys_children] = host.cpu_sys_us;
        let [user, user_children] = host.cpu_user_us;
        for (name, us) in
            [("sys", sys), ("user", user), ("sys_children", sys_children), ("user_children", user_children)]
        {
            lines.put(&format!("used_cpu_{name}"), format!("{}.{:06}", us / 1_000_000, us % 1_000_000));
        }
    }
}
