//! What an organization looks like.

use serde::{Deserialize, Deserializer, Serialize};

/// How an organization shows itself.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Branding {
    /// Its first colour, `#rrggbb`.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub primary_color: Option<String>,
    /// The colour of what is to be noticed, `#rrggbb`.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub accent_color: Option<String>,
    /// Its logo, whose bytes `branding/logo` answers with.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub logo: Option<Logo>,
    /// Grows with every change; the entity tag.
    #[serde(skip)]
    pub version: i64,
}

/// A logo.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Logo {
    /// What it is, as its bytes say.
    pub content_type: String,
    /// Its size in bytes.
    pub size: i64,
    /// The SHA-256 of its bytes, in hexadecimal digits: another with every other logo.
    pub sha256: String,
}

/// A colour: `#` and six hexadecimal digits, kept in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Color(String);

impl Color {
    /// Reads a colour.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        let is_one = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        is_one.then(|| Self(text.to_ascii_lowercase()))
    }

    /// The colour as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Color {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("must be a colour, `#` and six hexadecimal digits"))
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Color {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::schema::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some("^#[0-9A-Fa-f]{6}$"))
            .into()
    }
}
#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Color {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_color_is_six_digits() {
        assert_eq!(Color::parse("#1A2b3C").unwrap().as_str(), "#1a2b3c");
        for text in ["", "#", "1a2b3c", "#1a2b3", "#1a2b3c4", "#1a2b3g", " #1a2b3c", "#\u{e9}a2b3", "red", "#fff"] {
            assert_eq!(Color::parse(text), None, "{text}");
        }
    }
}
