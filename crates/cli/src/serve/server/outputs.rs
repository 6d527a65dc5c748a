//! Carries out the node's outputs: bytes to sockets, files, children, exit.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use psyncscope_engine::aof::RewriteJob;
use psyncscope_engine::config::AppendFsync;
use psyncscope_engine::event::LogLevel;
use psyncscope_engine::io::{DiskReply, DiskRequest, Fsync};
use psyncscope_engine::{ChildId, ConnId, Input, Output};
use psyncscope_rdb::SaveJob;

use super::{Child, End, Server, Shared, Written, print_log, role};
use crate::serve::connection::Sent;
use crate::serve::diskless::{self, DisklessTransfer, SocketJob};
use crate::serve::{files, listen};

impl Shared {
    /// Carries out the outputs of an input or of a turn's end. The replies to disk requests are delivered at once if
    /// the turn is still in progress; otherwise they wait for the next one.
    pub(super) fn carry_out(self: &Rc<Self>, server: &mut Server) {
        self.carry_out_once(server);
        if server.turn.is_some() {
            self.deliver_disk_replies(server);
        }
    }

    /// Delivers the replies to disk requests, and carries out what follows from them.
    pub(super) fn deliver_disk_replies(self: &Rc<Self>, server: &mut Server) {
        while let Some(reply) = server.disk_replies.pop_front() {
            server.handle(self.now(), Input::Disk(reply));
            self.carry_out_once(server);
        }
    }

    fn carry_out_once(self: &Rc<Self>, server: &mut Server) {
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
        server.disk_replies.extend(server.append_only.reply());
    }

    fn carry_out_one(self: &Rc<Self>, server: &mut Server, output: Output) {
        match output {
            Output::Send { conn, bytes } => self.send(server, conn, &bytes),
            Output::Close { conn } => close(server, conn),
            Output::Connect { conn, host, port } => {
                let task = tokio::task::spawn_local(listen::connect(conn, host, port, Rc::clone(self)));
                server.connecting.insert(conn, task.abort_handle());
            }
            Output::Spawn { child, job } => spawn_save(server, child, job),
            Output::SpawnRewrite { child, job } => spawn_rewrite(server, child, job),
            Output::SpawnToSockets { child, job, mark, conns, timeout_s } => {
                let timeout = Duration::from_secs(u64::try_from(timeout_s).unwrap_or(0));
                self.spawn_to_sockets(server, child, &conns, timeout, SocketJob { job, mark });
            }
            Output::Kill { child } => kill(server, child),
            Output::Disk(request) => {
                let reply = self.carry_out_on_disk(server, request);
                server.disk_replies.extend(reply);
            }
            Output::Sleep { until } => self.sleeps_until.set(Some(until)),
            Output::Load { .. } => {
                // The step itself takes the time; between two steps the event loop runs once.
                let shared = Rc::clone(self);
                tokio::task::spawn_local(async move {
                    tokio::task::yield_now().await;
                    shared.handle_input(Input::LoadStep);
                });
            }
            Output::Exit { status } => self.exit.set(Some(End::Exit(status))),
            Output::Crash => self.exit.set(Some(End::Crash)),
            Output::Restart { after_ms } => self.restart(server, Duration::from_millis(after_ms)),
        }
    }

    /// Carries out a disk request; returns its reply, if it has one. That of an append is
    /// [`AppendOnly::reply`](crate::serve::append_only::AppendOnly::reply).
    fn carry_out_on_disk(&self, server: &mut Server, request: DiskRequest) -> Option<DiskReply> {
        match request {
            DiskRequest::Write { name, bytes } => {
                server.append_only.replaced(&name);
                let error = self.write_file(server, &name, &bytes).err()?;
                Some(DiskReply::Failed { name, error })
            }
            DiskRequest::ChangeDir { path } => {
                let error = std::env::set_current_dir(&path).err()?;
                Some(DiskReply::Failed { name: path, error: files::strerror(&error) })
            }
            DiskRequest::Append { name, bytes, fsync } => {
                self.append(server, &name, &bytes, fsync);
                None
            }
            DiskRequest::TakeRewritten { child, name, tail, fsync, .. } => {
                let temporary = rewritten_name(child);
                let error = server.append_only.take_rewritten(&name, &temporary, &tail, fsync).err()?;
                self.log.line(role(&server.node), LogLevel::Warning, &error);
                // Ignored: the error may be that this file does not exist.
                let _ = std::fs::remove_file(temporary);
                Some(DiskReply::TakeFailed { child })
            }
            DiskRequest::Read { name } => {
                let result = std::fs::read(name).map(Arc::from).map_err(|error| files::strerror(&error));
                Some(DiskReply::Read { result })
            }
        }
    }

    fn send(self: &Rc<Self>, server: &mut Server, conn: ConnId, bytes: &[u8]) {
        let Some(connection) = server.connections.get(&conn) else { return };
        match connection.send(bytes, self) {
            Sent::All if connection.renews_credit() => server.renewed.push(conn),
            Sent::All | Sent::Some => {}
            Sent::Broken(reason) => server.broken.push((conn, reason)),
        }
    }

    /// Starts a task that writes an RDB to the sockets of replicas.
    fn spawn_to_sockets(
        self: &Rc<Self>,
        server: &mut Server,
        child: ChildId,
        conns: &[ConnId],
        timeout: Duration,
        job: SocketJob,
    ) {
        let open = conns.iter().filter_map(|conn| Some((*conn, Rc::clone(server.connections.get(conn)?))));
        let connections: Vec<_> = open.collect();
        let lent: Vec<_> = connections.iter().map(|(_, connection)| Rc::clone(connection)).collect();
        lent.iter().for_each(|connection| connection.lend_to_child(true));
        let transfer = DisklessTransfer { child, connections, timeout };
        let task = tokio::task::spawn_local(diskless::run(transfer, job, Rc::clone(self))).abort_handle();
        server.children.insert(child, Child::Sockets { task, connections: lent });
    }

    fn restart(&self, server: &mut Server, delay: Duration) {
        self.exit.set(Some(End::Restart(delay)));
        // Close the sockets now: the kernel would close them only when the program is replaced, after `delay`.
        server.connections.values().for_each(|connection| connection.close());
        server.connections.clear();
    }

    fn append(&self, server: &mut Server, name: &str, bytes: &[u8], fsync: Fsync) {
        let done = server.append_only.append(name, bytes, fsync);
        if !server.node.config().aof.appendonly {
            server.append_only.close();
        }
        let always = server.node.config().aof.appendfsync == AppendFsync::Always;
        if let Err(error) = done
            && always
            && !bytes.is_empty()
        {
            let role = role(&server.node);
            let text = format!("Error writing to the AOF file: {}", files::strerror(&error));
            self.log.line(role, LogLevel::Warning, &text);
            let text = "Can't recover from AOF write error when the AOF fsync policy is 'always'. Exiting...";
            self.log.line(role, LogLevel::Warning, text);
            self.exit.set(Some(End::Exit(1)));
        }
    }

    /// Replaces a file. The error is the system's, without what was being done.
    fn write_file(&self, server: &mut Server, name: &str, bytes: &Arc<[u8]>) -> Result<(), String> {
        if let Some((saved_name, saved)) = server.saved.take()
            && saved_name == name
            && Arc::ptr_eq(&saved, bytes)
        {
            return Ok(());
        }
        // In the directory of the file it replaces, as a rename does not cross file systems.
        let temporary = match name.rsplit_once('/') {
            Some((folder, file)) => format!("{folder}/temp-{}-{file}", std::process::id()),
            None => format!("temp-{}.rdb", std::process::id()),
        };
        files::replace(name, &temporary, bytes).map_err(|error| {
            self.log.line(role(&server.node), LogLevel::Warning, &error);
            // The last part is the system's error.
            error.rsplit_once(": ").map_or(error.as_str(), |(_, reason)| reason).to_owned()
        })
    }
}

fn close(server: &mut Server, conn: ConnId) {
    if let Some(connection) = server.connections.remove(&conn) {
        connection.close();
    }
    if let Some(task) = server.connecting.remove(&conn) {
        task.abort();
    }
}

/// Starts a thread that saves an RDB into a temporary file and renames it (`rdbSaveBackground`).
fn spawn_save(server: &mut Server, child: ChildId, job: SaveJob) {
    let name = server.node.config().dbfilename.clone();
    let temporary = format!("temp-{}-{}.rdb", std::process::id(), child.0);
    spawn_thread(server, child, temporary, move |temporary, unwanted| {
        files::save(&name, temporary, &job, unwanted).map(Written::Saved)
    });
}

/// Starts a thread that writes a new append-only file into a temporary file (`rewriteAppendOnlyFileBackground`).
fn spawn_rewrite(server: &mut Server, child: ChildId, job: RewriteJob) {
    spawn_thread(server, child, rewritten_name(child), move |temporary, unwanted| {
        files::write_rewritten(temporary, &job, unwanted).map(Written::Rewritten)
    });
}

fn spawn_thread(
    server: &mut Server,
    child: ChildId,
    temporary: String,
    write: impl FnOnce(&str, &AtomicBool) -> Result<Written, String> + Send + 'static,
) {
    let unwanted = Arc::new(AtomicBool::new(false));
    let (results, unwanted_too, path) = (server.child_results.clone(), Arc::clone(&unwanted), temporary.clone());
    server.children.insert(child, Child::Disk { unwanted, temporary });
    std::thread::spawn(move || {
        let result = write(&path, &unwanted_too);
        // Fails only when the process is ending and the receiver is gone.
        let _ = results.send((child, result));
    });
}

fn kill(server: &mut Server, child: ChildId) {
    match server.children.remove(&child) {
        Some(Child::Disk { unwanted, temporary, .. }) => {
            unwanted.store(true, Ordering::Relaxed);
            // rdbRemoveTempFile. Ignored: the thread may not have created the file yet.
            let _ = std::fs::remove_file(temporary);
        }
        Some(Child::Sockets { task, connections }) => {
            task.abort();
            connections.iter().for_each(|connection| connection.lend_to_child(false));
        }
        // The child ended and the node has not reaped it yet. Only a rewrite leaves a temporary file.
        None => drop(std::fs::remove_file(rewritten_name(child))),
    }
}

/// The name of the temporary file of a rewrite.
fn rewritten_name(child: ChildId) -> String {
    format!("temp-rewriteaof-bg-{}-{}.aof", std::process::id(), child.0)
}
