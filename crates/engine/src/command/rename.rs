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
        if lookup_renamed(&self.renamed_commands, new.as_bytes()).is_some() {
            return Err("Target command name already exists".into());
        }
        self.renamed_commands.push((old, new));
        Ok(())
    }
}
