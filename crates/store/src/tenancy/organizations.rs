//! Organizations.

use chrono::{DateTime, Utc};
use usher_domain::{
    Id, Slug, Text, kind,
    tenancy::{Membership, Organization, PermissionsModel},
};
use usher_policy::{Model, Permit, can};
use uuid::Uuid;

use crate::{After, Expected, Outside, Page, PageRequest, StoreError, StoreResult, Work};

struct Row {
    id: Uuid,
    slug: String,
    name: String,
    model: String,
    plan: String,
    permissions_model: String,
    members_create_workspaces: bool,
    version: i64,
    created_at: DateTime<Utc>,
}

impl From<Row> for Organization {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            slug: row.slug,
            name: row.name,
            access_model: row.model,
            plan: row.plan,
            permissions_model: PermissionsModel::parse(&row.permissions_model),
            members_create_workspaces: row.members_create_workspaces,
            created_at: row.created_at,
            version: row.version,
        }
    }
}

/// What a new organization is made of.
#[derive(Debug)]
pub struct NewOrganization {
    /// Its name.
    pub name: Text<1, 120>,
    /// Its name in addresses.
    pub slug: Slug,
    /// Its access model.
    pub model: &'static Model,
}

/// What is to change about an organization: what is `None` stays.
#[derive(Debug, Default)]
pub struct OrganizationChange {
    /// Its name.
    pub name: Option<Text<1, 120>>,
    /// What a new queue gives to staff.
    pub permissions_model: Option<PermissionsModel>,
    /// Whether members create workspaces.
    pub members_create_workspaces: Option<bool>,
}

const EXAMPLE: &str = include_str!("example.sql");

/// What a new organization begins with (VK-40, VK-41, TK-34): statements in which `$1` is the organization, each with the ids
/// of its rows, `$2`. They grow as all ids do: what is listed by id is listed from the oldest on.
pub(crate) fn example() -> impl Iterator<Item = (&'static str, Vec<Uuid>)> {
    const ROWS_AT_MOST: usize = 5;
    EXAMPLE.split(";\n\n").map(|statement| (statement, (0..ROWS_AT_MOST).map(|_| Uuid::now_v7()).collect()))
}

impl Outside {
    /// Creates an organization with example content. Its creator holds the model's highest role (VK-42).
    ///
    /// # Errors
    /// The slug is taken.
    pub async fn create_organization(
        &mut self,
        account: Id<kind::Account>,
        new: NewOrganization,
    ) -> StoreResult<Organization> {
        let id = Id::<kind::Organization>::new();
        let role = new.model.creator_role().map(|role| new.model.role_at(role).key.clone());
        let role = role.ok_or(StoreError::Missing("role"))?;
        self.enter(id).await?;
        let row = sqlx::query_as!(
            Row,
            "insert into organizations (id, slug, name, model) values ($1, $2, $3, $4)
             returning id, slug, name, model, plan, permissions_model, members_create_workspaces, version, created_at",
            id.uuid(),
            &*new.slug,
            &*new.name,
            new.model.key().key()
        )
        .fetch_one(&mut *self.transaction)
        .await?;
        sqlx::query!("insert into organization_slugs (slug, org_id) values ($1, $2)", &*new.slug, id.uuid())
            .execute(&mut *self.transaction)
            .await?;
        self.add_member(id, account, Some(&role), Some(account)).await?;
        for (statement, ids) in example() {
            sqlx::query(statement).bind(id.uuid()).bind(ids).execute(&mut *self.transaction).await?;
        }
        Ok(row.into())
    }

    /// The account's organizations, with its roles in each (VK-72), by name.
    ///
    /// # Errors
    /// The database's.
    pub async fn organizations_of(
        &mut self,
        account: Id<kind::Account>,
        request: &PageRequest,
    ) -> StoreResult<Page<Membership>> {
        let rows = self.memberships(account, None, Some(request)).await?;
        let total = if request.total { Some(self.count_memberships(account).await?) } else { None };
        let key = |last: &Membership| After { key: last.organization.name.clone(), id: last.organization.id.uuid() };
        Ok(Page::cut_at(rows, request, total, key))
    }

    async fn count_memberships(&mut self, account: Id<kind::Account>) -> StoreResult<i64> {
        let counted = sqlx::query_scalar!(
            r#"select count(*) as "total!" from members where id = $1 and state = 'active'"#,
            account.uuid()
        );
        Ok(counted.fetch_one(&mut *self.transaction).await?)
    }

    /// The account's organizations, or the one of them that is named; of a page one more than it holds at most.
    pub(crate) async fn memberships(
        &mut self,
        account: Id<kind::Account>,
        only: Option<Id<kind::Organization>>,
        request: Option<&PageRequest>,
    ) -> StoreResult<Vec<Membership>> {
        self.act_as(account).await?;
        let after = request.and_then(|request| request.after.as_ref());
        let rows = sqlx::query!(
            r#"select o.id, o.slug, o.name, o.model, o.plan, o.permissions_model, o.members_create_workspaces,
                o.version, o.created_at,
                a.active_org_id is not distinct from o.id as "active!",
                array(select r.role from role_assignments r where r.org_id = m.org_id and r.member_id = m.id
                    and r.team_id is null and r.queue_id is null order by r.role) as "roles!"
             from members m join organizations o on o.id = m.org_id join accounts a on a.id = m.id
             where m.id = $1 and m.state = 'active' and ($2::uuid is null or m.org_id = $2)
                and ($3::text is null or (o.name, o.id) > ($3, $4::uuid))
             order by o.name, o.id limit $5"#,
            account.uuid(),
            only.map(Id::uuid),
            after.map(|after| after.key.as_str()),
            after.map(|after| after.id),
            request.map(|request| i64::from(request.limit) + 1)
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        let memberships = rows.into_iter().map(|row| Membership {
            organization: Organization {
                id: row.id.into(),
                slug: row.slug,
                name: row.name,
                access_model: row.model,
                plan: row.plan,
                permissions_model: PermissionsModel::parse(&row.permissions_model),
                members_create_workspaces: row.members_create_workspaces,
                created_at: row.created_at,
                version: row.version,
            },
            roles: row.roles,
            active: row.active,
        });
        Ok(memberships.collect())
    }
}

impl Work {
    /// The organization that the work is in.
    ///
    /// # Errors
    /// The database's.
    pub async fn organization_view(&mut self, permit: Permit<can::ViewOrganization>) -> StoreResult<Organization> {
        let row = sqlx::query_as!(
            Row,
            "select id, slug, name, model, plan, permissions_model, members_create_workspaces, version, created_at
             from organizations where id = $1",
            permit.organization().uuid()
        )
        .fetch_one(&mut *self.transaction)
        .await?;
        Ok(row.into())
    }

    /// Changes the organization's settings.
    ///
    /// # Errors
    /// Stale.
    pub async fn update_organization(
        &mut self,
        permit: Permit<can::UpdateOrganization>,
        version: &Expected,
        change: OrganizationChange,
    ) -> StoreResult<Organization> {
        let row = sqlx::query_as!(
            Row,
            "update organizations set name = coalesce($3, name), permissions_model = coalesce($4, permissions_model),
                members_create_workspaces = coalesce($5, members_create_workspaces),
                version = version + (row(coalesce($3, name), coalesce($4, permissions_model), coalesce($5, members_create_workspaces))
                    <> row(name, permissions_model, members_create_workspaces))::int
             where id = $1 and ($2::bigint[] is null or version = any($2)) 
             returning id, slug, name, model, plan, permissions_model, members_create_workspaces, version, created_at",
            permit.organization().uuid(),
            version.versions(),
            change.name.as_deref(),
            change.permissions_model.map(PermissionsModel::key),
            change.members_create_workspaces
        )
        .fetch_optional(&mut *self.transaction)
        .await?;
        Ok(row.ok_or(StoreError::Stale)?.into())
    }

    /// Deletes the organization and everything in it, for good.
    ///
    /// # Errors
    /// `confirm` is not the organization's slug (VK-39), or stale.
    pub async fn delete_organization(
        &mut self,
        permit: Permit<can::DeleteOrganization>,
        version: &Expected,
        confirm: Option<&str>,
    ) -> StoreResult<()> {
        let organization = permit.organization().uuid();
        let row = sqlx::query!("select slug, version from organizations where id = $1 for update", organization)
            .fetch_one(&mut *self.transaction)
            .await?;
        if Some(row.slug.as_str()) != confirm {
            return Err(StoreError::Invalid {
                pointer: "confirm",
                code: "confirmation_missing",
                detail: "Repeat the organization's slug to delete it and everything in it.".to_owned(),
            });
        }
        version.must_be(row.version)?;
        self.take_time().await?;
        sqlx::query!("delete from organizations where id = $1", organization).execute(&mut *self.transaction).await?;
        Ok(())
    }
}
