//! English.

use super::messages::Messages;

pub(super) static MESSAGES: Messages = Messages {
    partial: "{peer|asks|ask} {node} for byte {n} of history {asked}, and {node} still has it: partial resync.",
    partial_previous: "{peer|asks|ask} {node} for byte {n} of {asked}. {node} shared that history before byte \
                             {second}: partial resync.",
    full_requested: "{peer|has|have} no history to go on with, so {node} must send everything: full resync.",
    full_bad_offset: "{peer|asks|ask} {node} with an offset that is not a number: full resync.",
    full_id: "{peer|asks|ask} {node} for byte {n} of history {asked}, which {node} does not know: full resync.",
    full_past: "{peer|asks|ask} {node} for byte {n} of {asked}, but {node} left that history at byte {second}: \
                     full resync.",
    full_no_backlog: "{peer|asks|ask} {node} for byte {n}, but {node} keeps no backlog: full resync.",
    full_overwritten: "{peer|asks|ask} {node} for byte {n}, but the backlog starts at byte {off}: overwritten, so \
                            full resync.",
    full_future: "{peer|asks|ask} {node} for byte {n}, which {node} has not written yet (it is at {offset}): full \
                       resync.",
    shifted: "{node} is a master now. The old history {old} becomes replid2, valid before byte {n}; a new one \
                   begins: {id}.",
    continued: "{node} learns the new name of its history: {id}. The old name {old} is kept for bytes before {n}.",
    history_begins: "{node} makes a backlog for its first replica, and starts a new history with it: {id}.",
    backlog_expired: "{node} had no replica for too long: it frees the backlog and takes a new history, {id}.",
    id_requested: "{node} takes a new history on request: {id}.",
    restored: "{node} starts as a replica with the place that its dump.rdb names: it will ask for byte {n} of \
                    {id}.",
    handshake_failed: "{node|gives|give} up on {master} in {state}: {why}. The next attempt is in \
                            replicationCron, within a second.",
    in_a_row: "{n} times in a row.",
    connecting: "{node|opens|open} a TCP connection to {master}.",
    transfer: "{node|waits|wait} for the snapshot of {master}: history {id} up to byte {offset}.",
    connected: "{node|is|are} in sync with {master}. From now on every write at {master} follows.",
    link_lost: "{node|has|have} lost the link to the master but not the place: the next PSYNC will ask for byte \
                     {n} of {id}.",
    synthesized: "{node} was a master and now follows {master}. It offers its own history: byte {n} of {id}.",
    save_started: "{node} forks a child that writes a snapshot ({n|key|keys}).",
    save_failed: "{node} could not write the snapshot: {why}.",
    send_bulk: "{node} sends the snapshot to {peer}.",
    replica_gone: "{node} drops its connection to the replica {peer}.",
    fed: "{node} adds {n|byte|bytes} to the stream and is at offset {last}.",
    expired: "On {node} the key {key} expires.",
    master_command_failed: "{node} could not execute {command} from {master} after offset {n}: {why}. What it \
                                 changed on {master} is missing here; the link stays up.",
    master_script_failed: "A script from {master} failed on {node} after offset {n}: {why}. If it failed on \
                                {master} at the same place, nothing is missing.",
    master_command_ends_link: "{node} could not execute {command} from {master} after offset {n}: {why}. It ends \
                                    the link.",
    running: "{node} runs.",
    configured_replica: "By its configuration file it follows {master}: what REPLICAOF changed was not written there.",
    configured_master: "By its configuration file it is a master: REPLICAOF {master} was not written there.",
    paused: "{node} is paused: its kernel still acknowledges, its process says nothing.",
    stopped: "The process of {node} has ended: its kernel closes every connection.",
    off: "{node} has no power: not even its kernel answers.",
    added: "{node} joins the world.",
    removed: "{node} is gone for good.",
    replied_full: "{node} answers +FULLRESYNC {id} {offset}.",
    replied_continue: "{node} answers +CONTINUE {id} and sends {bytes|missed byte|missed bytes}.",
    replied_continue_old: "{node} answers +CONTINUE and sends {bytes|missed byte|missed bytes}.",
    handshake_left: "{node} ends its attempt with {master} in {state}: {why}.",
    sends_ping: "{node|is|are} connected. The first question is whether {master} is there: {command}.",
    sends_auth: "{node|sends|send} {master} the password: {command}.",
    sends_port: "{node|tells|tell} {master} which port to list: {command}.",
    sends_ip: "{node|tells|tell} {master} which address to list: {command}.",
    sends_capa: "{node|tells|tell} {master} the capabilities of a replica: {command}.",
    sends_psync_all: "{node|has|have} no history yet and {command} asks {master} for everything.",
    sends_psync: "{node|asks|ask} {master} for byte {n} of history {id}: {command}.",
    sends_sync: "{node|falls|fall} back on the old {command}: {master} gave no answer to PSYNC that it \
                      understands.",
    sends_no_password: "{node|has|have} no password to send (masterauth).",
    sends_no_address: "{node|has|have} no address of its own to announce (replica-announce-ip).",
    answered: "{node|gets|get} {answer} from {master} in {state}.",
    retransmitted: "{node} gets no acknowledgement from {peer}: its kernel sends {bytes|byte|bytes} again.",
    recovered: "TCP sent {bytes|lost byte|lost bytes} from {node} to {peer} again, {time} late. Redis never \
                     noticed.",
    recovered_cut: "TCP sent the {bytes|byte|bytes} that the cut took from {peer} again, {time} late. The link \
                         never broke, so Redis never noticed: no PSYNC.",
    cut: "The wire from {node} to {peer} is cut: packets vanish half-way.",
    cut_both: "The wire between {node} and {peer} is cut: packets vanish half-way.",
    healed_both: "The wire between {node} and {peer} is whole again.",
    healed: "The wire from {node} to {peer} is whole again.",
    clock_moved: "The wall clock of {node} jumps by {ms} ms.",
    typed: "Typed at {node}: {command}",
    between_sentences: " ",
    list_comma: ", ",
    list_and: " and ",
};
