use std::ffi::OsStr;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, io};

use nix::unistd::{User, geteuid};

use crate::StartError;

/// Whom the server runs as: this process's own account, except that Postgres refuses to run as root.
#[derive(Debug)]
pub(crate) struct Account {
    other: Option<User>,
}

impl Account {
    pub(crate) fn choose() -> Result<Self, StartError> {
        if !geteuid().is_root() {
            return Ok(Self { other: None });
        }
        let user = ["postgres", "nobody"].into_iter().find_map(|name| User::from_name(name).ok().flatten());
        Ok(Self { other: Some(user.ok_or(StartError::NoAccount)?) })
    }

    /// The account's name, where it is another than this process's own.
    pub(crate) fn name(&self) -> Option<&str> {
        self.other.as_ref().map(|user| user.name.as_str())
    }

    pub(crate) fn uid(&self) -> u32 {
        self.other.as_ref().map_or_else(geteuid, |user| user.uid).as_raw()
    }

    /// A command run as the account, in a process group of its own (so that Ctrl-C at the terminal reaches this
    /// process alone, which then stops the server in order), with nothing of the caller's Postgres settings.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.process_group(0).current_dir("/").stdin(Stdio::null()).env("LC_ALL", "C").env_remove("TZ");
        for (name, _) in env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"PG")) {
            command.env_remove(name);
        }
        if let Some(user) = &self.other {
            command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
        }
        command
    }

    /// Gives a file or folder to the account.
    pub(crate) fn give(&self, path: &Path) -> io::Result<()> {
        match &self.other {
            Some(user) => std::os::unix::fs::chown(path, Some(user.uid.as_raw()), Some(user.gid.as_raw())),
            None => Ok(()),
        }
    }

    /// Whether the account gets into a folder. Tried, not worked out from modes: access lists and mounts count too.
    pub(crate) fn can_enter(&self, dir: &Path) -> bool {
        self.other.is_none()
            || self
                .command("/bin/sh")
                .args(["-c", "cd -- \"$1\"", "sh"])
                .arg(dir)
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success())
    }
}
