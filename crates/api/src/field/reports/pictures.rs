//! The pictures of a report's page. They stand in the page itself: a browser sends no access token for a picture that has an
//! address of its own, and a page that is printed, saved or passed on is to be whole. So that it does not grow beyond measure,
//! what does not fit, or is lost, is named with its size instead; the photos' own addresses have everything.

use std::collections::HashMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::{StreamExt, TryStreamExt, stream};
use usher_domain::{PhotoId, field::Photo};
use usher_store::files::FileAt;

use crate::{files::Files, http::Problem};

/// How many bytes of photos a page has at most: some thirty photos as a phone's app sends them.
const MOST: i64 = 16 * 1024 * 1024;

/// How many are read at once.
const AT_ONCE: usize = 4;

/// What every browser shows.
const SHOWN: [&str; 3] = ["image/jpeg", "image/png", "image/webp"];

/// Pictures as `data:` URIs.
#[derive(Default)]
pub(super) struct Pictures {
    /// The logo, if there is one that can be shown.
    pub(super) logo: Option<String>,
    /// The photos that can be shown and fit.
    pub(super) photos: HashMap<PhotoId, String>,
}

/// Where the pictures of a report are.
pub(super) struct PictureFiles {
    pub(super) logo: Option<FileAt>,
    pub(super) photos: Vec<(PhotoId, FileAt)>,
}

impl PictureFiles {
    /// Reads them.
    ///
    /// # Errors
    /// 503: some cannot be read now.
    pub(super) async fn read(self, files: &Files, photos: &[Photo]) -> Result<Pictures, Problem> {
        let sizes: HashMap<PhotoId, i64> = photos.iter().map(|photo| (photo.id, photo.size)).collect();
        let mut left = MOST;
        let fits = |(id, _): &(PhotoId, FileAt)| {
            let size = sizes.get(id).copied().unwrap_or(MOST);
            let fits = size <= left;
            left -= if fits { size } else { 0 };
            fits
        };
        let wanted: Vec<_> = self.photos.into_iter().filter(|(_, file)| is_shown(file)).filter(fits).collect();
        let read = stream::iter(wanted).map(async |(id, file)| Ok::<_, Problem>((id, uri(files, &file).await?)));
        let read: Vec<_> = read.buffer_unordered(AT_ONCE).try_collect().await?;
        let photos = read.into_iter().filter_map(|(id, uri)| Some((id, uri?))).collect();
        let logo = match self.logo.filter(is_shown) {
            Some(file) => uri(files, &file).await?,
            None => None,
        };
        Ok(Pictures { logo, photos })
    }
}

fn is_shown(file: &FileAt) -> bool {
    SHOWN.contains(&&*file.content_type)
}

/// None where the bytes are lost: what else the page says is worth having.
async fn uri(files: &Files, file: &FileAt) -> Result<Option<String>, Problem> {
    let Some(bytes) = files.find(file).await? else { return Ok(None) };
    let mut uri = format!("data:{};base64,", file.content_type);
    STANDARD.encode_string(&bytes, &mut uri);
    Ok(Some(uri))
}
