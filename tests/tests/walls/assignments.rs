//! What a membership says of its assignments, which every decision reads, is what the assignments are.

use usher_tests::{World, json};

/// Members whose assignments are not what stands beside their membership, and how many members there are.
const ASTRAY: &str =
    "select count(*) filter (where m.assignments <> coalesce(held.text, '') or m.teams <> coalesce(held.teams, '{}'))
        || ' of ' || count(*)
    from members m left join lateral (
        select string_agg(case when r.team_id is not null then 'team:' || r.team_id
                when r.queue_id is not null then 'queue:' || r.queue_id
                else 'organization:' || r.org_id end || ':' || r.role,
            ',' order by r.queue_id nulls first, r.team_id nulls first, r.role) as text,
            array_agg(distinct r.team_id) filter (where r.team_id is not null) as teams
        from role_assignments r where r.org_id = m.org_id and r.member_id = m.id
    ) held on true";

#[tokio::test]
async fn what_a_membership_says_is_what_is_assigned() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let [ann, ben, eve] =
        [world.member(&org, "member").await, world.member(&org, "member").await, world.member(&org, "admin").await];
    let [red, blue] = [world.team(&org, "Red").await, world.team(&org, "Blue").await];
    let in_step = async || assert_eq!(world.look(ASTRAY).await.unwrap().split(' ').next(), Some("0"));
    for (person, team, role) in [(&ann, &red, "admin"), (&ann, &blue, "member"), (&ben, &blue, "member")] {
        world.join_team(&org, person, team, role).await;
        in_step().await;
    }
    let members = format!("{}/members", org.path);
    let etag = org.owner.get(&format!("{members}/{}", eve.id)).await.etag();
    org.owner.patch_if(&format!("{members}/{}", eve.id), &etag, json!({"roles": ["member"]})).await.is(200);
    in_step().await;
    org.owner.delete(&format!("{}/teams/{blue}/members/{}", org.path, ann.id)).await.is(204);
    in_step().await;
    org.owner.delete(&format!("{}/teams/{blue}", org.path)).await.is(204);
    in_step().await;
    org.owner.delete(&format!("{members}/{}", ann.id)).await.is(204);
    in_step().await;

    let queues = world.organization("queues").await;
    let person = world.member(&queues, "user").await;
    let [one, two] = [world.queue(&queues, "One").await, world.queue(&queues, "Two").await];
    for queue in [&one, &two] {
        world.allow(&queues, &person, queue, &["view", "reply"]).await;
        in_step().await;
    }
    world.arrange(&format!("delete from queues where id = '{one}'")).await;
    in_step().await;
    assert_eq!(world.look(ASTRAY).await.unwrap(), "0 of 5");
}

/// The text is made anew for whom an assignment is of, and would stay with whom it was of.
#[tokio::test]
async fn an_assignment_stays_with_its_member() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let member = world.member(&org, "member").await;
    let mut owner = world.owner_connection().await;
    let statement = format!("update role_assignments set member_id = '{}' where role = 'owner'", member.id);
    let refused = sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut owner).await.unwrap_err();
    assert!(refused.to_string().contains("stays with its member"), "{refused}");
}

/// Two who change what one member holds come one after the other, and the later sees what the earlier did.
#[tokio::test]
async fn two_changes_at_once_of_what_a_member_holds_are_both_in_what_is_said_of_it() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let member = world.member(&org, "member").await;
    let [red, blue] = [world.team(&org, "Red").await, world.team(&org, "Blue").await];
    let join = |team: &str| {
        format!(
            "insert into role_assignments (org_id, id, member_id, role, team_id)
             values ('{}', gen_random_uuid(), '{}', 'member', '{team}')",
            org.id, member.id
        )
    };
    let mut first = world.hold(&join(&red)).await;
    let mut second = world.owner_connection().await;
    let waits = "set application_name = 'usher'";
    sqlx::raw_sql(sqlx::AssertSqlSafe(waits.to_owned())).execute(&mut second).await.unwrap();
    let statement = join(&blue);
    let second = tokio::spawn(async move {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut second).await.unwrap();
    });
    // It has made its assignment, and has to wait before it says so.
    world.until_waiting("transactionid", 1).await;
    first.and("delete from role_assignments where team_id is null and role = 'member'").await;
    first.let_go().await;
    second.await.unwrap();
    let assignments = format!("select assignments from members where id = '{}'", member.id);
    let said = world.look(&assignments).await.unwrap();
    let mut teams = [&red, &blue].map(|team| format!("team:{team}:member"));
    teams.sort();
    assert_eq!(said, teams.join(","));
    assert_eq!(world.look(ASTRAY).await.unwrap(), "0 of 2");
}
