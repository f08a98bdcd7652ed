//! How an organization is handed over: the role that exactly one member holds goes from who holds it to another.

use usher_domain::{
    Id, kind,
    tenancy::{Member, MemberKind},
};
use usher_policy::{Action, Level, Permit, RoleIx, Standing, can};
use uuid::Uuid;

use crate::{Conflict, StoreError, StoreResult, Work};

impl Work {
    /// Hands the organization over: the other holds its one role that can only be handed over at once, and the caller what the
    /// access model says who hands it over becomes (VX-33, VX-34). Where a member has one role, it takes the place of the
    /// other's; where they may have several, of those alone that would cap it.
    ///
    /// # Errors
    /// The model has no such role; the caller does not hold it, or not through this token; the other is the caller, is a
    /// service or does not take part.
    pub async fn transfer_organization(
        &mut self,
        permit: Permit<can::TransferOrganization>,
        to: Permit<can::ViewMember>,
    ) -> StoreResult<Member> {
        let (from, to) = (permit.member(), to.target());
        let (role, next) = self.caller().model().succession().ok_or(NOT_HANDED_OVER)?;
        self.must_hand_over(role)?;
        if from == to {
            return Err(not_to("same_member", "You are who the organization is to be handed over by: name another."));
        }
        self.lock_members(&[from, to]).await?;
        let other: Member = self.changed_member(to).await?;
        if other.kind == MemberKind::Service {
            return Err(not_to("not_for_services", "A service cannot answer for the organization: name a person."));
        }
        if other.state != Standing::Active.key() {
            return Err(not_to("member_inactive", "The membership is not active: name somebody who may act."));
        }
        let held = self.organization_roles_of(to).await?;
        let model = self.caller().model();
        let capped = |held: &RoleIx| !model.several_organization_roles() || model.role_at(*held).read_only;
        let lost: Vec<RoleIx> = held.into_iter().filter(capped).collect();
        self.pass_on(from, &[role], next).await?;
        self.pass_on(to, &lost, role).await?;
        let both = [from.uuid(), to.uuid()];
        self.touch_members(&both).await?;
        self.release_unseen_of(&both).await?;
        self.item(to).await
    }

    /// Whoever may hand the organization over without being its one holder has nothing to hand over; and with a token nobody
    /// hands over what its scopes do not have.
    fn must_hand_over(&self, role: RoleIx) -> StoreResult<()> {
        let caller = self.caller();
        let held = caller.held_at(Level::Organization).iter().any(|held| held.role == role);
        if held && caller.scopes_hold(role) {
            return Ok(());
        }
        let key = &caller.model().role_at(role).key;
        let detail = if held {
            format!(
                "The scopes of your token do not have all that the role `{key}` gives, so it cannot be handed over with it."
            )
        } else {
            format!("The role `{key}` is handed over by who holds it.")
        };
        Err(StoreError::Beyond { permission: can::TransferOrganization::PERMISSION, detail })
    }

    /// Gives a member an organization role for those that they lose.
    async fn pass_on(&mut self, member: Id<kind::Member>, lost: &[RoleIx], role: RoleIx) -> StoreResult<()> {
        sqlx::query!(
            "delete from role_assignments where org_id = $1 and member_id = $2 and role = any($3)
                and team_id is null and queue_id is null",
            self.organization().uuid(),
            member.uuid(),
            &self.role_names(lost)
        )
        .execute(&mut *self.transaction)
        .await?;
        sqlx::query!(
            "insert into role_assignments (org_id, id, member_id, role, granted_by) values ($1, $2, $3, $4, $5)
             on conflict on constraint role_held_already do nothing",
            self.organization().uuid(),
            Uuid::now_v7(),
            member.uuid(),
            self.caller().model().role_at(role).key,
            self.account().uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }
}

const NOT_HANDED_OVER: Conflict = Conflict {
    code: "not_handed_over",
    detail: "In this access model no role is held by exactly one: whoever runs the organization gives their role to others.",
};

fn not_to(code: &'static str, detail: &str) -> StoreError {
    StoreError::Invalid { pointer: "/member_id", code, detail: detail.to_owned() }
}
