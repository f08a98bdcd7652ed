//! The support desk.

mod list_is_read;
mod queue_permissions;
mod queues;
mod settings;
mod templates;
mod tickets;

use usher_tests::{Organization, Person, World};
use uuid::Uuid;

/// A team with these members, put there directly: teams have tests of their own.
async fn team(world: &World, organization: &Organization, members: &[&Person]) -> String {
    let mut connection = world.owner_connection().await;
    let (org, team) = (organization.id.parse::<Uuid>().unwrap(), Uuid::now_v7());
    sqlx::query("insert into teams (org_id, id, name) values ($1, $2, $2::text)")
        .bind(org)
        .bind(team)
        .execute(&mut connection)
        .await
        .unwrap();
    let members: Vec<Uuid> = members.iter().map(|member| member.id.parse().unwrap()).collect();
    sqlx::query(
        "insert into role_assignments (org_id, id, member_id, role, team_id)
         select $1, gen_random_uuid(), member, 'member', $2 from unnest($3::uuid[]) member",
    )
    .bind(org)
    .bind(team)
    .bind(members)
    .execute(&mut connection)
    .await
    .unwrap();
    team.to_string()
}

/// Lets a mailbox feed a queue, put there directly.
async fn feed(world: &World, organization: &Organization, queue: &str) {
    sqlx::query("insert into mailboxes (org_id, id, name, queue_id) values ($1, gen_random_uuid(), 'support@', $2)")
        .bind(organization.id.parse::<Uuid>().unwrap())
        .bind(queue.parse::<Uuid>().unwrap())
        .execute(&mut world.owner_connection().await)
        .await
        .unwrap();
}
