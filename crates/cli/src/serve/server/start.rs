//! Starts a server from its settings, and runs it.

use std::rc::Rc;

use psyncscope_engine::event::LogLevel;
use tokio::runtime::LocalOptions;

use super::{End, Logged, Shared};
use crate::serve::listen::Listener;
use crate::serve::log::{Log, Role};
use crate::serve::settings::Settings;
use crate::serve::{event_loop, files, listen};

/// Runs a server until its node ends. All its sockets are closed then.
pub fn run(settings: Settings) -> Result<End, Logged> {
    let log = Log::new(settings.logfile.clone());
    let level = settings.config.clone();
    let say = |role, wanted: LogLevel, text: &str| {
        if level.logs(wanted) {
            log.line(role, wanted, text);
        }
    };
    let fail = |text: String| {
        log.line(Role::Child, LogLevel::Warning, &text);
        Logged
    };
    let pid = std::process::id();
    say(Role::Child, LogLevel::Warning, "Psyncscope is starting");
    let version = psyncscope_engine::REDIS_VERSION;
    say(
        Role::Child,
        LogLevel::Warning,
        &format!("Redis version={version}, bits={}, pid={pid}, just started", usize::BITS),
    );
    if settings.configured {
        say(Role::Child, LogLevel::Warning, "Configuration loaded");
    } else {
        say(Role::Child, LogLevel::Warning, "Warning: no config file specified, using the default config.");
    }
    if !settings.without_effect.is_empty() {
        let names: Vec<&str> = settings.without_effect.iter().map(String::as_str).collect();
        say(Role::Child, LogLevel::Notice, &format!("Accepted, but changing nothing here: {}", names.join(", ")));
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build_local(LocalOptions::default())
        .map_err(|error| fail(format!("Error creating the event loop: {}", files::strerror(&error))))?;
    let status = runtime.block_on(async {
        // Before the log says that the server is ready: a test may send a signal right after that.
        let signals = event_loop::Signals::new()
            .map_err(|error| fail(format!("Error watching for signals: {}", files::strerror(&error))))?;
        let tcp = listen::tcp_listeners(&settings.config, settings.tcp_backlog).map_err(fail)?;
        let mut listeners: Vec<Listener> = tcp.into_iter().map(Listener::Tcp).collect();
        if let Some(path) = &settings.unixsocket {
            let listener = listen::unix_listener(path, settings.unixsocket_mode, settings.tcp_backlog);
            listeners.push(listener.map_err(fail)?);
        }
        let role = if settings.config.replicaof.is_some() { Role::Replica } else { Role::Master };
        if let Some(file) = &settings.pidfile {
            // createPidFile: failure is ignored.
            let _ = std::fs::write(file, format!("{pid}\n"));
        }
        say(role, LogLevel::Notice, &format!("Running mode=standalone, port={}.", settings.config.port));
        say(role, LogLevel::Notice, &format!("PID: {pid}"));
        let file = files::read(settings.config.start_file()).map_err(fail)?;
        let (shared, children) = Shared::start(&settings, file, log.clone())?;
        if let Some(path) = &settings.unixsocket {
            let text = format!("The server is now ready to accept connections at {}", path.display());
            say(role, LogLevel::Notice, &text);
        }
        for listener in listeners {
            tokio::task::spawn_local(listen::accept(listener, Rc::clone(&shared)));
        }
        let ended = event_loop::run(&shared, children, signals).await;
        ended.map_err(|error| fail(format!("The event loop broke: {}", files::strerror(&error))))
    });
    if let (Some(path), Ok(End::Exit(0) | End::Restart(_))) = (&settings.unixsocket, &status) {
        // closeListeningSockets, which a crash or another error does not come to.
        log.line(Role::Child, LogLevel::Notice, "Removing the unix socket file.");
        let _ = std::fs::remove_file(path);
    }
    if let Some(file) = &settings.pidfile {
        // Ignored: it may have been removed already.
        let _ = std::fs::remove_file(file);
    }
    status
}
