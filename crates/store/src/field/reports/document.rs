//! A report with all that it says.

use usher_domain::{
    PhotoId,
    field::{InspectionAnswer, Photo, Section},
    tenancy::Branding,
};
use usher_policy::{Permit, can};

use crate::{
    StoreError, StoreResult, Work,
    files::{FileAt, hex, key},
};

/// What a report says beside its row: a document that stands for itself, whatever else its reader may see.
#[derive(Debug)]
#[non_exhaustive]
pub struct ReportDocument {
    /// The organization's name.
    pub organization: String,
    /// The version of what bears it.
    pub organization_version: i64,
    /// Where the site was.
    pub address: Option<String>,
    /// Who carried it out. This and the address are as they were when it was submitted, whatever has become of them since.
    pub assignees: Vec<String>,
    /// What was asked.
    pub sections: Vec<Section>,
    /// What was answered, in no order.
    pub answers: Vec<InspectionAnswer>,
    /// The photos, the oldest first, and where their bytes are.
    pub photos: Vec<(Photo, FileAt)>,
    /// How the organization shows itself.
    pub branding: Branding,
    /// Where the bytes of its logo are.
    pub logo: Option<FileAt>,
}

impl Work {
    /// What a report says.
    ///
    /// # Errors
    /// The database's.
    pub async fn report_document(&mut self, permit: Permit<can::ViewReport>) -> StoreResult<ReportDocument> {
        let (organization, inspection) = (permit.organization().uuid(), permit.target().uuid());
        let row = sqlx::query!(
            r#"select r.form_id as "form_id!", o.name as organization, o.version as organization_version,
                r.site_address as address, r.carried_out_by as "assignees!"
             from reports r join organizations o on o.id = r.org_id
             where r.org_id = $1 and r.id = $2"#,
            organization,
            inspection
        )
        .fetch_optional(&mut *self.transaction)
        .await?
        .ok_or(StoreError::Missing("report"))?;
        Ok(ReportDocument {
            organization: row.organization,
            organization_version: row.organization_version,
            address: row.address,
            assignees: row.assignees,
            sections: self.sections(row.form_id).await?,
            answers: self.answers_of(inspection.into()).await?,
            photos: self.photos_of(inspection.into()).await?,
            branding: self.branding_now().await?,
            logo: self.logo_now().await?,
        })
    }

    /// Where the bytes of a photo of a report are: whoever may read the report may, whether or not they see the inspection.
    ///
    /// # Errors
    /// The report has no such photo.
    pub async fn report_photo_file(&mut self, permit: Permit<can::ViewReport>, photo: PhotoId) -> StoreResult<FileAt> {
        let organization = permit.organization().uuid();
        let row = sqlx::query!(
            "select f.id, f.sha256, f.content_type
             from reports r join inspection_photos p on p.org_id = r.org_id and p.inspection_id = r.id
             join files f on f.org_id = p.org_id and f.id = p.file_id
             where r.org_id = $1 and r.id = $2 and p.id = $3",
            organization,
            permit.target().uuid(),
            photo.uuid()
        );
        let row = row.fetch_optional(&mut *self.transaction).await?.ok_or(StoreError::Missing("photo"))?;
        Ok(FileAt { key: key(organization, row.id), sha256: hex(&row.sha256), content_type: row.content_type })
    }
}
