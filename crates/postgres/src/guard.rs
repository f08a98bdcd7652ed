use std::io;
use std::process::{Child, Stdio};

use crate::account::Account;

/// Ends a process when this one ends, however this one ends: `kill -9` included.
///
/// A shell waits on a pipe whose other end only this process holds; when the system closes that, the shell sends the
/// signal. Linux's parent-death signal would do the same with more to go wrong: it has to be set between fork and
/// exec, which safe Rust cannot do without a program of ours to go through; it is dropped when the account changes,
/// which is just what root does here; it fires when the *thread* that forked ends; and only Linux has it. A shell and
/// a pipe are everywhere. Should the shell be killed as well, the server is an orphan, and the next start stops it.
#[derive(Debug)]
pub(crate) struct Guard {
    shell: Child,
}

impl Guard {
    /// Guards the process with this id, or with a minus before it, the process group.
    pub(crate) fn over(target: &str, signal: &str, account: &Account) -> io::Result<Self> {
        let shell = account
            .command("/bin/sh")
            .args(["-c", "read -r _; kill -s \"$1\" -- \"$2\"", "usher-postgres-guard", signal, target])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Self { shell })
    }
}

impl Drop for Guard {
    /// Killed before the pipe closes, or it would still send its signal, by then perhaps to a stranger.
    fn drop(&mut self) {
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}
