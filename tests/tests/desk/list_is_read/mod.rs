//! Law 4 on a real database: what a list, a count, a search and an export show is what single reads allow, in every order,
//! on every page and with every filter; for generated organizations and for everybody in them.
//!
//! What is expected is said in [`generate::Scene::sees`], from the requirements and not from the engine.

mod generate;
mod store;

use generate::Scene;
use store::Reader;
use usher_tests::World;

/// How many organizations are generated for a model; `USHER_LIST_CASES` says otherwise.
fn seeds() -> std::ops::Range<u64> {
    let cases = std::env::var("USHER_LIST_CASES").ok().and_then(|cases| cases.parse().ok());
    0..cases.unwrap_or(2)
}

async fn list_is_read(model: &'static str) {
    let world = World::start().await;
    for seed in seeds() {
        let organization = world.organization(model).await;
        let scene = Scene::generate(model, seed);
        scene.store(&mut world.owner_connection().await, organization.id.parse().unwrap()).await;
        let (mut pairs, mut visible) = (0, 0);
        for person in 0..scene.people.len() {
            let reader = Reader::open(&world, organization.id.parse().unwrap(), &scene, person, seed).await;
            if !scene.people[person].active {
                reader.is_shut_out().await;
                continue;
            }
            reader.single_reads().await;
            reader.every_order().await;
            reader.every_filter().await;
            pairs += scene.tickets.len();
            visible += scene.seen_by(person).len();
        }
        // A scene in which nobody, or everybody, saw everything would prove little.
        assert!(visible > pairs / 10 && visible < pairs * 9 / 10, "{model} {seed}: {visible} of {pairs}");
    }
}

#[tokio::test]
async fn vk_35_in_a_helpdesk_a_list_is_what_single_reads_allow() {
    list_is_read("helpdesk").await;
}

#[tokio::test]
async fn tk_62_with_queues_a_list_is_what_single_reads_allow() {
    list_is_read("queues").await;
}
