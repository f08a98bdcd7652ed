//! What a file is: its bytes say it, and not who sends them.

use actix_web::http::StatusCode;

use crate::http::Problem;

/// The kinds of images that are taken, and how their files' names end. Every browser shows all but the last.
const IMAGES: [(&str, &str); 4] =
    [("image/jpeg", "jpg"), ("image/png", "png"), ("image/webp", "webp"), ("image/heif", "heic")];

/// Which images are taken.
#[derive(Debug, Clone, Copy)]
pub enum Images {
    /// What phones make.
    All,
    /// What every browser shows.
    Shown,
}

impl Images {
    fn kinds(self) -> impl Iterator<Item = &'static str> {
        let kinds = match self {
            Self::All => &IMAGES[..],
            Self::Shown => &IMAGES[..3],
        };
        kinds.iter().map(|(kind, _)| *kind)
    }

    const fn names(self) -> &'static str {
        match self {
            Self::All => "JPEG, PNG, WebP or HEIC",
            Self::Shown => "JPEG, PNG or WebP",
        }
    }

    /// Whether a kind is among them.
    #[must_use]
    pub fn have(self, kind: &str) -> bool {
        self.kinds().any(|known| known == kind)
    }
}

/// What kind of image these bytes are.
///
/// # Errors
/// 415: none that is taken.
pub(super) fn image_kind(bytes: &[u8], taken: Images) -> Result<&'static str, Problem> {
    let kind = infer::get(bytes).map(|kind| kind.mime_type());
    taken.kinds().find(|known| Some(*known) == kind).ok_or_else(|| {
        let names = taken.names();
        let detail = match kind {
            _ if bytes.is_empty() => "Send the image's bytes as the body: it is empty.".to_owned(),
            Some(other) => format!("These bytes are `{other}`. A {names} image is taken."),
            None => format!("These bytes are no image that is known. A {names} image is taken."),
        };
        Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail)
    })
}

/// How the name of a file of this kind ends.
pub(super) fn ending(content_type: &str) -> &'static str {
    IMAGES.iter().find(|(known, _)| *known == content_type).map_or("bin", |(_, ending)| ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_what_the_bytes_say() {
        let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";
        for (bytes, kind) in [
            (&b"\xff\xd8\xff\xe0\0\x10JFIF"[..], "image/jpeg"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
            (b"RIFF\x24\0\0\0WEBPVP8 ", "image/webp"),
            (heic, "image/heif"),
        ] {
            assert_eq!(image_kind(bytes, Images::All).unwrap(), kind);
            assert_eq!(image_kind(bytes, Images::Shown).is_ok(), bytes != heic, "{kind}");
        }
        for bytes in
            [&b""[..], b"\xff", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b"<html>", b"%PDF-1.7"]
        {
            assert_eq!(image_kind(bytes, Images::All).unwrap_err().status, 415, "{bytes:?}");
        }
    }
}
