//! Access tokens: JWTs signed with EdDSA, for ten minutes, with RFC 9068's claims. They carry no role.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, errors::ErrorKind};
use moka::{Expiry, sync::Cache};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use usher_domain::{Id, kind};
use usher_store::{Identity, Store, sessions::SigningKey};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::{Problem, Stop};

/// How long an access token is good for, in seconds.
pub const LIFETIME: u64 = 600;

/// How long a key signs before a new one takes its place. It verifies for as long as it is among the newest five.
const ROTATION: Duration = Duration::from_hours(24 * 30);

/// For how long a key is published before it signs: every server has taken it up by then, and every client that keeps the
/// published keys for as long as they may has asked for them anew.
const PUBLISHED: chrono::Duration = chrono::Duration::minutes(10);

/// What DER puts before the 32 bytes of an Ed25519 secret (RFC 8410).
const PKCS8: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: Uuid,
    client_id: String,
    sid: Uuid,
    jti: Uuid,
    iat: u64,
    exp: u64,
}

/// The public half of a signing key (RFC 8037).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Jwk {
    /// `OKP`.
    pub kty: &'static str,
    /// `Ed25519`.
    pub crv: &'static str,
    /// `EdDSA`.
    pub alg: &'static str,
    /// `sig`.
    #[serde(rename = "use")]
    pub usage: &'static str,
    /// The key's name in tokens.
    pub kid: String,
    /// The public key, base64url.
    pub x: String,
}

struct Key {
    created_at: DateTime<Utc>,
    jwk: Jwk,
    sign: EncodingKey,
    verify: DecodingKey,
}

impl Key {
    fn new(key: &SigningKey) -> Option<Self> {
        let secret: [u8; 32] = key.secret.as_slice().try_into().ok()?;
        let public = ed25519_dalek::SigningKey::from_bytes(&secret).verifying_key();
        let x = URL_SAFE_NO_PAD.encode(public.as_bytes());
        let der = [PKCS8.as_slice(), &secret].concat();
        let verify = DecodingKey::from_ed_components(&x).ok()?;
        let jwk = Jwk { kty: "OKP", crv: "Ed25519", alg: "EdDSA", usage: "sig", kid: key.id.to_string(), x };
        Some(Self { created_at: key.created_at, jwk, sign: EncodingKey::from_ed_der(&der), verify })
    }
}

/// The newest key that has been published long enough; the oldest, where none has.
fn signer(keys: &[Key], now: DateTime<Utc>) -> Option<&Key> {
    keys.iter().find(|key| key.created_at <= now - PUBLISHED).or(keys.last())
}

/// The signing keys, and the tokens that were verified lately: verifying costs as much as a query.
pub struct Keys {
    issuer: String,
    keys: RwLock<Arc<Vec<Key>>>,
    verified: Cache<[u8; 32], Verified>,
}

#[derive(Clone)]
struct Verified {
    identity: Identity,
    exp: u64,
}

/// A token is forgotten when it expires.
struct UntilExpiry;

impl Expiry<[u8; 32], Verified> for UntilExpiry {
    fn expire_after_create(&self, _: &[u8; 32], token: &Verified, _: std::time::Instant) -> Option<Duration> {
        Some(Duration::from_secs(token.exp.saturating_sub(jsonwebtoken::get_current_timestamp())))
    }
}

impl Keys {
    /// Loads the keys, and makes one if there is none young enough.
    ///
    /// # Errors
    /// The database's.
    pub async fn load(store: &Store, issuer: &str) -> Result<Self, Stop> {
        let keys = Self {
            issuer: issuer.to_owned(),
            keys: RwLock::default(),
            verified: Cache::builder().max_capacity(100_000).expire_after(UntilExpiry).build(),
        };
        keys.refresh(store).await?;
        Ok(keys)
    }

    /// Rotates the key if it is due, and takes up what other servers have made.
    ///
    /// # Errors
    /// The database's.
    pub async fn refresh(&self, store: &Store) -> Result<(), Stop> {
        let mut outside = store.outside().await?;
        outside.rotate_signing_key(&rand::random::<[u8; 32]>(), ROTATION).await?;
        let keys = outside.signing_keys().await?;
        usher_store::idempotency::Unit::commit(outside).await?;
        let keys = Arc::new(keys.iter().filter_map(Key::new).collect());
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    fn current(&self) -> Arc<Vec<Key>> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The public keys.
    #[must_use]
    pub fn public(&self) -> Vec<Jwk> {
        self.current().iter().map(|key| key.jwk.clone()).collect()
    }

    /// Signs an access token.
    ///
    /// # Errors
    /// There is no key.
    #[allow(clippy::disallowed_methods, reason = "an error of minutes only makes a key sign that much sooner or later")]
    pub fn sign(&self, account: Id<kind::Account>, session: Id<kind::Session>) -> Result<String, Problem> {
        let failed = || {
            let status = actix_web::http::StatusCode::INTERNAL_SERVER_ERROR;
            Problem::new(status, "internal_error", "Something went wrong on our side. Nothing was changed.")
        };
        let keys = self.current();
        let key = signer(&keys, Utc::now()).ok_or_else(failed)?;
        let now = jsonwebtoken::get_current_timestamp();
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.issuer.clone(),
            sub: account.uuid(),
            client_id: "usher".to_owned(),
            sid: session.uuid(),
            jti: Uuid::now_v7(),
            iat: now,
            exp: now + LIFETIME,
        };
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some("at+jwt".to_owned());
        header.kid = Some(key.jwk.kid.clone());
        jsonwebtoken::encode(&header, &claims, &key.sign).map_err(|_| failed())
    }

    /// Who a token speaks for.
    ///
    /// # Errors
    /// 401: no token of ours, or expired.
    pub fn verify(&self, token: &str) -> Result<Identity, Problem> {
        let hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        if let Some(known) = self.verified.get(&hash)
            && known.exp > jsonwebtoken::get_current_timestamp()
        {
            return Ok(known.identity);
        }
        let verified = self.verify_anew(token)?;
        self.verified.insert(hash, verified.clone());
        Ok(verified.identity)
    }

    fn verify_anew(&self, token: &str) -> Result<Verified, Problem> {
        let invalid = || Problem::unauthenticated("token_invalid", "This is no access token of this server.");
        let header = jsonwebtoken::decode_header(token).map_err(|_| invalid())?;
        let keys = self.current();
        let key = keys.iter().find(|key| Some(&key.jwk.kid) == header.kid.as_ref()).ok_or_else(invalid)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.leeway = 0;
        validation.set_audience(&[&self.issuer]);
        validation.set_issuer(&[&self.issuer]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        let claims =
            jsonwebtoken::decode::<Claims>(token, &key.verify, &validation).map_err(|error| match error.kind() {
                ErrorKind::ExpiredSignature => {
                    Problem::unauthenticated("token_expired", "The access token has expired: refresh it.")
                }
                _ => invalid(),
            })?;
        if header.typ.as_deref() != Some("at+jwt") {
            return Err(invalid());
        }
        let claims = claims.claims;
        let identity = Identity { account: claims.sub.into(), session: claims.sid.into(), token: None };
        Ok(Verified { identity, exp: claims.exp })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(age: chrono::Duration, now: DateTime<Utc>) -> Key {
        let secret = rand::random::<[u8; 32]>().to_vec();
        Key::new(&SigningKey { id: Uuid::now_v7(), secret, created_at: now - age }).unwrap()
    }

    #[test]
    #[allow(clippy::disallowed_methods, reason = "any moment will do")]
    fn a_new_key_signs_once_everybody_can_know_it() {
        let now = Utc::now();
        let ages = [chrono::Duration::minutes(1), chrono::Duration::days(30), chrono::Duration::days(60)];
        let keys = ages.map(|age| key(age, now));
        assert_eq!(signer(&keys, now).unwrap().jwk.kid, keys[1].jwk.kid);
        assert_eq!(signer(&keys, now + PUBLISHED).unwrap().jwk.kid, keys[0].jwk.kid);
        assert_eq!(signer(&keys[..1], now).unwrap().jwk.kid, keys[0].jwk.kid, "the first of all signs at once");
        assert!(signer(&[], now).is_none());
    }
}
