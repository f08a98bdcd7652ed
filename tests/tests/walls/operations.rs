//! The operations of the published contract, and how they are asked.

use reqwest::Method;
use usher_tests::{Answer, Person, Value, json, png};

/// An operation of the published contract.
pub struct Operation {
    pub id: String,
    pub method: Method,
    pub path: String,
    pub permission: String,
    pub query: Vec<String>,
    /// The parameters that it cannot be asked without, with their examples.
    pub required: Vec<(String, String)>,
    /// The schema of its body.
    pub body: Option<String>,
    /// Whether its body is an image.
    pub image: bool,
}

pub fn operations() -> Vec<Operation> {
    let document = usher_api::document();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let named = |place: &str| {
                let of = parameters.iter().filter(|parameter| parameter["in"] == place);
                of.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
            };
            let braces: Vec<String> =
                path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap().to_owned()).collect();
            assert_eq!(braces, named("path"), "{method} {path} must declare what is in its path");
            operations.push(Operation {
                id: operation["operationId"].as_str().unwrap().to_owned(),
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                permission: operation["x-permission"]
                    .as_str()
                    .unwrap_or_else(|| panic!("{path} needs x-permission"))
                    .to_owned(),
                query: named("query"),
                required: parameters
                    .iter()
                    .filter(|parameter| parameter["in"] == "query" && parameter["required"] == true)
                    .map(|it| (text(&it["name"]), text(&it["example"])))
                    .collect(),
                body: operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
                    .as_str()
                    .map(|to| to.rsplit('/').next().unwrap().to_owned()),
                image: operation["requestBody"]["content"]["image/*"].is_object(),
            });
        }
    }
    assert!(operations.len() > 50, "the contract is nearly empty");
    operations
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} should be a text")).to_owned()
}

impl Operation {
    /// Asks with an empty body, where there is one, and a guessed entity tag: whoever may not is told so before either is
    /// looked at.
    pub async fn ask(&self, person: &Person, fill: impl Fn(&str) -> String) -> Answer {
        let mut parts = self.path.split('{');
        let mut path = parts.next().unwrap().to_owned();
        for part in parts {
            let (name, rest) = part.split_once('}').unwrap();
            path = format!("{path}{}{rest}", fill(name));
        }
        for (index, (name, example)) in self.required.iter().enumerate() {
            path = format!("{path}{}{name}={example}", if index == 0 { '?' } else { '&' });
        }
        let request = person.request(self.method.clone(), &path).header("if-match", "\"1\"");
        person
            .send(match self.body {
                Some(_) => request.json(&json!({})),
                None if self.image => request.body(png(&self.id)),
                None => request,
            })
            .await
    }
}
