//! Where the bytes of files are kept: a folder, or a bucket that speaks S3.

mod content;
mod kind;
mod pages;
mod preview;
mod room;
mod upload;

use std::{fmt, net::IpAddr, path::PathBuf, sync::Arc, time::Duration};

use actix_web::{http::StatusCode, web::Bytes};
pub use content::{IfNoneMatch, Image, content};
pub use kind::Images;
use object_store::{
    ObjectStore, ObjectStoreExt, PutPayload, RetryConfig, aws::AmazonS3Builder, local::LocalFileSystem, path::Path,
};
pub use preview::Picture;
use room::{Room, Share};
use tokio::sync::Semaphore;
pub use upload::Upload;
use usher_domain::{Id, kind as kinds};
use usher_store::{
    Store,
    files::{FileAt, NewFile},
};

use crate::http::{Answer, Problem, Stop, subscriber};

/// How many bytes an organization may hold unless the operator says otherwise.
const QUOTA: u64 = 10 * 1024 * 1024 * 1024;

/// How many bytes of uploads a server holds in memory at once, unless it is said otherwise.
const IN_MEMORY: usize = 256 * 1024 * 1024;

/// How long a bucket that does not answer is asked again.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where files are kept, and how many.
#[derive(Debug, Clone)]
pub struct FileSettings {
    /// Where.
    pub place: FilePlace,
    /// How many bytes an organization may hold.
    pub quota: u64,
    /// How many bytes of uploads the server holds in memory at once, of one address a quarter; and of pages as many again, until
    /// who asked for them has them. What comes beyond is told to come again.
    pub in_memory: usize,
}

/// Where files are kept.
#[derive(Debug, Clone)]
pub enum FilePlace {
    /// In a folder, which is made where it is missing.
    Folder(PathBuf),
    /// In a bucket that speaks S3.
    Bucket {
        /// `s3://bucket/folder`.
        url: String,
        /// How to reach it and who we are there.
        access: BucketAccess,
    },
}

/// What `AWS_…` variables say: the key, the secret, the region, the endpoint. Never shown.
#[derive(Clone)]
pub struct BucketAccess(Vec<(String, String)>);

impl BucketAccess {
    /// Takes those variables that say something about it.
    pub fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(variables.into_iter().filter(|(name, _)| name.starts_with("AWS_")).collect())
    }
}

impl fmt::Debug for BucketAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BucketAccess(…)")
    }
}

impl Default for FileSettings {
    fn default() -> Self {
        Self { place: FilePlace::Folder(".usher/files".into()), quota: QUOTA, in_memory: IN_MEMORY }
    }
}

/// Files cannot be kept where they should be.
#[derive(Debug, thiserror::Error)]
#[error("files cannot be kept in {place}: {why}")]
pub struct FilesError {
    place: String,
    why: String,
}

/// Where the bytes of files are. A clone is of the same place.
#[derive(Clone)]
pub struct Files {
    objects: Arc<dyn ObjectStore>,
    /// The folder in the bucket.
    folder: Path,
    quota: i64,
    room: Arc<Room>,
    pages: Arc<Room>,
    turns: Arc<Semaphore>,
    scaling: Arc<Semaphore>,
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Files({})", self.objects)
    }
}

impl Files {
    /// Prepares the place.
    ///
    /// # Errors
    /// The folder cannot be made, or the bucket's address is none.
    pub fn open(settings: &FileSettings) -> Result<Self, FilesError> {
        // Whatever in the program speaks TLS without naming a provider of its own finds this one. The first to come installs it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let quota = i64::try_from(settings.quota).unwrap_or(i64::MAX);
        let (objects, folder): (Arc<dyn ObjectStore>, Path) = match &settings.place {
            FilePlace::Folder(folder) => {
                let failed = |why: String| FilesError { place: folder.display().to_string(), why };
                make_private(folder).map_err(|error| failed(error.to_string()))?;
                let objects = LocalFileSystem::new_with_prefix(folder).map_err(|error| failed(error.to_string()))?;
                // What an answer says is stored is on the disk.
                (Arc::new(objects.with_fsync(true).with_automatic_cleanup(true)), Path::default())
            }
            FilePlace::Bucket { url, access } => {
                bucket(url, access).map_err(|why| FilesError { place: url.clone(), why })?
            }
        };
        let room = || Arc::new(Room::new(settings.in_memory));
        let turns = Arc::new(Semaphore::new(pages::PAGES));
        Ok(Self { objects, folder, quota, room: room(), pages: room(), turns, scaling: preview::scaling() })
    }

    /// Room for the bytes of an upload from an address.
    fn room(&self, by: Option<IpAddr>) -> Share {
        self.room.share(by.map(subscriber))
    }

    /// How many bytes an organization may hold.
    #[must_use]
    pub const fn quota(&self) -> i64 {
        self.quota
    }

    fn path(&self, key: &str) -> Path {
        key.split('/').fold(self.folder.clone(), |path, part| path.join(part))
    }

    /// What is to become of bytes that were uploaded: a file of an organization, of a kind that their beginning tells.
    #[must_use]
    pub fn file(&self, organization: Id<kinds::Organization>, upload: &Upload, content_type: &'static str) -> NewFile {
        let size = i64::try_from(upload.bytes.len()).unwrap_or(i64::MAX);
        NewFile::new(organization, upload.sha256, content_type, size, self.quota)
    }

    /// Stores the bytes of a file that is about to be, announced first: unless the file comes to be, they go again.
    ///
    /// # Errors
    /// They cannot be stored now, or the database cannot be reached.
    pub async fn keep(&self, store: &Store, file: &NewFile, upload: &Upload) -> Result<(), Stop> {
        store.announce_file(file).await?;
        let payload = PutPayload::from(upload.bytes.clone());
        if let Err(error) = self.objects.put(&self.path(file.key()), payload).await {
            // The bytes may arrive yet, and go in their time. Till then an outage of the store fills nobody's quota.
            store.uncount_file(file).await?;
            return Err(unavailable(error).into());
        }
        Ok(())
    }

    /// Passes on what became of a file that was kept. Where it did not come to be, by a refusal or because the same request came
    /// twice at once, its object is not left to take room.
    ///
    /// # Errors
    /// Those that are passed on.
    pub async fn settle(&self, store: &Store, file: &NewFile, made: Answer) -> Answer {
        if let Err(error) = store.withdraw_file(file).await {
            tracing::warn!(%error, "a file that did not come to be goes later");
        }
        made
    }

    /// The bytes of a file whose row was there just now; none where they are lost.
    ///
    /// # Errors
    /// They cannot be read now.
    pub async fn find(&self, file: &FileAt) -> Result<Option<Bytes>, Problem> {
        let read = async || self.objects.get(&self.path(&file.key)).await?.bytes().await;
        found(file, read().await)
    }

    /// Removes the objects whose time has come, until there are no more or some do not go: those are tried again later, and
    /// stand in nobody's way meanwhile.
    ///
    /// # Errors
    /// The database's.
    pub async fn remove_due(&self, store: &Store) -> Result<(), Stop> {
        loop {
            let keys = store.due_removals().await?;
            let mut gone = Vec::with_capacity(keys.len());
            for key in &keys {
                match self.objects.delete(&self.path(key)).await {
                    Ok(()) | Err(object_store::Error::NotFound { .. }) => gone.push(key.clone()),
                    Err(error) => tracing::warn!(%error, key, "an object could not be removed"),
                }
            }
            store.removed(&gone).await?;
            if keys.is_empty() || gone.len() < keys.len() {
                return Ok(());
            }
        }
    }
}

/// A folder that nobody else reads.
fn make_private(folder: &std::path::Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// A bucket, and the folder in it.
fn bucket(url: &str, access: &BucketAccess) -> Result<(Arc<dyn ObjectStore>, Path), String> {
    let rest = url.strip_prefix("s3://").ok_or("an address such as s3://bucket/folder is wanted")?;
    let (bucket, folder) = rest.split_once('/').unwrap_or((rest, ""));
    let mut builder = AmazonS3Builder::new();
    for (name, value) in &access.0 {
        // Variables of other programs are none of ours.
        if let Ok(key) = name.to_ascii_lowercase().parse() {
            builder = builder.with_config(key, value);
        }
    }
    // Somebody waits for the answer. Objects are deleted one by one, which every server that speaks S3 knows how to do.
    let retry = RetryConfig { max_retries: 2, retry_timeout: PATIENCE, ..RetryConfig::default() };
    let objects = builder.with_bucket_name(bucket).with_retry(retry).with_disable_bulk_delete(true);
    let objects = objects.build().map_err(|error| error.to_string())?;
    let folder = Path::parse(folder.trim_matches('/')).map_err(|error| error.to_string())?;
    Ok((Arc::new(objects), folder))
}

/// What was read of a file. Its bytes outlive its row, so if they are not there, it is we who lost them.
fn found<T>(file: &FileAt, read: object_store::Result<T>) -> Result<Option<T>, Problem> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(object_store::Error::NotFound { .. }) => {
            tracing::error!(key = file.key, "an object is lost");
            Ok(None)
        }
        Err(error) => Err(unavailable(error)),
    }
}

fn lost() -> Problem {
    unavailable("it is not there")
}

fn busy() -> Problem {
    let detail = "The server has as many files in hand as it can hold. Nothing was done; try again.";
    let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail);
    Problem { retry_after: Some(2), ..problem }
}

/// What went wrong is for the operator; who asked may ask again.
fn unavailable(error: impl fmt::Display) -> Problem {
    tracing::error!(%error, "the files cannot be reached");
    let detail = "The files cannot be reached at the moment. Nothing was done; try again.";
    let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "files_unavailable", detail);
    Problem { retry_after: Some(5), ..problem }
}
