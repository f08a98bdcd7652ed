//! The server's folder: where it is, whose it is, and that it has one holder.
//!
//! ```text
//! data/             Postgres's own (PGDATA)
//! data.new/         a cluster being made; becomes data/ when it is whole
//! socket/           the server's socket, 0700
//! postgresql.conf   written at every start
//! local.conf        the operator's own settings, if there are any
//! belongs-to        where the link to this folder is, if the data could not lie there
//! server.log        what the server said, and server.log.1 what it said before
//! lock              held, with the holder's pid in it, for as long as a process runs this server
//! ```

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::{env, process};

use crate::account::Account;
use crate::{PORT, StartError};

/// Where root's servers keep their data when their account cannot enter the folder asked for.
const ROOTS_PLACE: &str = "/var/lib/usher";

/// The longest path of a socket that every system takes: Linux has room for 107 bytes, macOS for 103.
const LONGEST_SOCKET: usize = 103;

/// What a server's folder holds, the lock last: what was begun to be deleted can be deleted again.
const ENTRIES: [&str; 9] =
    ["data", "data.new", "socket", "postgresql.conf", "local.conf", "server.log", "server.log.1", "belongs-to", "lock"];

#[derive(Debug)]
pub(crate) struct Home {
    dir: PathBuf,
    pub(crate) data: PathBuf,
    pub(crate) new: PathBuf,
    pub(crate) socket: PathBuf,
    pub(crate) conf: PathBuf,
    pub(crate) log: PathBuf,
    /// In the command line of every process of this server, and of no other's.
    pub(crate) tag: String,
    /// The advisory lock goes with the open file, so it goes with this process, however that ends.
    _lock: File,
}

impl Home {
    pub(crate) fn open(dir: &Path, account: &Account) -> Result<Self, StartError> {
        let dir = std::path::absolute(dir).map_err(StartError::io("find", dir))?;
        let dir = place(&dir, account)?;
        let lock = lock(&dir)?;
        let socket = socket_dir(&dir, account)?;
        Ok(Self {
            data: dir.join("data"),
            new: dir.join("data.new"),
            socket,
            conf: dir.join("postgresql.conf"),
            log: dir.join("server.log"),
            tag: format!("usher-{}", digest(&dir)),
            _lock: lock,
            dir,
        })
    }

    /// Deletes everything the server ever held, and the folder, wherever it really is. What is not the server's stays, and
    /// with it the folder.
    pub(crate) fn delete(self, asked: &Path) -> io::Result<()> {
        if !self.socket.starts_with(&self.dir) {
            fs::remove_dir_all(&self.socket)?;
        }
        for name in ENTRIES {
            remove(&self.dir.join(name))?;
        }
        fs::remove_dir(&self.dir)?;
        if asked.is_symlink() { fs::remove_file(asked) } else { Ok(()) }
    }

    /// The major version that wrote the data, where there is data.
    pub(crate) fn version(&self) -> Option<String> {
        fs::read_to_string(self.data.join("PG_VERSION")).ok().map(|text| text.trim().to_owned())
    }
}

/// Deletes a file, or a folder with everything in it, or a link and nothing that it leads to.
fn remove(path: &Path) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    removed.or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
}

/// Makes sure that what is to be deleted is a server's folder of ours, or a link of ours to one: anybody may put a link
/// with any name into a temporary folder.
pub(crate) fn must_be_ours(dir: &Path) -> io::Result<()> {
    let (named, real) = (fs::symlink_metadata(dir)?, fs::metadata(dir)?);
    let me = nix::unistd::geteuid().as_raw();
    if named.uid() != me || real.uid() != me || !real.is_dir() {
        return Err(io::Error::other("it is no folder of this account's"));
    }
    Ok(())
}

/// Makes the folder where it is missing and returns its real path, one that the account can enter.
fn place(dir: &Path, account: &Account) -> Result<PathBuf, StartError> {
    // A link whose target is gone: made again where it points.
    let target = fs::read_link(dir).map_or_else(|_| dir.to_owned(), |to| dir.with_file_name("").join(to));
    if !dir.is_dir() {
        fs::create_dir_all(&target)
            .and_then(|()| open_up(&target, account))
            .map_err(StartError::io("make the folder", &target))?;
    }
    let real = dir.canonicalize().map_err(StartError::io("find", dir))?;
    if account.can_enter(&real) {
        return Ok(real);
    }
    // remove_dir takes only an empty folder: one that holds anything is never given up for another.
    match fs::remove_dir(dir) {
        Ok(()) => elsewhere(dir, account),
        Err(_) => Err(unreachable(dir, account)),
    }
}

/// Where the server is another account, it must get through, to the parts that are its own; else nobody has to.
fn open_up(dir: &Path, account: &Account) -> io::Result<()> {
    fs::set_permissions(dir, Permissions::from_mode(if account.name().is_some() { 0o755 } else { 0o700 }))
}

/// A project of root's usually lies in root's home, which no other account may enter, while Postgres must not be root.
/// So the data goes where system services keep theirs, and a link stands in the folder asked for.
fn elsewhere(dir: &Path, account: &Account) -> Result<PathBuf, StartError> {
    let base = Path::new(ROOTS_PLACE);
    fs::create_dir_all(base).map_err(StartError::io("make the folder", base))?;
    let name = digest(dir);
    // Never a folder that is there already: who deletes the link wants an empty database, not the old one back.
    let mut earlier = Vec::new();
    let real = loop {
        let real = match earlier.len() {
            0 => base.join(&name),
            n => base.join(format!("{name}-{n}")),
        };
        match fs::create_dir(&real) {
            Ok(()) => break real,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => earlier.push(real),
            Err(error) => return Err(StartError::io("make the folder", &real)(error)),
        }
    };
    open_up(&real, account).map_err(StartError::io("open", &real))?;
    if !account.can_enter(&real) {
        return Err(unreachable(&real, account));
    }
    fs::write(real.join("belongs-to"), dir.as_os_str().as_encoded_bytes())
        .map_err(StartError::io("write in", &real))?;
    symlink(&real, dir).map_err(StartError::io("make the link", dir))?;
    let account = account.name().unwrap_or_default();
    tracing::info!(
        "the account `{account}`, as which Postgres runs, cannot enter {}: the data lies in {}, and a link there",
        dir.display(),
        real.display()
    );
    for old in earlier {
        tracing::warn!(
            "data of an earlier {} is left in {}: delete it if nobody needs it",
            dir.display(),
            old.display()
        );
    }
    Ok(real)
}

fn unreachable(dir: &Path, account: &Account) -> StartError {
    StartError::Unreachable { dir: dir.to_owned(), account: account.name().unwrap_or_default().to_owned() }
}

fn lock(dir: &Path) -> Result<File, StartError> {
    let path = dir.join("lock");
    let mut options = OpenOptions::new();
    let mut file = options
        .read(true)
        .write(true)
        .create(true)
        .truncate(false) // not before the lock is held: the holder's pid is in it
        .mode(0o600)
        .open(&path)
        .map_err(StartError::io("open", &path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut pid = String::new();
            let read = file.read_to_string(&mut pid).is_ok() && !pid.trim().is_empty();
            let pid = read.then(|| pid.trim().to_owned());
            return Err(StartError::AlreadyRunning { dir: dir.to_owned(), pid });
        }
        Err(TryLockError::Error(error)) => return Err(StartError::io("lock", &path)(error)),
    }
    file.set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| writeln!(file, "{}", process::id()))
        .map_err(StartError::io("write", &path))?;
    Ok(file)
}

/// `socket` in the server's folder, or where that makes too long a path, a folder named for it in the temporary one.
fn socket_dir(dir: &Path, account: &Account) -> Result<PathBuf, StartError> {
    let fits = |dir: &Path| dir.join(format!(".s.PGSQL.{PORT}")).as_os_str().len() <= LONGEST_SOCKET;
    let inside = dir.join("socket");
    if fits(&inside) {
        return private_dir(inside, account);
    }
    let outside = [env::temp_dir(), PathBuf::from("/tmp")]
        .into_iter()
        .filter(|temp| account.can_enter(temp))
        .map(|temp| temp.join(format!("usher-{}", digest(dir))))
        .find(|path| fits(path))
        .ok_or_else(|| StartError::NoSocketDir { dir: dir.to_owned() })?;
    private_dir(outside, account)
}

/// A folder that only the account can enter. In a temporary folder anybody may have made one of that name: theirs is
/// not taken, since whoever owns the folder owns the socket.
fn private_dir(path: PathBuf, account: &Account) -> Result<PathBuf, StartError> {
    let failed = |error| StartError::io("make the private folder", &path)(error);
    match DirBuilder::new().mode(0o700).create(&path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(failed(error)),
        _ => {}
    }
    let found = fs::symlink_metadata(&path).map_err(failed)?;
    let ours = [account.uid(), nix::unistd::geteuid().as_raw()].contains(&found.uid());
    if !found.is_dir() || !ours {
        return Err(failed(io::Error::other("something of somebody else's is there: remove it")));
    }
    fs::set_permissions(&path, Permissions::from_mode(0o700)).and_then(|()| account.give(&path)).map_err(failed)?;
    Ok(path)
}

/// A short name for a path. The standard hasher with its fixed keys: the same path has the same name at every start.
fn digest(path: &Path) -> String {
    let mut hasher = DefaultHasher::new();
    path.as_os_str().as_encoded_bytes().hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
