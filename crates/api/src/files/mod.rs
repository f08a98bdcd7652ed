//! Where the bytes of files are kept: a folder, or a bucket that speaks S3.

mod content;
mod kind;
mod upload;

use std::{fmt, path::PathBuf, sync::Arc};

use actix_web::http::StatusCode;
pub use content::{IfNoneMatch, Image, content};
pub use kind::image_kind;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, aws::AmazonS3Builder, local::LocalFileSystem, path::Path};
pub use upload::Upload;
use usher_domain::{Id, kind as kinds};
use usher_store::{Store, files::NewFile};

use crate::http::{Problem, Stop};

/// How many bytes an organization may hold unless the operator says otherwise.
const QUOTA: u64 = 10 * 1024 * 1024 * 1024;

/// Where files are kept, and how many.
#[derive(Debug, Clone)]
pub struct FileSettings {
    /// Where.
    pub place: FilePlace,
    /// How many bytes an organization may hold.
    pub quota: u64,
}

/// Where files are kept.
#[derive(Debug, Clone)]
pub enum FilePlace {
    /// In a folder, which is made where it is missing.
    Folder(PathBuf),
    /// In a bucket: `s3://bucket/folder`. How to reach it and who we are there say the variables `AWS_…`.
    Bucket(String),
}

impl Default for FileSettings {
    fn default() -> Self {
        Self { place: FilePlace::Folder(".usher/files".into()), quota: QUOTA }
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
            FilePlace::Bucket(url) => bucket(url).map_err(|why| FilesError { place: url.clone(), why })?,
        };
        Ok(Self { objects, folder, quota })
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
        self.objects.put(&self.path(file.key()), payload).await.map_err(unavailable)?;
        Ok(())
    }

    /// The bytes under a key; none where there are none.
    async fn read(&self, key: &str) -> Result<Option<actix_web::web::Bytes>, Problem> {
        match self.objects.get(&self.path(key)).await {
            Ok(found) => found.bytes().await.map(Some).map_err(unavailable),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(unavailable(error)),
        }
    }

    /// Removes the objects whose time has come, until there are no more or some do not go: those are tried again the next
    /// time.
    ///
    /// # Errors
    /// The database's.
    pub async fn remove_due(&self, store: &Store) -> Result<(), Stop> {
        loop {
            let due = store.due_removals().await?;
            let keys = due.keys.clone();
            let mut gone = Vec::with_capacity(keys.len());
            for key in &keys {
                match self.objects.delete(&self.path(key)).await {
                    Ok(()) | Err(object_store::Error::NotFound { .. }) => gone.push(key.clone()),
                    Err(error) => tracing::warn!(%error, key, "an object could not be removed"),
                }
            }
            due.done(&gone).await?;
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
fn bucket(url: &str) -> Result<(Arc<dyn ObjectStore>, Path), String> {
    let rest = url.strip_prefix("s3://").ok_or("an address such as s3://bucket/folder is wanted")?;
    let (bucket, folder) = rest.split_once('/').unwrap_or((rest, ""));
    let objects = AmazonS3Builder::from_env().with_bucket_name(bucket).build().map_err(|error| error.to_string())?;
    let folder = Path::parse(folder.trim_matches('/')).map_err(|error| error.to_string())?;
    Ok((Arc::new(objects), folder))
}

/// What went wrong is for the operator; who asked may ask again.
fn unavailable(error: object_store::Error) -> Problem {
    tracing::error!(%error, "the files cannot be reached");
    let detail = "The files cannot be reached at the moment. Nothing was done; try again.";
    let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "files_unavailable", detail);
    Problem { retry_after: Some(5), ..problem }
}
