//! Photos of inspections.

use chrono::{DateTime, Utc};
use usher_domain::{Id, InspectionId, PhotoId, Text, field::Photo};
use usher_policy::{Permit, can};
use uuid::Uuid;

use super::Made;
use crate::{
    Conflict, Page, PageRequest, StoreError, StoreResult, Work,
    files::{FileAt, NewFile, hex, key},
};

/// A photo to be.
#[derive(Debug, Clone)]
pub struct NewPhoto {
    /// Its id, if the device gave one.
    pub id: Option<PhotoId>,
    /// The question that it was taken for.
    pub question: Option<Text<1, 60>>,
    /// What it shows.
    pub caption: Text<0, 500>,
    /// When it was taken.
    pub taken_at: Option<DateTime<Utc>>,
}

struct Row {
    id: Uuid,
    question: Option<String>,
    caption: String,
    taken_at: Option<DateTime<Utc>>,
    content_type: String,
    size: i64,
    sha256: Vec<u8>,
    created_by: Option<Uuid>,
    created_at: DateTime<Utc>,
    file_id: Uuid,
}

impl Row {
    /// Where its bytes are.
    fn file(&self, organization: Uuid) -> FileAt {
        let (key, sha256) = (key(organization, self.file_id), hex(&self.sha256));
        FileAt { key, sha256, content_type: self.content_type.clone() }
    }
}

impl From<Row> for Photo {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            question: row.question,
            caption: row.caption,
            taken_at: row.taken_at,
            content_type: row.content_type,
            size: row.size,
            sha256: hex(&row.sha256),
            created_by: row.created_by.map(Id::from),
            created_at: row.created_at,
        }
    }
}

/// How many photos an inspection has at most: its report lists them all.
const MOST_PHOTOS: i64 = 500;
const TOO_MANY: Conflict = Conflict { code: "too_many_photos", detail: "An inspection has at most 500 photos." };

const NO_PHOTO: StoreError = StoreError::Missing("photo");

impl Work {
    /// The photos of an inspection, the oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn photos(
        &mut self,
        permit: Permit<can::ViewInspection>,
        request: &PageRequest,
    ) -> StoreResult<Page<Photo>> {
        let inspection = permit.target();
        let after = request.after.as_ref().map(|after| after.id);
        let rows = self.photo_rows(inspection, None, after, Some(i64::from(request.limit) + 1)).await?;
        let total = if request.total { Some(self.photo_count(inspection).await?) } else { None };
        Ok(Page::cut(rows.into_iter().map(Photo::from).collect(), request, total, |photo| photo.id.uuid()))
    }

    /// One photo of an inspection.
    ///
    /// # Errors
    /// The inspection has no such photo.
    pub async fn photo(&mut self, permit: Permit<can::ViewInspection>, id: PhotoId) -> StoreResult<Photo> {
        self.photo_of(permit.target(), id).await?.ok_or(NO_PHOTO)
    }

    /// Every photo of an inspection, the oldest first, and where its bytes are.
    pub(super) async fn photos_of(&mut self, inspection: InspectionId) -> StoreResult<Vec<(Photo, FileAt)>> {
        let organization = self.organization().uuid();
        let with_file = |row: Row| {
            let file = row.file(organization);
            (Photo::from(row), file)
        };
        Ok(self.photo_rows(inspection, None, None, None).await?.into_iter().map(with_file).collect())
    }

    async fn photo_of(&mut self, inspection: InspectionId, id: PhotoId) -> StoreResult<Option<Photo>> {
        Ok(self.photo_rows(inspection, Some(id), None, None).await?.pop().map(Photo::from))
    }

    /// The photos of an inspection, or the one of this id; behind that one, and so many at most. There are few of an inspection.
    async fn photo_rows(
        &mut self,
        inspection: InspectionId,
        id: Option<PhotoId>,
        after: Option<Uuid>,
        limit: Option<i64>,
    ) -> StoreResult<Vec<Row>> {
        let rows = sqlx::query_as!(
            Row,
            "select p.id, p.question, p.caption, p.taken_at, f.content_type, f.size, f.sha256, p.created_by, p.created_at,
                f.id as file_id
             from inspection_photos p join files f on f.org_id = p.org_id and f.id = p.file_id
             where p.org_id = $1 and p.inspection_id = $2 and ($3::uuid is null or p.id = $3)
                and ($4::uuid is null or p.id > $4) order by p.id limit $5",
            self.organization().uuid(),
            inspection.uuid(),
            id.map(PhotoId::uuid),
            after,
            limit
        );
        Ok(rows.fetch_all(&mut *self.transaction).await?)
    }

    async fn photo_count(&mut self, inspection: InspectionId) -> StoreResult<i64> {
        let count = sqlx::query_scalar!(
            r#"select count(*) as "count!" from inspection_photos where org_id = $1 and inspection_id = $2"#,
            self.organization().uuid(),
            inspection.uuid()
        );
        Ok(count.fetch_one(&mut *self.transaction).await?)
    }

    /// Where the bytes of a photo are.
    ///
    /// # Errors
    /// The inspection has no such photo.
    pub async fn photo_file(&mut self, permit: Permit<can::ViewInspection>, id: PhotoId) -> StoreResult<FileAt> {
        let row = self.photo_rows(permit.target(), Some(id), None, None).await?.pop().ok_or(NO_PHOTO)?;
        Ok(row.file(permit.organization().uuid()))
    }

    /// Whether a photo can be added: asked before its bytes are stored. What there is already under its id, with the same bytes
    /// and of the same account, is the same request sent again.
    ///
    /// # Errors
    /// The inspection was submitted, or asks no such question; the id is no UUIDv7, another's, or that of what was
    /// deleted; or there is no room.
    pub async fn admit_photo(
        &mut self,
        permit: &Permit<can::UpdateInspection>,
        new: &NewPhoto,
        file: &NewFile,
    ) -> StoreResult<Option<Photo>> {
        let there = self.photo_there(permit.target(), new, file).await?;
        if there.is_none() {
            self.must_fit(file, 0).await?;
        }
        Ok(there)
    }

    /// The photo, if it is there already; else it can be added, as far as it goes by the inspection.
    async fn photo_there(
        &mut self,
        inspection: InspectionId,
        new: &NewPhoto,
        file: &NewFile,
    ) -> StoreResult<Option<Photo>> {
        if let Some(id) = new.id {
            if let Some(photo) = self.photo_of(inspection, id).await? {
                let same = photo.sha256 == hex(&file.sha256) && photo.created_by == Some(self.account());
                return if same { Ok(Some(photo)) } else { Err(ID_TAKEN.into()) };
            }
            self.check_photo_id(id).await?;
            self.must_not_come_back(new.id).await?;
        }
        let standing = self.standing(inspection).await?;
        standing.state.worked_on()?;
        if let Some(question) = &new.question {
            // Whichever it is: what is asked is told to who sees it.
            if !self.sees(inspection).await? {
                let detail = "Only who sees the inspection says which question a photo is for.".to_owned();
                return Err(StoreError::Invalid { pointer: "question", code: "invalid", detail });
            }
            let sections = self.sections(standing.form_id).await?;
            let mut asked = sections.iter().flat_map(|section| &section.questions);
            if !asked.any(|asked| *asked.key == **question) {
                let detail = "The inspection asks no such question.".to_owned();
                return Err(StoreError::Invalid { pointer: "question", code: "unknown_question", detail });
            }
        }
        Ok(None)
    }

    async fn check_photo_id(&mut self, id: PhotoId) -> StoreResult<()> {
        self.check_id(id).await.map_err(|error| match error {
            StoreError::Invalid { code, detail, .. } => StoreError::Invalid { pointer: "id", code, detail },
            other => other,
        })
    }

    /// Adds a photo whose bytes are stored, unless it is there already.
    ///
    /// # Errors
    /// As [`Work::admit_photo`].
    pub async fn add_photo(
        &mut self,
        permit: Permit<can::UpdateInspection>,
        new: &NewPhoto,
        file: &NewFile,
    ) -> StoreResult<(Photo, Made)> {
        let (inspection, id) = (permit.target(), new.id.unwrap_or_default());
        if let Some(photo) = self.photo_there(inspection, new, file).await? {
            return Ok((photo, Made::Before));
        }
        self.add_file(file).await?;
        sqlx::query!(
            "insert into inspection_photos (org_id, id, inspection_id, file_id, question, caption, taken_at, created_by)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
            self.organization().uuid(),
            id.uuid(),
            inspection.uuid(),
            file.id().uuid(),
            new.question.as_deref(),
            &*new.caption,
            new.taken_at,
            self.account().uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        self.must_not_come_back(new.id).await?;
        self.photos_changed(inspection).await?;
        self.must_not_be_too_many(inspection).await?;
        Ok((self.photo_of(inspection, id).await?.ok_or(NO_PHOTO)?, Made::Now))
    }

    /// Deletes a photo, and its file with it.
    ///
    /// # Errors
    /// The inspection has no such photo, or was submitted; or an answer names the photo.
    pub async fn delete_photo(&mut self, permit: Permit<can::UpdateInspection>, id: PhotoId) -> StoreResult<()> {
        let inspection = permit.target();
        self.photo_of(inspection, id).await?.ok_or(NO_PHOTO)?;
        let standing = self.standing(inspection).await?;
        standing.state.worked_on()?;
        self.must_be_unnamed(inspection, standing.form_id, id).await?;
        sqlx::query!(
            "delete from inspection_photos where org_id = $1 and inspection_id = $2 and id = $3",
            self.organization().uuid(),
            inspection.uuid(),
            id.uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        self.photos_changed(inspection).await
    }

    /// Counted when the inspection is locked, so that of two at once one is refused.
    async fn must_not_be_too_many(&mut self, inspection: InspectionId) -> StoreResult<()> {
        if self.photo_count(inspection).await? > MOST_PHOTOS { Err(TOO_MANY.into()) } else { Ok(()) }
    }

    /// What is photographed is being worked on.
    async fn photos_changed(&mut self, inspection: InspectionId) -> StoreResult<()> {
        let state = self.standing(inspection).await?.state.worked_on()?;
        sqlx::query!(
            "update inspections set version = version + 1, updated_at = now(), state = $3 where org_id = $1 and id = $2",
            self.organization().uuid(),
            inspection.uuid(),
            state.key()
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }
}

const ID_TAKEN: Conflict = Conflict { code: "id_taken", detail: "Another photo has this id: give it another one." };
