//! Queues, and what a person may do on each.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{AccountId, MemberId, QueueId};

/// A queue.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Queue {
    /// The queue.
    pub id: QueueId,
    /// Its name, unique in the organization.
    pub name: String,
    /// What waits in it.
    pub description: String,
    /// Whether it came with the organization: such a queue is not deleted.
    pub built_in: bool,
    /// Whether a mailbox feeds it, so that inbox duties on it have an effect.
    pub mailbox_target: bool,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// Grows with every change; the entity tag.
    #[serde(skip)]
    pub version: i64,
}

/// The three permissions on a queue, independent of each other (TK-24), and the two duties, which are none (TK-31).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueueRoles {
    /// View tickets and answer them.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub contribute: bool,
    /// Change tickets' attributes; merge, clone and link them.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub manage: bool,
    /// Delete tickets for good.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub delete: bool,
    /// Fall-back recipient of escalations. Only on a queue that a mailbox feeds.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub administer_inbox: bool,
    /// Is told when the mailbox fails. Only on a queue that a mailbox feeds.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub notify_inbox_errors: bool,
}

impl QueueRoles {
    /// The roles of the level `queue` that these are, each with whether it is held.
    #[must_use]
    pub const fn each(self) -> [(&'static str, bool); 5] {
        [
            ("contribute", self.contribute),
            ("manage", self.manage),
            ("delete", self.delete),
            ("administer_inbox", self.administer_inbox),
            ("notify_inbox_errors", self.notify_inbox_errors),
        ]
    }

    /// Those of these names.
    #[must_use]
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        names.into_iter().fold(Self::default(), |mut roles, name| {
            match name {
                "contribute" => roles.contribute = true,
                "manage" => roles.manage = true,
                "delete" => roles.delete = true,
                "administer_inbox" => roles.administer_inbox = true,
                "notify_inbox_errors" => roles.notify_inbox_errors = true,
                _ => {}
            }
            roles
        })
    }

    /// Whether a duty is among them.
    #[must_use]
    pub const fn has_duty(self) -> bool {
        self.administer_inbox || self.notify_inbox_errors
    }

    /// What deserves a word of warning, though it is stored as given (TK-25).
    #[must_use]
    pub const fn warning(self) -> Option<&'static str> {
        if self.contribute {
            None
        } else if self.manage {
            Some("Manage without contribute: may change tickets that they cannot see.")
        } else if self.delete {
            Some("Delete without contribute: may delete tickets that they cannot see.")
        } else {
            None
        }
    }
}

/// What one person may do on one queue.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueuePermissions {
    /// The queue.
    pub queue_id: QueueId,
    /// The queue's name.
    pub queue_name: String,
    /// The permissions and duties.
    #[serde(flatten)]
    pub roles: QueueRoles,
    /// The roles of the organization's own that they hold on it, by their keys.
    #[serde(rename = "roles")]
    #[cfg_attr(feature = "openapi", schema(example = json!(["night-shift"])))]
    pub own_roles: Vec<String>,
    /// Whether a mailbox feeds the queue, so that duties can be given on it (TK-32).
    pub mailbox_target: bool,
    /// Whether duties are recorded that have no effect, since no mailbox feeds the queue (TK-42).
    pub duties_dormant: bool,
    /// A word of warning about the combination.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub warning: Option<&'static str>,
}

/// What one person may do, queue by queue: the whole table, by the queues' names.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueueTable {
    /// The person.
    pub member_id: MemberId,
    /// One entry for each queue.
    pub permissions: Vec<QueuePermissions>,
    /// The membership's version; the entity tag.
    #[serde(skip)]
    pub version: i64,
}

/// A setting of the three permissions on every queue at once (TK-52 to TK-54). It leaves the duties alone (TK-55), and roles
/// of the organization's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum QueuePreset {
    /// Contribute, manage and delete.
    Full,
    /// Contribute alone.
    Contribute,
    /// Nothing.
    None,
}

impl QueuePreset {
    /// What becomes of the permissions and duties that a person has on a queue.
    #[must_use]
    pub fn over(self, roles: QueueRoles) -> QueueRoles {
        let (contribute, rest) = (self != Self::None, self == Self::Full);
        QueueRoles { contribute, manage: rest, delete: rest, ..roles }
    }
}

/// Somebody who may do something on a queue.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueueHolder {
    /// The member.
    pub member_id: MemberId,
    /// The person's name.
    pub name: String,
    /// What they hold, each with its origin.
    pub grants: Vec<QueueGrant>,
}

/// A permission, duty or role of the organization's own that somebody holds on a queue.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueueGrant {
    /// `contribute`, `manage`, `delete`, `administer_inbox`, `notify_inbox_errors`, or the key of a role of the organization's
    /// own.
    pub permission: String,
    /// Since when.
    pub granted_at: DateTime<Utc>,
    /// By whom; none once the account is gone.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub granted_by: Option<AccountId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tk_55_presets_change_the_three_permissions_and_no_duty() {
        let before = QueueRoles { manage: true, administer_inbox: true, ..QueueRoles::default() };
        let after = QueuePreset::Contribute.over(before);
        assert_eq!(after, QueueRoles { contribute: true, manage: false, ..before });
        assert_eq!(QueuePreset::None.over(before), QueueRoles { manage: false, ..before });
        let all = QueueRoles { contribute: true, manage: true, delete: true, ..before };
        assert_eq!(QueuePreset::Full.over(before), all);
    }
}
