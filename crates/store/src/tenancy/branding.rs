//! What an organization looks like. Where nothing was said yet there is no row, which is version 1.

use usher_domain::tenancy::{Branding, Color, Logo};
use usher_policy::{Permit, can};

use crate::{
    Expected, StoreError, StoreResult, Work,
    files::{FileAt, NewFile, hex, key},
};

/// What is to change: nothing, to none, or to a colour.
#[derive(Debug)]
pub struct BrandingChange {
    /// The first colour.
    pub primary_color: Option<Option<Color>>,
    /// The colour of what is to be noticed.
    pub accent_color: Option<Option<Color>>,
}

const NO_LOGO: StoreError = StoreError::Missing("logo");

impl Work {
    /// How the organization shows itself.
    ///
    /// # Errors
    /// The database's.
    pub async fn branding(&mut self, _permit: Permit<can::ViewOrganization>) -> StoreResult<Branding> {
        self.branding_now().await
    }

    pub(crate) async fn branding_now(&mut self) -> StoreResult<Branding> {
        let row = sqlx::query!(
            r#"select b.primary_color, b.accent_color, b.version, f.content_type as "content_type?", f.size as "size?",
                f.sha256 as "sha256?"
             from branding b left join files f on f.org_id = b.org_id and f.id = b.logo_id where b.org_id = $1"#,
            self.organization().uuid()
        )
        .fetch_optional(&mut *self.transaction)
        .await?;
        let Some(row) = row else {
            return Ok(Branding { primary_color: None, accent_color: None, logo: None, version: 1 });
        };
        let logo = row.content_type.zip(row.size).zip(row.sha256);
        Ok(Branding {
            primary_color: row.primary_color,
            accent_color: row.accent_color,
            logo: logo.map(|((content_type, size), sha256)| Logo { content_type, size, sha256: hex(&sha256) }),
            version: row.version,
        })
    }

    /// Locks the row, which is there from then on, and makes sure that it is as the caller read it.
    async fn lock_branding(&mut self, version: &Expected) -> StoreResult<Branding> {
        let organization = self.organization().uuid();
        sqlx::query!("insert into branding (org_id) values ($1) on conflict (org_id) do nothing", organization)
            .execute(&mut *self.transaction)
            .await?;
        sqlx::query!("select org_id from branding where org_id = $1 for update", organization)
            .fetch_one(&mut *self.transaction)
            .await?;
        let now = self.branding_now().await?;
        version.must_be(now.version)?;
        Ok(now)
    }

    /// Changes the colours.
    ///
    /// # Errors
    /// Stale.
    pub async fn update_branding(
        &mut self,
        _permit: Permit<can::UpdateOrganization>,
        version: &Expected,
        change: BrandingChange,
    ) -> StoreResult<Branding> {
        let now = self.lock_branding(version).await?;
        let new = |change: Option<Option<Color>>, now: &Option<String>| match change {
            Some(color) => color.map(|color| color.as_str().to_owned()),
            None => now.clone(),
        };
        let primary = new(change.primary_color, &now.primary_color);
        let accent = new(change.accent_color, &now.accent_color);
        if primary == now.primary_color && accent == now.accent_color {
            return Ok(now);
        }
        sqlx::query!(
            "update branding set primary_color = $2, accent_color = $3, version = version + 1 where org_id = $1",
            self.organization().uuid(),
            primary,
            accent
        )
        .execute(&mut *self.transaction)
        .await?;
        self.branding_now().await
    }

    /// Whether a logo can be set: asked before its bytes are stored. What the one before takes becomes free.
    ///
    /// # Errors
    /// As [`Work::set_logo`].
    pub async fn admit_logo(
        &mut self,
        _permit: &Permit<can::UpdateOrganization>,
        version: &Expected,
        file: &NewFile,
    ) -> StoreResult<()> {
        let now = self.branding_now().await?;
        version.must_be(now.version)?;
        self.must_fit(file, now.logo.map_or(0, |logo| logo.size)).await
    }

    /// Makes a file whose bytes are stored the logo; the one before goes.
    ///
    /// # Errors
    /// Stale; or there is no room.
    pub async fn set_logo(
        &mut self,
        _permit: Permit<can::UpdateOrganization>,
        version: &Expected,
        file: &NewFile,
    ) -> StoreResult<Branding> {
        self.lock_branding(version).await?;
        self.drop_logo_file().await?;
        self.add_file(file).await?;
        sqlx::query!(
            "update branding set logo_id = $2, version = version + 1 where org_id = $1",
            self.organization().uuid(),
            file.id().uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        self.branding_now().await
    }

    /// Deletes the logo.
    ///
    /// # Errors
    /// There is none; or stale.
    pub async fn delete_logo(
        &mut self,
        _permit: Permit<can::UpdateOrganization>,
        version: &Expected,
    ) -> StoreResult<()> {
        if self.branding_now().await?.logo.is_none() {
            return Err(NO_LOGO);
        }
        if self.lock_branding(version).await?.logo.is_none() {
            return Err(NO_LOGO);
        }
        self.drop_logo_file().await?;
        sqlx::query!("update branding set version = version + 1 where org_id = $1", self.organization().uuid())
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }

    /// The reference to it goes by itself.
    async fn drop_logo_file(&mut self) -> StoreResult<()> {
        sqlx::query!(
            "delete from files f using branding b where b.org_id = $1 and f.org_id = b.org_id and f.id = b.logo_id",
            self.organization().uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Where the bytes of the logo are.
    ///
    /// # Errors
    /// There is none.
    pub async fn logo_file(&mut self, _permit: Permit<can::ViewOrganization>) -> StoreResult<FileAt> {
        self.logo_now().await?.ok_or(NO_LOGO)
    }

    pub(crate) async fn logo_now(&mut self) -> StoreResult<Option<FileAt>> {
        let organization = self.organization().uuid();
        let row = sqlx::query!(
            "select f.id, f.sha256, f.content_type from branding b join files f on f.org_id = b.org_id and f.id = b.logo_id
             where b.org_id = $1",
            organization
        );
        let row = row.fetch_optional(&mut *self.transaction).await?;
        let at = |id| key(organization, id);
        Ok(row.map(|row| FileAt { key: at(row.id), sha256: hex(&row.sha256), content_type: row.content_type }))
    }
}
