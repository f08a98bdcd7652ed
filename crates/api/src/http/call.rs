//! Who calls, and the transaction that their request is.

use std::{
    future::{Ready, ready},
    net::IpAddr,
    ops::{Deref, DerefMut},
};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest, HttpResponse, body::to_bytes, dev::Payload, http::StatusCode, http::header,
    web,
};
use sha2::{Digest, Sha256};
use usher_domain::{Id, kind};
use usher_policy::{Action, Caller, Permit};
use usher_store::{
    Identity, Key, Located, OrganizationKey, Outside, Seen, Work,
    idempotency::{self, IdempotencyKey, StoredAnswer, Unit},
};

use super::{Asked, Operations, Problem, Stop, body::BodyHash, limit::Counted};
use crate::App;

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
        let call = bearer(request).and_then(|token| app.keys.verify(token)).and_then(|identity| {
            let mut counted = Counted::default();
            let within = app.limits.count_session(identity.session, &mut counted);
            request.extensions_mut().insert(counted);
            within?;
            let asked = asked(request)?;
            Ok(Self { app, identity, request: request.clone(), asked })
        });
        ready(call)
    }
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

    /// Begins to read in an organization.
    ///
    /// # Errors
    /// 401 if the session has ended, 404 if the caller is no member.
    pub async fn read(&self, organization: &OrganizationKey) -> Result<Work, Stop> {
        let work = self.app.store.read(&self.identity, organization).await?;
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
        let (caller, seen) = self.app.store.see(&self.identity, organization, key).await?;
        self.entered(&caller)?;
        Ok((caller, seen))
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
        let work = self.app.store.write(&self.identity, organization, members).await?;
        self.entered(work.caller())?;
        self.act(work).await
    }

    /// Begins to change who may do what in an organization.
    ///
    /// # Errors
    /// As [`Call::write`].
    pub async fn change_rights(&self, organization: &OrganizationKey) -> Result<Act<Work>, Stop> {
        let work = self.app.store.change_rights(&self.identity, organization).await?;
        self.entered(work.caller())?;
        self.act(work).await
    }

    /// Begins something outside the organizations.
    ///
    /// # Errors
    /// 401 if the session has ended; or what was answered to the same idempotency key before.
    pub async fn outside(&self) -> Result<Act<Outside>, Stop> {
        let outside = self.app.store.signed_in(&self.identity).await?;
        self.act(outside).await
    }

    /// Begins to end one of the caller's sessions.
    ///
    /// # Errors
    /// As [`Call::outside`].
    pub async fn ending(&self, session: Id<kind::Session>) -> Result<Act<Outside>, Stop> {
        let outside = self.app.store.ending(&self.identity, session).await?;
        self.act(outside).await
    }

    /// Counts a request of a member, and notes that they are active.
    fn entered(&self, caller: &Caller) -> Result<(), Problem> {
        let mut extensions = self.request.extensions_mut();
        let mut uncounted = Counted::default();
        let counted = extensions.get_mut().unwrap_or(&mut uncounted);
        self.app.limits.count_organization(caller.organization(), counted)?;
        self.app.activity.note(&self.app.store, caller);
        Ok(())
    }

    async fn act<W: Unit>(&self, mut unit: W) -> Result<Act<W>, Stop> {
        let key = self.idempotency_key();
        if let Some(key) = &key
            && let Some(answer) = idempotency::claim(&mut unit, key).await?
        {
            return Err(Stop::Replay(Box::new(answer)));
        }
        Ok(Act { unit, key })
    }

    /// The version in `If-Match`, if the request names one and the contract says that the operation heeds it.
    #[must_use]
    pub const fn if_match(&self) -> Option<i64> {
        self.asked.version
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
        let mut hash = Sha256::new();
        hash.update(self.request.uri().to_string());
        if let Some(BodyHash(body)) = self.request.extensions().get() {
            hash.update(body);
        }
        Some(IdempotencyKey { key, request_hash: hash.finalize().into() })
    }
}

/// A permit on a thing that a body names, if it names one: a thing that is not there, or that the caller may not see, is a
/// problem that names the place.
///
/// # Errors
/// Refused.
pub async fn named<A: Action>(
    work: &mut Work,
    id: Option<Id<A::Target>>,
    pointer: &str,
) -> Result<Option<Permit<A>>, Stop>
where
    A::Target: Located,
{
    let Some(id) = id else { return Ok(None) };
    work.permit::<A>(id).await.map(Some).map_err(|error| Problem::from(error).about(pointer).into())
}

/// A transaction that changes something. Dropped, it is rolled back.
pub struct Act<W> {
    unit: W,
    key: Option<IdempotencyKey>,
}

impl<W> Deref for Act<W> {
    type Target = W;
    fn deref(&self) -> &W {
        &self.unit
    }
}

impl<W> DerefMut for Act<W> {
    fn deref_mut(&mut self) -> &mut W {
        &mut self.unit
    }
}

impl<W: Unit> Act<W> {
    /// Commits, and answers. An answer to an idempotency key is kept in the same commit.
    ///
    /// # Errors
    /// The database refused, and nothing has happened.
    pub async fn commit(mut self, answer: HttpResponse) -> Result<HttpResponse, Stop> {
        let Some(key) = self.key.take() else {
            self.unit.commit().await?;
            return Ok(answer);
        };
        let headers = [header::CONTENT_TYPE, header::ETAG, header::LOCATION];
        let headers = headers
            .iter()
            .filter_map(|name| Some((name.to_string(), answer.headers().get(name)?.to_str().ok()?.to_owned())));
        let (status, headers) = (answer.status().as_u16(), headers.collect());
        let body = to_bytes(answer.into_body()).await.map(|bytes| bytes.to_vec()).unwrap_or_default();
        let stored = StoredAnswer { status, headers, body };
        idempotency::remember(&mut self.unit, &key, &stored).await?;
        self.unit.commit().await?;
        Ok(replay(&stored))
    }
}

/// An answer that was kept.
pub fn replay(answer: &StoredAnswer) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = HttpResponse::build(status);
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    for (name, value) in &answer.headers {
        response.insert_header((name.as_str(), value.as_str()));
    }
    if answer.body.is_empty() { response.finish() } else { response.body(answer.body.clone()) }
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
