//! Many questions of one person at once, which are read together: each gets its own answer, and a current one.

use std::time::Duration;

use reqwest::Method;
use usher_tests::{World, json};

use crate::way::Way;

#[tokio::test]
async fn questions_at_once_are_answered_each_as_if_it_were_alone() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let [mine, other] = [world.team(&org, "Mine").await, world.team(&org, "Other").await];
    let member = world.member(&org, "member").await;
    world.join_team(&org, &member, &mine, "member").await;
    let tickets = format!("{}/desk/tickets", org.path);
    let mut made = Vec::new();
    for team in [&mine, &other] {
        let ticket = org.owner.post(&tickets, json!({"subject": "x", "team_id": team})).await.is(201);
        made.push(ticket["id"].as_str().unwrap().to_owned());
    }
    let path = format!("{}/access/check", org.path);
    let questions = [
        (json!({"permission": "ticket.view", "resource_id": made[0]}), "allowed"),
        (json!({"permission": "ticket.view", "resource_id": made[1]}), "not_found"),
        (json!({"permission": "ticket.delete", "resource_id": made[0]}), "forbidden"),
        (json!({"permission": "member.view", "resource_id": member.id}), "allowed"),
        (json!({"permission": "team.view", "resource_id": mine}), "allowed"),
        (json!({"permission": "organization.update"}), "forbidden"),
        (json!({"permission": "ticket.create", "resource_id": mine}), "allowed"),
    ];
    let mut asking = tokio::task::JoinSet::new();
    for round in 0..20 {
        for (question, expected) in questions.clone() {
            let (member, path) = (member.clone(), path.clone());
            asking.spawn(async move {
                let request = member.request(Method::POST, &path).json(&json!({"checks": [question]}));
                // Some go away before they are answered, and take nobody's answer with them.
                if round % 5 == 4 {
                    let _given_up = tokio::time::timeout(Duration::from_millis(2), request.send()).await;
                    return;
                }
                let answer = member.send(request).await.is(200);
                assert_eq!(answer["results"][0]["outcome"], expected, "{question}");
            });
        }
    }
    // Somebody else's questions meanwhile are theirs.
    let question = json!({"checks": [{"permission": "ticket.view", "resource_id": made[1]}]});
    assert_eq!(org.owner.post(&path, question).await.is(200)["results"][0]["outcome"], "allowed");
    while let Some(done) = asking.join_next().await {
        done.unwrap();
    }
}

#[tokio::test]
async fn questions_at_once_cost_fewer_round_trips_than_there_are_questions() {
    const MANY: usize = 64;
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let way = Way::to(&world).await;
    let owner = org.owner.at(&way.serve(&world).await);
    let path = format!("{}/access/check", org.path);
    let question = json!({"checks": [{"permission": "member.view", "resource_id": org.owner.id}]});
    let round = async || {
        let before = way.round_trips();
        let asking: Vec<_> = (0..MANY)
            .map(|_| {
                let (owner, path, question) = (owner.clone(), path.clone(), question.clone());
                tokio::spawn(async move { owner.post(&path, question).await.is(200) })
            })
            .collect();
        for asked in asking {
            assert_eq!(asked.await.unwrap()["results"][0]["outcome"], "allowed");
        }
        way.round_trips() - before
    };
    // A statement is prepared on each connection that it comes to, and connections are made as they are needed.
    round().await;
    let round_trips = round().await;
    assert!(round_trips < MANY, "{round_trips} round trips for {MANY} questions");
}

/// A question that is asked after a change was answered is answered by it, whatever is being read at the time: by who asks
/// first, or for those who wait.
#[tokio::test]
async fn no_answer_is_older_than_its_question() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let team = world.team(&org, "Team").await;
    let member = world.member(&org, "member").await;
    let way = Way::to(&world).await;
    let asker = member.at(&way.serve(&world).await);
    let in_team = format!("{}/teams/{team}/members/{}", org.path, member.id);
    let path = format!("{}/access/check", org.path);
    let question = json!({"checks": [{"permission": "ticket.create", "resource_id": team}]});
    let ask = || {
        let (asker, path, question) = (asker.clone(), path.clone(), question.clone());
        tokio::spawn(async move { asker.post(&path, question).await.is(200)["results"][0]["outcome"].clone() })
    };
    // What is asked after it has come after it: one thread serves them all.
    let arrived = async || {
        for _ in 0..20 {
            asker.get("/health/live").await.is(200);
        }
    };
    for waits in [false, true] {
        assert_ne!(ask().await.unwrap(), "allowed");
        way.hold_answers();
        let mut asked = vec![ask()];
        way.until_held().await;
        if waits {
            asked.push(ask());
            arrived().await;
            way.let_answers_go();
            way.until_held().await;
        }
        org.owner.put(&in_team, json!({"role": "member"})).await.is(201);
        let later = ask();
        arrived().await;
        way.stop_holding();
        assert_eq!(later.await.unwrap(), "allowed", "asked of who waits: {waits}");
        for earlier in asked {
            earlier.await.unwrap();
        }
        org.owner.delete(&in_team).await.is(204);
    }
}
