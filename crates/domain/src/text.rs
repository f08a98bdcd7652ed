//! Text that is known to be fit to store: bounded, without NUL (which Postgres cannot hold).

use std::{fmt, ops::Deref};

use serde::{Deserialize, Deserializer, Serialize};

/// Why a text was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidText {
    /// Fewer characters than the minimum, once trimmed.
    #[error("needs at least {0} character{s}", s = if *.0 == 1 { "" } else { "s" })]
    TooShort(usize),
    /// More characters than the maximum.
    #[error("has more than {0} character{s}", s = if *.0 == 1 { "" } else { "s" })]
    TooLong(usize),
    /// Holds U+0000.
    #[error("contains the NUL character")]
    Nul,
    /// One line that holds a control character, a line break or what turns the direction of writing.
    #[error("contains a line break, a control character or one that overrides the direction of writing")]
    NotALine,
    /// Is no address of the form `name@host`.
    #[error("is not an e-mail address")]
    NotAnEmail,
    /// Is not made of lower-case letters, digits and single inner hyphens.
    #[error("must be lower-case letters, digits and inner hyphens, starting with a letter")]
    NotASlug,
}

/// The pattern of a text that has something in it, as the contract states it.
pub const NOT_BLANK: &str = "\\S";

/// A text of at most so many characters is one line: a name, a subject, a label. Longer ones may have several.
const ONE_LINE: usize = 200;

/// Whether a character ends a line, controls a terminal, or makes the rest of the line read as something else than it is.
const fn breaks_a_line(c: char) -> bool {
    matches!(c, '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A text of `MIN` to `MAX` characters, white space around it removed; one line if it is a short one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Text<const MIN: usize, const MAX: usize>(String);

impl<const MIN: usize, const MAX: usize> Text<MIN, MAX> {
    /// Trims and checks a text.
    ///
    /// # Errors
    /// Too short, too long, with a NUL in it, or several lines where it is one.
    pub fn parse(text: &str) -> Result<Self, InvalidText> {
        let text = text.trim();
        let length = text.chars().count();
        if text.contains('\0') {
            Err(InvalidText::Nul)
        } else if length < MIN {
            Err(InvalidText::TooShort(MIN))
        } else if length > MAX {
            Err(InvalidText::TooLong(MAX))
        } else if MAX <= ONE_LINE && text.contains(breaks_a_line) {
            Err(InvalidText::NotALine)
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    /// The text itself.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

/// A text that may be empty is empty unless something else is said.
impl<const MAX: usize> Default for Text<0, MAX> {
    fn default() -> Self {
        Self(String::new())
    }
}

/// A plain e-mail address, in lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// Checks the address's form and folds it to lower case, so that one person has one account.
    ///
    /// # Errors
    /// Not of the form `name@host.tld`, too long, or with a NUL, a space or a control character in it.
    pub fn parse(text: &str) -> Result<Self, InvalidText> {
        let text = Text::<3, 254>::parse(text)?.into_string().to_lowercase();
        let well_formed = text.split_once('@').is_some_and(|(name, host)| is_name(name) && is_host(host));
        if well_formed { Ok(Self(text)) } else { Err(InvalidText::NotAnEmail) }
    }
}

/// Whether a mailbox can have this name: atoms with dots between (RFC 5321's dot-string).
fn is_name(name: &str) -> bool {
    let in_atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    name.len() <= 64 && name.split('.').all(|atom| !atom.is_empty() && atom.chars().all(in_atom))
}

/// Whether a host can have this name.
fn is_host(host: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    host.contains('.') && host.split('.').all(is_label)
}

/// A name for use in addresses: `northwind`, `acme-support`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Slug(String);

impl Slug {
    /// The pattern of a slug, as the contract states it.
    pub const PATTERN: &'static str = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$";

    /// Checks a slug of 2 to 60 characters.
    ///
    /// # Errors
    /// Not of the form of [`Slug::PATTERN`], too short or long, or of the form of an id: an address takes either.
    pub fn parse(text: &str) -> Result<Self, InvalidText> {
        let text = Text::<2, 60>::parse(text)?.into_string();
        let parts_fit = text
            .split('-')
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
        let an_id = uuid::Uuid::try_parse(&text).is_ok();
        if parts_fit && text.starts_with(|c: char| c.is_ascii_lowercase()) && !an_id {
            Ok(Self(text))
        } else {
            Err(InvalidText::NotASlug)
        }
    }
}

macro_rules! text_like {
    ([$($generics:tt)*] $type:ty, $name:expr, $schema:expr) => {
        impl<$($generics)*> Deref for $type {
            type Target = str;
            fn deref(&self) -> &str {
                &self.0
            }
        }
        impl<$($generics)*> fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl<$($generics)*> fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl<'de, $($generics)*> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
        #[cfg(feature = "openapi")]
        impl<$($generics)*> utoipa::PartialSchema for $type {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                let string = utoipa::openapi::schema::ObjectBuilder::new().schema_type(utoipa::openapi::schema::Type::String);
                let schema: utoipa::openapi::schema::ObjectBuilder = $schema(string);
                schema.into()
            }
        }
        #[cfg(feature = "openapi")]
        impl<$($generics)*> utoipa::ToSchema for $type {
            fn name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }
        }
    };
}
text_like!([const MIN: usize, const MAX: usize] Text<MIN, MAX>, format!("Text{MIN}To{MAX}"), |s: utoipa::openapi::schema::ObjectBuilder| s.min_length(Some(MIN)).max_length(Some(MAX)).pattern((MIN > 0).then_some(NOT_BLANK)));
text_like!([] Email, "Email", |s: utoipa::openapi::schema::ObjectBuilder| s.min_length(Some(3)).max_length(Some(254)).format(Some(utoipa::openapi::SchemaFormat::Custom("email".to_owned()))));
text_like!([] Slug, "Slug", |s: utoipa::openapi::schema::ObjectBuilder| s.min_length(Some(2)).max_length(Some(60)).pattern(Some(Slug::PATTERN)));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_trimmed_and_bounded_in_characters() {
        assert_eq!(&*Text::<1, 3>::parse("  äöü ").unwrap(), "äöü");
        assert_eq!(Text::<1, 3>::parse("   "), Err(InvalidText::TooShort(1)));
        assert_eq!(Text::<1, 3>::parse("abcd"), Err(InvalidText::TooLong(3)));
        assert_eq!(Text::<1, 3>::parse("a\0"), Err(InvalidText::Nul));
    }

    #[test]
    fn a_short_text_is_one_line() {
        for bad in ["a\rb", "a\nb", "a\tb", "a\u{1b}[2Jb", "a\u{85}b", "a\u{2028}b", "a\u{202e}b", "a\u{2066}b"] {
            assert_eq!(Text::<1, 200>::parse(bad), Err(InvalidText::NotALine), "{bad:?}");
            assert!(Text::<1, 2000>::parse(bad).is_ok(), "{bad:?}");
        }
        assert_eq!(&*Text::<1, 200>::parse("שלום, Zoë 👩\u{200d}💻\n").unwrap(), "שלום, Zoë 👩\u{200d}💻");
    }

    #[test]
    fn email_addresses_are_folded_and_checked() {
        assert_eq!(&*Email::parse(" Ada@Example.ORG ").unwrap(), "ada@example.org");
        for bad in [
            "",
            "ada",
            "@b.c",
            "a@b",
            "a b@c.de",
            "a@b..de",
            "a@-b.de",
            "<a@b.de>",
            "a@b.de\0",
            "a@b@c.de",
            "a..b@x.de",
            ".a@x.de",
            "a.@x.de",
        ] {
            assert!(Email::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn slugs_are_what_the_pattern_says() {
        assert!(Slug::parse("acme-2").is_ok());
        let ids = ["a1b2c3d4-0000-7000-8000-000000000000", "a1b2c3d4000070008000000000000000"];
        for bad in ["", "a", "Acme", "-acme", "acme-", "ac--me", "2acme", "a_b"].into_iter().chain(ids) {
            assert!(Slug::parse(bad).is_err(), "{bad:?}");
        }
    }
}
