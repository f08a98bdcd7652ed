//! Sets of permissions, as bits.

use crate::{Access, Permission};

/// A set of permissions, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PermissionSet([u64; Permission::COUNT.div_ceil(64)]);

impl PermissionSet {
    /// Every permission.
    pub const ALL: Self = Self::pick(true);
    /// None.
    pub const NONE: Self = Self([0; Permission::COUNT.div_ceil(64)]);

    /// What a token without scopes of its own may at most: everything but to manage tokens. A token that was copied must not
    /// be able to make itself others that outlive it, unless somebody has said so.
    pub const UNSCOPED: Self = {
        let mut set = Self::NONE;
        let mut index = 0;
        while index < Permission::COUNT {
            let permission = Permission::ALL[index];
            if !matches!(permission, Permission::PersonalTokenManage | Permission::ServiceTokenManage) {
                set = set.with(permission);
            }
            index += 1;
        }
        set
    };

    const READS: Self = Self::pick(false);

    const fn pick(writes: bool) -> Self {
        let mut set = Self::NONE;
        let mut index = 0;
        while index < Permission::COUNT {
            if writes || matches!(Permission::ALL[index].access(), Access::Read) {
                set = set.with(Permission::ALL[index]);
            }
            index += 1;
        }
        set
    }

    /// The permissions that only read.
    #[must_use]
    pub const fn reads() -> Self {
        Self::READS
    }

    /// This set and one permission more.
    #[must_use]
    pub const fn with(mut self, permission: Permission) -> Self {
        self.0[permission as usize / 64] |= 1 << (permission as usize % 64);
        self
    }

    /// Whether the permission is in the set.
    #[must_use]
    pub const fn contains(&self, permission: Permission) -> bool {
        self.0[permission as usize / 64] >> (permission as usize % 64) & 1 == 1
    }

    /// This set without the permissions of another.
    #[must_use]
    pub fn without(mut self, other: Self) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(mine, theirs)| *mine &= !theirs);
        self
    }

    /// The permissions in both sets.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(mine, theirs)| *mine &= theirs);
        self
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<T: IntoIterator<Item = Permission>>(permissions: T) -> Self {
        permissions.into_iter().fold(Self::NONE, Self::with)
    }
}
