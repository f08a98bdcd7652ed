//! By whose clock times are told.

use std::borrow::Cow;

use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, de::Error};

/// A time zone in a parameter, by its name in the IANA database; UTC where none is said.
#[derive(Debug, Clone, Copy)]
pub struct TimeZone(pub Tz);

impl Default for TimeZone {
    fn default() -> Self {
        Self(Tz::UTC)
    }
}

impl<'de> Deserialize<'de> for TimeZone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<'de, str>::deserialize(deserializer)?;
        let unknown = |_| D::Error::custom("must be an IANA time zone, such as `Europe/Berlin`");
        name.parse().map(Self).map_err(unknown)
    }
}
