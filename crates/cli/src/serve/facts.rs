//! Reads the process's numbers for INFO from `/proc`, if there is one.

use std::fs::read_to_string;

use psyncscope_engine::io::HostFacts;

/// Clock ticks in a second, as Linux shows processor time (`USER_HZ`).
const TICKS_PER_S: u64 = 100;

/// `None` if `/proc` is not available.
pub fn read() -> Option<HostFacts> {
    let status = read_to_string("/proc/self/status").ok()?;
    let stat = read_to_string("/proc/self/stat").ok()?;
    let word = |file: &str| read_to_string(file).map_or_else(|_| String::new(), |text| text.trim().to_owned());
    let [user, sys, user_children, sys_children] = cpu_us(&stat)?;
    let (system, release) = (word("/proc/sys/kernel/ostype"), word("/proc/sys/kernel/osrelease"));
    Some(HostFacts {
        rss_bytes: kib(&status, "VmRSS:")? << 10,
        total_memory_bytes: kib(&read_to_string("/proc/meminfo").ok()?, "MemTotal:")? << 10,
        cpu_sys_us: [sys, sys_children],
        cpu_user_us: [user, user_children],
        os: format!("{system} {release} {}", std::env::consts::ARCH),
        multiplexing_api: "epoll".into(),
        executable: std::env::current_exe().map_or_else(|_| String::new(), |path| path.display().to_string()),
    })
}

/// The number of a line such as `VmRSS:    1234 kB`.
fn kib(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Fields 14 to 17 of `/proc/self/stat`: user, system, and those of children, in microseconds. The second field, the
/// program's name, may hold spaces; it ends at the last parenthesis.
fn cpu_us(stat: &str) -> Option<[u64; 4]> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11).map(|ticks| ticks.parse::<u64>().unwrap_or(0));
    let mut next = || Some(fields.next()? * (1_000_000 / TICKS_PER_S));
    Some([next()?, next()?, next()?, next()?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_proc() {
        assert_eq!(kib("Name: x\nVmRSS:\t    1234 kB\n", "VmRSS:"), Some(1234));
        assert_eq!(kib("Name: x\n", "VmRSS:"), None);
        let stat = "77 (a ) b) S 1 2 3 4 5 6 7 8 9 10 250 30 4 1 20 0";
        assert_eq!(cpu_us(stat), Some([2_500_000, 300_000, 40_000, 10_000]));
    }
}
