//! The eight combinations of permissions on a queue, and every operation on its tickets.

use usher_tests::{Answer, Organization, Person, World, json};

use super::{at, ticket};

/// What an operation answers, by whether the caller may contribute, manage and delete: said here from the requirement.
struct Expected {
    fact: &'static str,
    operation: &'static str,
    answer: fn(contribute: bool, manage: bool, delete: bool) -> u16,
}

/// A thing that only contributing gives.
const fn contributing(answer: u16, contribute: bool) -> u16 {
    if contribute { answer } else { 404 }
}

/// A thing that only managing gives: who does not see the ticket gets no content.
const fn managing(seen: u16, contribute: bool, manage: bool) -> u16 {
    match (contribute, manage) {
        (true, true) => seen,
        (false, true) => 204,
        (true, false) => 403,
        (false, false) => 404,
    }
}

const TABLE: [Expected; 18] = [
    Expected { fact: "TK-3, TK-4, TK-23", operation: "view", answer: |c, _, _| contributing(200, c) },
    Expected { fact: "TK-4", operation: "read messages", answer: |c, _, _| contributing(200, c) },
    Expected { fact: "TK-4", operation: "read participants", answer: |c, _, _| contributing(200, c) },
    Expected { fact: "TK-4", operation: "read links", answer: |c, _, _| contributing(200, c) },
    Expected { fact: "TK-5", operation: "respond", answer: |c, _, _| contributing(201, c) },
    Expected { fact: "TK-5", operation: "note", answer: |c, _, _| contributing(201, c) },
    Expected { fact: "TK-6, TK-15, TK-25", operation: "change status", answer: |c, m, _| managing(200, c, m) },
    Expected { fact: "TK-7, TK-16, TK-25", operation: "change priority", answer: |c, m, _| managing(200, c, m) },
    Expected { fact: "TK-8, TK-17", operation: "change assignee", answer: |c, m, _| managing(200, c, m) },
    Expected { fact: "TK-9, TK-14", operation: "change queue", answer: |c, m, _| managing(204, c, m) },
    Expected { fact: "TK-10, TK-18", operation: "merge", answer: |c, m, _| managing(200, c, m) },
    Expected { fact: "TK-11, TK-19", operation: "clone", answer: |c, m, _| managing(201, c, m) },
    Expected { fact: "TK-12, TK-20", operation: "link", answer: |c, m, _| managing(201, c, m) },
    Expected { fact: "TK-12, TK-20", operation: "unlink", answer: |c, m, _| managing(204, c, m) },
    Expected {
        fact: "TK-13, TK-21, TK-22, TK-26",
        operation: "delete",
        answer: |c, _, d| match (c, d) {
            (_, true) => 204,
            (true, false) => 403,
            (false, false) => 404,
        },
    },
    Expected { fact: "TK-64", operation: "add a participant", answer: |c, _, _| contributing(204, c) },
    Expected { fact: "TK-64", operation: "remove a participant", answer: |c, m, _| if c || m { 204 } else { 404 } },
    Expected { fact: "TK-4", operation: "create", answer: |c, _, _| if c { 201 } else { 403 } },
];

struct Scene {
    org: Organization,
    writer: Person,
    queue: String,
    elsewhere: String,
}

impl Scene {
    /// Does an operation to a fresh ticket.
    async fn attempt(&self, person: &Person, operation: &str) -> Answer {
        let place = json!({"queue_id": self.queue});
        let id = ticket(&self.writer, &self.org, place.clone()).await;
        let path = at(&self.org, &id);
        let writer = &self.writer.id;
        match operation {
            "view" => person.get(&path).await,
            "read messages" => person.get(&format!("{path}/messages")).await,
            "read participants" => person.get(&format!("{path}/participants")).await,
            "read links" => person.get(&format!("{path}/links")).await,
            "respond" => person.post(&format!("{path}/replies"), json!({"body": "Hello"})).await,
            "note" => person.post(&format!("{path}/notes"), json!({"body": "Hm"})).await,
            "change status" => person.patch(&path, json!({"status": "solved"})).await,
            "change priority" => person.patch(&path, json!({"priority": "high"})).await,
            "change assignee" => person.post(&format!("{path}/assign"), json!({"assignee_id": writer})).await,
            "change queue" => person.post(&format!("{path}/move"), json!({"queue_id": self.elsewhere})).await,
            "merge" => {
                let other = ticket(&self.writer, &self.org, place).await;
                person.post(&format!("{path}/merge"), json!({"into": other})).await
            }
            "clone" => person.post_empty(&format!("{path}/clone")).await,
            "link" => {
                let other = ticket(&self.writer, &self.org, place).await;
                person.post(&format!("{path}/links"), json!({"ticket": other, "kind": "blocks"})).await
            }
            "unlink" => {
                let other = ticket(&self.writer, &self.org, place).await;
                let body = json!({"ticket": other, "kind": "blocks"});
                let link = self.writer.post(&format!("{path}/links"), body).await.is(201);
                person.delete(&format!("{path}/links/{}", link["id"].as_str().unwrap())).await
            }
            "delete" => person.delete(&path).await,
            "add a participant" => {
                person.send(person.request(reqwest::Method::PUT, &format!("{path}/participants/{writer}"))).await
            }
            "remove a participant" => person.delete(&format!("{path}/participants/{writer}")).await,
            "create" => {
                let body = json!({"subject": "x", "queue_id": self.queue});
                person.post(&format!("{}/desk/tickets", self.org.path), body).await
            }
            other => panic!("no operation {other}"),
        }
    }
}

/// TK-4, TK-5, TK-6, TK-7, TK-8, TK-9, TK-10, TK-11, TK-12, TK-13, TK-14, TK-15, TK-16, TK-17, TK-18, TK-19,
/// TK-20, TK-21, TK-22, TK-23, TK-24, TK-25, TK-26.
#[tokio::test]
async fn tk_4_to_26_each_combination_of_the_three_permissions_allows_exactly_what_it_says() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let (queue, elsewhere) = (world.queue(&org, "Q").await, world.queue(&org, "Elsewhere").await);
    let writer = world.member(&org, "staff").await;
    world.allow(&org, &writer, &queue, &["contribute", "manage"]).await;
    let scene = Scene { org, writer, queue, elsewhere };
    let org = &scene.org;
    for combination in 0..8_u8 {
        let held = [combination & 1 != 0, combination & 2 != 0, combination & 4 != 0];
        let roles: Vec<_> =
            ["contribute", "manage", "delete"].into_iter().zip(held).filter(|r| r.1).map(|r| r.0).collect();
        let person = world.member(org, "staff").await;
        world.allow(org, &person, &scene.queue, &roles).await;
        for Expected { fact, operation, answer } in &TABLE {
            let got = scene.attempt(&person, operation).await;
            let expected = answer(held[0], held[1], held[2]);
            assert_eq!(got.status, expected, "{fact}: with {roles:?}, {operation}: {}", got.body);
            if expected == 204 {
                assert_eq!(got.body, json!(""), "{fact}: with {roles:?}, {operation} shows nothing");
                assert!(got.headers.get("etag").is_none() && got.headers.get("location").is_none());
            }
        }
        // TK-3: what cannot be read is in no list, count, search or file either.
        let path = format!("{}/desk/tickets", org.path);
        let total = person.get(&format!("{path}?include=total&q=printer")).await.is(200)["total"].as_i64().unwrap();
        let rows = person.get(&format!("{path}/export?q=printer")).await.is(200).as_str().unwrap().lines().count() - 1;
        assert_eq!((total > 0, rows > 0), (held[0], held[0]), "TK-3: with {roles:?}");
        assert_eq!(i64::try_from(rows).unwrap(), total);
    }
}

#[tokio::test]
async fn tk_27_permissions_on_one_queue_give_nothing_on_another() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let (queue, elsewhere) = (world.queue(&org, "Q").await, world.queue(&org, "Elsewhere").await);
    let (writer, person) = (world.member(&org, "staff").await, world.member(&org, "staff").await);
    world.allow(&org, &writer, &queue, &["contribute", "manage"]).await;
    world.allow(&org, &person, &elsewhere, &["contribute", "manage", "delete"]).await;
    let scene = Scene { org, writer, queue, elsewhere };
    for Expected { operation, .. } in &TABLE {
        let expected = if *operation == "create" { 403 } else { 404 };
        let got = scene.attempt(&person, operation).await;
        assert_eq!(got.status, expected, "{operation}: {}", got.body);
    }
}
