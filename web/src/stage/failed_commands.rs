//! The mark of a replica on which commands of its master failed.

use psyncscope_lab::engine::view::NodeView;
use yew::prelude::*;

use crate::i18n::fill;
use crate::ui::context::use_ui;
use crate::ui::shared::Shared;

/// Properties of [`FailedCommands`].
#[derive(Properties, PartialEq)]
pub struct FailedCommandsProps {
    /// The host's name.
    pub name: AttrValue,
    /// The node.
    pub node: Shared<NodeView>,
}

/// How many commands of its master failed on the node, if any: the datasets may differ then, whatever the offsets say.
#[component]
pub fn FailedCommands(props: &FailedCommandsProps) -> Html {
    let t = use_ui().t();
    let Some(count) = failed(&props.node) else { return Html::default() };
    let title = fill(t.failed_commands, &[("n", &count.to_string())]);
    html! {
        <span
            class="card-failed"
            role="img"
            title={title.clone()}
            aria-label={title}
            data-testid={format!("node-{}-failed", props.name)}
        >
            { format!("! {count}") }
        </span>
    }
}

fn failed(node: &NodeView) -> Option<u64> {
    Some(node.info.stats.unexpected_error_replies).filter(|&count| count > 0)
}

#[cfg(test)]
mod tests {
    use psyncscope_lab::{Action, Lab, examples};

    use super::failed;

    #[test]
    fn a_command_of_the_master_that_failed_is_counted() {
        let mut lab = Lab::new(examples::opening().config).unwrap();
        let mut exec = |node: &str, command: &str| {
            lab.act(Action::Exec { node: node.into(), console: 0, command: command.into() }).unwrap();
            lab.run_for(3_000_000);
            let frame = lab.frame_at(lab.now());
            failed(frame.hosts[1].node.as_ref().unwrap())
        };
        assert_eq!(exec("a", "SET k v"), None);
        assert_eq!(exec("b", "CONFIG SET replica-read-only no"), None);
        // The same key is of another type at the replica.
        assert_eq!(exec("b", "DEL k"), None);
        assert_eq!(exec("b", "LPUSH k v"), None);
        assert_eq!(exec("a", "APPEND k w"), Some(1));
    }
}
