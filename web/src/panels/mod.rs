//! The panels about the selected node.

pub mod backlog;
pub mod because;
pub mod check_line;
pub mod handshake;
pub mod info;
pub mod info_section;
pub mod invariants;
pub mod ladder_rung;
pub mod log;
pub mod log_row;
pub mod matrix;
pub mod matrix_answer;
pub mod ring;
pub mod ring_arcs;
pub mod ring_cell;
mod ring_cells;
pub mod ring_centre;
pub mod ring_legend;
pub mod ring_letters;
pub mod ring_marks;
pub mod ring_reading;
pub mod tabs;
pub mod verdict;
pub mod verdict_change;
pub mod verdict_check;
pub mod verdict_conditions;
pub mod why;
