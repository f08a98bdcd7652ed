//! Bodies that are bytes: bounded, and read before anything is decided, as all bodies are.

use std::{future::Future, pin::Pin};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    http::{StatusCode, header},
    web::{self, Bytes, BytesMut},
};
use futures_util::StreamExt;
use sha2::{Digest, Sha256};

use super::{Images, busy, kind::image_kind, room::Share};
use crate::{
    App,
    http::{BodyHash, FieldError, Problem},
};

/// The largest file, in bytes.
pub const LARGEST: usize = 10 * 1024 * 1024;

/// How much longer a file may take to come than a body of JSON: it comes from a phone in the field.
const PATIENCE: u32 = 4;

/// A file that was sent.
pub struct Upload {
    /// Its bytes.
    pub bytes: Bytes,
    /// Their SHA-256.
    pub sha256: [u8; 32],
    may_be_image: bool,
    /// The room that they take.
    _room: Option<Share>,
}

impl Upload {
    /// A file that the program brings along.
    #[must_use]
    pub fn of(bytes: &'static [u8]) -> Self {
        Self { bytes: Bytes::from_static(bytes), sha256: Sha256::digest(bytes).into(), may_be_image: true, _room: None }
    }

    /// What kind of image it is, of those that are taken. Its bytes say it: a phone may take one kind for another.
    ///
    /// # Errors
    /// 415: it is none that is taken, or says itself that it is none.
    pub fn image_kind(&self, taken: Images) -> Result<&'static str, Problem> {
        if !self.may_be_image {
            return Err(unsupported("Send the image's bytes as the body, with a `Content-Type` such as `image/jpeg`."));
        }
        image_kind(&self.bytes, taken)
    }

    /// Refuses what is larger than so many bytes.
    ///
    /// # Errors
    /// 413.
    pub fn at_most(&self, largest: usize) -> Result<(), Problem> {
        if self.bytes.len() > largest { Err(too_large(largest)) } else { Ok(()) }
    }
}

impl FromRequest for Upload {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let app = request.app_data::<web::Data<App>>().ok_or_else(|| Problem::missing("address"))?;
            let patience = app.settings.body_timeout.saturating_mul(PATIENCE);
            let room = app.files.room(app.settings.proxies.client(&request));
            let (bytes, room) =
                tokio::time::timeout(patience, read(&request, payload, room)).await.map_err(|_| {
                    Problem::new(StatusCode::REQUEST_TIMEOUT, "request_timeout", "The body did not come in time.")
                })??;
            let sha256 = Sha256::digest(&bytes).into();
            request.extensions_mut().insert(BodyHash(sha256));
            Ok(Self { bytes, sha256, may_be_image: may_be_image(&request), _room: Some(room) })
        })
    }
}

fn unsupported(detail: &'static str) -> Problem {
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail)
}

/// Whether the headers let the body be an image: no form, and no JSON.
fn may_be_image(request: &HttpRequest) -> bool {
    request.headers().get_all(header::CONTENT_TYPE).all(|value| {
        let value = value.to_str().unwrap_or_default().to_ascii_lowercase();
        let kind = value.split(';').next().unwrap_or_default().trim();
        kind.starts_with("image/") || kind == "application/octet-stream"
    })
}

/// Takes room as the bytes come, so that nobody takes any by promising them.
async fn read(request: &HttpRequest, mut payload: Payload, mut room: Share) -> Result<(Bytes, Share), Problem> {
    let plain = |value: &header::HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"identity");
    if !request.headers().get_all(header::CONTENT_ENCODING).all(plain) {
        return Err(unsupported("Send the body without a `Content-Encoding`."));
    }
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: usize| length > LARGEST) {
        return Err(too_large(LARGEST));
    }
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| {
            Problem::malformed(FieldError::at("", "incomplete", "The body could not be read to its end."))
        })?;
        if bytes.len() + chunk.len() > LARGEST {
            return Err(too_large(LARGEST));
        }
        if !room.grow(chunk.len()) {
            return Err(busy());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok((bytes.freeze(), room))
}

fn too_large(largest: usize) -> Problem {
    let detail = format!("The file is larger than {largest} bytes.");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail)
}
