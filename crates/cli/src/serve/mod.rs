//! `psyncscope serve`: the engine on real TCP, with the command line and the configuration file of redis-server.
//!
//! **This module contains no rules of Redis**: the node says what is sent, saved and logged, and the driver carries
//! it out.
//!
//! * start: [`settings`] (command line, redis.conf), [`directives`] (directives that the engine does not have),
//!   [`background`] (`daemonize`)
//! * run: [`server`] (the node and its outputs), [`event_loop`] (ends of turns, timers, signals), [`listen`] and
//!   [`connection`] (sockets), [`files`], [`append_only`] and [`diskless`] (files), [`log`]

mod append_only;
mod background;
mod connection;
mod directives;
mod diskless;
mod event_loop;
mod facts;
mod files;
mod listen;
mod log;
mod server;
mod settings;

use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode};

use server::End;
use settings::Invocation;

/// What `psyncscope serve --help` prints.
const USAGE: &str = "\
Usage: psyncscope serve [/path/to/redis.conf] [options]
       psyncscope serve - (read config from stdin)
       psyncscope serve -v or --version
       psyncscope serve -h or --help

Every directive of redis.conf is an option. A directive that would have no effect here is refused, or named in the log.
Unless bind is given it listens on 127.0.0.1 alone; bind * listens on every address, in protected mode.

One directive is its own: rdb-version-max N (9..12, default 9) reads RDB files of later versions and executes what
Redis 6.2 and 7 propagate, so that it can replicate from them. What it cannot apply ends the link; INFO says why.

Examples:
       psyncscope serve (run the server with default conf)
       psyncscope serve /etc/redis/6379.conf
       psyncscope serve --port 7777
       psyncscope serve --port 7777 --replicaof 127.0.0.1 8888
       psyncscope serve /etc/myredis.conf --loglevel verbose";

/// Runs a server until it ends; returns its exit status.
pub fn run(args: Vec<OsString>) -> ExitCode {
    // Before `dir` changes the directory, and while the program's file is the one that runs.
    let restart = restart_command(&args);
    match settings::parse(args, &mut io::stdin().lock()) {
        Ok(Invocation::Help) => println!("{USAGE}"),
        Ok(Invocation::Version) => println!(
            "Redis server v={} sha=00000000:0 malloc=libc bits={} build=psyncscope-{}",
            psyncscope_engine::REDIS_VERSION,
            usize::BITS,
            env!("CARGO_PKG_VERSION")
        ),
        Ok(Invocation::Serve(settings)) if background::should_start(&settings) => {
            if let Err(error) = restart.and_then(|restart| background::start(restart, &settings)) {
                eprintln!("psyncscope: cannot go to the background: {}", files::strerror(&error));
                return ExitCode::FAILURE;
            }
        }
        Ok(Invocation::Serve(mut settings)) => {
            background::adapt(&mut settings);
            return match server::run(*settings) {
                Ok(End::Exit(status)) => ExitCode::from(u8::try_from(status).unwrap_or(1)),
                // The process ends by a signal, as a crashed redis-server does. The log has its report.
                Ok(End::Crash) => std::process::abort(),
                Ok(End::Restart(delay)) => {
                    std::thread::sleep(delay);
                    // `exec` only returns if it fails.
                    let error = restart.map_or_else(|error| error, |mut restart| restart.exec());
                    eprintln!("psyncscope: cannot start again: {}", files::strerror(&error));
                    ExitCode::FAILURE
                }
                // The error was logged.
                Err(server::Logged) => ExitCode::FAILURE,
            };
        }
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// The command that starts this program again (`server.executable`, `server.exec_argv`).
fn restart_command(args: &[OsString]) -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("serve").args(args).current_dir(std::env::current_dir()?);
    Ok(command)
}
