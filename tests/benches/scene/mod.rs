//! The organizations that are measured: a small one and a large one of each kind.

use usher_tests::{Organization, Person, World};
use uuid::Uuid;

/// An organization with 50 teams and this many tickets spread over them, and a member of five teams.
pub async fn filled(world: &World, tickets: i32) -> (Organization, Person) {
    let org = world.organization("helpdesk").await;
    let member = world.member(&org, "member").await;
    fill(world, &org, &member, tickets, TEAMS).await;
    joins(world, &org, &member, "member").await;
    let tickets_of =
        "insert into tickets (org_id, id, number, subject, description, status, priority, team_id, created_by)
        select $1, made(n), n, 'Ticket ' || n, 'Something is the matter.', 'open', 'normal', t.id, $2
        from generate_series(1, $3) n join placed t on t.org_id = $1 and t.place = n % 50";
    fill(world, &org, &member, tickets, tickets_of).await;
    fill(
        world,
        &org,
        &member,
        tickets,
        "update ticket_counters set last_number = $3 where org_id = $1 and $2::uuid is not null",
    )
    .await;
    (org, member)
}

/// An organization with 50 teams of five sites each and this many inspections spread over them, two of seven submitted and every third shared; a
/// focused contributor to five teams, who sees their own and those that they are assigned to (of four of their teams one in ten
/// each), and a viewer of the same five.
pub async fn inspected(world: &World, inspections: i32) -> (Organization, Person, Person) {
    let org = world.organization("field").await;
    let [focused, viewer] = [world.member(&org, "member").await, world.member(&org, "member").await];
    fill(world, &org, &focused, inspections, TEAMS).await;
    joins(world, &org, &focused, "contributor_focused").await;
    joins(world, &org, &viewer, "viewer").await;
    let statements = [
        "insert into inspection_forms (org_id, id, sections) select $1, $2, '[]' where $3::int is not null",
        "insert into sites (org_id, id, team_id, name, created_by)
         select t.org_id, gen_random_uuid(), t.id, 'Site ' || n, a.member_id from teams t cross join generate_series(1, 5) n
         join role_assignments a on a.org_id = $1 and a.role = 'owner'
         where t.org_id = $1 and $2::uuid is not null and $3::int is not null",
        "insert into inspections (org_id, id, title, team_id, site_id, form_id, state, shared, score, max_score, submitted_at, team_name, due_on,
            created_by, updated_at)
         select $1, made(n), 'Inspection ' || n, t.id, l.id, $2, case when n % 7 < 2 then 'submitted' else 'draft' end, n % 3 = 0, n % 11, 10,
             case when n % 7 < 2 then now() - n * interval '1 second' end, t.name, date '2026-01-01' + n % 1000,
             case when n / 50 % 10 = 1 and t.name like 'Team _1' then $2 else a.member_id end, now() - n * interval '1 second'
         from generate_series(1, $3) n join placed t on t.org_id = $1 and t.place = n % 50
         join sites l on l.org_id = $1 and l.team_id = t.id and l.name = 'Site ' || 1 + n / 50 % 5
         join role_assignments a on a.org_id = $1 and a.role = 'owner'",
        "insert into inspection_assignees (org_id, inspection_id, member_id)
         select i.org_id, i.id, $2 from (select *, row_number() over (order by id) as n from inspections where org_id = $1) i
         join teams t on t.org_id = i.org_id and t.id = i.team_id and t.name like 'Team _1'
         where i.n / 50 % 10 = 2 and $3::int is not null",
    ];
    for statement in statements {
        fill(world, &org, &focused, inspections, statement).await;
    }
    for person in [&focused, &viewer] {
        let listed = person.get(&format!("{}/field/inspections?limit=20", org.path)).await.is(200);
        assert_eq!(listed["items"].as_array().map(Vec::len), Some(20), "an empty list measures nothing");
    }
    (org, focused, viewer)
}

/// Makes somebody a member of five of the teams.
async fn joins(world: &World, org: &Organization, person: &Person, role: &str) {
    let statement = format!(
        "insert into role_assignments (org_id, id, member_id, role, team_id)
         select $1, gen_random_uuid(), $2, '{role}', t.id from teams t
         where t.org_id = $1 and t.name in ('Team 1', 'Team 11', 'Team 21', 'Team 31', 'Team 41') and $3::int is not null"
    );
    fill(world, org, person, 0, &statement).await;
}

/// Makes the statements' helpers.
pub async fn prepare(world: &World) {
    for helper in HELPERS {
        world.arrange(helper).await;
    }
}

const TEAMS: &str =
    "insert into teams (org_id, id, name) select $1, gen_random_uuid(), 'Team ' || n from generate_series(1, 50) n
    where $2::uuid is not null and $3::int is not null";

/// What the statements use: the id of what was made at the n-th second, and the teams of each organization by their place.
const HELPERS: [&str; 2] = [
    "create function made(n int) returns uuid language sql as $$ select
        encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
            placing substring(int8send(1700000000000 + n::bigint * 1000) from 3) from 1 for 6), 52, 1), 53, 1), 'hex')::uuid $$",
    "create view placed as select org_id, id, name, row_number() over (partition by org_id order by id) - 1 as place from teams",
];

/// Runs a statement about an organization ($1), a member ($2) and how much of it there is to be ($3).
async fn fill(world: &World, org: &Organization, member: &Person, size: i32, statement: &str) {
    let mut owner = world.owner_connection().await;
    let (org, member): (Uuid, Uuid) = (org.id.parse().unwrap(), member.id.parse().unwrap());
    sqlx::query(sqlx::AssertSqlSafe(statement.to_owned()))
        .bind(org)
        .bind(member)
        .bind(size)
        .execute(&mut owner)
        .await
        .unwrap();
    sqlx::query("analyze").execute(&mut owner).await.unwrap();
}
