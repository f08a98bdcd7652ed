//! Finding templates and sites.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use usher_domain::{TeamId, Text};
use usher_store::{
    PageRequest, Work,
    field::{FieldFilter, FieldOrder},
};
use utoipa::{IntoParams, ToSchema};

use crate::http::{Include, Problem, Stop, filtered_by, page_request, storable};

/// The order of a list of templates or sites.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldSort {
    /// By name.
    #[default]
    Name,
    /// What has rested longest first: with `updated_since` what has changed, for a device that syncs.
    UpdatedAt,
}

/// Which templates or sites, in which order, and which part of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FieldQuery {
    /// The team whose they are.
    #[param(value_type = Option<uuid::Uuid>)]
    team: Option<TeamId>,
    /// Of templates a part of the name. Of sites words of the name or the address; `"a phrase"`, `or` and `-without` work.
    #[param(value_type = Option<String>, min_length = 1, max_length = 120, example = "warehouse")]
    q: Option<Text<1, 120>>,
    /// Changed at this time or later.
    updated_since: Option<DateTime<Utc>>,
    /// The order.
    #[serde(default)]
    #[param(inline, value_type = Option<FieldSort>)]
    sort: FieldSort,
    /// How many at most.
    limit: Option<u32>,
    /// Where to go on.
    cursor: Option<String>,
    /// `total`, `permissions`, or both with a comma between.
    #[param(example = "total,permissions")]
    include: Option<String>,
}

/// Which part of a list is wanted, in which order, and what the list is called in it.
pub(super) struct Wanted {
    pub request: PageRequest,
    pub order: FieldOrder,
    pub include: Include,
    pub list: String,
}

impl FieldQuery {
    /// # Errors
    /// 400.
    pub(super) fn wanted(&self, list: &str) -> Result<Wanted, Problem> {
        let (order, suffix) = match self.sort {
            FieldSort::Name => (FieldOrder::Name, "name"),
            FieldSort::UpdatedAt => (FieldOrder::Updated, "updated_at"),
        };
        let list = format!("{list}:{suffix}");
        let include = Include::parse(self.include.as_deref(), &["total", "permissions"])?;
        let request = page_request(self.limit, self.cursor.as_deref(), &list, include)?;
        storable("updated_since", self.updated_since)?;
        Ok(Wanted { request, order, include, list })
    }

    /// # Errors
    /// 404: the caller sees no such team.
    pub(super) async fn filter(&self, work: &mut Work) -> Result<FieldFilter, Stop> {
        Ok(FieldFilter {
            team: filtered_by(work, self.team, "team").await?,
            q: self.q.clone().map(Text::into_string),
            updated_since: self.updated_since,
        })
    }
}
