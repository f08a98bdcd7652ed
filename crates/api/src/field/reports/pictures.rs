//! The pictures of a report's page. They stand in the page itself: a browser sends no access token for a picture that has an
//! address of its own, and a page that is printed, saved or passed on is to be whole. So that it does not grow beyond measure,
//! large photos are scaled down, and what does not fit even so, or is lost, is named with its size instead; the photos' own
//! addresses have everything.

use std::collections::HashMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::{StreamExt, TryStreamExt, stream};
use usher_domain::{PhotoId, field::Photo};
use usher_store::files::FileAt;

use crate::{
    files::{Files, Images, Picture},
    http::Problem,
};

/// How many bytes of photos a page has at most: some forty that were scaled down.
const MOST: usize = 16 * 1024 * 1024;

/// A page with less room than this is full: hardly a photo fits any more, however small it is made.
const FULL: usize = 512 * 1024;

/// How many bytes are read for it at most.
const READ: i64 = 256 * 1024 * 1024;

/// How many pixels of it are scaled down at most: those of fifty photos of 12 megapixels, which take a core some fifteen seconds.
const SCALED: u64 = 600_000_000;

/// How many are read and scaled at once.
const AT_ONCE: usize = 2;

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
    /// Reads them, the photos in their order until the page is full: the same photos give the same page.
    ///
    /// # Errors
    /// 503: some cannot be read now.
    pub(super) async fn read(self, files: &Files, photos: &[Photo]) -> Result<Pictures, Problem> {
        let logo = match self.logo.filter(is_shown) {
            Some(file) => files.picture(file).await?.filter(Picture::unfolds).map(|logo| uri(&logo)),
            None => None,
        };
        let wanted = stream::iter(within(self.photos, photos));
        let read = wanted.map(async |(id, file)| Ok((id, files.picture(file).await?))).buffered(AT_ONCE);
        let mut pixels = SCALED;
        let made = read.map_ok(|(id, picture)| {
            let picture = picture.filter(Picture::unfolds);
            let needed = picture.as_ref().filter(|picture| picture.is_large()).and_then(|picture| picture.pixels);
            let scaled = needed.is_some_and(|needed| needed <= pixels);
            pixels -= needed.filter(|_| scaled).unwrap_or_default();
            async move { Ok::<_, Problem>((id, shown(files, picture, scaled).await)) }
        });
        let mut made = std::pin::pin!(made.try_buffered(AT_ONCE));
        let (mut left, mut photos) = (MOST, HashMap::new());
        while left >= FULL
            && let Some((id, picture)) = made.try_next().await?
        {
            if let Some(picture) = picture.filter(|picture| picture.bytes.len() <= left) {
                left -= picture.bytes.len();
                photos.insert(id, uri(&picture));
            }
        }
        Ok(Pictures { logo, photos })
    }
}

/// The photos that a browser shows, as many as are read.
fn within(files: Vec<(PhotoId, FileAt)>, photos: &[Photo]) -> impl Iterator<Item = (PhotoId, FileAt)> {
    let sizes: HashMap<PhotoId, i64> = photos.iter().map(|photo| (photo.id, photo.size)).collect();
    let mut left = READ;
    let fits = move |(id, _): &(PhotoId, FileAt)| {
        let size = sizes.get(id).copied().unwrap_or(READ);
        let fits = size <= left;
        left -= if fits { size } else { 0 };
        fits
    };
    files.into_iter().filter(|(_, file)| is_shown(file)).filter(fits)
}

fn is_shown(file: &FileAt) -> bool {
    Images::Shown.have(&file.content_type)
}

/// A picture scaled down, or as it is where it cannot be. None where its bytes are lost: what else the page says is worth having.
async fn shown(files: &Files, picture: Option<Picture>, scaled: bool) -> Option<Picture> {
    let picture = picture?;
    let smaller = if scaled { files.scaled(&picture).await } else { None };
    Some(smaller.unwrap_or(picture))
}

fn uri(picture: &Picture) -> String {
    let mut uri = format!("data:{};base64,", picture.content_type);
    STANDARD.encode_string(&picture.bytes, &mut uri);
    uri
}
