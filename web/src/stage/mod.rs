//! The stage: cards for the nodes, wires between them, packets on the wires.

pub mod caption;
pub mod card;
pub mod card_chips;
mod card_head;
mod card_plug;
pub mod failed_commands;
pub mod gesture;
pub mod invitation;
pub mod layer;
pub mod menu_item;
pub mod mini_ring;
pub mod node_menu;
pub mod timers;
pub mod tools;
pub mod view;
pub mod wire_label;
pub mod wire_line;
pub mod wire_sheet;
pub mod wire_slider;
