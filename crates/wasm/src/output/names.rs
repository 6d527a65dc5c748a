//! Enums of the engine and the world, under the names that JavaScript sees.

use psyncscope_lab::engine::{event, replication};
use psyncscope_lab::ring::readers;
use psyncscope_lab::sim::{self, frame};
use psyncscope_lab::{compare, diagram, ladder, narration, topology};
use serde::Serialize;
use tsify::Tsify;

/// An enum with the same variants as `$source`, to be serialised by other names.
macro_rules! named {
    ($(#[$attribute:meta])* $name:ident of $source:ty { $($(#[$own:meta])* $variant:ident),+ $(,)? }) => {
        #[derive(Clone, Copy, Serialize, Tsify)]
        $(#[$attribute])*
        pub enum $name {
            $($(#[$own])* $variant),+
        }

        impl From<$source> for $name {
            fn from(source: $source) -> Self {
                match source {
                    $(<$source>::$variant => Self::$variant),+
                }
            }
        }
    };
}

named! {
    /// What a process is doing: `paused` by SIGSTOP, `stopped` by a crash or SHUTDOWN, or the host is `off`.
    #[serde(rename_all = "lowercase")]
    Power of frame::Power { Running, Paused, Stopped, Off }
}

named! {
    /// What becomes of a packet under way.
    #[serde(rename_all = "lowercase")]
    Fate of frame::Fate { Arrives, Lost, Cut }
}

named! {
    /// Redis's log levels.
    #[serde(rename_all = "lowercase")]
    LogLevel of event::LogLevel { Debug, Verbose, Notice, Warning }
}

named! {
    /// `repl_state`, as replication.c names it.
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    ReplState of replication::ReplState {
        None, Connect, Connecting, ReceivePong, SendAuth, ReceiveAuth, SendPort, ReceivePort, SendIp, ReceiveIp,
        SendCapa, ReceiveCapa, SendPsync, ReceivePsync, Transfer, Connected,
    }
}

named! {
    /// `replstate`: where a master's view of a replica stands.
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    ReplicaState of event::ReplicaState { WaitBgsaveStart, WaitBgsaveEnd, SendBulk, Online }
}

named! {
    /// Why bytes were appended to the backlog.
    #[serde(rename_all = "kebab-case")]
    FeedKind of event::FeedKind { Command, Select, Ping, GetAck, Expire, Proxied }
}

named! {
    /// Why a node's replication IDs changed.
    #[serde(rename_all = "kebab-case")]
    IdChange of event::IdChange {
        Startup, Shifted, BacklogCreated, BacklogExpired, FullResync, Continued, Restored, Requested,
    }
}

named! {
    /// What became of the cached master.
    #[serde(rename_all = "kebab-case")]
    CachedMasterChange of event::CachedMasterChange { Cached, Synthesized, Restored, Resurrected, Discarded }
}

named! {
    /// Why a partial resync was refused.
    #[serde(rename_all = "kebab-case")]
    Refusal of replication::psync::Refusal {
        BadOffset, FullRequested, IdMismatch, PastSecondOffset, NoBacklog, Overwritten, Future,
    }
}

named! {
    /// What follows from a command of the master that failed.
    #[serde(rename_all = "kebab-case")]
    Consequence of event::Consequence { Missing, PerhapsMissing, LinkEnds }
}

named! {
    /// How much a sentence matters: a small one is a step of something, a great one stays until the next.
    #[serde(rename_all = "lowercase")]
    Weight of narration::Weight { Small, Great }
}

named! {
    /// What kind of thing happened.
    #[serde(rename_all = "lowercase")]
    Tone of narration::Tone { Command, State, Good, Full, Fault }
}

named! {
    /// How a state of the ladder stands: the attempt under way went through it, is in it, ended in it, went past it, or
    /// has not come to it.
    #[serde(rename_all = "lowercase")]
    RungStatus of ladder::Status { Passed, Current, Failed, Skipped, Pending }
}

named! {
    /// Whether a backlog can serve a replica: what the replica lacks is held, was overwritten, or was never here.
    #[serde(rename_all = "kebab-case")]
    Standing of readers::Standing { Served, TooFarBack, Ahead }
}

named! {
    /// What a wire carries: an established replication link, a handshake, nothing although a replica is to follow, or
    /// anything else.
    #[serde(rename_all = "lowercase")]
    Carries of topology::Carries { Stream, Handshake, Disconnected, Other }
}

named! {
    /// What packets carry: the replication stream, an acknowledged offset, something else, or nothing.
    #[serde(rename_all = "lowercase")]
    DiagramCarries of diagram::Carries { Stream, Ack, Message, Nothing }
}

named! {
    /// What began a turn.
    #[serde(rename_all = "kebab-case")]
    Began of sim::Began {
        Action, Timer, Kernel, Packet, Received, Accepted, Connected, ConnectFailed, Writable, Closed, ChildEnded,
        FileRead, Loading, Restarted, Terminated,
    }
}

named! {
    /// What is compared.
    #[serde(rename_all = "snake_case")]
    Field of compare::Field {
        Process, Master,
        #[serde(rename = "repl_state")] LinkState,
        #[serde(rename = "replid")] ReplId,
        #[serde(rename = "replid2")] ReplId2,
        Offset, Backlog,
        #[serde(rename = "lag_s")] Lag,
        Keys, FullSyncs, PartialSyncs, BytesSent,
    }
}
