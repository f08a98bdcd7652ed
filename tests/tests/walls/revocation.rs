//! Law 9: after a revocation has committed, nothing that it forbids commits.
//!
//! A writer is stopped after they were allowed to write and before they have written. A revocation that comes now has to
//! wait for them, and once it has been answered they write no more.

use reqwest::{Method, RequestBuilder};
use usher_tests::{Answer, Organization, Person, Value, World, json, yes};

/// Somebody who may answer a ticket, and how that ends.
struct Scene {
    org: Organization,
    writer: Person,
    replies: String,
}

impl Scene {
    /// An organization with a writer of this role, and a ticket in the place that `place` prepares.
    async fn of(
        world: &World,
        model: &str,
        role: &str,
        place: impl AsyncFnOnce(&Organization, &Person) -> Value,
    ) -> Self {
        let org = world.organization(model).await;
        let writer = world.member(&org, role).await;
        let mut body = place(&org, &writer).await;
        body["subject"] = json!("Contended");
        let ticket = org.owner.post(&format!("{}/desk/tickets", org.path), body).await.is(201);
        let replies = format!("{}/desk/tickets/{}/replies", org.path, ticket["id"].as_str().unwrap());
        Self { org, writer, replies }
    }

    /// One whose writer is in the team of the ticket, which is the second thing given back.
    async fn in_a_team(world: &World) -> (Self, String) {
        let mut team = String::new();
        let scene = Self::of(world, "helpdesk", "member", async |org, writer| {
            team = world.team(org, "Support").await;
            world.join_team(org, writer, &team, "member").await;
            json!({"team_id": team})
        });
        (scene.await, team)
    }

    /// One whose writer is in a team that sees the template of the ticket: the team and the template.
    async fn by_a_template(world: &World) -> (Self, String, String) {
        let (mut team, mut template) = (String::new(), String::new());
        let scene = Self::of(world, "helpdesk", "member", async |org, writer| {
            team = world.team(org, "Support").await;
            world.join_team(org, writer, &team, "member").await;
            template = world.create_template(org, "Form", &[&team]).await;
            json!({"template_id": template})
        });
        (scene.await, team, template)
    }

    /// One whose writer may contribute on the queue of the ticket.
    async fn on_a_queue(world: &World) -> Self {
        let scene = Self::of(world, "queues", "staff", async |org, writer| {
            let queue = world.create_queue(org, "Orders").await;
            for person in [&org.owner, writer] {
                world.set_queue_permissions(org, person, &[(&queue, &["contribute"])]).await;
            }
            json!({"queue_id": queue})
        });
        scene.await
    }

    fn by_owner(&self, method: Method, rest: &str) -> RequestBuilder {
        self.org.owner.request(method, &format!("{}{rest}", self.org.path))
    }

    fn table(&self) -> String {
        format!("{}/members/{}/queue-permissions", self.org.path, self.writer.id)
    }

    async fn etag(&self, path: &str) -> String {
        self.org.owner.get(&format!("{}{path}", self.org.path)).await.etag()
    }

    async fn write(&self) -> Answer {
        self.writer.post(&self.replies, json!({"body": "Still here."})).await
    }

    /// Stops the writer on the way, and revokes: the revocation waits for a lock of this kind.
    async fn revoked(&self, world: &World, lock: &str, revocation: RequestBuilder) {
        self.write().await.is(201);
        // What a reply refers to when it is inserted, and no revocation touches.
        let held = world.hold(&format!("select from accounts where id = '{}' for update", self.writer.id)).await;
        let (writer, replies) = (self.writer.clone(), self.replies.clone());
        let writing = tokio::spawn(async move { writer.post(&replies, json!({"body": "Decided on."})).await });
        world.until_waiting("transactionid", 1).await;
        let revoker = self.org.owner.clone();
        let revoking = tokio::spawn(async move { revoker.send(revocation).await });
        let others = i64::from(lock == "transactionid");
        world.until_waiting(lock, 1 + others).await;
        held.let_go().await;
        writing.await.unwrap().is(201);
        let revoked = revoking.await.unwrap();
        assert!((200..300).contains(&revoked.status), "{}: {:#}", revoked.request, revoked.body);
        let refused = self.write().await;
        assert!([401, 403, 404].contains(&refused.status), "{}: {:#}", revoked.request, refused.body);
    }
}

#[tokio::test]
async fn law_9_an_organization_role_is_taken() {
    let world = World::start().await;
    let scene = Scene::of(&world, "helpdesk", "admin", async |_, _| json!({})).await;
    let path = format!("/members/{}", scene.writer.id);
    let request = scene.by_owner(Method::PATCH, &path).json(&json!({"roles": ["member"]}));
    scene.revoked(&world, "advisory", request).await;
}

#[tokio::test]
async fn law_9_a_member_is_removed_or_leaves() {
    let world = World::start().await;
    for leaves in [false, true] {
        let scene = Scene::of(&world, "helpdesk", "admin", async |_, _| json!({})).await;
        let request = if leaves {
            scene.writer.request(Method::POST, &format!("{}/leave", scene.org.path))
        } else {
            scene.by_owner(Method::DELETE, &format!("/members/{}", scene.writer.id))
        };
        scene.revoked(&world, "advisory", request).await;
    }
}

#[tokio::test]
async fn law_9_a_team_member_is_taken_out() {
    let world = World::start().await;
    let (scene, team) = Scene::in_a_team(&world).await;
    let request = scene.by_owner(Method::DELETE, &format!("/teams/{team}/members/{}", scene.writer.id));
    scene.revoked(&world, "advisory", request).await;
}

#[tokio::test]
async fn law_9_a_role_of_the_organizations_own_is_narrowed() {
    narrowed(0).await;
}

/// The many are locked as one.
#[tokio::test]
async fn law_9_a_role_that_many_hold_is_narrowed() {
    narrowed(150).await;
}

/// With so many others who hold the role as well.
async fn narrowed(others: u32) {
    let world = World::start().await;
    let mut role = String::new();
    let scene = Scene::of(&world, "helpdesk", "member", async |org, writer| {
        role = format!("/roles/{}", org.role("team", "helper", &yes(["ticket.view", "ticket.reply"])).await);
        let team = world.team(org, "Support").await;
        world.join_team(org, writer, &team, "helper").await;
        let others = format!(
            "with made as (insert into accounts (id, email, name, password_hash)
                select gen_random_uuid(), 'other' || n || '@example.org', 'Other', '' from generate_series(1, {others}) n
                returning id),
             joined as (insert into members (org_id, id) select '{0}', id from made returning org_id, id)
             insert into role_assignments (org_id, id, member_id, role, team_id)
             select org_id, gen_random_uuid(), id, 'helper', '{team}' from joined",
            org.id
        );
        world.arrange(&others).await;
        json!({"team_id": team})
    });
    let scene = scene.await;
    let request = scene.by_owner(Method::PATCH, &role).json(&json!({"grants": [{"permission": "ticket.view"}]}));
    let tag = scene.etag(&role).await;
    scene.revoked(&world, "advisory", request.header("if-match", tag)).await;
}

#[tokio::test]
async fn law_9_a_team_is_deleted() {
    let world = World::start().await;
    let (scene, team) = Scene::in_a_team(&world).await;
    let other = world.team(&scene.org, "Others").await;
    let request = scene.by_owner(Method::DELETE, &format!("/teams/{team}?move_to={other}"));
    scene.revoked(&world, "advisory", request).await;
}

#[tokio::test]
async fn law_9_a_template_is_hidden_from_a_team_from_both_sides_or_deleted() {
    let world = World::start().await;
    for way in ["template", "team", "deleted"] {
        let (scene, team, template) = Scene::by_a_template(&world).await;
        let path = if way == "team" { format!("/teams/{team}") } else { format!("/desk/templates/{template}") };
        let tag = scene.etag(&path).await;
        let request = match way {
            "template" => scene.by_owner(Method::PATCH, &path).json(&json!({"team_ids": []})),
            "team" => scene.by_owner(Method::PATCH, &path).json(&json!({"template_ids": []})),
            _ => scene.by_owner(Method::DELETE, &path),
        };
        scene.revoked(&world, "advisory", request.header("if-match", tag)).await;
    }
}

#[tokio::test]
async fn law_9_a_queue_permission_is_taken_by_the_table_or_by_a_preset() {
    let world = World::start().await;
    for preset in [false, true] {
        let scene = Scene::on_a_queue(&world).await;
        let tag = scene.org.owner.get(&scene.table()).await.etag();
        let request = if preset {
            let path = format!("{}/preset", scene.table());
            scene.org.owner.request(Method::POST, &path).json(&json!({"preset": "none"}))
        } else {
            scene.org.owner.request(Method::PUT, &scene.table()).json(&json!({"permissions": []}))
        };
        scene.revoked(&world, "advisory", request.header("if-match", tag)).await;
    }
}

/// A participation is of one ticket: the ticket is what the two wait for.
#[tokio::test]
async fn law_9_a_participant_is_removed() {
    let world = World::start().await;
    let mut scene = Scene::on_a_queue(&world).await;
    scene.writer = world.member(&scene.org, "staff").await;
    let path = scene.replies.replace("/replies", &format!("/participants/{}", scene.writer.id));
    let added = scene.org.owner.send(scene.org.owner.request(Method::PUT, &path)).await.status;
    assert!((200..300).contains(&added), "{added}");
    let request = scene.org.owner.request(Method::DELETE, &path);
    scene.revoked(&world, "transactionid", request).await;
}

/// What roles give by the plan ends with it, for everybody at once; what somebody handled by it is nobody's then.
#[tokio::test]
async fn law_9_a_plan_is_left_that_roles_give_by() {
    let world = World::start().await;
    let scene = Scene::of(&world, "helpdesk", "member", async |org, writer| {
        org.owner.patch(&format!("{}/subscription", org.path), json!({"plan": "growth"})).await.is(200);
        let by_plan = [("ticket.view", "plan:workflows"), ("ticket.reply", "plan:workflows")];
        org.role("team", "planner", &by_plan).await;
        let team = world.team(org, "Support").await;
        world.join_team(org, writer, &team, "planner").await;
        json!({"team_id": team})
    });
    let scene = scene.await;
    let ticket = scene.replies.replace("/replies", "");
    let assigned = scene.org.owner.post(&format!("{ticket}/assign"), json!({"assignee_id": scene.writer.id})).await;
    assert_eq!(assigned.is(200)["assignee_id"], *scene.writer.id);
    // From one plan with workflows to another nobody has to be waited for.
    let path = format!("{}/subscription", scene.org.path);
    scene.org.owner.patch(&path, json!({"plan": "enterprise"})).await.is(200);
    let repeated = async || {
        let request = scene.writer.request(Method::POST, &scene.replies).header("idempotency-key", "once");
        scene.writer.send(request.json(&json!({"body": "Once."}))).await
    };
    let first = repeated().await.is(201);
    assert_eq!(repeated().await.is(201), first);
    let request = scene.by_owner(Method::PATCH, "/subscription").json(&json!({"plan": "free"}));
    scene.revoked(&world, "advisory", request).await;
    repeated().await.problem(409, "answer_forgotten");
    assert_eq!(scene.org.owner.get(&ticket).await.is(200)["assignee_id"], json!(null));
}

/// Every way in which a session ends, as a request that is yet to be sent.
async fn endings(world: &World, writer: &Person) -> [RequestBuilder; 3] {
    let second = world.sign_in(&writer.email).await;
    let sessions = second.get("/v1/auth/sessions").await.is(200);
    let ids = sessions["items"].as_array().unwrap().iter();
    let first =
        ids.filter(|session| session["current"] == false).map(|session| session["id"].as_str().unwrap()).next_back();
    let used = json!({"refresh_token": writer.refresh_token.as_deref().unwrap()});
    let refreshed = world.nobody().post("/v1/auth/refresh", used.clone()).await;
    refreshed.is(200);
    [
        second.request(Method::DELETE, &format!("/v1/auth/sessions/{}", first.unwrap())),
        writer.request(Method::POST, "/v1/auth/logout"),
        world.nobody().request(Method::POST, "/v1/auth/refresh").json(&used),
    ]
}

#[tokio::test]
async fn law_9_a_session_ends_for_what_is_done_in_an_organization() {
    let world = World::start().await;
    for way in 0..3 {
        let scene = Scene::of(&world, "helpdesk", "admin", async |_, _| json!({})).await;
        let [ended, left, reused] = endings(&world, &scene.writer).await;
        // The answer to a token that was used before is 401 by itself.
        let request = [ended, left, reused].into_iter().nth(way).unwrap();
        scene.session_ends(&world, request).await;
    }
}

impl Scene {
    async fn session_ends(&self, world: &World, ending: RequestBuilder) {
        let held = world.hold(&format!("select from accounts where id = '{}' for update", self.writer.id)).await;
        let (writer, replies) = (self.writer.clone(), self.replies.clone());
        let writing = tokio::spawn(async move { writer.post(&replies, json!({"body": "Decided on."})).await });
        world.until_waiting("transactionid", 1).await;
        let ending = tokio::spawn(async move { ending.send().await.unwrap().status().as_u16() });
        world.until_waiting("advisory", 1).await;
        held.let_go().await;
        writing.await.unwrap().is(201);
        assert!([204, 401].contains(&ending.await.unwrap()));
        self.write().await.problem(401, "session_ended");
    }
}

#[tokio::test]
async fn law_9_a_session_ends_for_what_is_done_outside_the_organizations() {
    let world = World::start().await;
    for way in 0..3 {
        let writer = world.person("writer").await;
        let ending = endings(&world, &writer).await.into_iter().nth(way).unwrap();
        let held = world.hold(&format!("select from accounts where id = '{}' for update", writer.id)).await;
        let renaming = writer.clone();
        let writing = tokio::spawn(async move { renaming.patch("/v1/me", json!({"name": "Renamed"})).await });
        world.until_waiting("transactionid", 1).await;
        let ending = tokio::spawn(async move { ending.send().await.unwrap().status().as_u16() });
        world.until_waiting("advisory", 1).await;
        held.let_go().await;
        writing.await.unwrap().is(200);
        assert!([204, 401].contains(&ending.await.unwrap()));
        writer.patch("/v1/me", json!({"name": "Again"})).await.problem(401, "session_ended");
    }
}

/// The other order: a revocation that has been decided on and not yet committed is what a writer waits for.
#[tokio::test]
async fn law_9_who_writes_while_their_rights_are_taken_waits_and_is_refused() {
    let world = World::start().await;
    let (scene, team) = Scene::in_a_team(&world).await;
    let (org, member) = (&scene.org.id, &scene.writer.id);
    let lock = format!("select pg_advisory_xact_lock(member_lock('{org}', '{member}'))");
    let mut held = world.hold(&lock).await;
    let (writer, replies) = (scene.writer.clone(), scene.replies.clone());
    let writing = tokio::spawn(async move { writer.post(&replies, json!({"body": "Too late."})).await });
    world.until_waiting("advisory", 1).await;
    held.and(&format!("delete from role_assignments where member_id = '{member}' and team_id = '{team}'")).await;
    held.let_go().await;
    writing.await.unwrap().problem(404, "not_found");
}

/// Two sessions that end each other do not wait in a circle, and of two requests that end one session one does.
#[tokio::test]
async fn sessions_that_end_each_other_at_once() {
    let world = World::start().await;
    let one = world.person("ada").await;
    let other = world.sign_in(&one.email).await;
    let list = one.get("/v1/auth/sessions").await.is(200);
    let of = |current: bool| {
        let found = list["items"].as_array().unwrap().iter().find(|session| session["current"] == current);
        format!("/v1/auth/sessions/{}", found.unwrap()["id"].as_str().unwrap())
    };
    let (own, theirs) = (of(true), of(false));
    let (first, second) = tokio::join!(one.delete(&theirs), other.delete(&own));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 401]);
    let left = world.sign_in(&one.email).await;
    let (first, second) = tokio::join!(left.post_empty("/v1/auth/logout"), left.post_empty("/v1/auth/logout"));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 401], "as one after the other");
}

/// Whoever is no member does not hold up those who are.
#[tokio::test]
async fn nobody_locks_the_rights_of_an_organization_that_they_are_not_in() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let stranger = world.person("mallory").await;
    let rights = format!("select pg_advisory_xact_lock(hashtextextended('rights of {}', 0))", org.id);
    let held = world.hold(&rights).await;
    let path = format!("{}/teams", org.path);
    stranger.post(&path, json!({"name": "Mine"})).await.problem(404, "not_found");
    let (owner, body) = (org.owner.clone(), json!({"name": "Ours"}));
    let making = tokio::spawn(async move { owner.post(&path, body).await });
    world.until_waiting("advisory", 1).await;
    held.let_go().await;
    making.await.unwrap().is(201);
}

/// Who is removed while they switch to the organization is left with none, and not with one that they are not in.
#[tokio::test]
async fn vk_67_a_removal_waits_for_a_switch_to_the_organization() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let member = world.member(&org, "member").await;
    let held = world.hold(&format!("select from accounts where id = '{}' for update", member.id)).await;
    let (switching, body) = (member.clone(), json!({"organization": org.slug}));
    let switching = tokio::spawn(async move { switching.put("/v1/me/active-organization", body).await });
    world.until_waiting("transactionid", 1).await;
    let (owner, path) = (org.owner.clone(), format!("{}/members/{}", org.path, member.id));
    let removing = tokio::spawn(async move { owner.delete(&path).await });
    world.until_waiting("advisory", 1).await;
    held.let_go().await;
    switching.await.unwrap().is(200);
    removing.await.unwrap().is(204);
    assert_eq!(member.get("/v1/me").await.is(200)["active_organization_id"], json!(null));
}
