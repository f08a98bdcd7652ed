//! The names of the contract's schemas: those of generic types as people would call them, and none for a bounded text.

use serde_json::{Map, Value, json};

const REFERENCE: &str = "#/components/schemas/";

/// Gives every schema the name that it keeps.
pub(super) fn settle(document: &mut Value) {
    let Some(mut schemas) = document["components"]["schemas"].as_object().cloned() else { return };
    name_contents(&mut schemas);
    let (inlined, kept): (Vec<_>, Vec<_>) = schemas.into_iter().partition(|(name, _)| is_text(name));
    let inlined: Map<String, Value> = inlined.into_iter().collect();
    let kept: Map<String, Value> = kept.into_iter().map(|(name, schema)| (name_of(&name), schema)).collect();
    document["components"]["schemas"] = Value::Object(kept);
    refer(document, &inlined);
}

/// Whether a name is that of a bounded text, whose bounds say all.
fn is_text(name: &str) -> bool {
    let numbered =
        |prefix: &str| name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    numbered("Text") || numbered("Password")
}

/// `Listed_Granted_Ticket` is a `TicketPage`, `Granted_Ticket` a `TicketWithPermissions`.
fn name_of(name: &str) -> String {
    match (name.strip_prefix("Listed_"), name.strip_prefix("Granted_")) {
        (Some(of), _) => format!("{}Page", of.strip_prefix("Granted_").unwrap_or(of)),
        (_, Some(of)) => format!("{of}WithPermissions"),
        _ => name.to_owned(),
    }
}

/// A generic type repeats the schema of what it holds: it is to refer to it.
fn name_contents(schemas: &mut Map<String, Value>) {
    let names: Vec<String> = schemas.keys().cloned().collect();
    for name in names {
        let (of, place) = match (name.strip_prefix("Listed_"), name.strip_prefix("Granted_")) {
            (Some(of), _) => (of, "/properties/items/items"),
            (_, Some(of)) => (of, "/allOf/0"),
            _ => continue,
        };
        let Some(content) = schemas.get_mut(&name).and_then(|schema| schema.pointer_mut(place)) else { continue };
        let content = std::mem::replace(content, json!({"$ref": format!("{REFERENCE}{of}")}));
        if content["$ref"].is_null() && !schemas.contains_key(of) {
            schemas.insert(of.to_owned(), content);
        }
    }
}

/// Turns references to the names that are kept, and puts the others' schemas in their place.
fn refer(value: &mut Value, inlined: &Map<String, Value>) {
    match value {
        Value::Object(fields) => {
            let named = fields.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_prefix(REFERENCE));
            if let Some(name) = named.map(str::to_owned) {
                match inlined.get(&name).and_then(Value::as_object) {
                    Some(schema) => {
                        fields.remove("$ref");
                        let of_its_own = std::mem::replace(fields, schema.clone());
                        fields.extend(of_its_own);
                    }
                    None => drop(fields.insert("$ref".to_owned(), json!(format!("{REFERENCE}{}", name_of(&name))))),
                }
            }
            fields.values_mut().for_each(|field| refer(field, inlined));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| refer(item, inlined)),
        _ => {}
    }
}
