//! The cells of a table of queue permissions: what stands in a row, what changes, and what cannot be.

use usher_domain::desk::{FieldFault, QueuePermissions, QueueRoles};
use usher_policy::{Caller, Level, Permit, can};
use uuid::Uuid;

/// A cell of the table: a queue and the name of a permission, duty or role on it.
pub(super) type Cell<'a> = (Uuid, &'a str);

/// What somebody holds on a queue, or is to hold.
#[derive(Debug, Clone, Default)]
pub struct QueueRow<'a> {
    /// The permissions and duties of the access model.
    pub roles: QueueRoles,
    /// The roles of the organization's own, by key.
    pub own: Vec<&'a str>,
}

impl<'a> QueueRow<'a> {
    /// What a table says of a queue.
    pub(super) fn of(row: &'a QueuePermissions) -> Self {
        Self { roles: row.roles, own: row.own_roles.iter().map(String::as_str).collect() }
    }

    fn held(&self) -> impl Iterator<Item = &'a str> {
        let held = self.roles.each().into_iter().filter(|(_, is_held)| *is_held);
        held.map(|(role, _)| role).chain(self.own.iter().copied())
    }
}

/// The cells that are to be given and those that are to be taken.
pub(super) fn difference<'a>(
    before: &'a [QueuePermissions],
    after: impl Fn(&'a QueuePermissions) -> QueueRow<'a>,
) -> (Vec<Cell<'a>>, Vec<Cell<'a>>) {
    let (mut given, mut taken) = (Vec::new(), Vec::new());
    for row in before {
        let queue = row.queue_id.uuid();
        let (had, has): (Vec<_>, Vec<_>) = (QueueRow::of(row).held().collect(), after(row).held().collect());
        given.extend(has.iter().filter(|role| !had.contains(role)).map(|role| (queue, *role)));
        taken.extend(had.iter().filter(|role| !has.contains(role)).map(|role| (queue, *role)));
    }
    (given, taken)
}

/// Queues and roles that are named twice, roles that there are not, for the caller; duties that are new on a queue that no mailbox feeds. One
/// that was there lies dormant and may stay (TK-42).
pub(super) fn faults(
    caller: &Caller,
    before: &[QueuePermissions],
    wanted: &[(Permit<can::ViewQueue>, QueueRow<'_>)],
) -> Vec<FieldFault> {
    let mut faults = Vec::new();
    for (index, (queue, asked)) in wanted.iter().enumerate() {
        let at = format!("/permissions/{index}");
        if wanted[..index].iter().any(|(other, _)| other.target() == queue.target()) {
            faults.push(fault(format!("{at}/queue_id"), "duplicate", "This queue is named twice."));
        }
        let row = before.iter().find(|row| row.queue_id == queue.target());
        role_faults(caller, &at, row, &asked.own, &mut faults);
        if row.is_some_and(|row| row.mailbox_target) {
            continue;
        }
        let had = row.map_or_else(QueueRoles::default, |row| row.roles);
        for (duty, is_new) in [
            ("administer_inbox", asked.roles.administer_inbox && !had.administer_inbox),
            ("notify_inbox_errors", asked.roles.notify_inbox_errors && !had.notify_inbox_errors),
        ] {
            if is_new {
                let detail = "No mailbox feeds this queue, so there is no inbox to have a duty for.";
                faults.push(fault(format!("{at}/{duty}"), "not_a_mailbox_target", detail));
            }
        }
    }
    faults
}

fn role_faults(caller: &Caller, at: &str, row: Option<&QueuePermissions>, keys: &[&str], faults: &mut Vec<FieldFault>) {
    let held = |key: &str| row.is_some_and(|row| row.own_roles.iter().any(|held| held == key));
    for (index, key) in keys.iter().enumerate() {
        let place = format!("{at}/roles/{index}");
        let named = caller.named_role(Level::Queue, key);
        let is_own = held(key) || named.is_some_and(|role| caller.model().role_at(role).custom);
        if !is_own {
            let detail = format!("`{key}` is no role of this organization's own at the level `queue`.");
            faults.push(fault(place, "unknown_role", &detail));
        } else if keys[..index].contains(key) {
            faults.push(fault(place, "duplicate", &format!("`{key}` stands twice.")));
        }
    }
}

fn fault(pointer: String, code: &'static str, detail: &str) -> FieldFault {
    FieldFault { pointer, code, detail: detail.to_owned() }
}
