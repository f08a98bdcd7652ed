//! Who calls, and what their request begins.

use std::{
    future::{Ready, ready},
    net::IpAddr,
};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, http::header, web};
use sha2::{Digest, Sha256};
use usher_domain::{Id, kind};
use usher_policy::{Caller, Denial};
use usher_store::{
    AccessFacts, Expected, Identity, Key, Located, OrganizationKey, Outside, Seen, StoreError, StoreResult, Work,
    idempotency::{IdempotencyKey, Unit},
};

use super::{Act, Asked, Operations, Problem, Stop, body::BodyHash, limit::Counted};
use crate::{App, auth::api_token};

/// A request of somebody who has signed in.
pub struct Call {
    app: web::Data<App>,
    identity: Identity,
    request: HttpRequest,
    asked: Asked,
}

impl FromRequest for Call {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    /// Without I/O: what the token says is checked here, what it is worth is read with the caller's facts. Then, before
    /// anything is done, what the operation takes beside its path and body is read.
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(app) = request.app_data::<web::Data<App>>().cloned() else {
            return ready(Err(Problem::missing("address")));
        };
        let call = bearer(request).and_then(|token| identify(&app, token)).and_then(|identity| {
            if let Some(token) = &identity.token {
                app.token_limit.check(token, app.settings.proxies.client(request))?;
            }
            let mut counted = Counted::default();
            let within = app.limits.count_session(counted_as(&identity), &mut counted);
            request.extensions_mut().insert(counted);
            within?;
            let asked = asked(request)?;
            Ok(Self { app, identity, request: request.clone(), asked })
        });
        ready(call)
    }
}

/// Who a token speaks for: an access token of somebody who has signed in, or a token of an integration.
fn identify(app: &App, token: &str) -> Result<Identity, Problem> {
    if token.starts_with(api_token::PREFIX) { api_token::identify(token) } else { app.keys.verify(token) }
}

/// What requests are counted by. Those with a token of an integration by its secret, which is not looked up yet: whoever
/// knows its identifier alone cannot use up its share.
fn counted_as(identity: &Identity) -> Id<kind::Session> {
    let secret = identity.token.as_ref().and_then(|token| token.secret_hash.first_chunk());
    secret.map_or(identity.session, |hash| uuid::Uuid::from_bytes(*hash).into())
}

/// What the request's parameters and headers ask for.
fn asked(request: &HttpRequest) -> Result<Asked, Problem> {
    request.app_data::<web::Data<Operations>>().map_or_else(|| Ok(Asked::default()), |known| known.read(request))
}

fn bearer(request: &HttpRequest) -> Result<&str, Problem> {
    let mut headers = request.headers().get_all(header::AUTHORIZATION);
    let header = headers.next().ok_or_else(|| {
        Problem::unauthenticated("token_missing", "Sign in, and send the access token as `Authorization: Bearer …`.")
    })?;
    if headers.next().is_some() {
        return Err(Problem::unauthenticated("token_invalid", "Send one `Authorization` header, and not several."));
    }
    let token = header.to_str().ok().and_then(|value| value.split_once(' '));
    match token {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim()),
        _ => Err(Problem::unauthenticated("token_invalid", "The `Authorization` header is not `Bearer` and a token.")),
    }
}

impl Call {
    /// Who calls.
    #[must_use]
    pub const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The application.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Where the request comes from.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        self.app.settings.proxies.client(&self.request)
    }

    /// Begins to read in an organization.
    ///
    /// # Errors
    /// 401 if the session has ended, 404 if the caller is no member.
    pub async fn read(&self, organization: &OrganizationKey) -> Result<Work, Stop> {
        let work = self.judged(self.app.store.read(&self.identity, organization).await)?;
        self.entered(work.caller())?;
        Ok(work)
    }

    /// One thing of an organization, if the caller may see it, and the caller: the quickest way to read one.
    ///
    /// # Errors
    /// As [`Call::read`]; 404 if it is not there or the caller may not see it.
    pub async fn see<K: Located>(
        &self,
        organization: &OrganizationKey,
        key: impl Into<Key<K>>,
    ) -> Result<(Caller, Seen<K>), Stop> {
        let (caller, seen) = self.judged(self.app.store.see(&self.identity, organization, key).await)?;
        self.entered(&caller)?;
        Ok((caller, seen))
    }

    /// What the caller's questions about themselves rest on: the quickest way to answer them.
    ///
    /// # Errors
    /// As [`Call::read`].
    pub async fn access_facts(
        &self,
        organization: &OrganizationKey,
        questions: &[usher_store::Asked],
    ) -> Result<AccessFacts, Stop> {
        let facts = self.judged(self.app.store.access_facts(&self.identity, organization, questions).await)?;
        self.entered(facts.asker())?;
        Ok(facts)
    }

    /// Begins to write in an organization.
    ///
    /// # Errors
    /// As [`Call::read`]; or what was answered to the same idempotency key before.
    pub async fn write(&self, organization: &OrganizationKey) -> Result<Act<Work>, Stop> {
        self.write_involving(organization, &[]).await
    }

    /// Begins to write something whose decision rests on other members' rights too.
    ///
    /// # Errors
    /// As [`Call::write`].
    pub async fn write_involving(
        &self,
        organization: &OrganizationKey,
        members: &[Id<kind::Member>],
    ) -> Result<Act<Work>, Stop> {
        let work = self.judged(self.app.store.write(&self.identity, organization, members).await)?;
        self.entered(work.caller())?;
        self.act(work).await
    }

    /// Begins to change who may do what in an organization.
    ///
    /// # Errors
    /// As [`Call::write`].
    pub async fn change_rights(&self, organization: &OrganizationKey) -> Result<Act<Work>, Stop> {
        let work = self.judged(self.app.store.change_rights(&self.identity, organization).await)?;
        self.entered(work.caller())?;
        self.act(work).await
    }

    /// Begins something outside the organizations.
    ///
    /// # Errors
    /// 401 if the session has ended; or what was answered to the same idempotency key before.
    pub async fn outside(&self) -> Result<Act<Outside>, Stop> {
        let outside = self.judged(self.app.store.signed_in(&self.identity).await)?;
        self.act(outside).await
    }

    /// Begins to end one of the caller's sessions.
    ///
    /// # Errors
    /// As [`Call::outside`].
    pub async fn ending(&self, session: Id<kind::Session>) -> Result<Act<Outside>, Stop> {
        let outside = self.judged(self.app.store.ending(&self.identity, session).await)?;
        self.act(outside).await
    }

    /// Counts a token of an integration that was refused.
    fn judged<T>(&self, answer: StoreResult<T>) -> StoreResult<T> {
        if let (Some(token), Err(StoreError::TokenEnded)) = (&self.identity.token, &answer) {
            self.app.token_limit.refused(token, self.address());
        }
        answer
    }

    /// Counts a request of a member, notes that they are active, and holds a token to its scopes: what the operation names is
    /// among them, or the answer is 403 whatever it is asked about, so that it tells of nothing but the token.
    fn entered(&self, caller: &Caller) -> Result<(), Problem> {
        let mut extensions = self.request.extensions_mut();
        let mut uncounted = Counted::default();
        let counted = extensions.get_mut().unwrap_or(&mut uncounted);
        self.app.limits.count_organization(caller.organization(), counted)?;
        self.app.activity.note(&self.app.store, &self.identity, caller);
        self.identity.token.iter().for_each(|token| self.app.token_limit.accepted(token));
        match self.asked.permission {
            Some(permission) if !caller.scopes().contains(permission) => {
                Err(StoreError::Forbidden { permission, denial: Denial::TokenScope }.into())
            }
            _ => Ok(()),
        }
    }

    async fn act<W: Unit>(&self, unit: W) -> Result<Act<W>, Stop> {
        Act::begin(unit, self.idempotency_key()).await
    }

    /// The versions in `If-Match`, if the contract says that the operation heeds it.
    #[must_use]
    pub const fn if_match(&self) -> &Expected {
        &self.asked.versions
    }

    /// Refuses a request without `If-Match` where a lost update would hurt only sometimes.
    ///
    /// # Errors
    /// 428.
    pub fn must_match(&self) -> Result<(), Problem> {
        if self.asked.conditional { Ok(()) } else { Err(Problem::unconditional()) }
    }

    fn idempotency_key(&self) -> Option<IdempotencyKey> {
        let key = self.asked.key.clone()?;
        // What somebody was answered is not given again to a token of theirs, whose scopes may be fewer. A client's key has no
        // control character.
        let key = match self.identity.token {
            Some(_) => format!("{}\n{key}", self.identity.session),
            None => key,
        };
        let mut hash = Sha256::new();
        hash.update(self.request.uri().to_string());
        if let Some(BodyHash(body)) = self.request.extensions().get() {
            hash.update(body);
        }
        Some(IdempotencyKey { key, request_hash: hash.finalize().into() })
    }
}

/// A request of somebody who has not signed in.
pub struct Guest {
    /// The application.
    pub app: web::Data<App>,
    /// Where the request comes from.
    pub address: Option<IpAddr>,
    /// What the client calls itself.
    pub user_agent: String,
}

impl FromRequest for Guest {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(app) = request.app_data::<web::Data<App>>().cloned() else {
            return ready(Err(Problem::missing("address")));
        };
        let user_agent =
            request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let address = app.settings.proxies.client(request);
        let user_agent = user_agent.chars().take(200).collect();
        ready(asked(request).map(|_| Self { app, address, user_agent }))
    }
}
