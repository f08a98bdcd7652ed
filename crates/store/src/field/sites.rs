//! Sites: where inspections happen.

use sqlx::{Row, postgres::PgRow};
use usher_domain::{Id, SiteId, Text, field::Site, kind};
use usher_policy::{Condition, Level, Listing, Permit, can};
use uuid::Uuid;

use super::{FieldFilter, FieldOrder, Made};
use crate::{
    Expected, Located, Page, PageRequest, Seen, StoreError, StoreResult, Work,
    listing::list,
    located::{Rows, Rule},
    search::searched,
    sql::Sql,
};

impl Located for kind::Site {
    type Item = Site;
    const TABLE: &'static str = "sites l";
    const ALIAS: &'static str = "l";
    const COLUMNS: &'static str = ", l.id, l.team_id, l.name, l.address, l.description, l.created_by, l.created_at, \
        l.updated_at, l.version";
    const SCOPES: &'static [(Level, &'static str)] = &[(Level::Team, "l.team_id")];
    const RULES: &'static [Rule] = &[
        Rule { condition: Condition::Own, holds: "l.created_by = $2", rows: Rows::Held },
        // VX-63.
        Rule {
            condition: Condition::HoldsTheirs,
            // Two that an index each answers: one with an `or` within would look through all that ever happened at the site.
            holds: "exists (select 1 from inspections h
                    where h.org_id = l.org_id and h.created_by = $2 and h.site_id = l.id)
                or exists (select 1 from inspection_assignees a
                    where a.org_id = l.org_id and a.member_id = $2 and a.site_id = l.id)",
            rows: Rows::OfEach(
                "(select h.site_id from inspections h where h.org_id = $1 and h.created_by = $2 and h.site_id is not null
                  union select a.site_id from inspection_assignees a
                      where a.org_id = $1 and a.member_id = $2 and a.site_id is not null) s",
                "l.id = s.site_id",
            ),
        },
    ];

    fn item(row: &PgRow) -> Result<Site, sqlx::Error> {
        Ok(Site {
            id: row.try_get::<Uuid, _>("id")?.into(),
            team_id: row.try_get::<Uuid, _>("team_id")?.into(),
            name: row.try_get("name")?,
            address: row.try_get("address")?,
            description: row.try_get("description")?,
            created_by: row.try_get::<Option<Uuid>, _>("created_by")?.map(Id::from),
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
            version: row.try_get("version")?,
        })
    }
}

/// What a new site is made of.
#[derive(Debug)]
pub struct NewSite {
    /// What a device calls it already; none, and it gets an identifier here.
    pub id: Option<SiteId>,
    /// Its name.
    pub name: Text<1, 200>,
    /// Where it is.
    pub address: Text<0, 500>,
    /// What there is to know about it.
    pub description: Text<0, 2000>,
}

/// What is to change about a site: what is `None` stays.
#[derive(Debug)]
pub struct SiteChange {
    /// Its name.
    pub name: Option<Text<1, 200>>,
    /// Where it is.
    pub address: Option<Text<0, 500>>,
    /// What there is to know about it.
    pub description: Option<Text<0, 2000>>,
}

impl Work {
    /// The sites that the caller may see.
    ///
    /// # Errors
    /// The cursor is none of this order.
    pub async fn list_sites(
        &mut self,
        listing: &Listing<can::ViewSite>,
        filter: &FieldFilter,
        order: FieldOrder,
        request: &PageRequest,
    ) -> StoreResult<Page<Seen<kind::Site>>> {
        let filters = |sql: &mut Sql| {
            let mut wanted = filter.render("l", sql)?;
            if let Some(words) = &filter.q {
                let words = sql.bind(searched(words))?;
                wanted += &format!(" and l.search @@ websearch_to_tsquery('simple', {words})");
            }
            Ok(wanted)
        };
        list(&mut self.transaction, listing, filters, order.of("l.name", "l.updated_at"), request).await
    }

    /// Makes a site of a team's, once however often it is asked for with the same identifier.
    ///
    /// # Errors
    /// Refused in this team; the identifier cannot be, is taken, or was that of what was deleted.
    pub async fn create_site(&mut self, team: Permit<can::ViewTeam>, new: NewSite) -> StoreResult<(Site, Made)> {
        let permit = self.permit_in_team::<can::CreateSite>(&team, new.id.unwrap_or_default())?;
        if let Some(id) = new.id {
            self.check_id(id).await?;
        }
        let made = sqlx::query!(
            "insert into sites (org_id, id, team_id, name, address, description, created_by)
             values ($1, $2, $3, $4, $5, $6, $7) on conflict (org_id, id) do nothing",
            permit.organization().uuid(),
            permit.target().uuid(),
            team.target().uuid(),
            &*new.name,
            &*new.address,
            &*new.description,
            self.account().uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        let made = match made.rows_affected() {
            0 => self.must_be_made_before(permit.target()).await?,
            _ => {
                self.must_not_come_back(new.id).await?;
                Made::Now
            }
        };
        Ok((self.item(permit.target()).await?, made))
    }

    /// Changes a site.
    ///
    /// # Errors
    /// Stale.
    pub async fn update_site(
        &mut self,
        permit: Permit<can::UpdateSite>,
        version: &Expected,
        change: SiteChange,
    ) -> StoreResult<Site> {
        let (organization, id) = (permit.organization().uuid(), permit.target().uuid());
        let now = sqlx::query_scalar!("select version from sites where org_id = $1 and id = $2", organization, id)
            .fetch_one(&mut *self.transaction)
            .await?;
        version.must_be(now)?;
        sqlx::query!(
            "update sites set name = coalesce($3, name), address = coalesce($4, address),
                description = coalesce($5, description), version = version + 1, updated_at = now()
             where org_id = $1 and id = $2 and row(coalesce($3, name), coalesce($4, address), coalesce($5, description))
                <> row(name, address, description)",
            organization,
            id,
            change.name.as_deref(),
            change.address.as_deref(),
            change.description.as_deref()
        )
        .execute(&mut *self.transaction)
        .await?;
        self.item(permit.target()).await
    }

    /// Deletes a site at which there are no inspections.
    ///
    /// # Errors
    /// Stale; there are inspections.
    pub async fn delete_site(&mut self, permit: Permit<can::DeleteSite>, version: &Expected) -> StoreResult<()> {
        sqlx::query!(
            "delete from sites where org_id = $1 and id = $2 and ($3::bigint[] is null or version = any($3)) returning id",
            permit.organization().uuid(),
            permit.target().uuid(),
            version.versions()
        )
        .fetch_optional(&mut *self.transaction)
        .await?
        .ok_or(StoreError::Stale)?;
        Ok(())
    }
}
