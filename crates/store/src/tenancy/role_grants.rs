//! What a role of an organization's own may give.

use std::collections::BTreeMap;

use usher_domain::{desk::FieldFault, tenancy::RoleGrant};
use usher_policy::{Action, Condition, GrantFault, Level, Mask, Permission, can};

use crate::{StoreError, StoreResult, Work};

impl Work {
    /// What a body's `/grants` say, as the engine has them.
    pub(super) fn compile(&self, level: Level, grants: &[RoleGrant]) -> StoreResult<BTreeMap<Permission, Mask>> {
        let mut compiled = BTreeMap::new();
        let mut faults = Vec::new();
        for (index, grant) in grants.iter().enumerate() {
            match self.cell(level, grant) {
                Ok((permission, _)) if compiled.contains_key(&permission) => {
                    faults.push(fault(index, "permission", "duplicate", format!("`{permission}` stands twice.")));
                }
                Ok((permission, mask)) => {
                    compiled.insert(permission, mask);
                }
                Err((place, code, detail)) => faults.push(fault(index, &place, code, detail)),
            }
        }
        if faults.is_empty() { Ok(compiled) } else { Err(StoreError::InvalidFields(faults)) }
    }

    fn cell(&self, level: Level, grant: &RoleGrant) -> Result<(Permission, Mask), (String, &'static str, String)> {
        let RoleGrant { permission: key, when } = grant;
        let unknown = || ("permission".to_owned(), "unknown_permission", format!("There is no permission `{key}`."));
        let permission = Permission::parse(key).ok_or_else(unknown)?;
        let mut conditions = Vec::new();
        for (index, word) in when.iter().enumerate() {
            let unknown = || {
                let detail =
                    format!("There is no condition `{word}`. For `{permission}` there is: {}.", known(permission));
                (format!("when/{index}"), "unknown_condition", detail)
            };
            conditions.push(Condition::parse(word).ok_or_else(unknown)?);
        }
        let mask = self.caller().model().grant(level, permission, conditions).map_err(|fault| {
            let detail = format!("`{permission}`: {fault}");
            match fault {
                GrantFault::Permission => ("permission".to_owned(), "not_grantable", format!("{detail}.")),
                GrantFault::Condition | GrantFault::Empty => {
                    ("when".to_owned(), "not_grantable", format!("{detail}; there is: {}.", known(permission)))
                }
            }
        })?;
        Ok((permission, mask))
    }

    /// Holds the caller to law 7: whatever the grants give, the caller has in the whole organization.
    pub(super) fn must_hold(&self, level: Level, grants: &BTreeMap<Permission, Mask>) -> StoreResult<()> {
        let lacks = |(permission, mask): &(&Permission, &Mask)| !self.caller().has(**permission, **mask, level, None);
        let lacking: Vec<String> =
            grants.iter().filter(lacks).map(|(permission, mask)| format!("`{permission}` ({mask})")).collect();
        if lacking.is_empty() {
            return Ok(());
        }
        let detail = format!(
            "Your own roles do not give you all that this role gives, in the whole organization: {}.",
            lacking.join(", ")
        );
        Err(StoreError::Beyond { permission: can::ManageRoles::PERMISSION, detail })
    }
}

/// The conditions that can be named for a permission.
fn known(permission: Permission) -> String {
    let fitting = Condition::ALL.into_iter().filter(|condition| condition.applies_to(permission.target()));
    fitting.map(|condition| format!("`{}`", condition.key())).collect::<Vec<_>>().join(", ")
}

fn fault(index: usize, place: &str, code: &'static str, detail: String) -> FieldFault {
    FieldFault { pointer: format!("/grants/{index}/{place}"), code, detail }
}
