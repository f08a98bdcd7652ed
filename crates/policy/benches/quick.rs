//! x
#![allow(clippy::unwrap_used, dead_code, missing_docs)]
#[path = "decide/hand.rs"]
mod hand;
#[path = "decide/scene.rs"]
mod scene;
#[path = "../tests/policy/support.rs"]
mod support;
#[path = "../tests/policy/synthetic.rs"]
mod synthetic;
use std::{hint::black_box, time::Instant};
use scene::*;
use support::Thing;
use usher_domain::kind;
use usher_policy::*;
enum Asked { Organization(Permission, Resource<kind::Organization>), Team(Permission, Resource<kind::Team>), Ticket(Permission, Resource<kind::Ticket>) }
impl Asked {
    fn new(permission: Permission, thing: &Thing) -> Self {
        match thing.kind { ResourceKind::Organization => Self::Organization(permission, thing.resource()), ResourceKind::Team => Self::Team(permission, thing.resource()), _ => Self::Ticket(permission, thing.resource()) }
    }
    #[inline]
    fn decide(&self, caller: &Caller) -> Decision {
        match self { Self::Organization(p, r) => caller.decide(*p, r), Self::Team(p, r) => caller.decide(*p, r), Self::Ticket(p, r) => caller.decide(*p, r) }
    }
}
fn t<R>(name: &str, per: f64, mut f: impl FnMut() -> R) {
    let mut v = Vec::new();
    for _ in 0..20000 { let s = Instant::now(); for _ in 0..60 { black_box(f()); } v.push(s.elapsed().as_nanos() as f64 / 60.0 / per); }
    v.sort_by(|a, b| a.total_cmp(b));
    println!("{name:20} min {:.1} p10 {:.1} med {:.1}", v[0], v[2000], v[10000]);
}
fn main() {
    let (p, caller, h) = (person(), person().caller(), hand::Caller::new(&person()));
    let asked = checks().map(|c| Asked::new(c.permission, &c.thing));
    let ht = checks().map(|c| (c.permission, hand::Target::from(&c.thing)));
    for _ in 0..2 {
        t("decide", 10.0, || asked.iter().for_each(|a| drop(black_box(black_box(a).decide(black_box(&caller))))));
        t("hand decide", 10.0, || ht.iter().for_each(|(p, t)| { let _ = black_box(black_box(&h).decide(black_box(*p), black_box(t))); }));
        t("facts", 1.0, || black_box(&p).caller());
        t("hand facts", 1.0, || hand::Caller::new(black_box(&p)));
        t("filter", 1.0, || black_box(&caller).filter(black_box(Permission::TicketView)));
        let f = caller.filter(Permission::TicketView);
        let rows: Vec<Resource<kind::Ticket>> = rows().iter().map(Thing::resource).collect();
        t("matches", 100.0, || black_box(&rows).iter().filter(|r| black_box(&f).matches(r)).count());
        let hr: Vec<hand::Target> = scene::rows().iter().map(hand::Target::from).collect();
        t("hand matches", 100.0, || black_box(&hr).iter().filter(|r| black_box(&h).decide(Permission::TicketView, r).is_ok()).count());
        let d: Resource<kind::Ticket> = checks()[4].thing.resource();
        t("explain", 1.0, || black_box(&caller).explain(black_box(Permission::TicketView), black_box(&d)));
        println!();
    }
}
