use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::StartError;
use crate::account::Account;
use crate::home::Home;

/// The oldest major version this project runs on.
pub(crate) const OLDEST: u32 = 15;

/// Where packages put Postgres, one pattern a line. `scripts/postgres.sh` reads the same file.
const PLACES: &str = include_str!("places.txt");

/// A Postgres installation.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    bin: PathBuf,
    major: u32,
}

impl Programs {
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }

    /// Reads the installation in a folder; says what is wrong where it is none of ours.
    fn read(bin: &Path, account: &Account) -> Result<Self, String> {
        let postgres = bin.join("postgres");
        // The folder it really is in: `initdb` and the rest are there, and not always where a link to it is.
        let bin = postgres.canonicalize().map_err(|_| "there is no `postgres` in it".to_owned())?;
        let bin = bin.parent().unwrap_or(Path::new("/")).to_owned();
        if !bin.join("initdb").is_file() {
            return Err("there is no `initdb` in it".to_owned());
        }
        // Run, not only looked at: that the account may run it is part of the question.
        let output = account
            .command(bin.join("postgres"))
            .arg("--version")
            .output()
            .map_err(|error| format!("`postgres --version` does not run: {error}"))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let major = major(&text).ok_or_else(|| {
            let error = String::from_utf8_lossy(&output.stderr);
            format!("`postgres --version` does not answer with a version: {}{}", text.trim(), error.trim())
        })?;
        if major < OLDEST {
            return Err(format!("it holds PostgreSQL {major}, and {OLDEST} is the oldest that serves"));
        }
        Ok(Self { bin, major })
    }
}

/// The installation to use: that of the version which wrote the data where there is data, else the newest.
pub(crate) fn find(account: &Account, home: &Home) -> Result<Programs, StartError> {
    let mut found = installed(account)?;
    found.sort_by_key(|programs| std::cmp::Reverse(programs.major));
    let newest = found.first().ok_or_else(|| StartError::NoPrograms { cache: cache() })?;
    let Some(have) = home.version() else { return Ok(newest.clone()) };
    let same = found.iter().find(|programs| programs.major.to_string() == have);
    same.cloned().ok_or_else(|| StartError::OtherMajor {
        data: home.data.clone(),
        socket: home.socket.clone(),
        found: newest.major.to_string(),
        have,
    })
}

fn installed(account: &Account) -> Result<Vec<Programs>, StartError> {
    if let Some(bin) = env::var_os("USHER_PG_BIN").filter(|bin| !bin.is_empty()).map(PathBuf::from) {
        return match Programs::read(&bin, account) {
            Ok(programs) => Ok(vec![programs]),
            Err(problem) => Err(StartError::BadPrograms { bin, problem }),
        };
    }
    let mut dirs: Vec<PathBuf> = PLACES.lines().flat_map(|pattern| expand(Path::new(pattern))).collect();
    dirs.extend(env::var_os("PATH").iter().flat_map(env::split_paths));
    dirs.extend(expand(&cache().join("*/bin")));
    Ok(dirs.iter().filter_map(|dir| Programs::read(dir, account).ok()).collect())
}

/// Where `scripts/postgres.sh` unpacks an installation that no package manager could provide. Not in root's own cache:
/// Postgres does not run as root, and could not get there.
fn cache() -> PathBuf {
    let named = env::var_os("XDG_CACHE_HOME").filter(|dir| !dir.is_empty()).map(PathBuf::from);
    let own = || env::home_dir().unwrap_or_default().join(".cache");
    match nix::unistd::geteuid().is_root() {
        true => PathBuf::from("/var/cache/usher/postgres"),
        false => named.unwrap_or_else(own).join("usher/postgres"),
    }
}

/// The folders a pattern stands for: a `*` stands for anything within one part of a path.
fn expand(pattern: &Path) -> Vec<PathBuf> {
    pattern.iter().fold(vec![PathBuf::new()], |found, part| {
        let Some((start, end)) = part.to_str().and_then(|part| part.split_once('*')) else {
            return found.into_iter().map(|dir| dir.join(part)).collect();
        };
        let entries = found.iter().filter_map(|dir| fs::read_dir(dir).ok()).flatten().flatten();
        let fits = |name: &str| name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end);
        entries.filter(|entry| entry.file_name().to_str().is_some_and(fits)).map(|entry| entry.path()).collect()
    })
}

/// The major version in what `postgres --version` prints.
fn major(text: &str) -> Option<u32> {
    let version = text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::{expand, major};

    #[test]
    fn the_major_version_is_read_from_every_form_packages_print() {
        assert_eq!(major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 18beta2"), Some(18));
        assert_eq!(major("postgres (EnterpriseDB Advanced Server) 17.2.0"), Some(17));
        assert_eq!(major("command not found"), None);
    }

    #[test]
    fn a_star_stands_for_anything_within_one_part() {
        let root = tempfile::tempdir().unwrap();
        for dir in ["pg-15/bin", "pg-16/bin", "other-17/bin"] {
            std::fs::create_dir_all(root.path().join(dir)).unwrap();
        }
        let mut found = expand(&root.path().join("pg-*/bin"));
        found.sort();
        assert_eq!(found, ["pg-15/bin", "pg-16/bin"].map(|dir| root.path().join(dir)));
        assert_eq!(expand(Path::new("/plain/bin")), [PathBuf::from("/plain/bin")]);
        assert!(expand(Path::new("/nowhere-at-all/*/bin")).is_empty());
    }
}
