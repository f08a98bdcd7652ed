//! JSON pointers (RFC 6901): places in a body.

use std::borrow::Cow;

/// A name as a part of a pointer.
#[must_use]
pub fn escaped(name: &str) -> Cow<'_, str> {
    if name.contains(['~', '/']) { name.replace('~', "~0").replace('/', "~1").into() } else { name.into() }
}
