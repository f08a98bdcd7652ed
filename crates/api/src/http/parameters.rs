//! The parameters that most lists and things have.

use serde::Deserialize;
use usher_domain::MemberId;
use usher_store::{OrganizationKey, PageRequest};
use utoipa::IntoParams;

use super::{Include, Problem, page_request};

/// Which part of a list is wanted, and what with each thing.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// How many at most.
    pub limit: Option<u32>,
    /// Where to go on.
    pub cursor: Option<String>,
    /// `total`, `permissions`, or both with a comma between.
    #[param(example = "total,permissions")]
    pub include: Option<String>,
}

impl PageQuery {
    /// The page of a list that is wanted, and what with each thing.
    ///
    /// # Errors
    /// 400.
    pub fn page(&self, list: &str) -> Result<(PageRequest, Include), Problem> {
        let include = Include::parse(self.include.as_deref(), &["total", "permissions"])?;
        Ok((page_request(self.limit, self.cursor.as_deref(), list, include)?, include))
    }
}

/// Which part of a list is wanted, of things that there are no permissions on.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PlainPageQuery {
    /// How many at most.
    pub limit: Option<u32>,
    /// Where to go on.
    pub cursor: Option<String>,
    /// `total`: how many there are in all.
    #[param(example = "total")]
    pub include: Option<String>,
}

impl PlainPageQuery {
    /// The page of a list that is wanted.
    ///
    /// # Errors
    /// 400.
    pub fn page(&self, list: &str) -> Result<PageRequest, Problem> {
        let include = Include::parse(self.include.as_deref(), &["total"])?;
        page_request(self.limit, self.cursor.as_deref(), list, include)
    }
}

/// What to show with a thing.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ThingQuery {
    /// `permissions`: what the caller may do with it.
    #[param(example = "permissions")]
    pub include: Option<String>,
}

impl ThingQuery {
    /// What is wanted beside the thing.
    ///
    /// # Errors
    /// 400.
    pub fn include(&self) -> Result<Include, Problem> {
        Include::parse(self.include.as_deref(), &["permissions"])
    }
}

/// A member in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct MemberPath {
    /// The organization's id or slug.
    #[param(value_type = String, example = "northwind")]
    pub organization: OrganizationKey,
    /// The member's id, which is that of the account.
    #[param(value_type = uuid::Uuid)]
    pub member: MemberId,
}
