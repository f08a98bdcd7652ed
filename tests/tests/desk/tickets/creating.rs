//! Creating tickets.

use usher_tests::{World, json};

use super::{at, ticket};

#[tokio::test]
async fn a_ticket_is_created_with_defaults_and_the_next_number() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let path = format!("{}/desk/tickets", org.path);
    let answer = org.owner.post(&path, json!({"subject": "  One ", "requester": {"email": "Ada@Example.org"}})).await;
    let location = answer.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(answer.etag(), "\"1\"");
    let one = answer.is(201);
    assert_eq!((&one["number"], &one["subject"]), (&json!(1), &json!("One")));
    assert_eq!((&one["status"], &one["priority"]), (&json!("open"), &json!("normal")));
    assert_eq!(one["requester"], json!({"name": null, "email": "ada@example.org"}));
    assert_eq!(one["created_by"], json!(org.owner.id));
    assert_eq!(org.owner.get(&location).await.is(200), one);
    let body = json!({"subject": "Two", "status": "pending", "priority": "high"});
    let two = org.owner.post(&path, body).await.is(201);
    assert_eq!((&two["number"], &two["status"], &two["priority"]), (&json!(2), &json!("pending"), &json!("high")));
    assert_eq!(org.owner.get(&at(&org, "2")).await.is(200)["id"], two["id"]);
    org.owner.get(&at(&org, "3")).await.problem(404, "not_found");
}

#[tokio::test]
async fn numbers_of_tickets_that_are_created_at_once_are_all_different() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let path = format!("{}/desk/tickets", org.path);
    let made: Vec<_> = (0..8)
        .map(|_| {
            let (owner, path) = (org.owner.clone(), path.clone());
            tokio::spawn(async move { owner.post(&path, json!({"subject": "x"})).await.is(201)["number"].as_i64() })
        })
        .collect();
    let mut numbers = Vec::new();
    for one in made {
        numbers.push(one.await.unwrap().unwrap());
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=8).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_new_ticket_names_everything_that_is_wrong_with_it() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let template = world.template(&org, "Form").await;
    let path = format!("{}/desk/tickets", org.path);
    for (body, places) in [
        (json!({}), vec!["/subject"]),
        (json!({"subject": " "}), vec!["/subject"]),
        (json!({"subject": "a\0"}), vec!["/subject"]),
        (json!({"subject": "x", "colour": "red"}), vec!["/colour"]),
        (json!({"subject": "x", "requester": {"email": "nobody"}}), vec!["/requester/email"]),
        (json!({"subject": "x", "status": "lost", "priority": "lost"}), vec!["/status", "/priority"]),
        (json!({"subject": "x", "answers": {"topic": "a"}}), vec!["/answers/topic"]),
        (json!({"subject": "x", "template_id": template}), vec!["/answers/topic"]),
        (
            json!({"subject": "x", "template_id": template, "answers": {"topic": "c", "note": 1, "other": 1}}),
            vec!["/answers/topic", "/answers/note", "/answers/other"],
        ),
    ] {
        let problem = org.owner.post(&path, body.clone()).await;
        let errors = problem.problem(422, "invalid")["errors"].as_array().unwrap().clone();
        for place in &places {
            assert!(errors.iter().any(|error| error["pointer"] == *place), "{body} should name {place}: {errors:?}");
        }
        assert_eq!(errors.len(), places.len(), "{body}: {errors:?}");
    }
    let body = json!({"subject": "x", "template_id": template, "answers": {"topic": "a"}});
    assert_eq!(org.owner.post(&path, body).await.is(201)["answers"], json!({"topic": "a"}));
    assert_eq!(org.owner.get(&format!("{path}?include=total")).await.is(200)["total"], 1);
}

#[tokio::test]
async fn vk_43_what_a_new_ticket_names_must_be_there_and_in_this_organization() {
    let world = World::start().await;
    let (org, other) = (world.organization("helpdesk").await, world.organization("helpdesk").await);
    let path = format!("{}/desk/tickets", org.path);
    let nowhere = "0198c0de-0000-7000-8000-000000000000".to_owned();
    for (field, theirs) in [
        ("team_id", world.team(&other, "Theirs").await),
        ("template_id", world.template(&other, "Theirs").await),
        ("website_id", world.website(&other, "Theirs").await),
        ("queue_id", world.queue(&other, "Theirs").await),
    ] {
        let mut bodies = Vec::new();
        for id in [&theirs, &nowhere] {
            let answer = org.owner.post(&path, json!({"subject": "x", field: id})).await;
            let mut problem = answer.names(404, &format!("/{field}"));
            problem["request_id"] = json!("");
            bodies.push(problem);
        }
        assert_eq!(bodies[0], bodies[1]);
    }
    // Nobody sees a queue of this model's.
    let queue = world.queue(&org, "Ours").await;
    org.owner.post(&path, json!({"subject": "x", "queue_id": queue})).await.names(404, "/queue_id");
    // A stranger does not learn of the organization.
    other.owner.post(&path, json!({"subject": "x"})).await.problem(404, "not_found");
}

#[tokio::test]
async fn vk_32_a_member_creates_where_they_would_see_the_ticket() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let path = format!("{}/desk/tickets", org.path);
    let (a, b) = (world.team(&org, "A").await, world.team(&org, "B").await);
    let member = world.member(&org, "member").await;
    world.join_team(&org, &member, &a, "member").await;
    let (shown, hidden) = (world.template(&org, "Shown").await, world.template(&org, "Hidden").await);
    world.show_template(&org, &shown, &a).await;
    world.show_template(&org, &hidden, &b).await;
    let answers = json!({"topic": "a"});
    member.post(&path, json!({"subject": "x", "team_id": a})).await.is(201);
    member.post(&path, json!({"subject": "x", "template_id": shown, "answers": answers})).await.is(201);
    member.post(&path, json!({"subject": "x", "team_id": b})).await.problem(403, "forbidden");
    member.post(&path, json!({"subject": "x"})).await.problem(403, "forbidden");
    let body = json!({"subject": "x", "template_id": hidden, "answers": answers});
    member.post(&path, body).await.names(404, "/template_id");
}

#[tokio::test]
async fn vk_83_a_ticket_from_a_website_of_exactly_one_team_is_that_teams() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (a, b) = (world.team(&org, "A").await, world.team(&org, "B").await);
    let (paired, shared) = (world.website(&org, "Paired").await, world.website(&org, "Shared").await);
    world.link_website(&org, &paired, &a).await;
    world.link_website(&org, &shared, &a).await;
    world.link_website(&org, &shared, &b).await;
    for (place, team) in [
        (json!({"website_id": paired}), json!(a)),
        (json!({"website_id": shared}), json!(null)),
        (json!({"website_id": paired, "team_id": b}), json!(b)),
    ] {
        let id = ticket(&org.owner, &org, place).await;
        assert_eq!(org.owner.get(&at(&org, &id)).await.is(200)["team_id"], team);
    }
}

#[tokio::test]
async fn tk_34_a_ticket_without_a_queue_waits_in_the_inbox() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let path = format!("{}/desk/tickets", org.path);
    let (inbox, other) = (world.inbox(&org).await, world.queue(&org, "Other").await);
    let staff = world.member(&org, "staff").await;
    // Who may create nowhere is not told how to.
    staff.post(&path, json!({"nonsense": 1})).await.problem(403, "forbidden");
    world.allow(&org, &staff, &inbox, &["contribute"]).await;
    assert_eq!(staff.post(&path, json!({"subject": "x"})).await.is(201)["queue_id"], json!(inbox));
    staff.post(&path, json!({"nonsense": 1})).await.problem(422, "invalid");
    staff.post(&path, json!({"subject": "x", "queue_id": other})).await.problem(403, "forbidden");
    let user = world.member(&org, "user").await;
    world.allow(&org, &user, &inbox, &["contribute"]).await;
    user.post(&path, json!({"subject": "x", "queue_id": other})).await.names(404, "/queue_id");
    user.post(&path, json!({"subject": "x"})).await.is(201);
}

#[tokio::test]
async fn a_required_question_wants_an_answer_that_says_something() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let questions = json!([
        {"key": "why", "label": "Why?", "kind": "text", "required": true},
        {"key": "which", "label": "Which?", "kind": "checkbox", "required": true, "options": ["a", "b"]},
    ]);
    let form =
        org.owner.post(&format!("{}/desk/templates", org.path), json!({"name": "F", "questions": questions})).await;
    let form = form.is(201)["id"].clone();
    let path = format!("{}/desk/tickets", org.path);
    let body = |answers| json!({"subject": "x", "template_id": form, "answers": answers});
    for (answers, place) in [
        (json!({"why": " ", "which": ["a"]}), "/answers/why"),
        (json!({"why": "so", "which": []}), "/answers/which"),
        (json!({"why": "so", "which": ["a", "a"]}), "/answers/which"),
    ] {
        org.owner.post(&path, body(answers)).await.names(422, place);
    }
    org.owner.post(&path, body(json!({"why": "so", "which": ["b", "a"]}))).await.is(201);
}

#[tokio::test]
async fn all_answers_of_a_ticket_together_are_bounded() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let questions = json!([
        {"key": "a", "label": "A?", "kind": "textarea"},
        {"key": "b", "label": "B?", "kind": "textarea"},
    ]);
    let form =
        org.owner.post(&format!("{}/desk/templates", org.path), json!({"name": "F", "questions": questions})).await;
    let form = form.is(201)["id"].clone();
    let path = format!("{}/desk/tickets", org.path);
    // `{"a":"…","b":"…"}` is 32 kB to the byte, then one more.
    for (more, fits) in [(0, true), (1, false)] {
        let answers = json!({"a": "x".repeat(16_000), "b": "x".repeat(32 * 1024 - 16_000 - 15 + more)});
        let body = json!({"subject": "x", "template_id": form, "answers": answers});
        let answer = org.owner.post(&path, body).await;
        assert_eq!(answer.status == 201, fits, "{more} bytes more");
        if !fits {
            let problem = answer.names(422, "/answers");
            assert_eq!(problem["errors"][0]["code"], "too_long");
            assert_eq!(problem["errors"][0]["detail"], "All answers of a ticket take at most 32 kB together.");
        }
    }
    assert_eq!(org.owner.get(&format!("{path}?include=total")).await.is(200)["total"], 1);
}
