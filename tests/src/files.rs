//! Files: images, as the API takes them, and where a server keeps them.

use std::{num::NonZeroUsize, path::PathBuf};

use reqwest::Method;
use usher_api::{BucketAccess, FilePlace, FileSettings, Settings};

use crate::{
    Answer, Person, World,
    world::{UNLIMITED, unlimited},
};

/// Where a server keeps files: what it is told, and a folder that goes with it.
pub(crate) struct Kept {
    pub(crate) settings: FileSettings,
    folder: tempfile::TempDir,
}

impl Default for Kept {
    fn default() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = FilePlace::Folder(folder.path().join("kept"));
        Self { settings: FileSettings { place, ..FileSettings::default() }, folder }
    }
}

impl Kept {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// What an image is, its first bytes say: the beginning of a PNG, and what makes it another than the next.
pub fn png(of: &str) -> Vec<u8> {
    [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", of.as_bytes()].concat()
}

impl Person {
    /// Sends an image as the body.
    pub async fn send_image(&self, method: Method, path: &str, bytes: Vec<u8>) -> Answer {
        self.send(self.request(method, path).header("content-type", "image/png").body(bytes)).await
    }
}

impl World {
    async fn launch_to_keep(files: Kept) -> Self {
        let settings = Settings { sign_in_attempts: UNLIMITED, workers: NonZeroUsize::MIN, ..unlimited() };
        Self::launch_with(settings, 8, files).await
    }

    /// Starts a server where an organization may hold so many bytes of files.
    pub async fn start_with_quota(quota: u64) -> Self {
        let mut files = Kept::default();
        files.settings.quota = quota;
        Self::launch_to_keep(files).await
    }

    /// Starts a server that holds so many bytes of uploads in memory.
    pub async fn start_with_room(bytes: usize) -> Self {
        let mut files = Kept::default();
        files.settings.in_memory = bytes;
        Self::launch_to_keep(files).await
    }

    /// Starts a server that keeps files in a bucket.
    pub async fn start_with_bucket(url: &str, access: &[(&str, &str)]) -> Self {
        let access = access.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let mut files = Kept::default();
        files.settings.place = FilePlace::Bucket { url: url.to_owned(), access: BucketAccess::new(access) };
        Self::launch_to_keep(files).await
    }

    /// Makes storing an organization's files fail: where its folder would be is none.
    pub fn break_store(&self, organization: &str) {
        std::fs::write(self.files.path("kept").join(organization), "").unwrap();
    }

    /// Ends [`World::break_store`].
    pub fn mend_store(&self, organization: &str) {
        std::fs::remove_file(self.files.path("kept").join(organization)).unwrap();
    }

    /// The objects that are kept, by their keys.
    pub fn objects(&self) -> Vec<String> {
        let (mut keys, root) = (Vec::new(), self.files.path("kept"));
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                match entry.is_dir() {
                    true => folders.push(entry),
                    false => keys.push(entry.strip_prefix(&root).unwrap().display().to_string()),
                }
            }
        }
        keys.sort();
        keys
    }

    /// Loses the bytes of a file.
    pub fn lose_object(&self, key: &str) {
        std::fs::remove_file(self.files.path("kept").join(key)).unwrap();
    }

    /// Puts the folder of the files out of reach: something else is in its place.
    pub fn lose_files(&self) {
        std::fs::rename(self.files.path("kept"), self.files.path("lost")).unwrap();
        std::fs::write(self.files.path("kept"), "not a folder").unwrap();
    }

    /// Brings it back.
    pub fn find_files(&self) {
        std::fs::remove_file(self.files.path("kept")).unwrap();
        std::fs::rename(self.files.path("lost"), self.files.path("kept")).unwrap();
    }

    /// Removes the objects whose time has come, as if a day had passed.
    pub async fn remove_objects(&self) {
        self.arrange("update file_removals set remove_after = remove_after - interval '1 day'").await;
        self.app.files.remove_due(&self.app.store).await.unwrap_or_else(|stop| panic!("{stop}"));
    }
}
