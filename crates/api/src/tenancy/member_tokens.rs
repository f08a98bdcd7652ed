//! The personal tokens of other members: whoever may remove a member sees them and ends them one by one.

use actix_web::{delete, get};
use serde::Deserialize;
use usher_domain::{MemberId, TokenId, tenancy::PersonalToken};
use usher_policy::{Action, can};
use usher_store::OrganizationKey;
use utoipa::IntoParams;

use crate::http::{Answer, Call, IfMatch, Listed, MemberPath, Path, PlainPageQuery, Query, no_content, ok, paged};

/// A personal token of a member in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct MemberTokenPath {
    /// The organization's id or slug.
    #[param(value_type = String, example = "northwind")]
    organization: OrganizationKey,
    /// The member.
    #[param(value_type = MemberId)]
    member: MemberId,
    /// The token.
    #[param(value_type = TokenId)]
    personal_token: TokenId,
}

/// List a member's personal tokens
///
/// The newest first, with those that have run out. The tokens themselves are not shown.
#[utoipa::path(tag = "tokens", params(MemberPath, PlainPageQuery), responses((status = 200, body = Listed<PersonalToken>)),
    extensions(("x-permission" = json!(can::RemoveMember::PERMISSION.key()))))]
#[get("/members/{member}/personal-tokens")]
pub async fn list_member_personal_tokens(call: Call, path: Path<MemberPath>, query: Query<PlainPageQuery>) -> Answer {
    let request = query.page("member_personal_tokens")?;
    let mut work = call.read(&path.organization).await?;
    let permit = work.permit::<can::RemoveMember>(path.member).await?;
    Ok(ok(paged(work.member_personal_tokens(permit, &request).await?, "member_personal_tokens")))
}

/// End a member's personal token
///
/// Once this has been answered, nothing is done with it any more. The member stays one, and may make others.
#[utoipa::path(tag = "tokens", params(MemberTokenPath, IfMatch), responses((status = 204)),
    extensions(("x-permission" = json!(can::RemoveMember::PERMISSION.key()))))]
#[delete("/members/{member}/personal-tokens/{personal_token}")]
pub async fn end_member_personal_token(call: Call, path: Path<MemberTokenPath>) -> Answer {
    let mut work = call.change_rights(&path.organization).await?;
    let permit = work.permit::<can::RemoveMember>(path.member).await?;
    work.end_member_personal_token(permit, path.personal_token, call.if_match()).await?;
    work.commit(no_content()).await
}
