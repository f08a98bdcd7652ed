//! One act in one organization: a transaction, who is acting, and the permits that they get in it.

use usher_domain::{Id, kind};
use usher_policy::{Action, Caller, Denial, Listing, Permit, Refusal, Resource, Target, ViewFilter};

use crate::{
    Identity, Key, Located, OrganizationKey, Seen, Store, StoreError, StoreResult,
    caller::{self, Mode},
    connection::Transaction,
    idempotency, located,
    models::Models,
    turns::Turn,
};

/// How many memberships are locked one by one.
const LOCKED_ONE_BY_ONE: usize = 100;

/// How long a statement may take that touches as many rows as there are.
const LONG: &str = "10min";

/// A transaction in one organization. It ends with [`commit`](crate::idempotency::Unit::commit); dropped, nothing of it has happened.
pub struct Work {
    pub(crate) transaction: Transaction,
    identity: Identity,
    caller: Caller,
    writes: bool,
    /// That it is this work's turn to change rights in its organization.
    turn: Option<Turn>,
    /// Whether all of it will be taken back.
    pub(crate) tries: bool,
    models: Models,
}

impl Store {
    /// Begins to read in an organization: one round trip, which opens the transaction, sets the tenant and loads the
    /// caller's facts.
    ///
    /// # Errors
    /// The session has ended; or there is no such organization, for this account: they are no active member of it.
    pub async fn read(&self, identity: &Identity, organization: &OrganizationKey) -> StoreResult<Work> {
        self.enter(identity, organization, Mode::Read).await
    }

    /// Begins to write. The caller's membership is locked, and those of the `involved`, so that what is decided on stays
    /// true until the commit (law 9).
    ///
    /// # Errors
    /// As [`Store::read`].
    pub async fn write(
        &self,
        identity: &Identity,
        organization: &OrganizationKey,
        involved: &[Id<kind::Member>],
    ) -> StoreResult<Work> {
        self.enter(identity, organization, Mode::Write(involved)).await
    }

    /// Begins to change who may do what: like [`Store::write`], and one at a time in an organization.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub async fn change_rights(&self, identity: &Identity, organization: &OrganizationKey) -> StoreResult<Work> {
        let turn = self.turns().take(organization).await?;
        let mut work = self.enter(identity, organization, Mode::ChangeRights).await?;
        work.turn = Some(turn);
        Ok(work)
    }

    async fn enter(&self, identity: &Identity, organization: &OrganizationKey, mode: Mode<'_>) -> StoreResult<Work> {
        match self.enter_once(identity, organization, mode).await {
            Err(StoreError::SessionEnded) => Err(self.not_let_in(identity, organization).await),
            other => other,
        }
    }

    pub(crate) async fn enter_once(
        &self,
        identity: &Identity,
        organization: &OrganizationKey,
        mode: Mode<'_>,
    ) -> StoreResult<Work> {
        let (mut transaction, row) = self.begin_with_answer(&caller::opening(identity, organization, mode)).await?;
        let row = row.ok_or(StoreError::Missing(kind_name::<kind::Organization>()))?;
        caller::must_be_signed_in(identity, &row)?;
        let model = self.models().get(&mut transaction, caller::version_of(&row)?).await?;
        let caller = caller::from_row(identity, &row, &model)?;
        // Who is blocked or deactivated finds nothing here, as if there were no organization: not even empty lists.
        if !caller.is_active() {
            return Err(StoreError::Missing(kind_name::<kind::Organization>()));
        }
        Ok(Work {
            transaction,
            identity: identity.clone(),
            caller,
            writes: !matches!(mode, Mode::Read),
            turn: None,
            tries: false,
            models: self.models().clone(),
        })
    }
}

const fn kind_name<K: usher_domain::Kind>() -> &'static str {
    K::NAME
}

impl Work {
    /// Who is acting.
    #[must_use]
    pub const fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The account behind the caller.
    #[must_use]
    pub const fn account(&self) -> Id<kind::Account> {
        self.identity.account
    }

    /// The token of an integration that the caller acts with, if it is one.
    pub(crate) fn token(&self) -> Option<Id<kind::Token>> {
        self.identity.token.map(|_| self.identity.session.uuid().into())
    }

    /// The organization that the work is in.
    #[must_use]
    pub const fn organization(&self) -> Id<kind::Organization> {
        self.caller.organization()
    }

    /// A permit for something that concerns the organization as such. Whoever acts in it with a token knows that it is there,
    /// whatever its scopes.
    ///
    /// # Errors
    /// Refused.
    pub fn permit_here<A: Action<Target = kind::Organization>>(&self) -> StoreResult<Permit<A>> {
        if !self.caller.scopes().contains(A::PERMISSION) {
            return Err(StoreError::Forbidden { permission: A::PERMISSION, denial: Denial::TokenScope });
        }
        self.permit_for(&Resource::organization(self.organization()))
    }

    /// The one place where a permit is asked for: what it is asked of has been read in this transaction.
    #[allow(clippy::disallowed_methods, reason = "this is where the others are sent")]
    fn ask<A: Action>(&self, resource: &Resource<A::Target>) -> Result<Permit<A>, Refusal> {
        let permit = self.caller.permit::<A>(resource)?;
        self.transaction.uses().note(&self.caller, permit.grant());
        Ok(permit)
    }

    /// A permit for a thing that is about to be: its facts are what they will be.
    ///
    /// # Errors
    /// Refused. A thing that is not there yet cannot be hidden: the refusal is always a forbidding one.
    pub(crate) fn permit_new<A: Action>(&self, prospect: &Resource<A::Target>) -> StoreResult<Permit<A>> {
        match self.ask::<A>(prospect) {
            Ok(permit) => Ok(permit),
            Err(Refusal::Forbidden(denial)) => Err(StoreError::Forbidden { permission: A::PERMISSION, denial }),
            Err(Refusal::Hidden) => Err(StoreError::Forbidden { permission: A::PERMISSION, denial: Denial::NoGrant }),
        }
    }

    /// Refuses a caller who may make nothing of a kind anywhere, before anything is said of how to.
    ///
    /// # Errors
    /// Refused.
    pub fn may_create<A: Action>(&self) -> StoreResult<()> {
        if *self.listing::<A>().filter() == ViewFilter::None {
            let _permit = self.permit_new::<A>(&Resource::new(self.organization(), Id::new()))?;
        }
        Ok(())
    }

    pub(crate) fn permit_for<A: Action>(&self, resource: &Resource<A::Target>) -> StoreResult<Permit<A>> {
        self.ask::<A>(resource).map_err(|refusal| match refusal {
            Refusal::Hidden => StoreError::Missing(kind_name::<A::Target>()),
            Refusal::Forbidden(denial) => StoreError::Forbidden { permission: A::PERMISSION, denial },
        })
    }

    /// A permit for `A` on one thing. When the work writes, the thing's facts are locked before they are read.
    ///
    /// # Errors
    /// Refused: missing where the caller may not see it either.
    pub async fn permit<A: Action>(&mut self, key: impl Into<Key<A::Target>>) -> StoreResult<Permit<A>>
    where
        A::Target: Located,
    {
        let resource = self.resource::<A>(key.into()).await?;
        self.permit_for(&resource)
    }

    /// A permit to name one thing in another act, as the place of what is made: of what the member sees, be it through a
    /// token whose scopes are for the act alone. Only `placed` of the API asks for it, for acts that show nothing of the
    /// place: through a token it is wider than a permit to view.
    ///
    /// # Errors
    /// Missing, or hidden: the same.
    #[allow(clippy::disallowed_methods, reason = "this is where the others are sent")]
    pub async fn permit_to_name<K: Located>(&mut self, key: impl Into<Key<K>>) -> StoreResult<Permit<K::View>> {
        let resource = self.resource::<K::View>(key.into()).await?;
        let permit = self.caller.permit_to_name(&resource).map_err(|_| StoreError::Missing(kind_name::<K>()))?;
        self.transaction.uses().note(&self.caller, permit.grant());
        Ok(permit)
    }

    /// A permit for `A` on one thing, and one for `B` if the caller may do that to it as well.
    ///
    /// # Errors
    /// `A` is refused.
    pub async fn permit_with<A: Action, B: Action<Target = A::Target>>(
        &mut self,
        key: impl Into<Key<A::Target>>,
    ) -> StoreResult<(Permit<A>, Option<Permit<B>>)>
    where
        A::Target: Located,
    {
        let resource = self.resource::<A>(key.into()).await?;
        Ok((self.permit_for(&resource)?, self.permit_for(&resource).ok()))
    }

    /// Permits for the same act on two things, which are locked in the order of their ids, so that two acts on the same
    /// pair cannot wait for each other. What is refused of the other is said only once the one is allowed.
    ///
    /// # Errors
    /// Refused on the one.
    pub async fn permit_pair<A: Action>(
        &mut self,
        one: Key<A::Target>,
        other: Key<A::Target>,
    ) -> StoreResult<(Permit<A>, StoreResult<Permit<A>>)>
    where
        A::Target: Located,
    {
        let organization = self.organization();
        let id = located::identify(&mut self.transaction, organization, one).await?;
        let other = match located::identify(&mut self.transaction, organization, other).await {
            Ok(other) => other,
            Err(missing) => return Ok((self.permit(id).await?, Err(missing))),
        };
        for id in [id.min(other), id.max(other)] {
            located::lock::<A>(&mut self.transaction, organization, id).await?;
        }
        Ok((self.permit(id).await?, self.permit(other).await))
    }

    /// Whether another member sees a thing: not if there is no such member, or if they may not act.
    pub(crate) async fn would_see<K: Located>(&mut self, member: Id<kind::Member>, id: Id<K>) -> StoreResult<bool> {
        match self.load(member).await {
            Ok(member) => Ok(member.sees(&self.facts(&member, id).await?)),
            Err(StoreError::Missing(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The facts of one thing, locked if the work writes.
    pub(crate) async fn resource<A: Action>(&mut self, key: Key<A::Target>) -> StoreResult<Resource<A::Target>>
    where
        A::Target: Located,
    {
        let organization = self.organization();
        let id = located::identify(&mut self.transaction, organization, key).await?;
        if self.writes {
            located::lock::<A>(&mut self.transaction, organization, id).await?;
        }
        let caller = self.caller.clone();
        self.facts(&caller, id).await
    }

    /// The facts of one thing, as they are between it and any caller of this organization.
    pub(crate) async fn facts<K: Located>(&mut self, caller: &Caller, id: Id<K>) -> StoreResult<Resource<K>> {
        let row = located::fetch::<K>(&mut self.transaction, caller, Key::Id(id), "").await?;
        let row = row.ok_or(StoreError::Missing(kind_name::<K>()))?;
        Ok(located::resource(caller, &row)?)
    }

    /// One thing, if the caller may see it: the row and the facts come in one statement.
    ///
    /// # Errors
    /// Missing, or hidden: the same.
    pub async fn see<K: Located>(&mut self, key: impl Into<Key<K>>) -> StoreResult<Seen<K>> {
        let row = located::fetch::<K>(&mut self.transaction, &self.caller, key.into(), K::COLUMNS).await?;
        let row = row.ok_or(StoreError::Missing(kind_name::<K>()))?;
        let resource = located::resource(&self.caller, &row)?;
        let _permit = self.permit_for::<<K as Target>::View>(&resource)?;
        Ok(Seen { item: K::item(&row)?, resource })
    }

    /// The right to list what `A` shows.
    #[must_use]
    #[allow(clippy::disallowed_methods, reason = "this is where the others are sent")]
    pub fn listing<A: Action>(&self) -> Listing<A> {
        self.caller.listing()
    }

    /// The access models of organizations.
    pub(crate) const fn models(&self) -> &Models {
        &self.models
    }

    /// The facts of another member: those of a service are narrowed by its token.
    pub(crate) async fn load(&mut self, member: Id<kind::Member>) -> StoreResult<Caller> {
        caller::load(&mut self.transaction, &self.models, member).await
    }

    /// Gives the act the time that it needs where it touches as many rows as there are, and not as many as fit on a page.
    pub(crate) async fn take_time(&mut self) -> StoreResult<()> {
        if self.tries {
            return Ok(());
        }
        sqlx::query!("select set_config('statement_timeout', $1, true)", LONG)
            .fetch_one(&mut *self.transaction)
            .await?;
        Ok(())
    }

    /// Locks memberships whose rights are about to change, in the order of their ids, against everybody who acts.
    ///
    /// Where they are many, all of the organization's are locked at once: Postgres has room for so many locks and no more,
    /// which all that it serves share.
    ///
    /// What they were answered is forgotten with the rights that it rested on (see [`crate::idempotency`]).
    pub(crate) async fn lock_members(&mut self, members: &[Id<kind::Member>]) -> StoreResult<()> {
        let mut members: Vec<uuid::Uuid> = members.iter().map(|member| member.uuid()).collect();
        members.sort_unstable();
        let locked = if members.len() > LOCKED_ONE_BY_ONE { &[caller::EVERYBODY] } else { members.as_slice() };
        sqlx::query!(
            "select pg_advisory_xact_lock(member_lock($1, id)) from unnest($2::uuid[]) as id",
            self.organization().uuid(),
            locked
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        // After the wait, in a statement of its own: it has to see what they were answered meanwhile.
        idempotency::forget(&mut self.transaction, self.caller.organization(), &members).await
    }

    /// Locks all of the organization's memberships, those that somebody gains meanwhile included, and tells whose they are: where
    /// what changes is nobody's in particular.
    ///
    /// What they were answered is forgotten, as by [`Work::lock_members`].
    pub(crate) async fn lock_everybody(&mut self) -> StoreResult<Vec<uuid::Uuid>> {
        self.take_time().await?;
        self.lock_members(&[caller::EVERYBODY.into()]).await?;
        let organization = self.caller.organization();
        let members = sqlx::query_scalar!("select id from members where org_id = $1", organization.uuid())
            .fetch_all(&mut *self.transaction)
            .await?;
        idempotency::forget(&mut self.transaction, organization, &members).await?;
        Ok(members)
    }
}
