//! The bytes of a file, as an answer: shown in a browser, and nothing in them run.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderValue},
};
use usher_store::files::FileAt;
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{
        KnownFormat, ObjectBuilder, RefOr, Required, Schema, SchemaFormat, Type,
        path::{Parameter, ParameterBuilder, ParameterIn},
    },
};

use super::{Files, kind::ending};
use crate::http::Problem;

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
    let bytes = files.read(file).await?;
    let disposition = format!("inline; filename=\"{name}.{}\"", ending(&file.content_type));
    answer
        .insert_header((header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"))
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .insert_header((header::CONTENT_ENCODING, HeaderValue::from_static("identity")));
    Ok(answer.content_type(file.content_type.clone()).body(bytes))
}
