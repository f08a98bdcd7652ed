//! Roles that an organization adds to its access model.
//!
//! Nobody makes, changes or deletes one that gives what they do not hold themselves (law 7): in the whole organization; or, of
//! a role that is held on queues, wherever anybody holds it, and as long as nobody does on some one queue. Whoever changes one waits for
//! everybody who holds it and is acting, so that it holds from the next request on (law 9).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use usher_domain::{
    Id, Slug, Text, kind,
    tenancy::{Role, RoleGrant},
};
use usher_policy::{Level, Mask, Permission, Permit, can};
use uuid::Uuid;

use crate::{
    Conflict, Expected, Page, PageRequest, StoreError, StoreResult, Work, error::ROLE_KEY_TAKEN, models::Grants,
};

/// How many roles of its own an organization has at most.
const ROLES_AT_MOST: i64 = 100;

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
    /// The organization's own roles, the oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn roles(&mut self, permit: Permit<can::ViewRoles>, request: &PageRequest) -> StoreResult<Page<Role>> {
        let organization = permit.organization();
        let after = request.after.as_ref().map(|after| after.id);
        let roles = self.rows(organization, None, after, i64::from(request.limit) + 1).await?;
        let total = match request.total {
            true => {
                let count =
                    sqlx::query_scalar!("select count(*) from custom_roles where org_id = $1", organization.uuid());
                count.fetch_one(&mut *self.transaction).await?
            }
            false => None,
        };
        Ok(Page::cut(roles, request, total, |role| role.id.uuid()))
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
        self.must_hold(new.level, &grants, &[])?;
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
        self.number_roles(organization).await?;
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
        let (role, level, gives) = self.handled(organization, id).await?;
        let held = self.queues_of_role(level, &role.key).await?;
        self.must_hold(level, &gives, &held)?;
        let grants = change.grants.map(|grants| self.compile(level, &grants)).transpose()?;
        if let Some(grants) = &grants {
            self.must_hold(level, grants, &held)?;
            let teams = self.teams_of_holders(level, &role.key).await?;
            self.must_widen(level, &gives, grants, &teams)?;
            if self.a_service_holds(level, &role.key).await? {
                self.must_lend_more(level, &gives, grants)?;
            }
        }
        version.must_be(role.version)?;
        let present: Grants = role.grants.into_iter().map(|grant| (grant.permission, grant.when)).collect();
        let grants = grants.as_ref().map(stored).filter(|grants| *grants != present);
        self.take_time().await?;
        // Somebody who joins with it holds it until they have. Weaker than what a deletion takes: who invites with it, and
        // may hold it, need not be waited for.
        sqlx::query!(
            "select id from custom_roles where org_id = $1 and id = $2 for no key update",
            organization.uuid(),
            id.uuid()
        )
        .fetch_optional(&mut *self.transaction)
        .await?;
        let holders = match grants {
            Some(_) => self.role_holders(level, &role.key).await?,
            None => Vec::new(),
        };
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
            grants.map(Json) as _
        )
        .execute(&mut *self.transaction)
        .await?;
        if changed.rows_affected() > 0 {
            self.number_roles(organization).await?;
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
        let (role, level, gives) = self.handled(organization, id).await?;
        self.must_hold(level, &gives, &[])?;
        version.must_be(role.version)?;
        // Who invites or joins with it holds it until they have: neither is a change of rights.
        sqlx::query!(
            "select id from custom_roles where org_id = $1 and id = $2 for update",
            organization.uuid(),
            id.uuid()
        )
        .fetch_optional(&mut *self.transaction)
        .await?;
        self.role_must_be_free(&role, level).await?;
        sqlx::query!("delete from custom_roles where org_id = $1 and id = $2", organization.uuid(), id.uuid())
            .execute(&mut *self.transaction)
            .await?;
        self.number_roles(organization).await
    }

    /// A role that is about to change, and what it gives. Nobody else changes it meanwhile, gives it or takes it: rights
    /// change one at a time.
    async fn handled(
        &mut self,
        organization: Id<kind::Organization>,
        id: Id<kind::Role>,
    ) -> StoreResult<(Role, Level, BTreeMap<Permission, Mask>)> {
        let role = self.own_role(organization, id).await?;
        let level = Level::parse(&role.level).ok_or(StoreError::Missing("role"))?;
        let model = self.caller().model();
        let gives = model.role(level, &role.key).map(|index| {
            let cells = Permission::ALL.iter().map(|permission| (*permission, model.cell(index, *permission)));
            cells.filter(|(_, cell)| !cell.is_empty()).collect()
        });
        Ok((role, level, gives.unwrap_or_default()))
    }

    /// Gives the organization's roles a new number: models that were compiled before are used no more.
    async fn number_roles(&mut self, organization: Id<kind::Organization>) -> StoreResult<()> {
        sqlx::query!(
            "update organizations set roles_version = nextval('roles_versions') where id = $1",
            organization.uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    async fn own_role(&mut self, organization: Id<kind::Organization>, id: Id<kind::Role>) -> StoreResult<Role> {
        self.rows(organization, Some(id), None, 1).await?.pop().ok_or(StoreError::Missing("role"))
    }

    async fn rows(
        &mut self,
        organization: Id<kind::Organization>,
        only: Option<Id<kind::Role>>,
        after: Option<Uuid>,
        limit: i64,
    ) -> StoreResult<Vec<Role>> {
        let rows = sqlx::query_as!(
            Row,
            r#"select c.id, c.level, c.key, c.title, c.description, c.grants as "grants: Json<Grants>",
                (select count(*) from role_assignments r where r.org_id = c.org_id and r.role = c.key
                    and (r.team_id is not null) = (c.level = 'team')
                    and (r.queue_id is not null) = (c.level = 'queue')) as "holders!",
                c.created_at, c.created_by, c.version
             from custom_roles c
             where c.org_id = $1 and ($2::uuid is null or c.id = $2) and ($3::uuid is null or c.id > $3)
             order by c.id limit $4"#,
            organization.uuid(),
            only.map(Id::uuid),
            after,
            limit
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        Ok(rows.into_iter().map(Role::from).collect())
    }
}

fn stored(grants: &BTreeMap<Permission, Mask>) -> Grants {
    let words = |mask: &Mask| mask.iter().map(|condition| condition.key().to_owned()).collect();
    grants.iter().map(|(permission, mask)| (permission.key().to_owned(), words(mask))).collect()
}
