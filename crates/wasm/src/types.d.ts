/** A node to be made. */
export interface NodeSpec {
  /** Its name, which is also its host's: 1 to 16 letters, digits, `-` and `_`. A name is never used twice in a world. */
  name: string;
  /** Lines of redis.conf: `repl-backlog-size 64`, `replicaof a 6379`. */
  config?: string[];
}

/** One direction of a wire. What is not given has its default. */
export interface WireSettings {
  /** Time from one end to the other, in microseconds. Default 500. */
  latency_us?: number;
  /** Up to this much is added at random to each packet, in microseconds. */
  jitter_us?: number;
  /** Bits a second, 0 for no limit. */
  bandwidth_bps?: number;
  /** Probability 0..1 that a packet is lost. */
  loss?: number;
  /** Probability 0..1 that a packet arrives twice. */
  duplicate?: number;
  /** Probability 0..1 that a packet is held back so that later ones overtake it. */
  reorder?: number;
}

/** What a world starts as. With the actions, it determines every byte. */
export interface LabConfig {
  /** The seed of everything random: a whole number from 0 on. Default 0. */
  seed?: number | bigint;
  /** The nodes at the start, at most 16. */
  nodes?: NodeSpec[];
  /** Every wire's settings at the start. */
  wire?: WireSettings;
  /** Limits small enough for a screen (a backlog of 16 bytes and up) instead of Redis's own. Default true. */
  classroom_limits?: boolean;
  /** The disk's speed in bytes a second, 0 for no time at all: how long a background save takes. */
  disk_bps?: number;
  /** How long the fork of a background save takes at least, in microseconds. */
  fork_us?: number;
}

/** One thing that a user does. */
export type Action =
  /** Type a command in a node's console, quoted as in redis-cli. Each console is a client of its own. */
  | { do: "exec"; node: string; console?: number; command: string }
  | ({ do: "add-node" } & NodeSpec)
  /** Remove a host and its node for good. */
  | { do: "remove-node"; node: string }
  /** Cut the wire: packets vanish, both ways unless `one_way`. */
  | { do: "cut"; from: string; to: string; one_way?: boolean }
  /** Mend a wire, both ways unless `one_way`. */
  | { do: "heal"; from: string; to: string; one_way?: boolean }
  /** Give a wire new settings, both ways unless `one_way`. */
  | { do: "set-wire"; from: string; to: string; one_way?: boolean; settings: WireSettings }
  /** Kill the process (SIGKILL): its host's kernel closes the sockets. */
  | { do: "crash"; node: string }
  /** Stop the process (SIGSTOP): its host's kernel still acknowledges. */
  | { do: "pause"; node: string }
  /** Let a paused process go on (SIGCONT). */
  | { do: "resume"; node: string }
  /** Cut the host's power: silence. */
  | { do: "power-off"; node: string }
  /** Start the process again, with its disk. */
  | { do: "restart"; node: string }
  /** Move the host's wall clock, forward if positive. */
  | { do: "move-clock"; node: string; by_ms: number };

/**
 * How large a step through time is: to any packet, to one that carries bytes or opens or closes a connection, to a
 * command, or to a change of a node's, a process's or a wire's state.
 */
export type StepBy = "segment" | "packet" | "command" | "state-change";

/** A reply: text (bytes where they are none), numbers (strings where a number would lose digits), nil, errors, arrays. */
export type Reply = string | Uint8Array | number | null | { error: string } | Reply[];

/** What `execute` returns. */
export interface Executed {
  /** The reply as a value. */
  reply: Reply;
  /** The reply as redis-cli 5 prints it. */
  text: string;
  /** When it came. */
  at_ms: number;
}

/** What a process is doing: `paused` by SIGSTOP, `stopped` by a crash or SHUTDOWN, or the host is `off`. */
export type Power = "running" | "paused" | "stopped" | "off";

/** `repl_state`, as replication.c names it. */
export type ReplState =
  | "NONE" | "CONNECT" | "CONNECTING" | "RECEIVE_PONG" | "SEND_AUTH" | "RECEIVE_AUTH" | "SEND_PORT" | "RECEIVE_PORT"
  | "SEND_IP" | "RECEIVE_IP" | "SEND_CAPA" | "RECEIVE_CAPA" | "SEND_PSYNC" | "RECEIVE_PSYNC" | "TRANSFER" | "CONNECTED";

/** `replstate`: where a master's view of a replica stands. */
export type ReplicaState = "WAIT_BGSAVE_START" | "WAIT_BGSAVE_END" | "SEND_BULK" | "ONLINE";

/** The world at one moment. */
export interface Frame {
  /** The frame's number. Two frames of a lab are the same exactly if it is. */
  seq: number;
  at_ms: number;
  /** How many timeline entries existed at this moment. */
  entries: number;
  hosts: Host[];
  wires: Wire[];
  /** Packets under way. */
  packets: Packet[];
}

/** A host and its node. */
export interface Host {
  id: number;
  name: string;
  ip: string;
  port: number;
  power: Power;
  /** Since when it has been so. */
  since_ms: number;
  /** Until when the process sleeps (DEBUG SLEEP). */
  sleeps_until_ms: number | null;
  /** The node in one line. */
  status: NodeStatus;
  /** The node; of a process that ended, as it was at the end. */
  node: NodeState | null;
  conns: Conn[];
  /** The running child. */
  child: { started_ms: number; ends_ms: number } | null;
  /** The size of `dump.rdb` on the host's disk, if there is one. */
  dump_bytes: number | null;
}

export type NodeStatus =
  | { kind: "down"; power: Power }
  | { kind: "master"; offset: number; replicas: number; online: number }
  | { kind: "replica"; master: string; port: number; state: ReplState; offset: number; replicas: number };

/** One of a node's TCP connections with another host. */
export interface Conn {
  conn: number;
  /** The host at the other end. */
  peer: number;
  outbound: boolean;
  /** `ESTABLISHED`, `SYN-SENT`, ... */
  tcp_state: string;
}

/** A node, named as in Redis. An offset is the last byte had; bytes count from 1. */
export interface NodeState {
  replid: string;
  replid2: string;
  /** The first byte that `replid2` does not share; -1 if there is none. */
  second_replid_offset: number;
  master_repl_offset: number;
  slaveseldb: number;
  backlog: Backlog | null;
  backlog_size: number;
  /** The replica's side; `null` on a master. */
  upstream: Upstream | null;
  /** The attached replicas. */
  replicas: AttachedReplica[];
  keyspace: { db: number; keys: number; expires: number }[];
  saving: boolean;
  /** INFO's sections. */
  info: string[];
}

export interface Backlog {
  size: number;
  /** Where the next byte will be written. */
  idx: number;
  histlen: number;
  /** The oldest byte kept. */
  off: number;
  /** The bytes, from the oldest to the newest. */
  bytes: Uint8Array;
}

export interface Upstream {
  host: string;
  port: number;
  state: ReplState;
  conn: number | null;
  reploff: number | null;
  read_reploff: number | null;
  cached_master: { replid: string; reploff: number; db: number } | null;
  /** Bytes of the RDB read, and in all where that is known. */
  transfer: { done: number; total: number | null } | null;
  down_since: number;
}

export interface AttachedReplica {
  conn: number;
  ip: string;
  port: number;
  state: ReplicaState;
  ack_offset: number;
  lag_s: number;
  output_pending: number;
  bulk: { done: number; total: number | null } | null;
}

/** The wire between hosts `a` and `b`. */
export interface Wire {
  a: number;
  b: number;
  cut_ab: boolean;
  cut_ba: boolean;
  ab: Required<WireSettings>;
  ba: Required<WireSettings>;
}

/** A packet under way. */
export interface Packet {
  id: number;
  from: number;
  to: number;
  sent_ms: number;
  arrives_ms: number;
  fate: "arrives" | "lost" | "cut";
  src_port: number;
  dst_port: number;
  /** `SYN`, `PSH ACK`, ... */
  flags: string;
  seq: number;
  ack: number;
  payload: Uint8Array;
  /** Whether it is a retransmission. */
  again: boolean;
  /** What the bytes mean, in a few words. */
  label: string;
  /** The replication ID that its stream bytes belong to. */
  replid: string | null;
}

/** One thing that happened. */
export type Entry = {
  at_ms: number;
  /** On which host, if on one. */
  host: number | null;
} & What;

export type What =
  | { kind: "log"; level: "debug" | "verbose" | "notice" | "warning"; text: string }
  | { kind: "command"; conn: number; from_master: boolean; db: number; argv: (string | Uint8Array)[]; dirty: number }
  | { kind: "repl-state"; from: ReplState; to: ReplState; why: string }
  | { kind: "handshake-sent"; state: ReplState; bytes: Uint8Array }
  | { kind: "handshake-received"; state: ReplState; bytes: Uint8Array }
  | { kind: "verdict"; conn: number; verdict: Verdict; explanation: Explanation }
  | {
      kind: "psync-replied";
      conn: number;
      reply: "full-resync" | "continue";
      replid: string | null;
      offset: number | null;
      bytes: number | null;
    }
  | {
      kind: "psync-outcome";
      outcome: "full-resync" | "continue" | "try-later" | "not-supported";
      replid: string | null;
      offset: number | null;
    }
  | { kind: "replica-state"; conn: number; from: ReplicaState | null; to: ReplicaState }
  | { kind: "replica-gone"; conn: number; name: string }
  | { kind: "ids"; replid: string; replid2: string; second_replid_offset: number; why: string }
  | { kind: "fed"; from: number; len: number; why: string }
  | { kind: "backlog-created"; size: number; off: number }
  | { kind: "backlog-freed" }
  | {
      kind: "cached-master";
      change: "cached" | "synthesized" | "restored" | "resurrected" | "discarded";
      next_replid: string | null;
      next_byte: number | null;
    }
  | { kind: "acked"; conn: number; offset: number }
  | { kind: "save-started"; keys: number }
  | { kind: "save-ended"; bytes: number | null; error: string | null }
  | { kind: "loaded"; keys: number }
  | { kind: "expired"; db: number; key: string | Uint8Array }
  /** A command of the master failed here. `after` is the last byte applied before it. */
  | {
      kind: "master-command-failed";
      command: string;
      error: string;
      after: number;
      consequence: "missing" | "perhaps-missing" | "link-ends";
    }
  | { kind: "console-sent"; console: number; argv: (string | Uint8Array)[] }
  | { kind: "console-received"; console: number; bytes: Uint8Array }
  | { kind: "console-closed"; console: number }
  | { kind: "power"; power: Power }
  | { kind: "added" }
  | { kind: "removed" }
  | { kind: "cut"; from: number; to: number }
  | { kind: "healed"; from: number; to: number }
  | { kind: "wire-set"; from: number; to: number }
  | { kind: "clock-moved"; by_ms: number }
  | { kind: "tcp-opened"; conn: number; peer: number }
  | { kind: "tcp-closed"; conn: number; how: string }
  /** The host's kernel sent bytes again that `peer` had not acknowledged; the node is not told. */
  | { kind: "tcp-retransmitted"; conn: number; peer: number; bytes: number }
  /** Bytes that the network had lost have come after all, on the same connection: neither node noticed more than a delay. */
  | { kind: "tcp-recovered"; conn: number; peer: number; bytes: number; waited_ms: number; cut: boolean };

/** Why a partial resync was refused. */
export type Refusal =
  | "bad-offset" | "full-requested" | "id-mismatch" | "past-second-offset" | "no-backlog" | "overwritten" | "future";

/** A master's decision about a PSYNC, with every number it looked at. */
export interface Verdict {
  asked_replid: string | Uint8Array;
  /** The byte wanted; `null` if it was no integer. */
  asked_offset: number | null;
  granted: boolean;
  /** Bytes of backlog that follow, if granted. */
  bytes: number | null;
  refusal: Refusal | null;
  replid: string;
  replid2: string;
  second_replid_offset: number;
  master_repl_offset: number;
  backlog: { off: number; histlen: number; size: number } | null;
}

/** A verdict taken apart. */
export interface Explanation {
  granted: boolean;
  bytes: number | null;
  /** The conditions, in Redis's order. */
  conditions: Condition[];
  /** The index of the one that decided. */
  decided_by: number;
  /** The smallest change that would have turned the decision. */
  turn: Turn;
}

export type Condition = { outcome: "passed" | "failed" | "not-reached" } & (
  | { kind: "offset-readable"; next: number | null }
  | { kind: "id-known"; asked: string; replid: string; replid2: string; matched: "current" | "previous" | null }
  | { kind: "within-second-history"; next: number | null; second_replid_offset: number; applies: boolean }
  | { kind: "backlog-present" }
  | { kind: "not-overwritten"; next: number | null; off: number | null }
  | { kind: "not-future"; next: number | null; end: number | null }
);

export type Turn =
  | { kind: "readable-offset" }
  | { kind: "ask-with-history" }
  | { kind: "other-history"; replid: string }
  | { kind: "fewer-bytes-applied"; bytes: number; shared: number }
  | { kind: "have-backlog" }
  | { kind: "larger-backlog"; size: number; had: number; byte: number }
  | { kind: "earlier-backlog"; byte: number; off: number }
  | { kind: "ask-from-one" }
  | { kind: "master-ahead"; bytes: number }
  | { kind: "more-writes"; spare: number; smallest_size: number };

/** One block of a console, as redis-cli 5 shows it. */
export interface ConsoleLine {
  at_ms: number;
  kind: "command" | "reply" | "error" | "notice";
  /** For a command: the database selected. */
  db: number;
  text: string;
  /** For a command: when its answer came. For a reply: when its command was sent. */
  other_ms: number | null;
}

export type ErrorCode =
  | "bad-json" | "bad-value" | "unknown-field" | "missing-field" | "unsupported-version" | "out-of-order" | "too-much"
  | "unknown-node" | "duplicate-node" | "bad-node-name" | "bad-config" | "bad-command" | "same-node" | "not-running"
  | "not-paused" | "already-running" | "start-failed" | "bad-time"
  /** `execute` waited as long as it may and no reply came. The command stays sent. */
  | "no-reply"
  /** A fault in this package. */
  | "internal";

/** What every method throws when it refuses; nothing has changed then. An `Error` whose members are all enumerable. */
export interface PsyncscopeError extends Error {
  name: "PsyncscopeError";
  code: ErrorCode;
  message: string;
  /** Where the trouble is, as far as that is known. */
  at?: { line?: number; column?: number; field?: string; action?: number; node?: string };
}
