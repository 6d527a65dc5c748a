//! One node, or a few on a perfect network: what is sent and received, one topic a file.

mod common;

mod administration;
mod append_only;
mod arbitrary;
mod blocking;
mod debug;
mod diskless;
mod encodings;
mod failing_files;
mod functions;
mod handshake;
mod keyspace_events;
mod loading;
mod long_scripts;
mod maxmemory;
mod migrate;
mod output_limits;
mod propagation;
mod pubsub;
mod refused;
mod resync;
mod scripts;
mod serving;
mod slow_commands;
mod streams;
mod transactions;
mod wait;
