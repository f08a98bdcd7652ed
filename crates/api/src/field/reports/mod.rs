//! Reports.

mod document;
mod figures;
mod listing;
mod page;
mod photos;
mod pictures;
mod summary;

pub use document::*;
pub use listing::*;
pub use page::*;
pub use photos::*;
use serde::Deserialize;
pub use summary::*;
use usher_domain::ReportId;
use usher_store::OrganizationKey;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

/// A report in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ReportPath {
    /// The organization's id or slug.
    #[param(value_type = String, example = "skyline")]
    organization: OrganizationKey,
    /// The inspection whose report it is.
    #[param(value_type = ReportId)]
    report: ReportId,
}

/// The operations of reports.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    // Before what has the report's id in the same place.
    config.service(summarize_reports).service(export_reports);
    config.service(list_reports).service(get_report).service(get_report_page).service(share_report);
    config.service(get_report_photo_content);
}
