//! Which methods every address knows, read from the contract: what an address that was asked in another one answers with.

use actix_web::dev::ResourceDef;
use utoipa::openapi::OpenApi;

/// The addresses of the contract with their methods.
pub struct Methods(Vec<(ResourceDef, Vec<&'static str>)>);

impl Methods {
    /// Those of a contract.
    #[must_use]
    pub fn of(contract: &OpenApi) -> Self {
        let paths = contract.paths.paths.iter().map(|(path, item)| {
            let operations = [
                ("GET", item.get.is_some()),
                ("POST", item.post.is_some()),
                ("PUT", item.put.is_some()),
                ("PATCH", item.patch.is_some()),
                ("DELETE", item.delete.is_some()),
            ];
            let known = operations.into_iter().filter(|(_, known)| *known).map(|(method, _)| method);
            (ResourceDef::new(path.as_str()), known.collect())
        });
        Self(paths.collect())
    }

    /// The methods of an address as `Allow` lists them; empty if there is no such address.
    #[must_use]
    pub fn allowed(&self, path: &str) -> String {
        let mut methods: Vec<&str> = Vec::new();
        for (_, known) in self.0.iter().filter(|(pattern, _)| pattern.is_match(path)) {
            methods.extend(known.iter().filter(|method| !methods.contains(method)).collect::<Vec<_>>());
        }
        methods.join(", ")
    }
}
