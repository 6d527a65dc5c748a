//! What the node wants done: bytes to sockets, files, children, its own end.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use psyncscope_engine::config::AppendFsync;
use psyncscope_engine::event::LogLevel;
use psyncscope_engine::io::Fsync;
use psyncscope_engine::{ChildId, Input, Output};

use super::{Child, End, Server, Shared, print_log, role};
use crate::serve::connection::Sent;
use crate::serve::diskless::{self, Stream};
use crate::serve::{files, listen};

impl Shared {
    pub(super) fn carry_out(self: &Rc<Self>, server: &mut Server) {
        if !server.out.events.is_empty() {
            let role = role(&server.node);
            print_log(&self.log, role, server.node.config(), server.out.events.drain(..));
        }
        if server.out.outputs.is_empty() {
            return;
        }
        let mut outputs = std::mem::take(&mut server.out.outputs);
        for output in outputs.drain(..) {
            if self.exit.get().is_some() {
                break;
            }
            self.carry_out_one(server, output);
        }
        server.out.outputs = outputs;
        for (name, error) in std::mem::take(&mut server.failed) {
            let Server { node, out, .. } = &mut *server;
            node.handle_ready(self.now(), Input::FileFailed { name: &name, error: &error }, out);
            self.carry_out(server);
        }
        self.tell_of_files(server);
    }

    /// What the node is to be told of its files before anything else.
    fn tell_of_files(self: &Rc<Self>, server: &mut Server) {
        let now = self.now();
        if let Some(error) = server.append_only.error.take() {
            let unwritten = std::mem::take(&mut server.append_only.unwritten);
            let input = Input::Appended { unwritten: &unwritten, error: Some(&error) };
            server.node.handle_ready(now, input, &mut server.out);
        } else if std::mem::take(&mut server.append_only.recovered) {
            server.node.handle_ready(now, Input::Appended { unwritten: &[], error: None }, &mut server.out);
        } else if let Some((child, error)) = server.not_taken.take() {
            server.node.handle_ready(now, Input::ChildDone { child, result: Err(error) }, &mut server.out);
        } else if let Some(result) = server.file_read.take() {
            let result = result.as_ref().map(Arc::clone).map_err(String::as_str);
            server.node.handle_ready(now, Input::FileRead { result }, &mut server.out);
        } else {
            return;
        }
        self.carry_out(server);
    }

    fn carry_out_one(self: &Rc<Self>, server: &mut Server, output: Output) {
        match output {
            Output::Send { conn, bytes } => {
                let Some(connection) = server.connections.get(&conn) else { return };
                match connection.send(&bytes, self) {
                    Sent::All if connection.renews_credit() => server.renewed.push(conn),
                    Sent::All | Sent::Some => {}
                    Sent::Broken(reason) => server.broken.push((conn, reason)),
                }
            }
            Output::Close { conn } => {
                if let Some(connection) = server.connections.remove(&conn) {
                    connection.hang_up();
                }
                if let Some(task) = server.connecting.remove(&conn) {
                    task.abort();
                }
            }
            Output::Connect { conn, host, port } => {
                let task = tokio::task::spawn_local(listen::connect(conn, host, port, Rc::clone(self)));
                server.connecting.insert(conn, task.abort_handle());
            }
            Output::Spawn { child, job } => {
                let name = server.node.config().dbfilename.clone();
                let temporary = format!("temp-{}-{}.rdb", std::process::id(), child.0);
                let unwanted = Arc::new(AtomicBool::new(false));
                let tell = server.tell_child_done.clone();
                let kept = (Arc::clone(&unwanted), temporary.clone());
                server.children.insert(child, Child::Disk { unwanted: kept.0, temporary: kept.1, is_rewrite: false });
                std::thread::spawn(move || {
                    let bytes: Arc<[u8]> = job.run().into();
                    let result = files::replace(&name, &temporary, &bytes, &unwanted).map(|()| bytes);
                    // Nobody listens any more when the process ends.
                    let _ = tell.send((child, result));
                });
            }
            Output::SpawnRewrite { child, job } => {
                let temporary = rewritten_name(child);
                let unwanted = Arc::new(AtomicBool::new(false));
                let tell = server.tell_child_done.clone();
                let kept = (Arc::clone(&unwanted), temporary.clone());
                server.children.insert(child, Child::Disk { unwanted: kept.0, temporary: kept.1, is_rewrite: true });
                std::thread::spawn(move || {
                    let bytes: Arc<[u8]> = job.run().into();
                    let result = files::write_temporary(&temporary, &bytes, &unwanted).map(|()| bytes);
                    // Nobody listens any more when the process ends.
                    let _ = tell.send((child, result));
                });
            }
            Output::SpawnToSockets { child, job, mark, conns, timeout_s } => {
                let held = conns.iter().filter_map(|conn| Some((*conn, Rc::clone(server.connections.get(conn)?))));
                let connections: Vec<_> = held.collect();
                let lent: Vec<_> = connections.iter().map(|(_, connection)| Rc::clone(connection)).collect();
                lent.iter().for_each(|connection| connection.lend(true));
                let timeout = Duration::from_secs(u64::try_from(timeout_s).unwrap_or(0));
                let stream = Stream { child, connections, timeout };
                let make = move || job.run_with_eof_mark(&mark);
                let task = tokio::task::spawn_local(diskless::run(stream, make, Rc::clone(self))).abort_handle();
                server.children.insert(child, Child::Sockets { task, connections: lent });
            }
            Output::Kill { child } => {
                match server.children.remove(&child) {
                    Some(Child::Disk { unwanted, temporary, .. }) => {
                        unwanted.store(true, Ordering::Relaxed);
                        // rdbRemoveTempFile: its thread may not have come so far as to make one.
                        let _ = std::fs::remove_file(temporary);
                    }
                    Some(Child::Sockets { task, connections }) => {
                        task.abort();
                        connections.iter().for_each(|connection| connection.lend(false));
                    }
                    // It ended, and the node did not look yet. Of a background save nothing is left.
                    None => drop(std::fs::remove_file(rewritten_name(child))),
                }
            }
            Output::WriteFile { name, bytes } => {
                server.append_only.replaced(&name);
                self.write_file(server, &name, &bytes);
            }
            Output::ChangeDir { path } => {
                if let Err(error) = std::env::set_current_dir(&path) {
                    server.failed.push((path, files::strerror(&error)));
                }
            }
            Output::Append { name, bytes, fsync } => self.append(server, &name, &bytes, fsync),
            Output::TakeRewritten { child, name, tail, fsync, .. } => {
                let temporary = rewritten_name(child);
                if let Err(error) = server.append_only.take_rewritten(&name, &temporary, &tail, fsync) {
                    self.log.line(role(&server.node), LogLevel::Warning, &error);
                    // It may be what could not be found.
                    let _ = std::fs::remove_file(temporary);
                    server.not_taken = Some((child, error));
                }
            }
            Output::ReadFile { name } => {
                let read = std::fs::read(name).map(Arc::from);
                server.file_read = Some(read.map_err(|error| files::strerror(&error)));
            }
            Output::Sleep { until } => self.sleeps_until.set(Some(until)),
            Output::Load { .. } => {
                // The step itself takes the time; between two of them the event loop is entered once.
                let shared = Rc::clone(self);
                tokio::task::spawn_local(async move {
                    tokio::task::yield_now().await;
                    shared.bring(Input::LoadStep);
                });
            }
            Output::Exit { status } => self.exit.set(Some(End::Exit(status))),
            Output::Restart { after_ms } => {
                self.exit.set(Some(End::Restart(Duration::from_millis(after_ms))));
                // The kernel closes sockets only when the other program begins, and that may be a while.
                server.connections.values().for_each(|connection| connection.hang_up());
                server.connections.clear();
            }
        }
    }

    fn append(&self, server: &mut Server, name: &str, bytes: &[u8], fsync: Fsync) {
        let done = server.append_only.append(name, bytes, fsync);
        if !server.node.config().aof.appendonly {
            server.append_only.close();
        }
        let always = server.node.config().aof.appendfsync == AppendFsync::Always;
        match done {
            Ok(()) => {
                let append_only = &mut server.append_only;
                append_only.recovered |= std::mem::take(&mut append_only.failing);
            }
            Err(error) if always && !bytes.is_empty() => {
                let role = role(&server.node);
                let text = format!("Error writing to the AOF file: {}", files::strerror(&error));
                self.log.line(role, LogLevel::Warning, &text);
                let text = "Can't recover from AOF write error when the AOF fsync policy is 'always'. Exiting...";
                self.log.line(role, LogLevel::Warning, text);
                self.exit.set(Some(End::Exit(1)));
            }
            Err(_) => server.append_only.failing = true,
        }
    }

    fn write_file(&self, server: &mut Server, name: &str, bytes: &Arc<[u8]>) {
        if let Some((saved_name, saved)) = server.saved.take()
            && saved_name == name
            && Arc::ptr_eq(&saved, bytes)
        {
            return;
        }
        // Beside the file whose place it takes, for a rename does not cross file systems.
        let temporary = match name.rsplit_once('/') {
            Some((folder, file)) => format!("{folder}/temp-{}-{file}", std::process::id()),
            None => format!("temp-{}.rdb", std::process::id()),
        };
        if let Err(error) = files::replace(name, &temporary, bytes, &AtomicBool::new(false)) {
            self.log.line(role(&server.node), LogLevel::Warning, &error);
            // The last words of it are the system's own.
            let reason = error.rsplit_once(": ").map_or(error.as_str(), |(_, reason)| reason).to_owned();
            server.failed.push((name.to_owned(), reason));
        }
    }
}

/// The temporary file of a child that rewrites the append-only file.
fn rewritten_name(child: ChildId) -> String {
    format!("temp-rewriteaof-bg-{}-{}.aof", std::process::id(), child.0)
}
