//! Roles of an organization's own that are held on queues.

use usher_tests::{Answer, Organization, Person, Value, World, json};

/// A row that a table is to have: the queue, what of the access model is on there, and the organization's own roles.
pub(super) type Row<'a> = (&'a str, &'a [&'a str], &'a [&'a str]);

pub(super) fn table_of(org: &Organization, person: &Person) -> String {
    format!("{}/members/{}/queue-permissions", org.path, person.id)
}

pub(super) fn table(rows: &[Row<'_>]) -> Value {
    let rows = rows.iter().map(|(queue, names, roles)| {
        let mut row = json!({"queue_id": queue, "roles": roles});
        names.iter().for_each(|name| row[*name] = json!(true));
        row
    });
    json!({"permissions": rows.collect::<Vec<_>>()})
}

/// Sets a table on what it is now.
pub(super) async fn set(by: &Person, org: &Organization, person: &Person, rows: &[Row<'_>]) -> Answer {
    let path = table_of(org, person);
    let etag = by.get(&path).await.etag();
    by.put_if(&path, &etag, table(rows)).await
}

/// The own roles that a table shows on a queue.
pub(super) fn roles_on(table: &Value, queue: &str) -> Value {
    table["permissions"].as_array().unwrap().iter().find(|row| row["queue_id"] == queue).unwrap()["roles"].clone()
}

pub(super) fn role(key: &str, grants: &[(&str, &str)]) -> Value {
    let grants = grants.iter().map(|(permission, when)| json!({"permission": permission, "when": [when]}));
    json!({"level": "queue", "key": key, "title": key, "grants": grants.collect::<Vec<_>>()})
}

pub(super) async fn post(by: &Person, org: &Organization, body: Value) -> Answer {
    by.post(&format!("{}/roles", org.path), body).await
}

pub(super) async fn made(by: &Person, org: &Organization, body: Value) -> String {
    let answer = post(by, org, body).await;
    let location = answer.headers["location"].to_str().unwrap().to_owned();
    answer.is(201);
    location
}

pub(super) async fn patch(by: &Person, location: &str, body: Value) -> Answer {
    let etag = by.get(location).await.etag();
    by.patch_if(location, &etag, body).await
}

pub(super) const REPLIER: [(&str, &str); 3] = [("queue.view", "yes"), ("ticket.view", "yes"), ("ticket.reply", "yes")];

/// Two queues, on both of which the owner contributes, with a ticket in each; and a user who may do nothing there.
pub(super) struct Desk {
    pub(super) org: Organization,
    pub(super) user: Person,
    pub(super) queues: [String; 2],
    pub(super) tickets: [String; 2],
}

impl Desk {
    pub(super) async fn new(world: &World) -> Self {
        let org = world.organization("queues").await;
        org.owner.patch(&org.path, json!({"permissions_model": "restrictive"})).await.is(200);
        let queues = [world.create_queue(&org, "Alpha").await, world.create_queue(&org, "Beta").await];
        let on: &[&str] = &["contribute"];
        set(&org.owner, &org, &org.owner, &[(&queues[0], on, &[]), (&queues[1], on, &[])]).await.is(200);
        let mut tickets = Vec::new();
        for queue in &queues {
            let body = json!({"subject": "x", "queue_id": queue});
            let ticket = org.owner.post(&format!("{}/desk/tickets", org.path), body).await.is(201);
            tickets.push(format!("{}/desk/tickets/{}", org.path, ticket["id"].as_str().unwrap()));
        }
        let user = world.member(&org, "user").await;
        Self { org, user, queues, tickets: tickets.try_into().unwrap() }
    }

    pub(super) async fn give(&self, key: &str) {
        let Self { org, user, queues: [a, _], .. } = self;
        set(&org.owner, org, user, &[(a, &[], &[key])]).await.is(200);
    }

    pub(super) async fn reply(&self, ticket: usize) -> Answer {
        self.user.post(&format!("{}/replies", self.tickets[ticket]), json!({"body": "Hello"})).await
    }
}

#[tokio::test]
async fn a_role_on_a_queue_gives_what_it_says_there_and_a_change_holds_from_the_next_request_on() {
    let world = World::start().await;
    let desk = Desk::new(&world).await;
    let Desk { org, user, queues: [a, b], tickets: [here, there] } = &desk;
    let location = made(&org.owner, org, role("replier", &REPLIER)).await;
    desk.reply(0).await.problem(404, "not_found");
    let answer = set(&org.owner, org, user, &[(a, &["manage"], &["replier"])]).await.is(200);
    assert_eq!((roles_on(&answer, a), roles_on(&answer, b)), (json!(["replier"]), json!([])));
    assert!(answer["permissions"].as_array().unwrap().iter().all(|row| row["warning"].is_null()), "they see tickets");
    desk.reply(0).await.is(201);
    desk.reply(1).await.problem(404, "not_found");
    user.get(there).await.problem(404, "not_found");
    user.post(&format!("{here}/notes"), json!({"body": "x"})).await.problem(403, "forbidden");
    let list = format!("{}/desk/tickets", org.path);
    assert_eq!(user.get(&list).await.ids().len(), 1);

    // Whoever may know is told of it: its holder, the queue's holders, who can, the review.
    assert_eq!(roles_on(&user.get(&table_of(org, user)).await.is(200), a), json!(["replier"]));
    let mine = user.get(&format!("{}/me/permissions", org.path)).await.is(200);
    assert_eq!(mine["scopes"][1]["roles"], json!(["manage", "replier"]));
    let holders = org.owner.get(&format!("{}/desk/queues/{a}/permissions", org.path)).await.is(200);
    let of_user = holders["items"].as_array().unwrap().iter().find(|holder| holder["member_id"] == *user.id).unwrap();
    let grant = &of_user["grants"][1];
    assert_eq!((&grant["permission"], &grant["granted_by"]), (&json!("replier"), &json!(org.owner.id)));
    let ticket = here.rsplit('/').next().unwrap();
    let who = format!("{}/access/who-can?permission=ticket.reply&resource_id={ticket}", org.path);
    assert!(org.owner.get(&who).await.is(200).to_string().contains("replier"));
    let review = format!("{}/access/review?role=replier&level=queue", org.path);
    let held = org.owner.get(&review).await.is(200)["items"][0].clone();
    assert_eq!((&held["member_id"], &held["scope_id"]), (&json!(user.id), &json!(a)));

    // Narrower: on the next request, and for whoever is doing something, after it.
    assert_eq!(org.owner.get(&location).await.is(200)["holders"], 1);
    let narrower = json!({"grants": [{"permission": "ticket.view", "when": ["assigned"]}]});
    patch(&org.owner, &location, narrower).await.is(200);
    user.get(here).await.problem(404, "not_found");
    world.arrange(&format!("update tickets set assignee_id = '{}'", user.id)).await;
    user.get(here).await.is(200);
    user.get(there).await.problem(404, "not_found");
    assert_eq!(user.get(&list).await.ids().len(), 1);
    desk.reply(0).await.problem(403, "forbidden");

    // A preset leaves it; a table that does not name it takes it.
    let preset = format!("{}/preset", table_of(org, user));
    let answer = org.owner.post(&preset, json!({"preset": "none"})).await.is(200);
    assert_eq!(roles_on(&answer, a), json!(["replier"]));
    user.get(here).await.is(200);
    let etag = org.owner.get(&table_of(org, user)).await.etag();
    let bare = json!({"permissions": [{"queue_id": a}]});
    let answer = org.owner.put_if(&table_of(org, user), &etag, bare).await.is(200);
    assert_eq!(roles_on(&answer, a), json!([]));
    user.get(here).await.problem(404, "not_found");
    assert!(user.get(&list).await.ids().is_empty());
}

#[tokio::test]
async fn law_7_a_role_of_a_queue_is_made_by_who_holds_all_of_it_on_one_queue() {
    let world = World::start().await;
    let Desk { org, queues: [a, b], .. } = Desk::new(&world).await;
    let admin = world.member(&org, "admin").await;
    let both = role("both", &[("ticket.reply", "yes"), ("ticket.update", "yes")]);
    for (rows, lacks) in [
        (vec![], "`ticket.reply` (yes), `ticket.update` (yes)"),
        (vec![(&*a, &["contribute"][..], &[][..]), (&*b, &["manage"], &[])], "(yes)"),
    ] {
        set(&org.owner, &org, &admin, &rows).await.is(200);
        let problem = post(&admin, &org, both.clone()).await.problem(403, "role_out_of_reach");
        assert!(problem["detail"].as_str().unwrap().contains(lacks), "{problem:#}");
        assert_eq!(problem["permission"], "role.manage");
    }
    set(&org.owner, &org, &admin, &[(&b, &["contribute", "manage"], &[])]).await.is(200);
    let location = made(&admin, &org, both).await;
    // What they have in the whole organization, they have on every queue; under a condition is not the same as without.
    set(&org.owner, &org, &admin, &[]).await.is(200);
    post(&admin, &org, role("joined", &[("queue.view", "yes"), ("ticket.view", "participant")])).await.is(201);
    post(&admin, &org, role("all", &[("ticket.view", "yes")])).await.problem(403, "role_out_of_reach");
    // Nobody holds it: it is changed and deleted as it is made.
    patch(&admin, &location, json!({"title": "Mine"})).await.problem(403, "role_out_of_reach");
    admin.delete(&location).await.problem(403, "role_out_of_reach");
    set(&org.owner, &org, &admin, &[(&a, &["contribute", "manage"], &[])]).await.is(200);
    patch(&admin, &location, json!({"title": "Mine"})).await.is(200);
    admin.delete(&location).await.is(204);
}

#[tokio::test]
async fn law_7_it_is_given_taken_and_changed_by_who_holds_all_of_it_wherever_it_is_held() {
    let world = World::start().await;
    let desk = Desk::new(&world).await;
    let Desk { org, user, queues: [a, b], .. } = &desk;
    let admin = world.member(org, "admin").await;
    let location = made(&org.owner, org, role("replier", &REPLIER)).await;
    let roles: &[&str] = &["replier"];
    // Neither to others nor to themselves, neither given nor taken; and what else is in the table may be set.
    for target in [user, &admin] {
        let problem = set(&admin, org, target, &[(a, &[], roles)]).await.problem(403, "role_out_of_reach");
        assert_eq!(problem["permission"], "member.set_queue_permissions");
    }
    set(&org.owner, org, user, &[(a, &[], roles), (b, &[], roles)]).await.is(200);
    set(&org.owner, org, &admin, &[(a, &["contribute", "manage"], &[])]).await.is(200);
    set(&admin, org, user, &[(a, &[], roles)]).await.problem(403, "role_out_of_reach");
    desk.reply(1).await.is(201);
    set(&admin, org, user, &[(b, &["manage"], roles)]).await.is(200);
    desk.reply(0).await.problem(404, "not_found");
    set(&admin, org, user, &[(a, &["delete"], roles), (b, &[], roles)]).await.is(200);

    // Held on both: changed by who holds all of it on both, before and after.
    for body in [json!({"title": "Mine"}), json!({"grants": []}), json!({"grants": [{"permission": "queue.view"}]})] {
        let problem = patch(&admin, &location, body).await.problem(403, "role_out_of_reach");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("`ticket.reply`") && !detail.contains("queue.view"), "{detail}");
        assert!(!detail.contains("Beta") && !detail.contains(b.as_str()), "{detail}");
    }
    set(&org.owner, org, &admin, &[(a, &["contribute", "manage"], &[]), (b, &["contribute"], &[])]).await.is(200);
    let wider = json!({"grants": [{"permission": "ticket.view"}, {"permission": "ticket.update"}]});
    let problem = patch(&admin, &location, wider.clone()).await.problem(403, "role_out_of_reach");
    assert!(problem["detail"].as_str().unwrap().contains(": `ticket.update` (yes)."), "{problem:#}");
    let (role_id, path) = (location.rsplit('/').next().unwrap(), format!("{}/access/preview", org.path));
    let preview = |body: Value| admin.post(&path, json!({"update_role": {"role_id": role_id, "body": body}}));
    assert_eq!(preview(wider).await.is(200)["refusal"]["code"], "role_out_of_reach");
    let told = preview(json!({"grants": []})).await.is(200);
    assert_eq!((&told["members_concerned"], &told["members"][0]["member_id"]), (&json!(1), &json!(user.id)));
    assert_eq!(told["members"][0]["differences"][0]["level"], "queue");
    patch(&admin, &location, json!({"grants": [{"permission": "ticket.view"}]})).await.is(200);
    assert_eq!(admin.get(&location).await.is(200)["holders"], 2);
    desk.reply(0).await.problem(403, "forbidden");
}

#[tokio::test]
async fn who_has_all_of_it_in_the_whole_organization_makes_it_and_gives_it_on_any_queue() {
    let world = World::start().await;
    let org = world.organization("suite").await;
    let queue = world.create_queue(&org, "Alpha").await;
    set(&org.owner, &org, &org.owner, &[]).await.is(200);
    let location = made(&org.owner, &org, role("replier", &REPLIER)).await;
    let user = world.member(&org, "user").await;
    set(&org.owner, &org, &user, &[(&queue, &[], &["replier"])]).await.is(200);
    user.get(&format!("{}/desk/queues/{queue}", org.path)).await.is(200);
    patch(&org.owner, &location, json!({"grants": [{"permission": "ticket.view"}]})).await.is(200);
    user.get(&format!("{}/desk/queues/{queue}", org.path)).await.problem(404, "not_found");
}
