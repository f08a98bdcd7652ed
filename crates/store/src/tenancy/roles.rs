//! Roles that an organization adds to its access model.
//!
//! Nobody makes, changes or deletes one that gives what they do not hold themselves (law 7). Whoever changes one waits for
//! everybody who holds it and is acting, so that it holds from the next request on (law 9).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use usher_domain::{
    Id, Slug, Text,
    desk::FieldFault,
    kind,
    tenancy::{Role, RoleGrant},
};
use usher_policy::{Action, Condition, GrantFault, Level, Mask, Permission, Permit, RoleIx, can};
use uuid::Uuid;

use crate::{Conflict, Expected, StoreError, StoreResult, Work, error::ROLE_KEY_TAKEN, models::Grants};

/// How many roles of its own an organization has at most.
const ROLES_AT_MOST: i64 = 100;

/// How many of those who hold a role are named where it cannot go.
const NAMED: usize = 10;

/// What a new role is made of.
#[derive(Debug)]
pub struct NewRole {
    /// Where it is held.
    pub level: Level,
    /// Its name in the API.
    pub key: Slug,
    /// Its name for people.
    pub title: Text<1, 80>,
    /// What it is for.
    pub description: Text<0, 2000>,
    /// What it gives.
    pub grants: Vec<RoleGrant>,
}

/// What is to change about a role: what is `None` stays.
#[derive(Debug, Default)]
pub struct RoleChange {
    /// Its name for people.
    pub title: Option<Text<1, 80>>,
    /// What it is for.
    pub description: Option<Text<0, 2000>>,
    /// What it gives: all of it.
    pub grants: Option<Vec<RoleGrant>>,
}

struct Row {
    id: Uuid,
    level: String,
    key: String,
    title: String,
    description: String,
    grants: Json<Grants>,
    holders: i64,
    created_at: DateTime<Utc>,
    created_by: Option<Uuid>,
    version: i64,
}

impl From<Row> for Role {
    fn from(row: Row) -> Self {
        let grants = row.grants.0.into_iter();
        Self {
            id: row.id.into(),
            level: row.level,
            key: row.key,
            title: row.title,
            description: row.description,
            grants: grants.map(|(permission, when)| RoleGrant { permission, when }).collect(),
            holders: row.holders,
            created_at: row.created_at,
            created_by: row.created_by.map(Id::from),
            version: row.version,
        }
    }
}

impl Work {
    /// The organization's own roles, level by level and by key. There are never more than fit on a page.
    ///
    /// # Errors
    /// The database's.
    pub async fn roles(&mut self, permit: Permit<can::ViewRoles>) -> StoreResult<Vec<Role>> {
        let mut roles = self.rows(permit.organization(), None).await?;
        roles.sort_by_key(|role| (Level::parse(&role.level), role.key.clone()));
        Ok(roles)
    }

    /// One of the organization's own roles.
    ///
    /// # Errors
    /// There is none.
    pub async fn one_role(&mut self, permit: Permit<can::ViewRoles>, id: Id<kind::Role>) -> StoreResult<Role> {
        self.own_role(permit.organization(), id).await
    }

    /// Adds a role to the organization's model.
    ///
    /// # Errors
    /// It gives what cannot be given, or what the caller does not hold; its key is taken; or there are too many.
    pub async fn create_role(&mut self, permit: Permit<can::ManageRoles>, new: NewRole) -> StoreResult<Role> {
        let organization = permit.organization();
        if !self.caller().model().has_level(new.level) {
            let detail = format!("This access model has no roles at the level `{}`.", new.level);
            return Err(StoreError::Invalid { pointer: "/level", code: "unknown_level", detail });
        }
        let grants = self.compile(new.level, &new.grants)?;
        self.must_hold(new.level, &grants)?;
        // Where a role has the key already, the one that the model has counts.
        if self.caller().model().role(new.level, &new.key).is_some() {
            return Err(ROLE_KEY_TAKEN.into());
        }
        let id = Uuid::now_v7();
        let created = sqlx::query!(
            "insert into custom_roles (org_id, id, level, key, title, description, grants, created_by)
             select $1, $2, $3, $4, $5, $6, $7, $8 where (select count(*) from custom_roles where org_id = $1) < $9",
            organization.uuid(),
            id,
            new.level.key(),
            &*new.key,
            &*new.title,
            &*new.description,
            Json(stored(&grants)) as _,
            permit.member().uuid(),
            ROLES_AT_MOST
        )
        .execute(&mut *self.transaction)
        .await?;
        if created.rows_affected() == 0 {
            let detail = "An organization has at most 100 roles of its own.";
            return Err(Conflict { code: "too_many_roles", detail }.into());
        }
        self.number_roles().await?;
        self.own_role(organization, id.into()).await
    }

    /// Changes a role: what it gives changes for everybody who holds it, from their next request on.
    ///
    /// # Errors
    /// As for a new one; it gives already what the caller does not hold; or stale.
    pub async fn update_role(
        &mut self,
        permit: Permit<can::ManageRoles>,
        id: Id<kind::Role>,
        version: &Expected,
        change: RoleChange,
    ) -> StoreResult<Role> {
        let organization = permit.organization();
        let (role, level) = self.must_handle(organization, id, version).await?;
        let grants = change.grants.map(|grants| self.compile(level, &grants)).transpose()?;
        if let Some(grants) = &grants {
            self.must_hold(level, grants)?;
        }
        let holders = if grants.is_some() { self.holders(level, &role.key).await? } else { Vec::new() };
        self.lock_members(&holders).await?;
        let changed = sqlx::query!(
            "update custom_roles set title = coalesce($3, title), description = coalesce($4, description),
                grants = coalesce($5, grants), version = version + 1
             where org_id = $1 and id = $2 and (title, description, grants)
                is distinct from (coalesce($3, title), coalesce($4, description), coalesce($5, grants))",
            organization.uuid(),
            id.uuid(),
            change.title.as_deref(),
            change.description.as_deref(),
            grants.as_ref().map(|grants| Json(stored(grants))) as _
        )
        .execute(&mut *self.transaction)
        .await?;
        if changed.rows_affected() > 0 {
            self.number_roles().await?;
            let holders: Vec<Uuid> = holders.into_iter().map(Id::uuid).collect();
            self.release_unseen_of(&holders).await?;
        }
        self.own_role(organization, id).await
    }

    /// Deletes a role that nobody holds and nobody is invited with.
    ///
    /// # Errors
    /// It gives what the caller does not hold; stale; or in use, and by whom.
    pub async fn delete_role(
        &mut self,
        permit: Permit<can::ManageRoles>,
        id: Id<kind::Role>,
        version: &Expected,
    ) -> StoreResult<()> {
        let organization = permit.organization();
        let (role, level) = self.must_handle(organization, id, version).await?;
        // An invitation that is being made with it holds it: its maker is no change of rights.
        sqlx::query!(
            "select id from custom_roles where org_id = $1 and id = $2 for update",
            organization.uuid(),
            id.uuid()
        )
        .fetch_optional(&mut *self.transaction)
        .await?;
        self.must_be_free(&role, level).await?;
        sqlx::query!("delete from custom_roles where org_id = $1 and id = $2", organization.uuid(), id.uuid())
            .execute(&mut *self.transaction)
            .await?;
        self.number_roles().await
    }

    /// A role that is about to change, which the caller may handle. Nobody else changes it meanwhile: rights change one at
    /// a time.
    async fn must_handle(
        &mut self,
        organization: Id<kind::Organization>,
        id: Id<kind::Role>,
        version: &Expected,
    ) -> StoreResult<(Role, Level)> {
        let role = self.own_role(organization, id).await?;
        let level = Level::parse(&role.level).ok_or(StoreError::Missing("role"))?;
        let held = self.compile(level, &role.grants)?;
        self.must_hold(level, &held)?;
        version.must_be(role.version)?;
        Ok((role, level))
    }

    /// What a body's `/grants` say, as the engine has them.
    fn compile(&self, level: Level, grants: &[RoleGrant]) -> StoreResult<BTreeMap<Permission, Mask>> {
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
            let unknown = || (format!("when/{index}"), "unknown_condition", format!("There is no condition `{word}`."));
            conditions.push(Condition::parse(word).ok_or_else(unknown)?);
        }
        let mask = self.caller().model().grant(level, permission, conditions).map_err(|fault| {
            let detail = format!("`{permission}`: {fault}.");
            match fault {
                GrantFault::Permission => ("permission".to_owned(), "not_grantable", detail),
                GrantFault::Condition | GrantFault::Empty => ("when".to_owned(), "not_grantable", detail),
            }
        })?;
        Ok((permission, mask))
    }

    /// Holds the caller to law 7: whatever the grants give, the caller has in the whole organization.
    fn must_hold(&self, level: Level, grants: &BTreeMap<Permission, Mask>) -> StoreResult<()> {
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

    /// Makes sure that nobody holds a role and that no invitation gives it.
    async fn must_be_free(&mut self, role: &Role, level: Level) -> StoreResult<()> {
        let holders = self.holders(level, &role.key).await?;
        let invited = sqlx::query_scalar!(
            r#"select count(*) as "count!" from invitations
               where org_id = $1 and role = $2 and state = 'pending' and expires_at > now() and $3"#,
            self.organization().uuid(),
            role.key,
            level == Level::Organization
        )
        .fetch_one(&mut *self.transaction)
        .await?;
        if holders.is_empty() && invited == 0 {
            return Ok(());
        }
        let named: Vec<Uuid> = holders.iter().take(NAMED).map(|holder| holder.uuid()).collect();
        let mut names =
            sqlx::query_scalar!("select name from accounts where id = any($1) order by lower(name)", &named)
                .fetch_all(&mut *self.transaction)
                .await?;
        if holders.len() > NAMED {
            names.push(format!("{} more", holders.len() - NAMED));
        }
        let mut uses = Vec::new();
        if !names.is_empty() {
            uses.push(format!("it is held by {}", names.join(", ")));
        }
        if invited > 0 {
            uses.push(format!("{invited} pending invitation{} it", if invited == 1 { " gives" } else { "s give" }));
        }
        Err(StoreError::InUse(format!("This role is in use: {}.", uses.join("; "))))
    }

    /// Keeps a role of the organization's own from being deleted before this work is done.
    pub(crate) async fn keep_role(&mut self, role: RoleIx) -> StoreResult<()> {
        let (custom, level, key) = {
            let role = self.caller().model().role_at(role);
            (role.custom, role.level, role.key.clone())
        };
        if custom {
            sqlx::query!(
                "select id from custom_roles where org_id = $1 and level = $2 and key = $3 for key share",
                self.organization().uuid(),
                level.key(),
                key
            )
            .fetch_optional(&mut *self.transaction)
            .await?
            .ok_or(StoreError::Missing("role"))?;
        }
        Ok(())
    }

    /// Who holds a role of the organization's own, anywhere.
    async fn holders(&mut self, level: Level, key: &str) -> StoreResult<Vec<Id<kind::Member>>> {
        let holders = sqlx::query_scalar!(
            "select distinct member_id from role_assignments where org_id = $1 and role = $2
                and (team_id is not null) = $3 and (queue_id is not null) = $4",
            self.organization().uuid(),
            key,
            level == Level::Team,
            level == Level::Queue
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        Ok(holders.into_iter().map(Id::from).collect())
    }

    /// Gives the organization's roles a new number: models that were compiled before are used no more.
    async fn number_roles(&mut self) -> StoreResult<()> {
        sqlx::query!(
            "update organizations set roles_version = nextval('roles_versions') where id = $1",
            self.organization().uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    async fn own_role(&mut self, organization: Id<kind::Organization>, id: Id<kind::Role>) -> StoreResult<Role> {
        self.rows(organization, Some(id)).await?.pop().ok_or(StoreError::Missing("role"))
    }

    async fn rows(
        &mut self,
        organization: Id<kind::Organization>,
        only: Option<Id<kind::Role>>,
    ) -> StoreResult<Vec<Role>> {
        let rows = sqlx::query_as!(
            Row,
            r#"select c.id, c.level, c.key, c.title, c.description, c.grants as "grants: Json<Grants>",
                (select count(*) from role_assignments r where r.org_id = c.org_id and r.role = c.key
                    and (r.team_id is not null) = (c.level = 'team')
                    and (r.queue_id is not null) = (c.level = 'queue')) as "holders!",
                c.created_at, c.created_by, c.version
             from custom_roles c where c.org_id = $1 and ($2::uuid is null or c.id = $2)"#,
            organization.uuid(),
            only.map(Id::uuid)
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        Ok(rows.into_iter().map(Role::from).collect())
    }
}

fn fault(index: usize, place: &str, code: &'static str, detail: String) -> FieldFault {
    FieldFault { pointer: format!("/grants/{index}/{place}"), code, detail }
}

fn stored(grants: &BTreeMap<Permission, Mask>) -> Grants {
    let words = |mask: &Mask| mask.iter().map(|condition| condition.key().to_owned()).collect();
    grants.iter().map(|(permission, mask)| (permission.key().to_owned(), words(mask))).collect()
}
