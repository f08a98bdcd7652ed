//! Inspection templates.

use sqlx::{Row, postgres::PgRow, types::Json};
use usher_domain::{
    Id, Text,
    desk::FieldFault,
    field::{InspectionTemplate, Section, check_sections},
    kind,
};
use usher_policy::{Level, Listing, Permit, can};
use uuid::Uuid;

use super::{FieldFilter, FieldOrder};
use crate::{Expected, Located, Page, PageRequest, Seen, StoreError, StoreResult, Work, listing::list, sql::Sql};

impl Located for kind::InspectionTemplate {
    type Item = InspectionTemplate;
    const TABLE: &'static str = "inspection_templates e";
    const ALIAS: &'static str = "e";
    const COLUMNS: &'static str = ", e.id, e.team_id, e.name, e.description, e.created_by, e.created_at, e.updated_at, e.version, \
        (select f.sections from inspection_forms f where f.org_id = e.org_id and f.id = e.form_id) as sections";
    const SCOPES: &'static [(Level, &'static str)] = &[(Level::Team, "e.team_id")];

    fn item(row: &PgRow) -> Result<InspectionTemplate, sqlx::Error> {
        Ok(InspectionTemplate {
            id: row.try_get::<Uuid, _>("id")?.into(),
            team_id: row.try_get::<Uuid, _>("team_id")?.into(),
            name: row.try_get("name")?,
            description: row.try_get("description")?,
            sections: row.try_get::<Json<_>, _>("sections")?.0,
            created_by: row.try_get::<Option<Uuid>, _>("created_by")?.map(Id::from),
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
            version: row.try_get("version")?,
        })
    }
}

/// What a new template is made of.
#[derive(Debug)]
pub struct NewInspectionTemplate {
    /// Its name.
    pub name: Text<1, 120>,
    /// When to use it.
    pub description: Text<0, 2000>,
    /// What it asks.
    pub sections: Vec<Section>,
}

/// What is to change about a template: what is `None` stays.
#[derive(Debug)]
pub struct InspectionTemplateChange {
    /// Its name.
    pub name: Option<Text<1, 120>>,
    /// When to use it.
    pub description: Option<Text<0, 2000>>,
    /// What it asks: all of it.
    pub sections: Option<Vec<Section>>,
}

fn must_fit(sections: &[Section]) -> StoreResult<()> {
    let place = |fault: FieldFault| FieldFault { pointer: format!("/sections{}", fault.pointer), ..fault };
    check_sections(sections).map_err(|faults| StoreError::InvalidFields(faults.into_iter().map(place).collect()))
}

impl Work {
    /// The templates that the caller may see.
    ///
    /// # Errors
    /// The cursor is none of this order.
    pub async fn list_inspection_templates(
        &mut self,
        listing: &Listing<can::ViewInspectionTemplate>,
        filter: &FieldFilter,
        order: FieldOrder,
        request: &PageRequest,
    ) -> StoreResult<Page<Seen<kind::InspectionTemplate>>> {
        let filters = |sql: &mut Sql| {
            let mut wanted = filter.render("e", sql)?;
            if let Some(words) = &filter.q {
                let words = sql.bind(words.clone())?;
                wanted += &format!(" and strpos(lower(e.name), lower({words})) > 0");
            }
            Ok(wanted)
        };
        list(&mut self.transaction, listing, filters, order.of("e.name", "e.updated_at"), request).await
    }

    /// Makes a template of a team's.
    ///
    /// # Errors
    /// Refused in this team; the questions cannot be asked; another template of the team has the name.
    pub async fn create_inspection_template(
        &mut self,
        team: Permit<can::ViewTeam>,
        new: NewInspectionTemplate,
    ) -> StoreResult<InspectionTemplate> {
        let permit = self.permit_in_team::<can::CreateInspectionTemplate>(&team, Id::new())?;
        must_fit(&new.sections)?;
        let form = self.add_form(&new.sections).await?;
        sqlx::query!(
            "insert into inspection_templates (org_id, id, team_id, name, description, form_id, created_by)
             values ($1, $2, $3, $4, $5, $6, $7)",
            permit.organization().uuid(),
            permit.target().uuid(),
            team.target().uuid(),
            &*new.name,
            &*new.description,
            form,
            self.account().uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        self.item(permit.target()).await
    }

    /// Changes a template. Inspections that were made from it keep the questions that they have.
    ///
    /// # Errors
    /// Stale; the questions cannot be asked; another template of the team has the name.
    pub async fn update_inspection_template(
        &mut self,
        permit: Permit<can::UpdateInspectionTemplate>,
        version: &Expected,
        change: InspectionTemplateChange,
    ) -> StoreResult<InspectionTemplate> {
        let (organization, id) = (permit.organization().uuid(), permit.target());
        change.sections.as_deref().map_or(Ok(()), must_fit)?;
        let row = sqlx::query!(
            r#"select e.version, e.form_id, f.sections as "sections: Json<Vec<Section>>"
             from inspection_templates e join inspection_forms f on f.org_id = e.org_id and f.id = e.form_id
             where e.org_id = $1 and e.id = $2"#,
            organization,
            id.uuid()
        )
        .fetch_one(&mut *self.transaction)
        .await?;
        version.must_be(row.version)?;
        let form = match change.sections.filter(|sections| *sections != row.sections.0) {
            Some(sections) => Some(self.add_form(&sections).await?),
            None => None,
        };
        sqlx::query!(
            "update inspection_templates set name = coalesce($3, name), description = coalesce($4, description),
                form_id = coalesce($5, form_id), version = version + 1, updated_at = now()
             where org_id = $1 and id = $2 and row(coalesce($3, name), coalesce($4, description), coalesce($5, form_id))
                <> row(name, description, form_id)",
            organization,
            id.uuid(),
            change.name.as_deref(),
            change.description.as_deref(),
            form
        )
        .execute(&mut *self.transaction)
        .await?;
        if form.is_some() {
            self.drop_unused_form(row.form_id).await?;
        }
        self.item(id).await
    }

    /// Deletes a template. Inspections that were made from it stay, have none any more, and say so.
    ///
    /// # Errors
    /// Stale.
    pub async fn delete_inspection_template(
        &mut self,
        permit: Permit<can::DeleteInspectionTemplate>,
        version: &Expected,
    ) -> StoreResult<()> {
        let (organization, id) = (permit.organization().uuid(), permit.target().uuid());
        self.take_time().await?;
        sqlx::query!(
            "with held as (
                select id from inspections where org_id = $1 and template_id = $2 order by id for no key update
             )
             update inspections i set template_id = null, version = i.version + 1, updated_at = now()
             from held where i.org_id = $1 and i.id = held.id",
            organization,
            id
        )
        .execute(&mut *self.transaction)
        .await?;
        let form = sqlx::query_scalar!(
            "delete from inspection_templates where org_id = $1 and id = $2 and ($3::bigint[] is null or version = any($3))
             returning form_id",
            organization,
            id,
            version.versions()
        )
        .fetch_optional(&mut *self.transaction)
        .await?
        .ok_or(StoreError::Stale)?;
        self.drop_unused_form(form).await
    }

    /// Keeps what is asked.
    async fn add_form(&mut self, sections: &[Section]) -> StoreResult<Uuid> {
        let form = Uuid::now_v7();
        sqlx::query!(
            "insert into inspection_forms (org_id, id, sections) values ($1, $2, $3)",
            self.organization().uuid(),
            form,
            Json(sections) as _
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(form)
    }

    /// Deletes a form that nothing refers to any more. It is locked first: of two that let go of it at once, the second sees
    /// that the first has.
    pub(super) async fn drop_unused_form(&mut self, form: Uuid) -> StoreResult<()> {
        let organization = self.organization().uuid();
        sqlx::query!("select from inspection_forms where org_id = $1 and id = $2 for update", organization, form)
            .execute(&mut *self.transaction)
            .await?;
        sqlx::query!(
            "delete from inspection_forms f where f.org_id = $1 and f.id = $2
                and not exists (select 1 from inspections i where i.org_id = $1 and i.form_id = $2)
                and not exists (select 1 from inspection_templates e where e.org_id = $1 and e.form_id = $2)",
            organization,
            form
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }
}
