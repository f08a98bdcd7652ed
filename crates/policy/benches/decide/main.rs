//! What a decision costs: the engine, the same rules by hand, and two well-known engines, on the same ten checks.
//!
//! `cargo bench -p usher-policy` ends with one table in Markdown, its numbers the medians of that run, in time that the
//! processor spent.
#![allow(clippy::unwrap_used)]

mod casbin;
mod hand;
mod processor;
mod scene;
mod table;

use std::{hint::black_box, path::Path, time::Duration};

use cedar_policy::Entities;
use criterion::Criterion;
use usher_domain::kind;
use usher_policy::{Caller, Permission, Resource};
use usher_policy_testing::{cedar, support, support::Thing, synthetic};

use self::{
    cedar::Cedar,
    hand::Target,
    processor::ProcessorTime,
    scene::{checks, person, rows},
};

type Bench = Criterion<ProcessorTime>;

/// A check as the engine is asked it.
enum Asked {
    Organization(Permission, Resource<kind::Organization>),
    Team(Permission, Resource<kind::Team>),
    Ticket(Permission, Resource<kind::Ticket>),
}

impl Asked {
    fn new(permission: Permission, thing: &Thing) -> Self {
        match thing.kind {
            usher_policy::ResourceKind::Organization => Self::Organization(permission, thing.resource()),
            usher_policy::ResourceKind::Team => Self::Team(permission, thing.resource()),
            _ => Self::Ticket(permission, thing.resource()),
        }
    }

    #[inline]
    fn decide(&self, caller: &Caller) -> usher_policy::Decision {
        match self {
            Self::Organization(permission, resource) => caller.decide(*permission, resource),
            Self::Team(permission, resource) => caller.decide(*permission, resource),
            Self::Ticket(permission, resource) => caller.decide(*permission, resource),
        }
    }
}

fn main() {
    let output = Path::new(env!("CARGO_TARGET_TMPDIR")).join("decide");
    // Only this run's numbers are told.
    let _ = std::fs::remove_dir_all(&output);
    let mut criterion = Criterion::default()
        .with_measurement(ProcessorTime)
        .output_directory(&output)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    measure(&mut criterion);
    criterion.final_summary();
    table::print(&output);
}

fn measure(criterion: &mut Bench) {
    ours(criterion);
    by_hand(criterion);
    cedar(criterion);
    casbin_rs(criterion);
}

fn ours(criterion: &mut Bench) {
    let (person, caller) = (person(), person().caller());
    let asked = checks().map(|check| {
        assert_eq!(support::allows(&caller, check.permission, &check.thing), check.allowed, "{}", check.permission);
        Asked::new(check.permission, &check.thing)
    });
    criterion.bench_function("decide", |b| {
        b.iter(|| {
            for asked in &asked {
                black_box(black_box(asked).decide(black_box(&caller)));
            }
        });
    });
    criterion.bench_function("facts", |b| b.iter(|| black_box(black_box(&person).caller())));
    criterion.bench_function("filter", |b| b.iter(|| black_box(&caller).filter(black_box(Permission::TicketView))));
    let filter = caller.filter(Permission::TicketView);
    let tickets: Vec<Resource<kind::Ticket>> = rows().iter().map(Thing::resource).collect();
    let shown = tickets.iter().filter(|ticket| filter.matches(ticket)).count();
    assert!((20..80).contains(&shown), "{shown} of 100 rows");
    criterion.bench_function("matches", |b| {
        b.iter(|| black_box(&tickets).iter().filter(|ticket| black_box(&filter).matches(ticket)).count());
    });
    let denied: Resource<kind::Ticket> = checks()[4].thing.resource();
    criterion.bench_function("explain", |b| {
        b.iter(|| black_box(&caller).explain(black_box(Permission::TicketView), black_box(&denied)));
    });
}

fn by_hand(criterion: &mut Bench) {
    let (person, caller) = (person(), hand::Caller::new(&person()));
    let asked = checks().map(|check| {
        let target = Target::from(&check.thing);
        assert_eq!(caller.decide(check.permission, &target).is_ok(), check.allowed, "{}", check.permission);
        (check.permission, target)
    });
    criterion.bench_function("hand decide", |b| {
        b.iter(|| {
            for (permission, target) in &asked {
                let _ = black_box(black_box(&caller).decide(black_box(*permission), black_box(target)));
            }
        });
    });
    criterion.bench_function("hand facts", |b| b.iter(|| hand::Caller::new(black_box(&person))));
    let tickets: Vec<Target> = rows().iter().map(Target::from).collect();
    criterion.bench_function("hand matches", |b| {
        b.iter(|| {
            let sees = |ticket: &&Target| black_box(&caller).decide(Permission::TicketView, ticket).is_ok();
            black_box(&tickets).iter().filter(sees).count()
        });
    });
}

fn cedar(criterion: &mut Bench) {
    let (person, engine) = (person(), Cedar::generated(scene::model()));
    let asked = checks().map(|check| (cedar::uid("Thing", "it"), check));
    let entities: Vec<Entities> = asked.iter().map(|(id, check)| engine.entities(&person, id, &check.thing)).collect();
    for ((id, check), entities) in asked.iter().zip(&entities) {
        assert_eq!(engine.allows(check.permission, id, entities), check.allowed, "{}", check.permission);
    }
    criterion.bench_function("cedar prebuilt", |b| {
        b.iter(|| {
            for ((id, check), entities) in asked.iter().zip(&entities) {
                black_box(engine.allows(check.permission, id, entities));
            }
        });
    });
    criterion.bench_function("cedar fresh", |b| {
        b.iter(|| {
            for (id, check) in &asked {
                let entities = engine.entities(&person, id, &check.thing);
                black_box(engine.allows(check.permission, id, &entities));
            }
        });
    });
}

fn casbin_rs(criterion: &mut Bench) {
    let enforcer = casbin::enforcer(&person());
    let asked = checks().map(|check| {
        let asked = casbin::asked(check.permission, &check.thing);
        assert_eq!(casbin::allows(&enforcer, &asked), check.allowed, "{}", check.permission);
        asked
    });
    criterion.bench_function("casbin", |b| {
        b.iter(|| {
            for asked in &asked {
                black_box(casbin::allows(&enforcer, asked));
            }
        });
    });
}
