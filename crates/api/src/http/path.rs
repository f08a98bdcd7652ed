//! Path parameters, typed; a value that cannot be one is a problem that names it.

use std::{future::Ready, ops::Deref};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use serde::de::DeserializeOwned;

use super::{Problem, operations::invalid};

/// The parameters of the path.
pub struct Path<T>(pub T);

impl<T> Deref for Path<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned> FromRequest for Path<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let pairs = request.match_info().iter();
        let deserializer = serde::de::value::MapDeserializer::<_, serde::de::value::Error>::new(pairs);
        std::future::ready(serde_path_to_error::deserialize(deserializer).map(Self).map_err(|error| {
            let parameter = error.path().to_string();
            invalid(request, &parameter, &format!("`{parameter}` in the path"), &error.into_inner().to_string())
        }))
    }
}
