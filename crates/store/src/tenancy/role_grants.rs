//! What a role of an organization's own may give.

use std::collections::BTreeMap;

use usher_domain::{desk::FieldFault, tenancy::RoleGrant};
use usher_policy::{Action, Condition, GrantFault, Level, Mask, Permission, can};
use uuid::Uuid;

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

    /// Holds the caller to law 7: whatever the grants give, the caller has. In the whole organization; or, of a role of the
    /// level `queue`, on each of the queues where it is `held`, and where nobody holds it on some one queue.
    pub(super) fn must_hold(
        &self,
        level: Level,
        grants: &BTreeMap<Permission, Mask>,
        held: &[Uuid],
    ) -> StoreResult<()> {
        let (lacking, place) = match (level, held) {
            (Level::Queue, []) => {
                let place =
                    "in the whole organization or on any one queue (hold all of it on one and the same queue first)";
                (self.lacking_at_best(grants), place)
            }
            (Level::Queue, held) => {
                let lacking =
                    grants.iter().filter(|grant| held.iter().any(|queue| self.lacks(level, grant, Some(*queue))));
                (lacking.collect(), "on every queue where somebody holds it")
            }
            _ => (self.lacking(level, grants, None), "in the whole organization"),
        };
        if lacking.is_empty() {
            return Ok(());
        }
        // The queues are not named: who manages roles need not see every queue.
        let lacking: Vec<String> =
            lacking.iter().map(|(permission, mask)| format!("`{permission}` ({mask})")).collect();
        let detail =
            format!("Your own roles do not give you all that this role gives, {place}: {}.", lacking.join(", "));
        Err(StoreError::Beyond { permission: can::ManageRoles::PERMISSION, detail })
    }

    /// What the caller lacks where they lack least: in the whole organization, or on a queue.
    fn lacking_at_best<'a>(&self, grants: &'a BTreeMap<Permission, Mask>) -> Vec<(&'a Permission, &'a Mask)> {
        let queues = self.caller().scopes_at(Level::Queue).into_iter().map(Some);
        let each = std::iter::once(None).chain(queues).map(|queue| self.lacking(Level::Queue, grants, queue));
        each.min_by_key(Vec::len).unwrap_or_default()
    }

    fn lacking<'a>(
        &self,
        level: Level,
        grants: &'a BTreeMap<Permission, Mask>,
        scope: Option<Uuid>,
    ) -> Vec<(&'a Permission, &'a Mask)> {
        grants.iter().filter(|grant| self.lacks(level, grant, scope)).collect()
    }

    fn lacks(&self, level: Level, (permission, mask): &(&Permission, &Mask), scope: Option<Uuid>) -> bool {
        !self.caller().has(**permission, **mask, level, scope)
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
