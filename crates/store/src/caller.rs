//! Who is asking, read from the database in the round trip that begins the transaction.

use std::{marker::PhantomData, sync::Arc};

use sqlx::{Row, postgres::PgRow};
use usher_domain::{Id, Slug, kind};
use usher_policy::{Caller, CallerFacts, Condition, Level, Mask, Model, ModelKey, Permission, PermissionSet, Standing};
use uuid::Uuid;

use crate::{
    StoreError, StoreResult, TokenProof,
    connection::Transaction,
    models::{ModelVersion, Models},
};

/// Who a request comes from, as its token says. Nothing of it says what they may do.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The account.
    pub account: Id<kind::Account>,
    /// The sign-in that the token belongs to, or the token of an integration itself: what is locked while it acts.
    pub session: Id<kind::Session>,
    /// What a token of an integration shows; `None` for a signed-in person.
    pub token: Option<TokenProof>,
}

impl Identity {
    /// Of a member who does not act, but is asked about.
    pub(crate) fn of_member(member: Id<kind::Member>) -> Self {
        Self { account: member.uuid().into(), session: Uuid::nil().into(), token: None }
    }
}

/// How an address names an organization.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum OrganizationKey {
    /// By its identifier.
    Id(Id<kind::Organization>),
    /// By its slug.
    Slug(Slug),
}

impl OrganizationKey {
    /// The id, or the slug.
    pub(crate) fn either(&self) -> (Option<Uuid>, Option<&str>) {
        match self {
            Self::Id(id) => (Some(id.uuid()), None),
            Self::Slug(slug) => (None, Some(slug)),
        }
    }
}

impl std::str::FromStr for OrganizationKey {
    type Err = usher_domain::InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self::Id).or_else(|_| Slug::parse(text).map(Self::Slug))
    }
}

impl<'de> serde::Deserialize<'de> for OrganizationKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(|_| serde::de::Error::custom("is neither an id nor a slug"))
    }
}

/// Prepared on every connection, so that they run in the simple protocol, several in one round trip, without being planned
/// anew.
///
/// Only a member gets the lock on an organization's rights. Who is none at that moment is in no organization for the rest
/// of the transaction, even if they become one before their facts are read: they would act without the lock.
///
/// A session's token was signed by us; that a token of an integration is one is not known before the database has been asked.
/// Where locks are taken it is asked first, and who shows none that is good is in no organization, and locks nothing.
pub(crate) const PREPARE: &str = "
prepare enter_organization(text) as
    select set_config('app.org_id', coalesce((select org_id::text from organization_slugs where slug = $1), ''), true);
prepare lock_members(uuid[]) as
    select pg_advisory_xact_lock_shared(member_lock(current_org(), id)) from unnest($1) as id;
prepare lock_session(uuid) as
    select pg_advisory_xact_lock_shared(session_lock($1));
prepare end_sessions(uuid, uuid[]) as
    select pg_advisory_xact_lock(session_lock(id))
    from (select id from sessions where account_id = $1 and id = any($2) order by id) own;
prepare lock_rights(uuid) as
    select coalesce(
        (select pg_advisory_xact_lock(hashtextextended('rights of ' || m.org_id, 0))::text
         from members m where m.org_id = current_org() and m.id = $1),
        set_config('app.org_id', '', true)
    );
prepare caller_facts(uuid, uuid, bytea) as select * from caller_facts($1, $2, $3);
prepare admit_token(uuid, uuid, bytea) as
    select set_config('app.org_id', case when token_scopes($1, $2, $3) is null then '' else current_org()::text end, true);
prepare lock_token(uuid) as
    select pg_advisory_xact_lock_shared(session_lock(id)) from api_tokens where org_id = current_org() and id = $1;
";

/// What stands for all of an organization's members where their memberships are locked. Before every other, in their order.
pub(crate) const EVERYBODY: Uuid = Uuid::nil();

/// How a transaction begins.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Mode<'a> {
    /// Only reads.
    Read,
    /// Writes: the caller's session and membership, and the memberships of others who are involved, are locked, shared,
    /// before any is read.
    Write(&'a [Id<kind::Member>]),
    /// Changes who may do what: one at a time in an organization, so that two such changes cannot wait for each other.
    ChangeRights,
}

/// The statements that begin a transaction in an organization.
///
/// A membership is locked by an advisory lock and not by its row: of those who want a row shared, newcomers go before
/// somebody who waits to have it alone, so a revocation could wait for as long as the revoked keeps writing. Advisory locks
/// are given in the order in which they are asked for. The facts are read by a statement of their own after the
/// locks are held: a statement sees what was committed when it began.
pub(crate) fn opening(identity: &Identity, organization: &OrganizationKey, mode: Mode<'_>) -> String {
    use std::fmt::Write;
    let Identity { account, session, .. } = identity;
    // All that a read shows is of one moment: the caller's facts, the rows and their count.
    let begin = if matches!(mode, Mode::Read) { "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" } else { "BEGIN" };
    let mut sql = String::from(begin);
    let _ = match organization {
        OrganizationKey::Id(id) => write!(sql, ";SET LOCAL app.org_id='{id}'"),
        // A slug is lower-case letters, digits and hyphens.
        OrganizationKey::Slug(slug) => write!(sql, ";EXECUTE enter_organization('{slug}')"),
    };
    let secret = identity.token.map_or_else(|| "null".to_owned(), |token| token.literal());
    let writes = !matches!(mode, Mode::Read);
    if writes && identity.token.is_some() {
        let _ = write!(sql, ";EXECUTE admit_token('{account}','{session}',{secret})");
    }
    if matches!(mode, Mode::ChangeRights) {
        let _ = write!(sql, ";EXECUTE lock_rights('{account}')");
    }
    if writes {
        // In the order of their ids, as every lock on several members is taken: so nobody waits in a circle.
        let mut members = vec![EVERYBODY, identity.account.uuid()];
        if let Mode::Write(others) = mode {
            members.extend(others.iter().map(|other| other.uuid()));
        }
        members.sort_unstable();
        let lock = if identity.token.is_some() { "lock_token" } else { "lock_session" };
        let _ = write!(sql, ";EXECUTE {lock}('{session}');EXECUTE lock_members(array[");
        members.iter().enumerate().for_each(|(index, member)| {
            let _ = write!(sql, "{}'{member}'", if index == 0 { "" } else { "," });
        });
        sql.push_str("]::uuid[])");
    }
    let _ = write!(sql, ";EXECUTE caller_facts('{account}','{session}',{secret})");
    sql
}

/// Which access model a row of `caller_facts` speaks of.
///
/// # Errors
/// The account is no member, to whom the organization does not exist.
pub(crate) fn version_of(row: &PgRow) -> StoreResult<ModelVersion> {
    let missing = || StoreError::Missing("organization");
    let organization: Uuid = row.try_get::<Option<_>, _>("caller_org")?.ok_or_else(missing)?;
    let key = row.try_get::<Option<&str>, _>("caller_model")?.and_then(ModelKey::parse).ok_or_else(missing)?;
    Ok(ModelVersion { organization, key, roles: row.try_get("roles_version")? })
}

/// Makes sure that a row of `caller_facts` is of somebody who has signed in, or whose token names the organization that it is
/// good in.
///
/// # Errors
/// The session has ended, or the token.
pub(crate) fn must_be_signed_in(identity: &Identity, row: &PgRow) -> StoreResult<()> {
    let here: Option<Uuid> = row.try_get("caller_org")?;
    let elsewhere = identity.token.is_some_and(|token| here.is_some_and(|here| here != token.organization.uuid()));
    if row.try_get("signed_in")? && !elsewhere { Ok(()) } else { Err(StoreError::SessionEnded) }
}

/// Makes the caller out of the row of `caller_facts`, in the model of its [`version_of`].
///
/// # Errors
/// The row is none of that.
pub(crate) fn from_row(identity: &Identity, row: &PgRow, model: &Arc<Model>) -> StoreResult<Caller> {
    let organization: Uuid = row.try_get("caller_org")?;
    let state: &str = row.try_get("caller_state")?;
    let workflows = row.try_get::<Option<bool>, _>("plan_workflows")?.unwrap_or_default();
    let workspaces = row.try_get::<Option<bool>, _>("members_create_workspaces")?.unwrap_or_default();
    let assignments: Option<&str> = row.try_get("assignments")?;
    Ok(Caller::new(CallerFacts {
        model,
        organization: organization.into(),
        member: identity.account.uuid().into(),
        standing: Standing::parse(state),
        conditions: Mask::NONE
            .with(Condition::PlanWorkflows, workflows)
            .with(Condition::MembersCreateWorkspaces, workspaces),
        scopes: scopes(identity, row)?,
        service: identity.token.is_none() && row.try_get::<Option<&str>, _>("token_scopes")?.is_some(),
        assignments: assignments.unwrap_or_default().split(',').filter_map(assignment),
        names: PhantomData,
    }))
}

/// What a token narrows to: the one that a caller acts with, or the one of a service that is asked about. A permission that
/// there is no more gives nothing.
fn scopes(identity: &Identity, row: &PgRow) -> Result<Option<PermissionSet>, sqlx::Error> {
    let scopes: Option<&str> = row.try_get("token_scopes")?;
    Ok(match scopes {
        Some("*") => Some(PermissionSet::UNSCOPED),
        Some(keys) => Some(keys.split(',').filter_map(Permission::parse).collect()),
        None => identity.token.map(|_| PermissionSet::NONE),
    })
}

fn assignment(text: &str) -> Option<(Level, Uuid, &str)> {
    let (level, rest) = text.split_once(':')?;
    let (scope, role) = rest.split_once(':')?;
    Some((Level::parse(level)?, scope.parse().ok()?, role))
}

/// Loads another member's facts within a transaction of this organization.
pub(crate) async fn load(
    transaction: &mut Transaction,
    models: &Models,
    member: Id<kind::Member>,
) -> StoreResult<Caller> {
    let sql = format!("EXECUTE caller_facts('{member}',null,null)");
    let mut rows = sqlx::Executor::fetch_all(&mut **transaction, sqlx::raw_sql(sqlx::AssertSqlSafe(sql))).await?;
    let row = rows.pop().ok_or(StoreError::Missing("member"))?;
    let version = version_of(&row).map_err(|error| match error {
        StoreError::Missing(_) => StoreError::Missing("member"),
        other => other,
    })?;
    from_row(&Identity::of_member(member), &row, &models.get(transaction, version).await?)
}
