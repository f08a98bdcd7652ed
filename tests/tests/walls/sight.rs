//! Nobody comes to read a thing by an act of their own on it (law 7), whatever the act.

use usher_tests::{Organization, Person, Value, World, json, yes};

/// A new ticket with an internal note. Returns its path.
async fn ticket(world: &World, org: &Organization, by: &Person, place: Value) -> String {
    let mut body = json!({"subject": "Secret", "description": "Secret"});
    body.as_object_mut().unwrap().extend(place.as_object().unwrap().clone());
    let made = by.post(&format!("{}/desk/tickets", org.path), body).await.is(201);
    let id = made["id"].as_str().unwrap();
    world
        .arrange(&format!(
            "insert into ticket_messages (org_id, id, ticket_id, kind, body) values ('{}', '{}', '{id}', 'note', 'Secret note')",
            org.id,
            uuid::Uuid::now_v7()
        ))
        .await;
    format!("{}/desk/tickets/{id}", org.path)
}

/// What a token does not see its owner might see the moment after.
#[tokio::test]
async fn law_7_a_token_that_sees_nothing_moves_and_merges_no_ticket_into_its_owners_sight() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let person = world.member(&org, "staff").await;
    let (closed, open) = (world.queue(&org, "Closed").await, world.queue(&org, "Open").await);
    world.allow(&org, &person, &closed, &["manage"]).await;
    world.allow(&org, &person, &open, &["contribute", "manage"]).await;
    for queue in [&closed, &open] {
        world.allow(&org, &org.owner, queue, &["contribute"]).await;
    }
    let older = ticket(&world, &org, &org.owner, json!({"queue_id": open})).await;
    let hidden = ticket(&world, &org, &org.owner, json!({"queue_id": closed})).await;
    let scopes = ["organization.view", "queue.view", "ticket.move", "ticket.merge"];
    let blind = org.with_scopes(&person, &scopes).await;
    let older = older.rsplit('/').next().unwrap();
    for by in [&person, &blind] {
        by.post(&format!("{hidden}/move"), json!({"queue_id": open})).await.lacks("ticket.view");
        by.post(&format!("{hidden}/merge"), json!({"into": older})).await.lacks("ticket.view");
    }
    person.get(&hidden).await.problem(404, "not_found");
}

/// Internal notes are more than the ticket: who sees that and not those does not come to read them.
#[tokio::test]
async fn law_7_nobody_moves_or_merges_a_ticket_to_where_they_read_its_notes() {
    let world = World::start().await;
    let org = world.organization("suite").await;
    let person = world.member(&org, "user").await;
    let (inbox, team) = (world.inbox(&org).await, world.team(&org, "A").await);
    world.allow(&org, &person, &inbox, &["contribute", "manage"]).await;
    world.join_team(&org, &person, &team, "member").await;
    let older = ticket(&world, &org, &org.owner, json!({"team_id": team})).await;
    let path = ticket(&world, &org, &org.owner, json!({"queue_id": inbox})).await;
    let notes = async || person.get(&format!("{path}/messages")).await.is(200).to_string().contains("Secret note");
    assert!(!notes().await);
    person.post(&format!("{path}/move"), json!({"team_id": team})).await.lacks("ticket.view_notes");
    let into = json!({"into": older.rsplit('/').next().unwrap()});
    person.post(&format!("{path}/merge"), into.clone()).await.lacks("ticket.view_notes");
    assert!(!notes().await);
    // Who reads them merges it.
    org.owner.post(&format!("{path}/merge"), into).await.is(200);
}

#[tokio::test]
async fn law_7_nobody_deletes_a_team_to_read_its_tickets() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let grants = yes(["organization.view", "team.view", "team.delete", "ticket.move"]);
    let closer = world.member_with(&org, "closer", &grants).await;
    let (from, to) = (world.team(&org, "From").await, world.team(&org, "To").await);
    world.join_team(&org, &closer, &to, "member").await;
    let path = ticket(&world, &org, &org.owner, json!({"team_id": from})).await;
    closer.delete(&format!("{}/teams/{from}?move_to={to}", org.path)).await.lacks("ticket.view");
    closer.get(&path).await.problem(404, "not_found");
    org.owner.delete(&format!("{}/teams/{from}?move_to={to}", org.path)).await.is(204);
    closer.get(&path).await.is(200);
}

/// What somebody must be able to do to have in another team what a team has that they delete, and what they do not come to read.
#[tokio::test]
async fn law_7_nobody_deletes_a_team_to_read_its_inspections_or_to_make_them_elsewhere() {
    let world = World::start().await;
    let field = world.field().await;
    let org = &field.organization;
    let to = world.team(org, "To").await;
    let base = yes(["organization.view", "team.view", "team.delete"]);
    let make = ["inspection_template.create", "site.create", "inspection.create", "inspection.share", "report.share"];
    let path = format!("{}/teams/{}?move_to={to}", org.path, field.team);
    // Only what there is is asked for.
    let site_only = world.member_with(org, "site-only", &[&base[..], &[("site.create", "yes")]].concat()).await;
    let empty = world.team(org, "Empty").await;
    let site = json!({"team_id": empty, "name": "Harbour"});
    let site = field.made(field.owner(), "sites", site).await;
    let things = world.field_things(org, &field.team).await;
    for (of, id) in [("inspections", &things["inspection"]), ("reports", &things["report"])] {
        let share = format!("{}/{of}/{id}/share", field.path);
        field.owner().post(&share, json!({"shared": true})).await.is(200);
    }
    site_only.delete(&path).await.lacks("inspection_template.create");
    site_only.delete(&format!("{}/teams/{empty}?move_to={to}", org.path)).await.is(204);
    site_only.get(&format!("{}/sites/{site}", field.path)).await.problem(404, "not_found");
    for (n, missing) in make.iter().enumerate() {
        let rest = make.iter().filter(|permission| *permission != missing).map(|permission| (*permission, "yes"));
        let grants: Vec<_> = base.into_iter().chain(rest).collect();
        let person = world.member_with(org, &format!("without-{n}"), &grants).await;
        person.delete(&path).await.lacks(missing);
    }
    // In the other team they would see everything, what is their own, or what is shared.
    let closer = world.member_with(org, "closer", &[&base[..], &yes(make)].concat()).await;
    for (role, permission) in [
        ("contributor_limited", "inspection_template.view"),
        ("contributor_focused", "inspection_template.view"),
        ("viewer", "inspection.view"),
    ] {
        let reader = world.member(org, "closer").await;
        world.join_team(org, &reader, &to, role).await;
        reader.delete(&path).await.lacks(permission);
    }
    closer.delete(&path).await.is(204);
    for (of, kind) in [("inspections", "inspection"), ("reports", "report"), ("sites", "site")] {
        let id = &things[kind];
        closer.get(&format!("{}/{of}/{id}", field.path)).await.problem(404, "not_found");
        assert_eq!(field.owner().get(&format!("{}/{of}/{id}", field.path)).await.is(200)["team_id"], json!(to));
    }
}

/// The same of what is theirs, or comes to be: they see it in the other team, and did not in the one that goes.
#[tokio::test]
async fn law_7_nobody_deletes_a_team_to_read_again_what_was_theirs() {
    let world = World::start().await;
    let field = world.field().await;
    let org = &field.organization;
    let to = world.team(org, "To").await;
    let grants = yes([
        "organization.view",
        "team.view",
        "team.delete",
        "inspection_template.view",
        "site.view",
        "inspection_template.create",
        "site.create",
        "inspection.create",
    ]);
    let closer = world.member_with(org, "closer", &grants).await;
    let template = field.template("Doors").await;
    let body = json!({"title": "Mine", "team_id": field.team, "template_id": template});
    closer.post(&format!("{}/inspections", field.path), body).await.is(204);
    let path = format!("{}/teams/{}?move_to={to}", org.path, field.team);
    world.join_team(org, &closer, &to, "contributor_focused").await;
    closer.delete(&path).await.lacks("inspection.view");
    // Who has the same in both sees no more than before.
    world.join_team(org, &closer, &field.team, "contributor_focused").await;
    closer.delete(&path).await.is(204);
    assert_eq!(closer.walk(&format!("{}/inspections", field.path)).await.len(), 1);
}

/// Acts that tie a thing to who does them.
#[tokio::test]
async fn law_7_nobody_clones_joins_or_takes_on_what_they_do_not_see() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let base = [("organization.view", "yes"), ("member.view", "yes"), ("team.view", "yes")];
    let path = ticket(&world, &org, &org.owner, json!({})).await;
    let cloner = [&base[..], &[("ticket.create", "yes"), ("ticket.clone", "yes"), ("ticket.view", "own")]].concat();
    let cloner = world.member_with(&org, "cloner", &cloner).await;
    cloner.post_empty(&format!("{path}/clone")).await.lacks("ticket.view");
    let joiner = [&base[..], &[("ticket.add_participant", "yes"), ("ticket.view", "participant")]].concat();
    let joiner = world.member_with(&org, "joiner", &joiner).await;
    joiner.put_empty(&format!("{path}/participants/{}", joiner.id)).await.lacks("ticket.view");
    for person in [&cloner, &joiner] {
        assert_eq!(person.walk(&format!("{}/desk/tickets", org.path)).await.len(), 0);
    }
    // What they see they clone.
    let own = ticket(&world, &org, &cloner, json!({})).await;
    cloner.post_empty(&format!("{own}/clone")).await.is(201);
    // Others they may add as before.
    let other = world.member(&org, "joiner").await;
    joiner.put_empty(&format!("{path}/participants/{}", other.id)).await.is(204);

    let field = world.field().await;
    let base = [("organization.view", "yes"), ("member.view", "yes")];
    let taker = [("inspection.assign", "yes"), ("inspection.view", "assigned"), ("inspection.update", "assigned")];
    let taker = world.member_with(&field.organization, "taker", &[&base[..], &taker].concat()).await;
    let sharer = [
        ("inspection.share", "yes"),
        ("report.share", "yes"),
        ("inspection.view", "shared_with_team"),
        ("report.view", "shared_with_team"),
    ];
    let sharer = world.member_with(&field.organization, "sharer", &[&base[..], &sharer].concat()).await;
    world.join_team(&field.organization, &sharer, &field.team, "viewer").await;
    let things = world.field_things(&field.organization, &field.team).await;
    let inspection = format!("{}/inspections/{}", field.path, things["inspection"]);
    taker.put_empty(&format!("{inspection}/assignees/{}", taker.id)).await.lacks("inspection.view");
    taker.get(&inspection).await.problem(404, "not_found");
    let shared = json!({"shared": true});
    sharer.post(&format!("{inspection}/share"), shared.clone()).await.lacks("inspection.view");
    sharer.get(&inspection).await.problem(404, "not_found");
    let report = format!("{}/reports/{}", field.path, things["report"]);
    sharer.post(&format!("{report}/share"), shared.clone()).await.lacks("report.view");
    sharer.get(&report).await.problem(404, "not_found");
    // Who sees it shares it.
    field.team_admin.post(&format!("{inspection}/share"), shared).await.is(200);
    sharer.get(&inspection).await.is(200);
}

/// Who handles a ticket may read more of it than who sees it.
#[tokio::test]
async fn law_7_nobody_takes_on_a_ticket_to_read_its_notes() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let base = yes(["organization.view", "member.view", "ticket.view", "ticket.assign"]);
    let person = world.member_with(&org, "taker", &[&base[..], &[("ticket.view_notes", "assigned")]].concat()).await;
    let path = ticket(&world, &org, &org.owner, json!({})).await;
    let notes = async || person.get(&format!("{path}/messages")).await.is(200).to_string().contains("Secret note");
    let assign = async |to: &Person| person.post(&format!("{path}/assign"), json!({"assignee_id": to.id})).await;
    assign(&person).await.lacks("ticket.view_notes");
    assert!(!notes().await);
    assign(&org.owner).await.is(200);
    org.owner.post(&format!("{path}/assign"), json!({"assignee_id": person.id})).await.is(200);
    assert!(notes().await);
    // Whoever has them keeps them.
    assign(&person).await.is(200);
}

/// The survivor of two takes over who was added to the other.
#[tokio::test]
async fn law_7_nobody_comes_to_read_the_survivor_as_a_participant_of_what_they_merge_into_it() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let base = yes(["organization.view", "ticket.merge", "ticket.add_participant"]);
    let person = world.member_with(&org, "merger", &[&base[..], &[("ticket.view", "participant")]].concat()).await;
    let (older, newer) =
        (ticket(&world, &org, &org.owner, json!({})).await, ticket(&world, &org, &org.owner, json!({})).await);
    org.owner.put_empty(&format!("{newer}/participants/{}", person.id)).await.is(204);
    let into = json!({"into": older.rsplit('/').next().unwrap()});
    person.post(&format!("{newer}/merge"), into.clone()).await.lacks("ticket.view");
    person.get(&older).await.problem(404, "not_found");
    org.owner.post(&format!("{newer}/merge"), into).await.is(200);
    person.get(&older).await.is(200);
}

/// In which team a hidden ticket stands is told neither by who can be named in its matter nor by why it may be done.
#[tokio::test]
async fn law_8_where_a_hidden_ticket_stands_is_not_told_by_what_may_be_done_with_it() {
    let world = World::start().await;
    let org = world.organization("suite").await;
    let [person, other] = [world.member(&org, "user").await, world.member(&org, "user").await];
    let queue = world.queue(&org, "Q").await;
    world.allow(&org, &person, &queue, &["manage"]).await;
    let (team, elsewhere) = (world.team(&org, "T").await, world.team(&org, "U").await);
    for member in [&person, &other] {
        world.join_team(&org, member, &team, "contributor_focused").await;
    }
    let mut told = Vec::new();
    for place in [json!(team), json!(elsewhere), json!(null)] {
        let path = ticket(&world, &org, &org.owner, json!({"queue_id": queue, "team_id": place})).await;
        person.get(&path).await.problem(404, "not_found");
        let id = path.rsplit('/').next().unwrap();
        let mut assigned =
            person.post(&format!("{path}/assign"), json!({"assignee_id": other.id})).await.names(404, "/assignee_id");
        let question = json!({"permission": "ticket.assign", "resource_id": id});
        let mut explained =
            person.post(&format!("{}/access/explain", org.path), json!({"question": question})).await.is(200);
        assert_eq!(explained["allowed"], true);
        assigned["request_id"].take();
        explained["resource_id"].take();
        told.push((assigned, explained));
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0], told[2]);
}

/// What one has made somewhere and does not see there does not come into sight by deleting the team that has it.
#[tokio::test]
async fn law_7_nobody_deletes_a_team_to_read_their_own_tickets_in_another() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (from, to) = (world.team(&org, "From").await, world.team(&org, "To").await);
    let grants = ["organization.view", "team.view", "team.delete", "ticket.move", "ticket.create", "member.view"];
    let closer = world.member_with(&org, "closer", &yes(grants)).await;
    org.role("team", "mine", &[("team.view", "yes"), ("ticket.view", "own")]).await;
    world.join_team(&org, &closer, &to, "mine").await;
    let tickets = format!("{}/desk/tickets", org.path);
    let made = json!({"subject": "Mine", "description": "x", "team_id": from});
    closer.post(&tickets, made).await.is(204);
    let id = org.owner.get(&format!("{tickets}?limit=1")).await.ids().remove(0);
    let (ticket, team) = (format!("{tickets}/{id}"), format!("{}/teams/{from}?move_to={to}", org.path));
    closer.get(&ticket).await.problem(404, "not_found");
    closer.post(&format!("{ticket}/move"), json!({"team_id": to})).await.lacks("ticket.view");
    closer.delete(&team).await.lacks("ticket.view");
    closer.get(&ticket).await.problem(404, "not_found");
    org.owner.delete(&team).await.is(204);
}
