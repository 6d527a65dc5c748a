//! The directives of the append-only file.

use super::directive::{Directive, integer, memory, one, text, word, yes_no};

/// `appendfsync`: when appended data is synced to disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AppendFsync {
    /// Once a second, in the background.
    #[default]
    Everysec,
    /// Before the replies of the turn are sent.
    Always,
    /// When the operating system does so.
    No,
}

impl AppendFsync {
    const fn name(self) -> &'static str {
        match self {
            Self::Everysec => "everysec",
            Self::Always => "always",
            Self::No => "no",
        }
    }
}

/// The directives of the append-only file, by their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppendOnly {
    /// `appendonly`: every change is appended to a file, which is loaded at the start.
    pub appendonly: bool,
    /// `appendfilename`.
    pub appendfilename: String,
    /// `appendfsync`.
    pub appendfsync: AppendFsync,
    /// `no-appendfsync-on-rewrite`: no fsync while a child writes.
    pub no_appendfsync_on_rewrite: bool,
    /// `auto-aof-rewrite-percentage`: growth after which it is rewritten, 0 for never.
    pub auto_aof_rewrite_percentage: i64,
    /// `auto-aof-rewrite-min-size` in bytes: a smaller file is not rewritten automatically.
    pub auto_aof_rewrite_min_size: u64,
    /// `aof-load-truncated`: whether a file that ends in the middle of a command is loaded up to that command.
    pub aof_load_truncated: bool,
    /// `aof-use-rdb-preamble`: whether a rewritten file begins with an RDB.
    pub aof_use_rdb_preamble: bool,
    /// `aof-rewrite-incremental-fsync`. Up to the driver's child.
    pub aof_rewrite_incremental_fsync: bool,
}

impl Default for AppendOnly {
    fn default() -> Self {
        Self {
            appendonly: false,
            appendfilename: "appendonly.aof".into(),
            appendfsync: AppendFsync::Everysec,
            no_appendfsync_on_rewrite: false,
            auto_aof_rewrite_percentage: 100,
            auto_aof_rewrite_min_size: 64 << 20,
            aof_load_truncated: true,
            aof_use_rdb_preamble: true,
            aof_rewrite_incremental_fsync: true,
        }
    }
}

/// A yes/no directive.
macro_rules! switch {
    ($name:literal, $field:ident) => {
        Directive::new(
            $name,
            |c| word(c.aof.$field).into(),
            |c, a| {
                c.aof.$field = yes_no(a)?;
                Ok(())
            },
        )
    };
}

/// The directives, in the order of CONFIG GET.
pub(super) static DIRECTIVES: &[Directive] = &[
    Directive::new(
        "auto-aof-rewrite-percentage",
        |c| c.aof.auto_aof_rewrite_percentage.to_string(),
        |c, a| {
            c.aof.auto_aof_rewrite_percentage = integer(a, 0, i64::from(i32::MAX))
                .map_err(|_| "Invalid negative percentage for AOF auto rewrite".to_owned())?;
            Ok(())
        },
    ),
    Directive::new(
        "auto-aof-rewrite-min-size",
        |c| c.aof.auto_aof_rewrite_min_size.to_string(),
        |c, a| {
            c.aof.auto_aof_rewrite_min_size = memory(one(a)?).ok_or("argument must be a memory value")?;
            Ok(())
        },
    ),
    switch!("no-appendfsync-on-rewrite", no_appendfsync_on_rewrite),
    switch!("aof-rewrite-incremental-fsync", aof_rewrite_incremental_fsync),
    switch!("aof-load-truncated", aof_load_truncated),
    switch!("aof-use-rdb-preamble", aof_use_rdb_preamble),
    Directive::new(
        "appendfsync",
        |c| c.aof.appendfsync.name().into(),
        |c, a| {
            let all = [AppendFsync::Everysec, AppendFsync::Always, AppendFsync::No];
            let arg = one(a)?.to_ascii_lowercase();
            let found = all.into_iter().find(|mode| mode.name().as_bytes() == arg);
            c.aof.appendfsync = found.ok_or("argument must be 'no', 'always' or 'everysec'")?;
            Ok(())
        },
    ),
    switch!("appendonly", appendonly),
    Directive::new(
        "appendfilename",
        |c| c.aof.appendfilename.clone(),
        |c, a| {
            let name = text(a)?;
            if name.is_empty() || name.contains('/') {
                return Err("appendfilename can't be a path, just a filename".into());
            }
            c.aof.appendfilename = name;
            Ok(())
        },
    )
    .in_file(),
];
