//! A transaction that changes something, and the answer to its idempotency key, kept in the same commit.

use std::ops::{Deref, DerefMut};

use actix_web::{
    HttpResponse,
    body::to_bytes,
    http::{StatusCode, header},
};
use usher_store::idempotency::{self, IdempotencyKey, StoredAnswer, Unit};

use super::Stop;

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

impl<W> Act<W> {
    /// What is not to be committed. It answers nothing that would be kept for an idempotency key.
    pub fn give_up(self) -> W {
        self.unit
    }
}

impl<W: Unit> Act<W> {
    /// Begins, unless the same was asked before under the same key.
    ///
    /// # Errors
    /// What was answered to the key before; or it stands for another request, or one that is under way.
    pub(super) async fn begin(mut unit: W, key: Option<IdempotencyKey>) -> Result<Self, Stop> {
        if let Some(key) = &key
            && let Some(answer) = idempotency::claim(&mut unit, key).await?
        {
            return Err(Stop::Replay(Box::new(answer)));
        }
        Ok(Self { unit, key })
    }

    /// Commits, and answers. An answer to an idempotency key is kept in the same commit.
    ///
    /// # Errors
    /// The database refused, and nothing has happened.
    pub async fn commit(mut self, answer: HttpResponse) -> Result<HttpResponse, Stop> {
        let Some(key) = self.key.take() else {
            self.unit.commit().await?;
            return Ok(answer);
        };
        let stored = self.keep(&key, answer).await?;
        Ok(replay(&stored))
    }

    /// Commits, and answers with a secret. What is kept, and answered to the same idempotency key again, is the other answer,
    /// which is without it: the secret is stored nowhere.
    ///
    /// # Errors
    /// As [`Act::commit`].
    pub async fn commit_secret(mut self, answer: HttpResponse, kept: HttpResponse) -> Result<HttpResponse, Stop> {
        match self.key.take() {
            Some(key) => drop(self.keep(&key, kept).await?),
            None => self.unit.commit().await?,
        }
        Ok(answer)
    }

    async fn keep(mut self, key: &IdempotencyKey, answer: HttpResponse) -> Result<StoredAnswer, Stop> {
        let headers = [header::CONTENT_TYPE, header::ETAG, header::LOCATION];
        let headers = headers
            .iter()
            .filter_map(|name| Some((name.to_string(), answer.headers().get(name)?.to_str().ok()?.to_owned())));
        let (status, headers) = (answer.status().as_u16(), headers.collect());
        let body = to_bytes(answer.into_body()).await.map(|bytes| bytes.to_vec()).unwrap_or_default();
        let stored = StoredAnswer { status, headers, body };
        idempotency::remember(&mut self.unit, key, &stored).await?;
        self.unit.commit().await?;
        Ok(stored)
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
