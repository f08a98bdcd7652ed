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
    /// The pattern of a colour, as the contract states it.
    pub const PATTERN: &str = "^#[0-9A-Fa-f]{6}$";

    /// Reads a colour.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        let is_one = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        is_one.then(|| Self(text.to_ascii_lowercase()))
    }

    /// The same colour, or where it is too light to be read on white, the lightest darker one that is not: with a contrast of 4.5
    /// to 1 at least (WCAG 2.2, 1.4.3).
    #[must_use]
    pub fn readable_on_white(&self) -> Self {
        let channels = self.channels();
        let darker = (0..=100_u32).map(|percent| channels.map(|channel| channel * (100 - percent) / 100));
        let readable = darker.into_iter().find(|channels| contrast_to_white(*channels) >= 4.5).unwrap_or_default();
        Self(readable.iter().fold("#".to_owned(), |text, channel| format!("{text}{channel:02x}")))
    }

    fn channels(&self) -> [u32; 3] {
        [1, 3, 5].map(|at| self.0.get(at..at + 2).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or(0))
    }

    /// The colour as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The contrast of a colour to white, from 1 to 21, as WCAG has it.
fn contrast_to_white(channels: [u32; 3]) -> f64 {
    let linear = channels.map(|channel| {
        let part = f64::from(channel) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    let luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    1.05 / (luminance + 0.05)
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
            .pattern(Some(Self::PATTERN))
            .into()
    }
}
#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Color {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_color_is_as_dark_as_it_must_be_to_be_read() {
        for (color, readable) in [
            ("#000000", "#000000"),
            ("#1f6feb", "#1f6feb"),
            ("#767676", "#767676"),
            ("#777777", "#757575"),
            ("#ffffff", "#757575"),
            ("#ffd400", "#8c7400"),
        ] {
            let found = Color::parse(color).unwrap().readable_on_white();
            assert_eq!(found.as_str(), readable, "{color}");
            assert!(contrast_to_white(found.channels()) >= 4.5);
        }
    }

    #[test]
    fn a_color_is_six_digits() {
        assert_eq!(Color::parse("#1A2b3C").unwrap().as_str(), "#1a2b3c");
        for text in ["", "#", "1a2b3c", "#1a2b3", "#1a2b3c4", "#1a2b3g", " #1a2b3c", "#\u{e9}a2b3", "red", "#fff"] {
            assert_eq!(Color::parse(text), None, "{text}");
        }
    }
}
