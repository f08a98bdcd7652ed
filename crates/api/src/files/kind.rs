//! What a file is: its bytes say it, and not who sends them.

use actix_web::http::StatusCode;

use crate::http::Problem;

/// The kinds of images that are taken, and how their files' names end.
const IMAGES: [(&str, &str); 4] =
    [("image/jpeg", "jpg"), ("image/png", "png"), ("image/webp", "webp"), ("image/heif", "heic")];

/// What kind of image these bytes are.
///
/// # Errors
/// 415: none that is taken.
pub(super) fn image_kind(bytes: &[u8]) -> Result<&'static str, Problem> {
    let kind = infer::get(bytes).map(|kind| kind.mime_type());
    let known = IMAGES.iter().map(|(known, _)| *known).find(|known| Some(*known) == kind);
    known.ok_or_else(|| {
        let detail = match kind {
            _ if bytes.is_empty() => "Send the image's bytes as the body: it is empty.".to_owned(),
            Some(other) => format!("These bytes are `{other}`. A JPEG, PNG, WebP or HEIC image is taken."),
            None => "These bytes are no image that is known. A JPEG, PNG, WebP or HEIC image is taken.".to_owned(),
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
            assert_eq!(image_kind(bytes).unwrap(), kind);
        }
        for bytes in
            [&b""[..], b"\xff", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b"<html>", b"%PDF-1.7"]
        {
            assert_eq!(image_kind(bytes).unwrap_err().status, 415, "{bytes:?}");
        }
    }
}
