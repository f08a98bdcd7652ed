//! What the store shows somebody, held against what they should see.

use std::collections::BTreeSet;

use usher_domain::{Id, kind};
use usher_policy::{Action, Permit, can};
use usher_store::{
    Database, Identity, Key, Located, OrganizationKey, PageRequest, Store, StoreError, Work,
    desk::tickets::{TicketFilter, TicketOrder},
};
use usher_tests::World;
use uuid::Uuid;

use super::generate::{Chance, PRIORITIES, STATUSES, Scene, Ticket, WORDS};

const ORDERS: [TicketOrder; 4] =
    [TicketOrder::Created, TicketOrder::CreatedDescending, TicketOrder::Updated, TicketOrder::UpdatedDescending];

/// Somebody in a scene, at the store.
pub struct Reader<'a> {
    store: Store,
    identity: Identity,
    organization: OrganizationKey,
    scene: &'a Scene,
    person: usize,
    seed: u64,
}

type Predicate = Box<dyn Fn(&Ticket) -> bool>;

impl<'a> Reader<'a> {
    pub async fn open(world: &World, organization: Uuid, scene: &'a Scene, person: usize, seed: u64) -> Self {
        let database = Database::new(&world.database_url(), None).unwrap();
        let store = Store::open(&database, 1).await.unwrap();
        let member = &scene.people[person];
        let identity = Identity { account: member.id.into(), session: member.session.into(), token: None };
        Self { store, identity, organization: OrganizationKey::Id(organization.into()), scene, person, seed }
    }

    async fn work(&self) -> Work {
        self.store.read(&self.identity, &self.organization).await.unwrap()
    }

    /// Who is blocked does not come in, not even to an empty list.
    pub async fn is_shut_out(&self) {
        assert!(self.expected().is_empty());
        let refused = self.store.read(&self.identity, &self.organization).await.err();
        assert!(matches!(refused, Some(StoreError::Missing("organization"))), "{refused:?}");
    }

    fn expected(&self) -> Vec<&'a Ticket> {
        self.scene.seen_by(self.person)
    }

    /// Each ticket by itself, by id and by number, decided on by the engine over the facts that the database gives.
    pub async fn single_reads(&self) {
        let expected: BTreeSet<Uuid> = self.expected().iter().map(|ticket| ticket.id).collect();
        let mut work = self.work().await;
        let filter = work.listing::<can::ViewTicket>().filter().clone();
        for ticket in &self.scene.tickets {
            let key = if ticket.number % 4 == 0 { Key::Number(ticket.number) } else { Key::Id(ticket.id.into()) };
            let seen = match work.see::<kind::Ticket>(key).await {
                Ok(seen) => {
                    assert_eq!(seen.item.id.uuid(), ticket.id);
                    // The filter as data says the same of the facts.
                    assert!(filter.matches(&seen.resource));
                    true
                }
                Err(StoreError::Missing("ticket")) => false,
                Err(error) => panic!("{error}"),
            };
            assert_eq!(
                seen,
                expected.contains(&ticket.id),
                "seed {}, person {}, #{}",
                self.seed,
                self.person,
                ticket.number
            );
        }
    }

    /// All pages, and the total of the first.
    async fn pages(&self, filter: &TicketFilter, order: TicketOrder, limit: u32) -> (Vec<Uuid>, i64) {
        let mut request = PageRequest { limit, after: None, total: true };
        let (mut ids, mut total, mut work) = (Vec::new(), None, self.work().await);
        loop {
            let page = work.list_tickets(work.listing::<can::ViewTicket>(), filter, order, &request).await.unwrap();
            assert!(page.items.len() <= limit as usize);
            ids.extend(page.items.iter().map(|seen| seen.item.id.uuid()));
            total = total.or(page.total);
            match page.next {
                Some(after) => request = PageRequest { limit, after: Some(after), total: false },
                None => return (ids, total.unwrap()),
            }
        }
    }

    /// Exactly the expected tickets, in exactly this order, on pages of several sizes; and the same in one file.
    pub async fn every_order(&self) {
        for (order, limit) in ORDERS.into_iter().zip([100, 7, 23, 40]) {
            let mut expected = self.expected();
            match order {
                TicketOrder::Created | TicketOrder::CreatedDescending => expected.sort_by_key(|t| t.id),
                _ => expected.sort_by_key(|t| (t.updated, t.id)),
            }
            if matches!(order, TicketOrder::CreatedDescending | TicketOrder::UpdatedDescending) {
                expected.reverse();
            }
            let expected: Vec<Uuid> = expected.iter().map(|ticket| ticket.id).collect();
            let (listed, total) = self.pages(&TicketFilter::default(), order, limit).await;
            assert_eq!(listed, expected, "seed {}, person {}, {order:?}", self.seed, self.person);
            assert_eq!(total, i64::try_from(expected.len()).unwrap());
            let mut work = self.work().await;
            let listing = work.listing::<can::ViewTicket>();
            let request = PageRequest { limit: 10_000, after: None, total: false };
            let file = work.list_tickets(listing, &TicketFilter::default(), order, &request).await.unwrap();
            assert_eq!(file.items.iter().map(|seen| seen.item.id.uuid()).collect::<Vec<_>>(), expected);
        }
    }

    /// What fits a filter, of what they see: one filter by itself, and two at once.
    pub async fn every_filter(&self) {
        let mut chance = Chance::new(self.seed.wrapping_mul(31).wrapping_add(self.person as u64));
        for which in 0..12 {
            let mut filter = TicketFilter::default();
            let mut fits = vec![self.narrow(which, &mut filter, &mut chance).await];
            if chance.once_in(2) {
                fits.push(self.narrow((which + 1 + chance.below(11)) % 12, &mut filter, &mut chance).await);
            }
            let mut expected: Vec<Uuid> =
                self.expected().iter().filter(|ticket| fits.iter().all(|fit| fit(ticket))).map(|t| t.id).collect();
            expected.sort_unstable();
            let order = ORDERS[chance.below(4)];
            let (mut listed, total) = self.pages(&filter, order, 25).await;
            listed.sort_unstable();
            assert_eq!(listed, expected, "seed {}, person {}, {filter:?}, {order:?}", self.seed, self.person);
            assert_eq!(total, i64::try_from(expected.len()).unwrap());
        }
    }

    /// A permit on what a filter names. What they may not see they cannot filter by.
    async fn permit<A: Action<Target: Located>>(&self, id: Uuid) -> Option<Permit<A>> {
        match self.work().await.permit::<A>(Id::from(id)).await {
            Ok(permit) => Some(permit),
            Err(StoreError::Missing(_)) => None,
            Err(error) => panic!("{error}"),
        }
    }

    async fn narrow(&self, which: usize, filter: &mut TicketFilter, chance: &mut Chance) -> Predicate {
        let n = chance.below(5);
        let scene = self.scene;
        let someone = scene.people[n].id;
        match which {
            0 => {
                filter.status = Some(STATUSES[n].to_owned());
                Box::new(move |t| t.status == STATUSES[n])
            }
            1 => {
                filter.priority = Some(PRIORITIES[n % 4].to_owned());
                Box::new(move |t| t.priority == PRIORITIES[n % 4])
            }
            2 => {
                let named = self.permit::<can::ViewTeam>(scene.teams[n]).await;
                let hidden = named.is_none();
                filter.team = named;
                Box::new(move |t| hidden || t.team == Some(n))
            }
            3 => {
                let named = self.permit::<can::ViewQueue>(scene.queues[n]).await;
                let hidden = named.is_none();
                filter.queue = named;
                Box::new(move |t| hidden || t.queue == Some(n))
            }
            4 => {
                let named = self.permit::<can::ViewTemplate>(scene.templates[n]).await;
                let hidden = named.is_none();
                filter.template = named;
                Box::new(move |t| hidden || t.template == Some(n))
            }
            5 => {
                let named = self.permit::<can::ViewMember>(someone).await;
                let hidden = named.is_none();
                filter.assignee = named;
                Box::new(move |t| hidden || t.assignee == Some(n))
            }
            6 => {
                let none = chance.once_in(2);
                filter.unassigned = Some(none);
                Box::new(move |t| t.assignee.is_none() == none)
            }
            7 => {
                let none = chance.once_in(2);
                filter.without_team = Some(none);
                Box::new(move |t| t.team.is_none() == none)
            }
            8 => {
                filter.created_by = Some(Id::from(someone));
                Box::new(move |t| t.created_by == n)
            }
            9 => {
                let named = self.permit::<can::ViewMember>(someone).await;
                let hidden = named.is_none();
                filter.participant = named;
                Box::new(move |t| hidden || t.participants.contains(&n))
            }
            10 => {
                filter.q = Some(WORDS[n % 4].to_owned());
                Box::new(move |t| t.word == WORDS[n % 4])
            }
            _ => {
                let minute = i64::try_from(n * 8).unwrap();
                filter.updated_since = format!("2026-02-01T00:{minute:02}:00Z").parse().ok();
                Box::new(move |t| t.updated >= minute)
            }
        }
    }
}
