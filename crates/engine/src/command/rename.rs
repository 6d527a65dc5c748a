//! `rename-command`: the one directive that needs the table of commands.

use super::table::lookup_renamed;
use crate::config::Config;

impl Config {
    /// `rename-command OLD NEW`; an empty NEW disables the command. Not visible in CONFIG.
    pub(crate) fn rename_command(&mut self, args: &[&str]) -> Result<(), String> {
        let [old, new] = args else { return Err("Bad directive or wrong number of arguments".into()) };
        let (old, new) = (old.to_ascii_lowercase(), new.to_ascii_lowercase());
        if lookup_renamed(&self.renamed_commands, old.as_bytes()).is_none() {
            return Err("No such command in rename-command".into());
        }
        if !new.is_empty() && lookup_renamed(&self.renamed_commands, new.as_bytes()).is_some() {
            return Err("Target command name already exists".into());
        }
        self.renamed_commands.push((old, new));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    use super::lookup_renamed;

    #[test]
    fn several_commands_are_disabled_and_none_is_called_by_an_empty_name() {
        let mut config = Config::default();
        for name in ["FLUSHALL", "SYNC"] {
            assert_eq!(config.rename_command(&[name, ""]), Ok(()));
            assert!(lookup_renamed(&config.renamed_commands, name.as_bytes()).is_none(), "{name}");
        }
        assert!(lookup_renamed(&config.renamed_commands, b"").is_none());
        let taken = config.rename_command(&["GET", "SET"]);
        assert_eq!(taken, Err("Target command name already exists".into()));
    }
}
