//! The sentences of the narration, with the slots that each has. Every language is one [`Messages`]: a sentence that is
//! missing in one does not compile.

crate::messages! {
    /// {node}, {peer}, {n}, {asked}, {id}, {bytes}, ...
    partial,
    partial_previous,
    full_requested,
    full_bad_offset,
    full_id,
    full_past,
    full_no_backlog,
    full_overwritten,
    full_future,
    /// {node}, {id}, {old}, {n}, {last}
    shifted,
    continued,
    history_begins,
    backlog_expired,
    id_requested,
    restored,
    /// {node}, {master}, {state}, {why}
    handshake_failed,
    /// Follows a sentence about what has happened {n} times without anything else.
    in_a_row,
    /// {node}, {master}
    connecting,
    transfer,
    connected,
    /// {node}, {id}, {n}
    link_lost,
    /// {node}, {master}, {id}, {n}
    synthesized,
    /// {node}, {n}
    save_started,
    /// {node}, {why}
    save_failed,
    /// {node}, {peer}
    send_bulk,
    replica_gone,
    /// {node}, {n}, {last}
    fed,
    /// {node}, {key}
    expired,
    /// {node}, {master}, {command}, {why}, {n}
    master_command_failed,
    master_script_failed,
    master_command_ends_link,
    /// {node}
    running,
    /// {master}: the one that it follows again, or that it followed before; these come after `running`.
    configured_replica,
    configured_master,
    /// {node}
    paused,
    stopped,
    off,
    added,
    removed,
    /// {node}, {peer}, {id}, {offset}
    replied_full,
    /// {node}, {peer}, {id}, {bytes}
    replied_continue,
    /// {node}, {peer}, {bytes}
    replied_continue_old,
    /// {node}, {master}, {state}, {why}
    handshake_left,
    /// {node}, {master}, {command}
    sends_ping,
    sends_auth,
    sends_port,
    sends_ip,
    sends_capa,
    sends_psync_all,
    /// {node}, {master}, {id}, {n}, {command}
    sends_psync,
    sends_sync,
    /// {node}
    sends_no_password,
    sends_no_address,
    /// {node}, {master}, {answer}, {state}
    answered,
    /// {node}, {peer}, {bytes}
    retransmitted,
    /// {node}, {peer}, {bytes}, {time}
    recovered,
    recovered_cut,
    /// Between two sentences.
    between_sentences,
    /// Between the names of a list, before the last two.
    list_comma,
    /// Before the last name of a list
    list_and,
    /// {node}, {peer}
    cut,
    cut_both,
    healed,
    healed_both,
    /// {node}, {ms}
    clock_moved,
    /// {node}, {command}
    typed,
}

#[cfg(test)]
mod tests {
    use crate::lang::Lang;
    use crate::narration::messages;
    use crate::template::slots;

    #[test]
    fn every_sentence_is_translated_with_the_same_slots() {
        for ((name, en), (_, zh)) in messages(Lang::En).all().into_iter().zip(messages(Lang::Zh).all()) {
            assert!(!en.is_empty() && (en != zh || name == "between_sentences"), "{name} is not translated");
            assert_eq!(slots(en), slots(zh), "{name}");
        }
    }
}
