//! The laws of the engine (design: the permission engine), over every model and permission.

mod answers;
mod explanations;
mod giving;
mod guards;
mod lists;
mod membership;

use usher_policy::Permission;

fn each_permission() -> impl Iterator<Item = Permission> {
    Permission::ALL.iter().copied()
}
