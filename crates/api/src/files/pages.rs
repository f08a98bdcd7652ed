//! Pages with pictures: how many are put together at once, and how many wait for who asked for them.

use std::{
    convert::Infallible,
    net::IpAddr,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use actix_web::{
    body::{BodySize, MessageBody},
    web::Bytes,
};
use tokio::sync::SemaphorePermit;

use super::{Files, busy, room::Share};
use crate::http::{Problem, subscriber};

/// How many pages with pictures are put together at once: each may take some 100 MB for a moment.
pub(super) const PAGES: usize = 4;

/// How long a page waits for its turn: one before it may have a photo to scale down for every second of it.
const TURN: Duration = Duration::from_secs(30);

/// How many bytes of a page are handed over at a time.
const PIECE: usize = 64 * 1024;

/// A page on its way. It takes room until who asked for it has it, or has gone: a turn that lasted as long would be held by
/// whoever reads slowly, and four of those would keep everybody from their pages.
pub struct PageBody {
    rest: Bytes,
    _room: Share,
}

impl Files {
    /// The turn to put a page with pictures together, until it is dropped.
    ///
    /// # Errors
    /// 503: it did not come in time.
    pub async fn turn(&self) -> Result<SemaphorePermit<'_>, Problem> {
        let turn = tokio::time::timeout(TURN, self.turns.acquire()).await;
        turn.map_err(|_| busy())?.map_err(|_| busy())
    }

    /// A page for an address, which has room for so many of them.
    ///
    /// # Errors
    /// 503: that room is taken.
    pub fn page(&self, of: Option<IpAddr>, page: String) -> Result<PageBody, Problem> {
        let mut room = self.pages.share(of.map(subscriber));
        if room.grow(page.len()) { Ok(PageBody { rest: page.into(), _room: room }) } else { Err(busy()) }
    }
}

impl MessageBody for PageBody {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.rest.len() as u64)
    }

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        let piece = self.rest.len().min(PIECE);
        Poll::Ready((piece > 0).then(|| Ok(self.rest.split_to(piece))))
    }
}
