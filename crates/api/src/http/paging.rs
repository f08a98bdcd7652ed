//! Pages: limits, cursors, and what may be included.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use usher_store::{After, Page, PageRequest};
use uuid::Uuid;

use super::{FieldError, Listed, Problem};

/// What a request wants beside the things themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Include {
    /// How many there are in all.
    pub total: bool,
    /// What the caller may do with each.
    pub permissions: bool,
}

impl Include {
    /// Reads `include=total,permissions`; only words of `known` are.
    ///
    /// # Errors
    /// A word that is not.
    pub fn parse(include: Option<&str>, known: &[&str]) -> Result<Self, Problem> {
        let mut wanted = Self::default();
        for word in include.unwrap_or_default().split(',').filter(|word| !word.is_empty()) {
            match word {
                "total" if known.contains(&word) => wanted.total = true,
                "permissions" if known.contains(&word) => wanted.permissions = true,
                _ => {
                    let detail = format!("`{word}` cannot be included: {} can.", known.join(" and "));
                    return Err(Problem::malformed(FieldError::of("include", "unknown_value", detail)));
                }
            }
        }
        Ok(wanted)
    }
}

/// Reads the parameters that every list has. `list` names the list and its order, which a cursor is good for.
///
/// # Errors
/// A limit that is not 1 to 100, a cursor that is none or belongs to another order.
pub fn page_request(
    limit: Option<u32>,
    cursor: Option<&str>,
    list: &str,
    include: Include,
) -> Result<PageRequest, Problem> {
    let limit = limit.unwrap_or(20);
    if !(1..=100).contains(&limit) {
        let detail = format!("`limit` is 1 to 100, not {limit}.");
        return Err(Problem::malformed(FieldError::of("limit", "out_of_range", detail)));
    }
    let after = match cursor {
        None => None,
        Some(cursor) => Some(decode(cursor, list).ok_or_else(|| {
            let detail = "This is no cursor of this list in this order: pass `next_cursor` as it was given.";
            Problem::malformed(FieldError::of("cursor", "invalid_cursor", detail))
        })?),
    };
    Ok(PageRequest { limit, after, total: include.total })
}

fn decode(cursor: &str, list: &str) -> Option<After> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let mut parts = text.splitn(3, '\n');
    let (of, id, key) = (parts.next()?, parts.next()?, parts.next()?);
    let id: Uuid = id.parse().ok()?;
    (of == list && !key.contains('\0')).then(|| After { key: key.to_owned(), id })
}

fn encode(after: &After, list: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{list}\n{}\n{}", after.id, after.key))
}

/// A page of the store's as the API shows it.
pub fn listed<T>(page: Page<T>, list: &str) -> Listed<T> {
    let next_cursor = page.next.as_ref().map(|after| encode(after, list));
    Listed { items: page.items, next_cursor, total: page.total }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_good_for_its_own_list_and_order_only() {
        let after = After { key: "a\nb".to_owned(), id: Uuid::now_v7() };
        let cursor = encode(&after, "teams:name");
        assert_eq!(decode(&cursor, "teams:name"), Some(after));
        assert_eq!(decode(&cursor, "teams:-name"), None);
        assert_eq!(decode(&cursor, "queues:name"), None);
        assert_eq!(decode("%%%", "name"), None);
        assert_eq!(decode(&URL_SAFE_NO_PAD.encode("name\nx\ny"), "name"), None);
    }
}
