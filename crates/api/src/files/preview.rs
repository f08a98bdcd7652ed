//! Pictures as a page shows them. What a phone takes has many more pixels than a page shows, and a few such photos fill a page:
//! they are scaled down when the page is asked for. That costs a third of a second for each, and nothing is stored of it.

use std::sync::Arc;

use actix_web::web::Bytes;
use tokio::{sync::Semaphore, task::spawn_blocking};
use usher_pictures::{MOST_PIXELS, SCALED_KIND};
use usher_store::files::FileAt;

use super::Files;
use crate::http::Problem;

/// What has at most so many bytes stands as it is.
const SMALL: usize = 512 * 1024;

/// The room for scaling, in megapixels: two pictures of 26 or fewer at once, or one that has more, whichever pages they are of.
/// One of 48 megapixels takes some 160 MB by its pixels; as a progressive JPEG in full colour it was seen to take 460 MB.
const MEGAPIXELS: u32 = 52;

/// Makes the room for scaling.
pub(super) fn scaling() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(MEGAPIXELS as usize))
}

/// A picture that has been read.
pub struct Picture {
    /// What it is.
    pub content_type: String,
    /// Its bytes.
    pub bytes: Bytes,
    /// How many pixels it says that it has, if what it says is understood.
    pub pixels: Option<u64>,
}

impl Picture {
    /// Whether it has more bytes than a page needs.
    #[must_use]
    pub fn is_large(&self) -> bool {
        self.bytes.len() > SMALL
    }

    /// Whether a browser may be made to unfold it.
    #[must_use]
    pub fn unfolds(&self) -> bool {
        self.pixels.is_none_or(|pixels| pixels <= MOST_PIXELS)
    }
}

impl Files {
    /// A picture whose row was there just now; none where it is lost.
    ///
    /// # Errors
    /// 503: it cannot be read now.
    pub async fn picture(&self, file: FileAt) -> Result<Option<Picture>, Problem> {
        let Some(bytes) = self.find(&file).await? else { return Ok(None) };
        let (kind, read) = (file.content_type.clone(), bytes.clone());
        let pixels = spawn_blocking(move || usher_pictures::pixels(&kind, &read)).await.ok().flatten();
        Ok(Some(Picture { content_type: file.content_type, bytes, pixels }))
    }

    /// The picture as a page shows it; none where it cannot be made smaller.
    pub async fn scaled(&self, picture: &Picture) -> Option<Picture> {
        let megapixels = u32::try_from(picture.pixels?.div_ceil(1_000_000)).ok()?;
        let room = megapixels.clamp(MEGAPIXELS / 2, MEGAPIXELS);
        let room = self.scaling.clone().acquire_many_owned(room).await.ok()?;
        let (kind, bytes) = (picture.content_type.clone(), picture.bytes.clone());
        let scaled = spawn_blocking(move || {
            // Whoever waits for it may go: the room is taken until the work is done.
            let _room = room;
            usher_pictures::scaled(&kind, &bytes).ok()
        });
        // A decoder that stumbles is one that cannot read the picture.
        let bytes = scaled.await.ok()??;
        let smaller = bytes.len() < picture.bytes.len();
        smaller.then(|| Picture { content_type: SCALED_KIND.to_owned(), bytes: bytes.into(), pixels: None })
    }
}
