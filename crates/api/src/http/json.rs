//! JSON as it is read: one object does not name a field twice, or two readers would see two requests.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, error::Category};

use super::{FieldError, Problem};

/// Reads a body.
///
/// # Errors
/// 400: it is not JSON, or an object names a field twice.
pub(super) fn read(bytes: &[u8]) -> Result<Value, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = Unique.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    read.map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let (code, detail) = match error.classify() {
            Category::Data => ("duplicate_field", format!("The body is ambiguous: {error}.")),
            _ if bytes.trim_ascii().is_empty() => ("not_json", "The body is empty: send JSON.".to_owned()),
            Category::Eof => ("not_json", "The body is not JSON: it ends too early.".to_owned()),
            _ => ("not_json", format!("The body is not JSON: it cannot be read from line {line}, column {column} on.")),
        };
        Problem::malformed(FieldError::at("", code, detail))
    })
}

struct Unique;

impl<'de> DeserializeSeed<'de> for Unique {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unique {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut read = Vec::new();
        while let Some(item) = items.next_element_seed(Self)? {
            read.push(item);
        }
        Ok(Value::Array(read))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut read = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            let value = fields.next_value_seed(Self)?;
            if read.contains_key(&name) {
                let name: String = name.chars().take(100).collect();
                return Err(A::Error::custom(format!("`{name}` stands twice in one object")));
            }
            read.insert(name, value);
        }
        Ok(Value::Object(read))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_read_as_it_is_and_a_field_stands_once() {
        let text = r#"{"a": [1, -2, 2.5, "x", null, true, {"b": {}}], "c": 18446744073709551615}"#;
        assert_eq!(read(text.as_bytes()).unwrap(), serde_json::from_str::<Value>(text).unwrap());
        for (text, code) in [
            (r#"{"a": 1, "a": 1}"#, "duplicate_field"),
            (r#"[{"a": {"b": 1, "b": 2}}]"#, "duplicate_field"),
            ("{} {}", "not_json"),
            ("{", "not_json"),
            ("\"\\ud800\"", "not_json"),
            (&"[".repeat(1000), "not_json"),
        ] {
            assert_eq!(read(text.as_bytes()).unwrap_err().errors[0].code, code, "{text:.20}");
        }
    }
}
