//! The stage: cards for the nodes, wires between them, packets on the wires.

pub mod caption;
pub mod card;
pub mod card_chips;
pub mod layer;
pub mod mini_ring;
pub mod node_menu;
pub mod view;
pub mod wire;
pub mod wire_sheet;
