use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// How large the log grows before it is put aside; there is one such file aside, so it takes twice this at most.
const LIMIT: u64 = 8 << 20;

/// How many lines are kept at hand for an error message.
const TAIL: usize = 20;

/// What the server says, in a file of bounded size. Postgres's own collector bounds a file but not their number.
#[derive(Debug)]
pub(crate) struct Log {
    path: PathBuf,
    file: File,
    size: u64,
    tail: VecDeque<String>,
}

impl Log {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
        Ok(Self { path: path.to_owned(), size: file.metadata()?.len(), file, tail: VecDeque::new() })
    }

    /// Takes a line, its end included. A full disk must not stop the server, so what cannot be written is lost.
    pub(crate) fn line(&mut self, line: &[u8]) {
        if self.size + line.len() as u64 > LIMIT {
            let _ = self.put_aside();
        }
        if self.file.write_all(line).is_ok() {
            self.size += line.len() as u64;
        }
        if self.tail.len() == TAIL {
            self.tail.pop_front();
        }
        self.tail.push_back(String::from_utf8_lossy(line).trim_end().to_owned());
    }

    pub(crate) fn tail(&self) -> String {
        Vec::from_iter(self.tail.iter().map(String::as_str)).join("\n")
    }

    fn put_aside(&mut self) -> io::Result<()> {
        let mut aside = self.path.clone().into_os_string();
        aside.push(".1");
        fs::rename(&self.path, aside)?;
        let Self { file, size, .. } = Self::open(&self.path)?;
        (self.file, self.size) = (file, size);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{LIMIT, Log, TAIL};

    #[test]
    fn the_log_never_takes_more_than_twice_its_limit() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("server.log");
        let mut log = Log::open(&path).unwrap();
        let line = [b"x".repeat(1 << 20), b"\n".to_vec()].concat();
        for _ in 0..30 {
            log.line(&line);
        }
        let sizes = ["server.log", "server.log.1"].map(|name| dir.path().join(name).metadata().unwrap().len());
        assert!(sizes.iter().all(|size| (1..=LIMIT).contains(size)), "{sizes:?}");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2);
    }

    #[test]
    fn the_last_lines_are_at_hand() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = Log::open(&dir.path().join("server.log")).unwrap();
        for n in 0..TAIL + 5 {
            log.line(format!("line {n}\n").as_bytes());
        }
        assert_eq!(log.tail().lines().next(), Some("line 5"));
        assert_eq!(log.tail().lines().count(), TAIL);
    }
}
