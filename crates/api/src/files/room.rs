//! Room in memory for the bytes of uploads: so much in all, and a part of it for each address, so that nobody takes all of it.
//! Bodies are read before anything is decided, so this holds of whoever sends them.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Room for so many bytes.
#[derive(Debug)]
pub(super) struct Room {
    all: usize,
    each: usize,
    taken: Mutex<Shares>,
}

#[derive(Debug, Default)]
struct Shares {
    all: usize,
    of: HashMap<Option<IpAddr>, usize>,
}

/// What somebody has taken of it, until it is dropped.
#[derive(Debug)]
pub(super) struct Share {
    room: Arc<Room>,
    by: Option<IpAddr>,
    bytes: usize,
}

impl Room {
    /// Room for so many bytes, of which one address takes a quarter at most.
    pub(super) fn new(all: usize) -> Self {
        Self { all, each: all / 4, taken: Mutex::default() }
    }

    /// Nothing of it yet, for who is behind an address.
    pub(super) fn share(self: &Arc<Self>, by: Option<IpAddr>) -> Share {
        Share { room: self.clone(), by, bytes: 0 }
    }

    fn taken(&self) -> MutexGuard<'_, Shares> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Share {
    /// Takes so many bytes more. Says whether there was room for them.
    pub(super) fn grow(&mut self, bytes: usize) -> bool {
        let mut taken = self.room.taken();
        let theirs = taken.of.get(&self.by).copied().unwrap_or(0) + bytes;
        if theirs > self.room.each || taken.all + bytes > self.room.all {
            return false;
        }
        taken.all += bytes;
        taken.of.insert(self.by, theirs);
        self.bytes += bytes;
        true
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut taken = self.room.taken();
        taken.all -= self.bytes;
        let left = taken.of.get(&self.by).map_or(0, |theirs| theirs - self.bytes);
        if left == 0 {
            taken.of.remove(&self.by);
        } else {
            taken.of.insert(self.by, left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_takes_all_of_it_and_all_of_it_comes_back() {
        let room = Arc::new(Room::new(100));
        let address = |last| Some(IpAddr::from([192, 0, 2, last]));
        let (mut one, mut another) = (room.share(address(1)), room.share(address(1)));
        assert!(one.grow(20) && another.grow(5));
        assert!(!one.grow(1) && !another.grow(1), "a quarter, whatever it is made of");
        let mut others: Vec<Share> = (2..5).map(|last| room.share(address(last))).collect();
        assert!(others.iter_mut().all(|other| other.grow(25)), "others have theirs");
        assert!(!room.share(None).grow(1), "and no more than there is");
        drop(one);
        assert!(another.grow(20));
        drop((another, others));
        let taken = room.taken();
        assert!(taken.all == 0 && taken.of.is_empty(), "{taken:?}");
    }
}
