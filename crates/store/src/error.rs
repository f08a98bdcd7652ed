//! What can go wrong in the store, as the few cases that an answer can tell apart.

use usher_domain::desk::FieldFault;
use usher_policy::{Denial, Permission};

/// What the store answers with.
pub type StoreResult<T> = Result<T, StoreError>;

/// Why the store did not do what it was asked. In every case nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The session that the request rests on has ended.
    #[error("the session has ended")]
    SessionEnded,
    /// There is no such thing, or the caller may not know of it.
    #[error("no such {0}")]
    Missing(&'static str),
    /// The caller may see the thing and may not do this to it.
    #[error("{permission} is denied")]
    Forbidden {
        /// What was asked for.
        permission: Permission,
        /// Why it was denied.
        denial: Denial,
    },
    /// What a role may be given or taken by is not what the caller is.
    #[error("{detail}")]
    Beyond {
        /// What it was to be given or taken with.
        permission: Permission,
        /// Which role, in words.
        detail: String,
    },
    /// A token would be wider than the one that the caller acts with.
    #[error("{} scopes are out of reach", .faults.len())]
    BeyondScopes {
        /// What it was to be made with.
        permission: Permission,
        /// Which scopes.
        faults: Vec<FieldFault>,
    },
    /// What the request is for is not done with a token of an integration, which acts in its organization alone.
    #[error("a token acts in its organization alone")]
    OutsideToken,
    /// The token that the request came with is none, or no longer.
    #[error("the token is not good")]
    TokenEnded,
    /// A field of the request says something that cannot be.
    #[error("{pointer}: {detail}")]
    Invalid {
        /// The place in the body, as a JSON pointer.
        pointer: &'static str,
        /// A stable name of what is wrong.
        code: &'static str,
        /// What is wrong, for people.
        detail: String,
    },
    /// Several places of the body say what cannot be.
    #[error("{} fields are invalid", .0.len())]
    InvalidFields(Vec<FieldFault>),
    /// The cursor is none of this list in this order.
    #[error("the cursor is none of this list")]
    Cursor,
    /// The state of things does not allow it now.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// The thing is in use, by whom the text says: it cannot go.
    #[error("{0}")]
    InUse(String),
    /// What the request rests on was there and can no longer be used.
    #[error("{0}")]
    Gone(Conflict),
    /// The invitation is for another address than the caller's (VK-53).
    #[error("the invitation is for another address")]
    NotInvited,
    /// The thing has changed since the caller read it.
    #[error("changed since it was read")]
    Stale,
    /// It has been done as often as it may be in some time.
    #[error("{why}")]
    TooMany {
        /// What was done too often.
        why: Conflict,
        /// After how many seconds it may be done again.
        retry_after: u64,
    },
    /// The database cannot do it now, or not in the time that it is given. The same may go well later.
    #[error("{0}")]
    Unavailable(Conflict),
    /// The database did not answer as it should.
    #[error(transparent)]
    Database(sqlx::Error),
}

/// What another role of the level is called already.
pub(crate) const ROLE_KEY_TAKEN: Conflict =
    Conflict { code: "role_key_taken", detail: "Another role of this level has this key." };

/// A conflict, by a stable code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Conflict {
    /// The code in the API.
    pub code: &'static str,
    /// What is in the way, for people.
    pub detail: &'static str,
}

/// Constraints whose breach is a user's conflict and no fault of ours: name in the schema, what it means.
const CONSTRAINTS: [(&str, Conflict); 15] = [
    ("account_email_taken", Conflict { code: "email_taken", detail: "An account with this e-mail address exists." }),
    ("organization_slug_taken", Conflict { code: "slug_taken", detail: "Another organization has this slug." }),
    ("organization_slugs_pkey", Conflict { code: "slug_taken", detail: "Another organization has this slug." }),
    ("team_name_taken", Conflict { code: "team_name_taken", detail: "Another team has this name." }),
    ("role_key_taken", ROLE_KEY_TAKEN),
    ("queue_name_taken", Conflict { code: "queue_name_taken", detail: "Another queue has this name." }),
    ("template_name_taken", Conflict { code: "template_name_taken", detail: "Another template has this name." }),
    (
        "invitation_pending",
        Conflict { code: "invitation_pending", detail: "An invitation of this address is pending already." },
    ),
    (
        "inspection_photos_pkey",
        Conflict { code: "id_taken", detail: "Another photo has this id: give it another one." },
    ),
    ("members_pkey", Conflict { code: "already_member", detail: "This person is a member already." }),
    ("tickets_linked_already", Conflict { code: "already_linked", detail: "The two tickets are linked already." }),
    (
        "tickets_org_id_queue_id_fkey",
        Conflict { code: "queue_not_empty", detail: "Tickets wait in this queue: move or delete them first." },
    ),
    (
        "inspection_template_name_taken",
        Conflict {
            code: "inspection_template_name_taken",
            detail: "Another template of the team, or of the one that would get it, has this name.",
        },
    ),
    (
        "inspections_org_id_site_id_fkey",
        Conflict {
            code: "site_not_empty",
            detail: "There are inspections of this site: give them another one, or none, or delete them first. Those that were \
                     submitted have reports, which name the site: it stays while they do.",
        },
    ),
    ("one_role_in_a_team", Conflict { code: "already_in_team", detail: "This member is in the team already." }),
];

const OVERLOADED: Conflict = Conflict {
    code: "overloaded",
    detail: "The database takes no more requests at the moment. Nothing was done; try again.",
};

const UNREACHABLE: Conflict = Conflict {
    code: "unavailable",
    detail: "The database cannot be reached at the moment. Nothing was done; try again.",
};

impl StoreError {
    /// Somebody was in the way for too long.
    pub(crate) const CONTENTION: Self = Self::Conflict(Conflict {
        code: "contention",
        detail: "Somebody else was changing the same things. Nothing was done; try again.",
    });

    /// What came of a commit that was not answered: it may have been done all the same.
    pub(crate) const UNKNOWN: Self = Self::Unavailable(Conflict {
        code: "outcome_unknown",
        detail: "The database went away while this was being done: it may have been, or not. Look before you try again, \
                 or send an `Idempotency-Key`.",
    });
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let Some(cause) = error.as_database_error() else {
            return match error {
                sqlx::Error::PoolTimedOut => Self::Unavailable(OVERLOADED),
                // Nobody answers, or no longer: the server is down or the way to it is.
                sqlx::Error::Io(_) => Self::Unavailable(UNREACHABLE),
                other => Self::Database(other),
            };
        };
        let known = |name: &str| CONSTRAINTS.iter().find(|(constraint, _)| *constraint == name);
        if let Some((_, conflict)) = cause.constraint().and_then(known) {
            return Self::Conflict(*conflict);
        }
        match cause.code().as_deref() {
            // Two acts stood in each other's way and this one gave in: deadlock, serialization failure, and the bound on
            // how long a lock may take.
            Some("40P01" | "40001" | "55P03") => Self::CONTENTION,
            // The bound on how long a statement may take.
            Some("57014") => Self::Unavailable(Conflict {
                code: "timeout",
                detail: "This took longer than it may. Nothing was done; try again later, or ask for less at once.",
            }),
            Some("53300") => Self::Unavailable(OVERLOADED),
            // The server is starting or shutting down, has crashed, or has hung up on who was idle.
            Some("57P01" | "57P02" | "57P03" | "57P05" | "25P03") => Self::Unavailable(UNREACHABLE),
            // What the act refers to was there when it was decided on, and was deleted before it was done.
            Some("23503") => Self::Conflict(Conflict {
                code: "reference_gone",
                detail: "Something that this refers to was deleted meanwhile. Nothing was done.",
            }),
            _ => Self::Database(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_with_no_connection_left_is_no_fault_of_the_program() {
        let error = StoreError::from(sqlx::Error::PoolTimedOut);
        assert!(matches!(error, StoreError::Unavailable(Conflict { code: "overloaded", .. })), "{error:?}");
    }
}
