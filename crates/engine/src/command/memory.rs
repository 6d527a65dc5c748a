//! MEMORY (object.c).

pub(crate) mod sizes;

use psyncscope_resp::{Reply, errors, format_double, parse_i64_strict};

use super::evict::STARTUP_BYTES;
use crate::io::ConnId;
use crate::node::Node;

/// Elements of a collection that MEMORY USAGE measures (`OBJ_COMPUTE_SIZE_DEF_SAMPLES`).
const SAMPLES: usize = 5;

const HELP: &[&str] = &[
    "DOCTOR -- A report in words.",
    "MALLOC-STATS -- What the allocator says of itself.",
    "PURGE -- Ask the allocator to give memory back.",
    "STATS -- What the memory is used for.",
    "USAGE <key> [SAMPLES <count>] -- The bytes that a key and its value take; of a collection <count> elements are \
     measured, all if it is 0.",
];

impl Node {
    /// MEMORY USAGE key [SAMPLES count], MEMORY STATS | DOCTOR | HELP | MALLOC-STATS | PURGE.
    pub(crate) fn memory_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        let mut reply = Reply::default();
        match (argv[1].to_ascii_lowercase().as_slice(), &argv[2..]) {
            (b"help", []) => reply.help("MEMORY", HELP),
            (b"doctor", []) => {
                reply.bulk("Sizes are computed from the data: there is no allocator whose waste could be found.\n");
            }
            (b"malloc-stats", []) => reply.bulk("Stats not supported for the current allocator"),
            // As in a Redis whose allocator has nothing to purge.
            (b"purge", []) => reply.ok(),
            (b"stats", []) => self.memory_stats(&mut reply),
            (b"usage", [key, options @ ..]) => match samples(options) {
                Ok(samples) => match self.keyspace.get(self.selected_db(conn), key) {
                    Some(entry) => reply.integer(sizes::usage(key, entry.value(), samples) as i64),
                    None => reply.null(),
                },
                Err(error) => reply.error(error),
            },
            _ => {
                let text = [b"ERR Unknown subcommand or wrong number of arguments for '", argv[1].as_slice()];
                reply.error([&text.concat()[..], b"'. Try MEMORY HELP"].concat());
            }
        }
        self.add_reply(conn, &reply.take());
    }

    /// MEMORY STATS: the numbers of INFO's section on memory, and for each database what its hash tables take. There is
    /// no allocator that could waste anything; what only a driver can know (resident memory) is 0 if it did not tell.
    fn memory_stats(&self, reply: &mut Reply) {
        let memory = self.memory_info(&self.buffers());
        let (used, peak, dataset) = (memory.used, memory.peak, memory.dataset);
        let net = used.saturating_sub(STARTUP_BYTES).max(1);
        let keys = self.keyspace.total_keys();
        let mut fields = Fields::default();
        fields.integer("peak.allocated", peak);
        fields.integer("total.allocated", used);
        fields.integer("startup.allocated", STARTUP_BYTES);
        fields.integer("replication.backlog", memory.backlog);
        fields.integer("clients.slaves", memory.replica_buffers);
        fields.integer("clients.normal", memory.client_buffers);
        fields.integer("aof.buffer", memory.append_only_buffers);
        fields.integer("lua.caches", memory.scripts);
        for (db, keys, expires) in self.keyspace.counts() {
            let (keys, expires) = (keys as usize, expires as usize);
            let table = |used: usize| used * sizes::DICT_ENTRY + sizes::dict_slots(used) * sizes::SLOT;
            fields.name(&format!("db.{db}"));
            fields.values.array(4);
            fields.values.bulk("overhead.hashtable.main");
            fields.values.integer((table(keys) + keys * sizes::ROBJ) as i64);
            fields.values.bulk("overhead.hashtable.expires");
            fields.values.integer(table(expires) as i64);
        }
        fields.integer("overhead.total", used - dataset);
        fields.integer("keys.count", keys);
        fields.integer("keys.bytes-per-key", net.checked_div(keys).unwrap_or(0));
        fields.integer("dataset.bytes", dataset);
        fields.float("dataset.percentage", dataset as f32 * 100.0 / net as f32);
        fields.float("peak.percentage", used as f32 * 100.0 / peak as f32);
        for name in ["allocator.allocated", "allocator.active", "allocator.resident"] {
            fields.integer(name, used);
        }
        for name in ["allocator-fragmentation", "allocator-rss"] {
            fields.float(&format!("{name}.ratio"), 1.0);
            fields.integer(&format!("{name}.bytes"), 0);
        }
        let resident = self.host_facts.as_ref().map(|host| host.rss_bytes);
        let ratio = resident.map_or(0.0, |resident| resident as f32 / used as f32);
        let overhead = resident.map_or(0, |resident| resident as i64 - used as i64);
        for (ratio_name, bytes_name) in
            [("rss-overhead.ratio", "rss-overhead.bytes"), ("fragmentation", "fragmentation.bytes")]
        {
            fields.float(ratio_name, ratio);
            fields.signed(bytes_name, overhead);
        }
        reply.array(fields.count * 2);
        reply.raw(fields.values.take());
    }
}

/// Names and values of a reply whose length is not known before its end.
#[derive(Default)]
struct Fields {
    values: Reply,
    count: usize,
}

impl Fields {
    fn name(&mut self, name: &str) {
        self.count += 1;
        self.values.bulk(name);
    }

    fn integer(&mut self, name: &str, value: u64) {
        self.signed(name, i64::try_from(value).unwrap_or(i64::MAX));
    }

    fn signed(&mut self, name: &str, value: i64) {
        self.name(name);
        self.values.integer(value);
    }

    /// The ratios are `float` in Redis, and so have its digits.
    fn float(&mut self, name: &str, value: f32) {
        self.name(name);
        self.values.bulk(format_double(value.into()));
    }
}

/// The options of MEMORY USAGE: how many elements are measured.
fn samples(options: &[Vec<u8>]) -> Result<usize, &'static str> {
    let mut samples = SAMPLES;
    for option in options.chunks(2) {
        let [word, count] = option else { return Err(errors::SYNTAX) };
        if !word.eq_ignore_ascii_case(b"samples") {
            return Err(errors::SYNTAX);
        }
        samples = match parse_i64_strict(count).ok_or(errors::NOT_AN_INTEGER)? {
            ..0 => return Err(errors::SYNTAX),
            0 => usize::MAX,
            count => usize::try_from(count).unwrap_or(usize::MAX),
        };
    }
    Ok(samples)
}
