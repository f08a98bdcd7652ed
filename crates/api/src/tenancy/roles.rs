//! Names of roles in bodies and queries.

use usher_domain::Text;
use usher_policy::{Caller, Level, RoleIx};

use crate::http::FieldError;

/// The role of this name at a level, for who may be told of it, or what to say of it: the second and third part of a [`FieldError`].
fn known(caller: &Caller, level: Level, name: &str) -> Result<RoleIx, (&'static str, String)> {
    caller.named_role(level, name).ok_or_else(|| {
        let known = caller.model().roles_at(level).filter(|(role, _)| caller.knows_role(*role));
        let names: Vec<String> = known.map(|(_, role)| format!("`{}`", role.key)).collect();
        let there =
            if names.is_empty() { "there are none".to_owned() } else { format!("there is {}", names.join(", ")) };
        ("unknown_role", format!("`{name}` is no {level} role of this organization's access model: {there}."))
    })
}

/// The role that a parameter names.
pub fn role_of(caller: &Caller, level: Level, name: &str, parameter: &str) -> Result<RoleIx, FieldError> {
    known(caller, level, name).map_err(|(code, detail)| FieldError::of(parameter, code, detail))
}

/// Whether a role of this name is there at any level, for who may be told of it.
pub fn is_known(caller: &Caller, name: &str) -> bool {
    Level::ALL.into_iter().any(|level| caller.named_role(level, name).is_some())
}

/// The organization roles of one member that a body lists under `/roles`; `held`: those that they have, which may be named by
/// who sees that they do.
///
/// # Errors
/// Every name that is no role or stands twice; or several roles where the access model has one a member (VK-1), or none
/// where every member must have one. The role that is everybody's may be named and makes no difference.
pub fn organization_roles(
    caller: &Caller,
    held: &[RoleIx],
    names: &[Text<1, 60>],
) -> Result<Vec<RoleIx>, Vec<FieldError>> {
    let model = caller.model();
    let mut roles = Vec::new();
    let mut faults = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let pointer = format!("/roles/{index}");
        let stays = held.iter().find(|held| model.role_at(**held).key == **name);
        match stays.map_or_else(|| known(caller, Level::Organization, name), |role| Ok(*role)) {
            Ok(role) if roles.contains(&role) => {
                faults.push(FieldError::at(pointer, "duplicate", format!("`{name}` stands twice.")));
            }
            Ok(role) => roles.push(role),
            Err((code, detail)) => faults.push(FieldError::at(pointer, code, detail)),
        }
    }
    let several = model.several_organization_roles();
    let everybodys = model.everybodys_role();
    roles.retain(|role| Some(*role) != everybodys);
    let fits = if several { !roles.is_empty() || everybodys.is_some() } else { roles.len() == 1 };
    if faults.is_empty() && !fits {
        let number = if several { "at least one organization role" } else { "exactly one organization role" };
        let detail = format!("In this organization's access model a member has {number}.");
        faults.push(FieldError::at("/roles", "number_of_roles", detail));
    }
    if faults.is_empty() { Ok(roles) } else { Err(faults) }
}
