//! Pages of lists: which part is wanted, and what it holds.

use uuid::Uuid;

/// Where a page goes on: behind the last row of the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    /// The last row's value in the order, as text; empty where the order is that of ids.
    pub key: String,
    /// The last row's id.
    pub id: Uuid,
}

/// Which part of a list is wanted.
#[derive(Debug, Clone)]
pub struct PageRequest {
    /// How many rows at most, from 1.
    pub limit: u32,
    /// Behind which row.
    pub after: Option<After>,
    /// Whether to count all rows, which costs as much as reading them.
    pub total: bool,
}

/// A part of a list.
#[derive(Debug)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next page begins, if there is one.
    pub next: Option<After>,
    /// How many rows there are in all, if asked for.
    pub total: Option<i64>,
}

impl<T> Page<T> {
    /// A page of nothing: the total is known.
    pub(crate) fn empty(request: &PageRequest) -> Self {
        Self { items: Vec::new(), next: None, total: request.total.then_some(0) }
    }

    /// The page of rows that were read in the order of their ids, one more than the page holds at most.
    pub(crate) fn cut(items: Vec<T>, request: &PageRequest, total: Option<i64>, id: impl Fn(&T) -> Uuid) -> Self {
        Self::cut_at(items, request, total, |last| After { key: String::new(), id: id(last) })
    }

    /// The same of rows that were read in another order.
    pub(crate) fn cut_at(
        mut items: Vec<T>,
        request: &PageRequest,
        total: Option<i64>,
        after: impl Fn(&T) -> After,
    ) -> Self {
        let limit = request.limit as usize;
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(after);
        Self { items, next, total }
    }

    /// The same page of other things.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(change).collect(), next: self.next, total: self.total }
    }
}
