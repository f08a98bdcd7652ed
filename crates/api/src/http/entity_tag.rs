//! `If-Match` (RFC 9110): which versions of a thing a change may be made of.

use actix_web::http::header::{self, HeaderMap};
use usher_store::Expected;

use super::{FieldError, Problem};

/// The versions that `If-Match` names.
///
/// # Errors
/// 400: it holds something that is no entity tag.
pub(super) fn expected(headers: &HeaderMap) -> Result<Expected, Problem> {
    let mut versions = Vec::new();
    for value in headers.get_all(header::IF_MATCH) {
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" {
            return Ok(Expected::default());
        }
        versions.extend(tags(text).ok_or_else(invalid)?);
    }
    if versions.is_empty() { Err(invalid()) } else { Ok(Expected::one_of(versions)) }
}

fn invalid() -> Problem {
    let detail = "`If-Match` must be the `ETag` that came with the thing, with its quotation marks (`\"3\"`), several of them with commas between, or `*`.";
    Problem::malformed(FieldError::of("If-Match", "invalid", detail))
}

/// The versions of a list of tags. One that is weak, or none of ours, is that of nothing: as 0 is.
fn tags(mut text: &str) -> Option<Vec<i64>> {
    let mut versions = Vec::new();
    loop {
        text = text.trim_start_matches([' ', '\t', ',']);
        if text.is_empty() {
            return Some(versions);
        }
        let (tag, weak) = text.strip_prefix("W/").map_or((text, false), |strong| (strong, true));
        let (tag, rest) = tag.strip_prefix('"')?.split_once('"')?;
        versions.push(tag.parse().ok().filter(|_| !weak).unwrap_or(0));
        text = rest.trim_start();
        if !(text.is_empty() || text.starts_with(',')) {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_tags_is_read_and_what_is_none_is_not() {
        for (text, versions) in [
            ("\"1\"", vec![1]),
            ("\"1\", \"2\"", vec![1, 2]),
            (",\"1\" ,,\t\"2\",", vec![1, 2]),
            ("W/\"3\", \"4\"", vec![0, 4]),
            ("\"a, b\", \"\"", vec![0, 0]),
        ] {
            assert_eq!(tags(text), Some(versions), "{text}");
        }
        for text in ["1", "\"1", "1\"", "\"1\"\"2\"", "\"1\" \"2\"", "W/1", "w/\"1\"", "\"1\", *"] {
            assert_eq!(tags(text), None, "{text}");
        }
    }
}
