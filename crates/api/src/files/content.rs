//! The bytes of a file, as an answer: shown in a browser, and nothing in them run.

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    body::{BoxBody, SizedStream},
    http::header::{self, HeaderValue},
    web::Bytes,
};
use futures_util::{Stream, StreamExt, stream};
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt};
use usher_store::files::FileAt;
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{
        KnownFormat, ObjectBuilder, RefOr, Required, Schema, SchemaFormat, Type,
        path::{Parameter, ParameterBuilder, ParameterIn},
    },
};

use super::{Files, found, kind::ending, lost};
use crate::http::{OnlyHead, Problem};

/// How many bytes of a file are read at a time, where it is passed on as it is.
const PIECE: u64 = 512 * 1024;

/// The bytes of an image, in the contract.
#[derive(Debug)]
pub struct Image;

impl PartialSchema for Image {
    fn schema() -> RefOr<Schema> {
        let bytes = ObjectBuilder::new().schema_type(Type::String).description(Some("The bytes of an image."));
        RefOr::T(Schema::Object(bytes.format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary))).build()))
    }
}

impl ToSchema for Image {}

/// Declares that an operation heeds `If-None-Match`.
pub struct IfNoneMatch;

impl IntoParams for IfNoneMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text = ObjectBuilder::new().schema_type(Type::String).build();
        let header =
            ParameterBuilder::new().name("If-None-Match").parameter_in(ParameterIn::Header).required(Required::False);
        let description = "The `ETag` of what is there already: if it is still the same, it is not sent again.";
        vec![header.description(Some(description)).schema(Some(text)).build()]
    }
}

/// Answers with a file, unless the client has it. It may keep it, and asks every time whether it may still show it.
///
/// # Errors
/// 503 where its bytes cannot be read now.
pub async fn content(request: &HttpRequest, files: &Files, file: &FileAt, name: &str) -> Result<HttpResponse, Problem> {
    let tag = format!("\"{}\"", file.sha256);
    let known = request.headers().get_all(header::IF_NONE_MATCH).filter_map(|tags| tags.to_str().ok());
    let same = known
        .flat_map(|tags| tags.split(','))
        .any(|known| known.trim() == "*" || known.trim().trim_start_matches("W/") == tag);
    let mut answer = if same { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header((header::ETAG, tag)).insert_header((header::CACHE_CONTROL, "private, no-cache"));
    if same {
        return Ok(answer.finish());
    }
    let body = body(request, files, file).await?;
    let disposition = format!("inline; filename=\"{name}.{}\"", ending(&file.content_type));
    answer
        .insert_header((header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"))
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .insert_header((header::CONTENT_ENCODING, HeaderValue::from_static("identity")));
    Ok(answer.content_type(file.content_type.clone()).body(body))
}

/// The bytes, or for HEAD only how many there are.
async fn body(request: &HttpRequest, files: &Files, file: &FileAt) -> Result<BoxBody, Problem> {
    if request.extensions().contains::<OnlyHead>() {
        let nothing = stream::empty::<Result<_, std::io::Error>>();
        return Ok(BoxBody::new(SizedStream::new(files.size(file).await?, nothing)));
    }
    let (size, bytes) = files.read(file).await?;
    Ok(BoxBody::new(SizedStream::new(size, bytes.boxed())))
}

impl Files {
    /// How many bytes a file has whose row was there just now.
    ///
    /// # Errors
    /// That cannot be said now, or they are lost.
    async fn size(&self, file: &FileAt) -> Result<u64, Problem> {
        let there = found(file, self.objects.head(&self.path(&file.key)).await)?;
        Ok(there.ok_or_else(lost)?.size)
    }

    /// The bytes of a file whose row was there just now, and how many they are. They are read piece by piece, each when the one
    /// before is taken: a client that reads slowly takes little memory, and no bucket waits for it.
    ///
    /// # Errors
    /// They cannot be read now, or are lost.
    async fn read(
        &self,
        file: &FileAt,
    ) -> Result<(u64, impl Stream<Item = object_store::Result<Bytes>> + use<>), Problem> {
        let (objects, path) = (self.objects.clone(), self.path(&file.key));
        let first = async || {
            let options = GetOptions { range: Some(GetRange::Bounded(0..PIECE)), ..GetOptions::default() };
            let first = objects.get_opts(&path, options).await?;
            Ok((first.meta.size, first.bytes().await?))
        };
        let (size, first) = found(file, first().await)?.ok_or_else(lost)?;
        let rest = stream::try_unfold(first.len() as u64, move |at| {
            let (objects, path) = (objects.clone(), path.clone());
            async move {
                if at >= size {
                    return Ok(None);
                }
                let piece = objects.get_range(&path, at..size.min(at + PIECE)).await?;
                let next = at + piece.len() as u64;
                Ok(Some((piece, next)))
            }
        });
        Ok((size, stream::iter([Ok(first)]).chain(rest)))
    }
}
