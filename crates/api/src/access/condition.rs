//! Conditions as the API names them.

use serde::{Serialize, Serializer};
use usher_policy::{Condition, Mask};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{ObjectBuilder, Schema, Type},
    },
};

/// The name of a condition under which a role gives a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConditionName(pub Condition);

impl ConditionName {
    /// The conditions of a mask, by their names.
    pub fn each(mask: Mask) -> Vec<Self> {
        mask.iter().map(Self).collect()
    }
}

impl Serialize for ConditionName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.key())
    }
}

impl PartialSchema for ConditionName {
    fn schema() -> RefOr<Schema> {
        let each = Condition::ALL.map(|condition| format!("\n- `{}`: {}", condition.key(), condition.words()));
        let description = format!("A condition under which a role gives a permission:\n{}", each.concat());
        let of = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(Condition::ALL.map(Condition::key)));
        RefOr::T(Schema::Object(of.description(Some(description)).build()))
    }
}

impl ToSchema for ConditionName {
    fn name() -> std::borrow::Cow<'static, str> {
        "Condition".into()
    }
}
