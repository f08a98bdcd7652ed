//! Everyone who may: candidates page by page, each decided on by the engine.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use sqlx::{Row, types::Json};
use usher_domain::{Id, kind};
use usher_policy::{Assignment, Caller, Level, Mask, Outcome, Permit, Scopes, can};
use uuid::Uuid;

use super::{Asked, wanted};
use crate::{After, Identity, Page, PageRequest, StoreResult, Work, caller};

/// Somebody who may.
#[derive(Debug)]
pub struct WhoMay {
    /// The membership.
    pub member: Id<kind::Member>,
    /// The person's name.
    pub name: String,
    /// The person's address.
    pub email: String,
    /// What lets them: every assignment that by itself would.
    pub by: Vec<GivenBy>,
}

/// An assignment that gives a permission on a thing.
#[derive(Debug)]
pub struct GivenBy {
    /// The role, and where it is held.
    pub assignment: Assignment,
    /// The conditions under which it gives the permission, and which hold.
    pub conditions: Mask,
    /// Since when they hold the role; of the role that is everybody's: since they joined.
    pub since: DateTime<Utc>,
    /// Who gave it; `None` for the role that is everybody's, and where that account is gone.
    pub granted_by: Option<Id<kind::Account>>,
}

/// An assignment as it is stored.
#[derive(Debug, Deserialize)]
struct Stored {
    role: String,
    scope: Uuid,
    granted_at: DateTime<Utc>,
    granted_by: Option<Uuid>,
}

/// Somebody who holds a role that gives the permission somewhere, perhaps under a condition that does not hold.
struct Candidate {
    caller: Caller,
    name: String,
    email: String,
    joined_at: DateTime<Utc>,
    held: Vec<Stored>,
}

/// The candidates' ids from `$2` on, at most `$3`, in order. Each branch gives a member once, and so gives as many as are
/// wanted if it has them: what is merged out of them leaves nobody out.
const HOLDERS: &str = "(
    select member_id as id from unnest($4::text[]) as wanted (role) cross join lateral (
        select r.member_id from role_assignments r
        where r.org_id = $1 and r.role = wanted.role and r.team_id is null and r.queue_id is null and r.member_id > $2
        order by r.member_id limit $3
    ) of_organization
    union (select r.member_id from role_assignments r
        where r.org_id = $1 and r.team_id = $5 and r.role = any($6) and r.member_id > $2 order by r.member_id limit $3)
    union (select distinct r.member_id from role_assignments r
        where r.org_id = $1 and r.queue_id = $7 and r.role = any($8) and r.member_id > $2 order by r.member_id limit $3)
    order by id limit $3
 )";

/// The same where the role that is everybody's gives the permission.
const EVERYBODY: &str = "(select m.id from members m
    where m.org_id = $1 and m.id > $2 and $4::text[] is not null and $6::text[] is not null and $8::text[] is not null
    order by m.id limit $3)";

impl Work {
    /// Everyone who may do what is asked, in the order of their ids. `None` where there is no such thing, or who asks may not
    /// see it.
    ///
    /// A page is one of candidates, of whom those are left who may: it can hold fewer than were asked for, or nobody, and yet
    /// have one that follows it. Four round trips with the one that began the transaction, whatever the page holds.
    ///
    /// # Errors
    /// The database's.
    pub async fn who_can(
        &mut self,
        _permit: &Permit<can::ReviewAccess>,
        asked: &Asked,
        request: &PageRequest,
    ) -> StoreResult<Option<Page<WhoMay>>> {
        let facts = self.facts_for(None, &wanted(std::slice::from_ref(asked))).await?;
        let Some(scopes) = facts.scopes(0, asked) else { return Ok(None) };
        let mut candidates = self.candidates(asked, scopes, request).await?;
        let more = candidates.len() > request.limit as usize;
        candidates.truncate(request.limit as usize);
        let callers = candidates.iter().map(|candidate| candidate.caller.clone());
        let facts = self.facts_for(callers, &wanted(std::slice::from_ref(asked))).await?;
        let last = candidates.last().filter(|_| more);
        let next = last.map(|last| After { key: String::new(), id: last.caller.member().uuid() });
        let items = candidates.into_iter().enumerate().filter_map(|(index, candidate)| {
            let told = facts.explain(index + 1, asked)?;
            let Outcome::Allowed(_) = told.outcome else { return None };
            let giving = told.considered.into_iter().filter(|considered| !considered.met.is_empty());
            let by = giving.map(|considered| candidate.given_by(considered.assignment, considered.met)).collect();
            let member = candidate.caller.member();
            Some(WhoMay { member, name: candidate.name, email: candidate.email, by })
        });
        Ok(Some(Page { items: items.collect(), next, total: None }))
    }

    /// One more than the page holds, which tells whether there is a next.
    async fn candidates(
        &mut self,
        asked: &Asked,
        scopes: Scopes,
        request: &PageRequest,
    ) -> StoreResult<Vec<Candidate>> {
        let model = self.caller().model().clone();
        let gives = |role| !model.cell(role, asked.permission).is_empty();
        let giving = |level| -> Vec<String> {
            model.roles_at(level).filter(|(role, _)| gives(*role)).map(|(_, about)| about.key.clone()).collect()
        };
        let everybody = model.everybodys_role().is_some_and(gives);
        let sql = format!(
            "select who.id as member_id, m.joined_at, a.name, a.email, f.*, held.stored
             from {} who
             join members m on m.org_id = $1 and m.id = who.id
             join accounts a on a.id = who.id
             cross join lateral caller_facts(who.id, null, null) f
             cross join lateral (
                select coalesce(jsonb_agg(jsonb_build_object('role', r.role, 'granted_at', r.granted_at,
                    'granted_by', r.granted_by, 'scope', coalesce(r.team_id, r.queue_id, r.org_id))), '[]') as stored
                from role_assignments r where r.org_id = $1 and r.member_id = who.id
                    and (r.team_id is null or r.team_id = $5) and (r.queue_id is null or r.queue_id = $7)
             ) held
             order by who.id",
            if everybody { EVERYBODY } else { HOLDERS }
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(self.organization().uuid())
            .bind(request.after.as_ref().map_or(Uuid::nil(), |after| after.id))
            .bind(i64::from(request.limit) + 1)
            .bind(giving(Level::Organization))
            .bind(scopes.at(Level::Team))
            .bind(giving(Level::Team))
            .bind(scopes.at(Level::Queue))
            .bind(giving(Level::Queue))
            .fetch_all(&mut *self.transaction)
            .await?;
        let candidate = |row: &sqlx::postgres::PgRow| -> StoreResult<Candidate> {
            let member: Uuid = row.try_get("member_id")?;
            let identity = Identity::of_member(member.into());
            Ok(Candidate {
                caller: caller::from_row(&identity, row, &model)?,
                name: row.try_get("name")?,
                email: row.try_get("email")?,
                joined_at: row.try_get("joined_at")?,
                held: row.try_get::<Json<_>, _>("stored")?.0,
            })
        };
        rows.iter().map(candidate).collect()
    }
}

impl Candidate {
    fn given_by(&self, assignment: Assignment, conditions: Mask) -> GivenBy {
        let role = &self.caller.model().role_at(assignment.role).key;
        let stored = self.held.iter().find(|held| held.role == *role && held.scope == assignment.scope);
        GivenBy {
            assignment,
            conditions,
            since: stored.map_or(self.joined_at, |held| held.granted_at),
            granted_by: stored.and_then(|held| held.granted_by).map(Id::from),
        }
    }
}
