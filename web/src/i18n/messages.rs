//! The list of all words and sentences, with the slots that each has.

psyncscope_lab::messages! {
    // --- the top bar ---
    /// What the page is, for the document's title and screen readers.
    tagline,
    /// The opening example in one sentence.
    example_opening,
    /// A world that the user made: {nodes}.
    example_own,
    /// A world from a file: {name}.
    example_loaded,
    /// The run came with a link.
    example_link,
    /// The run was made of a script's text.
    example_script,
    /// {seed}
    seed,
    new_run,
    load_run,
    save_run,
    share,
    /// Of the page that is embedded in another one: opens it in a window of its own.
    open_in_page,
    help,
    language,
    theme_auto,
    theme_light,
    theme_dark,
    close,
    cancel,
    dismiss,

    // --- new world ---
    new_title,
    new_seed,
    new_seed_hint,
    new_nodes,
    new_topology,
    topology_star,
    topology_chain,
    topology_alone,
    new_backlog,
    new_backlog_hint,
    new_latency,
    new_create,
    new_keeps,
    /// A field is not a number in {low}..{high}.
    bad_number,

    // --- load ---
    load_title,
    load_hint,
    load_choose,
    load_or_paste,
    load_go,
    load_unreadable,
    load_kept,

    // --- a link to what is shown ---
    /// A link was copied: {at}
    shared,
    share_by_hand,
    share_address,
    share_too_long,

    // --- the stage ---
    stage,
    add_node,
    show_segments,
    zoom_in,
    zoom_out,
    zoom_fit,
    role_master,
    /// {node}
    role_replica_of,
    /// A replica whose master is not in the world: {node}.
    role_replica_of_stranger,
    role_was_master,
    role_was_replica,
    /// {n}
    failed_commands,
    /// {n}
    replicas_attached,
    no_replicas,
    offset,
    /// {n} seconds
    lag,
    lag_title,
    state_paused,
    /// {at}
    state_stopped,
    /// {at}
    state_off,
    /// {at}
    state_asleep,
    saving,
    replid_title,
    /// {second}
    replid2_title,
    /// {node}
    node_menu,
    /// {node}
    connect_handle,
    /// {node}
    connect_prompt,
    drag_hint,

    // --- what the opening invites to; {a} is the master, {b} the replica ---
    invite_watch,
    invite_cut,
    invite_cut_go,
    invite_write,
    /// {n}, {m}: the offsets of master and replica
    invite_mend,

    // --- timers that run; {node}, {peer}, {n} seconds ---
    timer_link,
    timer_replica,
    timer_backlog,
    timer_save,
    timer_sleep,
    timers_none,
    skip,
    skip_title,
    skip_nothing,

    // --- a node's menu ---
    pause,
    pause_why,
    resume,
    resume_why,
    crash,
    crash_why,
    power_off,
    power_off_why,
    restart,
    restart_why,
    make_replica_of,
    choose_on_stage,
    promote,
    isolate,
    isolate_why,
    rejoin,
    remove,
    remove_why,

    // --- a wire ---
    /// {a}, {b}
    wire,
    /// {a}, {b}, {latency}
    wire_label,
    wire_cut_short,
    cut_both,
    /// {a}, {b}
    cut_one,
    heal,
    wire_is_whole,
    wire_is_cut,
    /// {a}, {b}
    wire_is_cut_one,
    latency,
    loss,
    wire_why,

    // --- panels ---
    panels,
    tab_backlog,
    tab_handshake,
    tab_info,
    tab_script,
    tab_log,
    tab_ruler,
    tab_console,
    /// {node}
    node,
    nobody,

    // --- the sequence diagram ---
    tab_diagram,
    diagram_detail,
    diagram_overview,
    diagram_messages,
    diagram_segments,
    diagram_save_svg,
    diagram_save_mermaid,
    diagram_empty,
    /// {at}
    diagram_from,
    /// {at}, {from}, {to}, {text}
    diagram_arrow,
    diagram_arrow_lost,
    /// {at}, {node}, {text}
    diagram_mark,

    // --- the backlog ---
    /// {from}, {to}, {histlen}, {size}
    ring_label,
    /// {histlen}, {size}
    ring_histlen,
    ring_empty,
    /// {size}
    backlog_none,
    backlog_none_replica,
    /// {n}; this and the next two follow the names of replicas.
    ring_has,
    /// {n}
    ring_lost,
    /// {n}
    ring_ahead,
    /// {idx}, {n}, {byte}
    ring_next_overwrites,
    /// {idx}
    ring_next_free,
    /// {idx}
    ring_index,
    /// {from}, {to}
    ring_arc,
    ring_overwritten,
    /// {size}
    ring_arcs_commands,
    /// {size}, {n}
    ring_arcs_parts,

    // --- why ---
    why_continue,
    why_full,
    /// {node}, {asker}, {at}
    why_whose,
    why_none,
    /// {asked}, {id}
    check_id_current,
    /// {asked}, {id}
    check_id_previous,
    check_id_question,
    /// {asked}
    check_id_no_previous,
    /// {n}, {second}
    check_second,
    check_backlog,
    /// {n}, {off}
    check_kept,
    /// {n}, {end}
    check_future,
    check_offset,
    check_not_reached,
    passed,
    failed,
    /// {n}
    sends_bytes,
    turn_readable,
    turn_history,
    /// {id}
    turn_other,
    /// {n}, {shared}
    turn_fewer,
    turn_have_backlog,
    /// {size}, {had}
    turn_larger,
    /// {n}, {off}
    turn_earlier,
    /// {n}
    turn_ahead,
    turn_from_one,
    /// {n}
    turn_writes,

    // --- the ladder ---
    ladder,
    ladder_master,
    /// {master}, {n}
    ladder_attempts,
    sent,
    received,
    /// {at}, {why}
    failed_before,
    status_passed,
    status_current,
    status_failed,
    status_skipped,
    status_pending,

    // --- INFO and the log ---
    info_filter,
    info_nothing,
    log_all,
    log_empty,

    // --- the ruler ---
    ruler,
    /// {n}
    asks_for,
    asks_everything,
    /// {second}, {id}
    ruler_parting,
    ruler_legend_history,
    ruler_legend_backlog,

    // --- the console ---
    console,
    console_hint,
    console_input,
    console_waiting,
    console_down,
    /// {node}
    console_welcome,

    // --- transport ---
    transport,
    rewind,
    step_back,
    play,
    pause_time,
    step_forward,
    step_by,
    by_segment,
    by_packet,
    by_command,
    by_state,
    by_function,
    speed,
    speed_paced,
    /// {x}
    speed_times,
    scrubber,
    /// {percent}
    working,
    live,
    go_live,
    /// {at}
    in_the_past,
    /// {at}, {what}
    forked,
    /// {at}
    returned,

    // --- branches ---
    branches,
    branches_hint,
    /// {name}
    branch_current,
    /// {name}
    branch_switch,
    branch_here,
    /// {name}
    branch_rename,
    branch_rename_short,
    branch_rename_go,
    /// {name}, {at}
    branch_leaves,
    /// {what}
    branch_first,
    /// {what}
    branch_instead,
    /// {n}, {at}
    branch_actions,
    /// {at}, {what}
    switched,
    other_sessions,
    /// {n}, {at}
    session_left,

    // --- run until ---
    run_until,
    run_until_short,
    until_hint,
    until_what,
    until_verdict,
    until_link_state,
    until_replica_state,
    until_offset,
    until_function,
    until_broken,
    until_node,
    until_state,
    until_go,
    /// {node}, {state}
    until_comes_to,
    /// {node}, {n}
    until_has_byte,
    /// {function}
    until_enters,
    /// {function}, {node}
    until_enters_on,
    /// {what}, {at}
    until_reached,
    /// {what}, {at}
    until_nothing,

    // --- bytes that are lit wherever they are drawn ---
    /// {from}, {id}
    lit_byte,
    /// {from}, {to}, {id}
    lit_bytes,

    // --- two branches side by side ---
    compare,
    compare_first,
    compare_second,
    /// {at}
    compare_at,
    /// {n}
    compare_count,
    /// {name}, {at}
    compare_ended,
    compare_node,
    compare_branch,
    compare_totals,
    compare_all,
    compare_differs,
    compare_process,
    compare_master,
    compare_ring,
    compare_lag,
    compare_keys,
    compare_full,
    compare_partial,
    compare_bytes,
    compare_runs,
    compare_paused,
    compare_stopped,
    compare_off,
    /// {name}
    branch_compare,
    branch_compare_short,

    // --- help ---
    help_title,
    help_intro,
    help_keys,
    key_space,
    key_arrows,
    key_console,
    key_zoom,
    key_digits,
    key_card,
    key_menu,
    key_home,
    key_help,

    // --- what happened ---
    note_start,
    /// The same, where nobody follows anybody yet.
    note_start_alone,

    // --- refusals, by the lab's code ---
    error_bad_json,
    error_bad_value,
    error_unknown_field,
    error_missing_field,
    error_unsupported_version,
    error_out_of_order,
    error_too_much,
    error_unknown_node,
    error_duplicate_node,
    error_bad_node_name,
    error_bad_config,
    error_bad_command,
    error_same_node,
    error_not_running,
    error_not_paused,
    error_already_running,
    error_start_failed,
    error_bad_time,
    error_unknown_branch,
    error_duplicate_branch,
    error_bad_link,
    error_bad_script,
    error_bad_info,

    // --- why ---
    tab_why,
    because_title,
    because_packet,
    because_button,
    because_hint,
    led_to_title,
    led_to_nothing,
    /// {n}
    led_to_more,
    rules_title,
    rules_hint,
    rule_nothing,
    /// {node}, {rule}, {numbers}
    rule_stopped,
    rule_show,
    /// {n}
    turn_or_later,
    /// Comes before another change that was needed too.
    turn_further,
    try_searching,
    /// {at}
    try_hint,
    /// {n}, {node}
    try_size,
    /// {node}
    try_kept,
    /// {n}, {node}
    try_writes,
    /// {from}, {to}
    try_cut,
    matrix_title,
    matrix_hint,
    matrix_corner,
    matrix_none,
    /// {from}, {to}
    matrix_asks,
    matrix_partial,
    matrix_full,
    matrix_later,
    matrix_nothing,
    /// {n}
    matrix_bytes,
    matrix_down,
    matrix_no_link,
    matrix_bad_offset,
    matrix_no_history,
    matrix_other_history,
    matrix_parted,
    matrix_no_backlog,
    matrix_overwritten,
    matrix_future,
    /// {node}
    matrix_is_down,
    /// {node}
    matrix_has_no_link,

    // --- the steps ---
    steps,
    steps_toggle,
    /// {function}
    example_function,
    step_inside,
    steps_walk,
    steps_back,
    steps_back_why,
    steps_into,
    steps_into_why,
    steps_over,
    steps_over_why,
    steps_out,
    steps_out_why,
    steps_close,
    steps_run,
    steps_next,
    steps_next_short,
    steps_previous,
    steps_previous_short,
    steps_any_node,
    steps_list,
    steps_to_place,
    /// {node}, {at}
    steps_where,
    steps_side,
    steps_before,
    steps_after,
    steps_stack,
    /// {section}
    steps_section,
    steps_no_section,
    steps_not_reached,
    steps_skipped,
    steps_holds,
    steps_holds_not,
    steps_called,
    steps_done,
    steps_true,
    steps_false,
    /// {n}
    steps_times,
    steps_none,
    steps_becomes,
    steps_changes,
    steps_hint,
    steps_packets,
    /// {n}
    steps_state_lines,
    steps_functions,
    steps_show_one,
    /// {function}
    steps_not_entered,
    /// {function}
    steps_not_entered_before,
    steps_no_more,
    steps_not_of_entry,
    key_steps,
    key_walk,
    key_run,
    /// {n}
    picture_bytes,
    /// {n}, {idx}
    picture_piece,
    /// {n}
    picture_buffer,

    // --- the script ---
    script_hint,
    script_examples,
    script_save_hint,
    /// {line}
    script_go_to,
    script_parted,
    script_anew,
    script_wrong,
    script_expects_nothing,
    /// {met} {checked}
    script_met,
    /// {n}
    script_unplayed,

    // --- files that are dropped ---
    drop_here,
    /// {name}
    drop_unreadable,

    // --- files to save ---
    save_title,
    save_session,
    save_session_hint,
    save_packets,
    save_packets_hint,
    save_steps,
    save_steps_hint,
    /// {at}
    save_stage,
    /// {node} {at}
    save_ring,
    /// {at}
    save_diagram,
    save_diagram_hint,
    /// {node}
    save_no_ring,
    save_no_png,

    // --- INFO and logs of real servers ---
    info_title,
    info_open,
    info_hint,
    info_text,
    info_matrix,
    info_promotions,
    info_is_master,
    info_remarks,
    info_master,
    /// {master}
    info_replica_up,
    /// {master}
    info_replica_down,
    /// {node}, {version}, {role}, {offset}
    info_about,
    info_unknown,
    info_not_ready,
    info_log,
    /// {n}
    info_line,
    /// {n}, {line}
    info_more,
    info_unread,
    /// {n}
    info_unread_more,
    /// {fields}, {lines}
    info_others,
    info_about_to,

    // --- a new version of the page ---
    update_ready,
    update_loses,
    update_elsewhere,
    update_load,
    update_not_kept,
    // --- lessons ---
    /// The button that opens it.
    course,
    course_title,
    course_hint,
    course_challenges,
    course_challenges_hint,
    /// {n}
    course_minutes,
    course_begun,
    course_done,
    /// {name}
    course_loading,
    /// {name}
    course_failed,
    /// {title}
    example_lesson,
    /// The panel.
    lesson,
    /// The part of the panel that scrolls.
    lesson_text,
    /// {n} {m}
    lesson_progress,
    lesson_contents,
    /// What a block is.
    lesson_step,
    lesson_task,
    lesson_question,
    lesson_begins,
    lesson_next,
    lesson_back,
    lesson_leave,
    lesson_fold,
    lesson_unfold,
    lesson_play,
    lesson_pause,
    lesson_skip,
    lesson_waiting,
    lesson_goals,
    lesson_never,
    /// A goal holds.
    lesson_holds,
    lesson_holds_not,
    /// {n}
    lesson_actions,
    /// {n}
    lesson_par,
    /// {n}
    lesson_actions_max,
    lesson_task_met,
    lesson_broken_never,
    lesson_broken_actions,
    lesson_broken_again,
    lesson_again,
    lesson_hint,
    lesson_hint_more,
    lesson_choices,
    lesson_answer,
    lesson_number,
    lesson_point,
    lesson_late,
    /// In place of the matrix, as long as a lesson's question is open.
    matrix_after_answer,
    lesson_back_to_question,
    /// A choice is.
    lesson_is_right,
    lesson_is_wrong,
    lesson_right,
    lesson_wrong,
    lesson_not_answered,
    /// {n}
    lesson_right_is,
    lesson_instead,
    lesson_instead_branch,
    lesson_return,
    lesson_over,
    /// {n} {m}
    lesson_over_tasks,
    /// {n} {m}
    lesson_over_questions,
    lesson_next_lesson,
    /// {name}
    lesson_missing,
    key_lesson,
    lesson_restart,
    report_open,
    report_title,
    report_student,
    report_empty,
    report_hint,
    report_forget,
    report_print,
    report_save,
    report_replaying,
    report_complete,
    report_begun,
    report_session,
    report_no_lesson,
    landing,
    landing_words,
    landing_course,
    landing_sandbox,
    landing_info,
    lesson_edit,
    lesson_edit_hint,
    lesson_edit_shown,
    lesson_edit_other,
    lesson_try,
    present,
    present_end,
    notes,
    notes_wait,
    notes_none,
    notes_block,
    notes_next,
    notes_last,
}
