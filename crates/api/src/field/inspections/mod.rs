//! Inspections.

mod answers;
mod creating;
mod exporting;
mod listing;
mod photos;
mod stages;
mod updating;

pub use answers::*;
pub use creating::*;
pub use exporting::*;
pub use listing::*;
pub use photos::*;
use serde::Deserialize;
pub use stages::*;
pub use updating::*;
use usher_domain::InspectionId;
use usher_store::OrganizationKey;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

/// An inspection in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InspectionPath {
    /// The organization's id or slug.
    #[param(value_type = String, example = "skyline")]
    organization: OrganizationKey,
    /// The inspection.
    #[param(value_type = InspectionId)]
    inspection: InspectionId,
}

/// The operations of inspections.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    // Before what has the inspection's id in the same place.
    config.service(export_inspections);
    config.service(create_inspection).service(list_inspections).service(get_inspection);
    config.service(update_inspection).service(delete_inspection);
    config.service(assign_inspection).service(unassign_inspection).service(share_inspection);
    config.service(submit_inspection).service(reopen_inspection);
    config.service(list_inspection_photos).service(add_inspection_photo).service(get_inspection_photo);
    config.service(get_inspection_photo_content).service(delete_inspection_photo);
    config.service(list_inspection_answers).service(get_inspection_answer).service(answer_inspection);
}
