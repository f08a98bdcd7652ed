//! Ten thousand inspections in two teams and in a third, in which nobody is; who reads them, and what each of them may read by
//! the letter of the requirements: said over the rows, and not by the engine.

use sqlx::{PgConnection, Row};
use usher_tests::{Field, Person, World, json};

/// How many there are.
pub(super) const INSPECTIONS: usize = 10_000;

/// Somebody who reads.
pub(super) struct Reader {
    pub(super) name: &'static str,
    pub(super) person: Person,
    /// An organization role gives them all.
    all: bool,
    /// Their roles in teams.
    teams: Vec<(String, &'static str)>,
    /// The orders in which they walk inspections, and reports.
    pub(super) orders: [&'static [&'static str]; 2],
}

impl Reader {
    /// Every how many-th inspection they are asked about: where they see all or none, a third says as much.
    pub(super) fn step(&self) -> usize {
        if self.all || self.teams.is_empty() { 3 } else { 1 }
    }

    /// Whether they see the team, or its site or template: a viewer sees the team alone (VX-63, VX-69).
    pub(super) fn sees(&self, place: &str, team: &str) -> bool {
        let here = self.teams.iter().find(|(of, _)| of == team);
        self.all || here.is_some_and(|(_, sees)| *sees != "shared" || place == "team")
    }

    /// What is true of all that they may read: all of it, or what holds of it in any of their teams.
    fn any_of(&self, in_team: impl Fn(&(String, &str)) -> String) -> String {
        match (self.all, self.teams.is_empty()) {
            (true, _) => "true".to_owned(),
            (false, true) => "false".to_owned(),
            _ => self.teams.iter().map(in_team).collect::<Vec<_>>().join(" or "),
        }
    }
}

/// An organization with two teams, full of inspections.
pub(super) struct Scene {
    /// Goes with the scene.
    _world: World,
    pub(super) field: Field,
    pub(super) readers: Vec<Reader>,
    /// A site and a template of the team's.
    pub(super) site: String,
    pub(super) template: String,
    owner: tokio::sync::Mutex<PgConnection>,
}

/// Whoever sees what is theirs, and whoever sees what is shared, walks every order; it is walked too by somebody who sees all
/// of a team or of the organization.
const EVERY: [&[&str]; 2] = [
    &["created_at", "-created_at", "updated_at", "-updated_at", "due_on"],
    &["submitted_at", "-submitted_at", "updated_at"],
];

impl Scene {
    pub(super) async fn build() -> Self {
        let world = World::start().await;
        let field = world.field().await;
        let (here, there) = (field.team.clone(), world.team(&field.organization, "Maintenance").await);
        let reader = |name, person: &Person, all, teams: &[(&String, &'static str)], orders| {
            let teams = teams.iter().map(|(team, role)| ((*team).clone(), *role)).collect();
            Reader { name, person: person.clone(), all, teams, orders }
        };
        let two_teams = async |roles: [&'static str; 2]| {
            let person = world.team_member(&field.organization, &here, roles[0]).await;
            world.join_team(&field.organization, &person, &there, roles[1]).await;
            person
        };
        let limited_and_focused = two_teams(["contributor_limited", "contributor_focused"]).await;
        let focused_and_viewer = two_teams(["contributor_focused", "viewer"]).await;
        let readers = vec![
            reader("owner", field.owner(), true, &[], [&["updated_at", "due_on"], &["submitted_at"]]),
            reader("super_admin", &field.super_admin, true, &[], [&["-created_at"], &["-submitted_at"]]),
            reader("admin", &field.admin, true, &[], [&["-updated_at"], &["submitted_at"]]),
            reader("member", &field.member, false, &[], EVERY),
            reader("team_admin", &field.team_admin, false, &[(&here, "all")], [&["created_at"], &["-submitted_at"]]),
            reader("full", &field.full, false, &[(&here, "all")], [&["-updated_at", "due_on"], &["submitted_at"]]),
            reader("limited", &field.limited, false, &[(&here, "all")], [&["-created_at"], &["-submitted_at"]]),
            reader("focused", &field.focused, false, &[(&here, "theirs")], EVERY),
            reader("viewer", &field.viewer, false, &[(&here, "shared")], EVERY),
            reader(
                "limited here and focused there",
                &limited_and_focused,
                false,
                &[(&here, "all"), (&there, "theirs")],
                [&["updated_at"], &["-submitted_at"]],
            ),
            reader(
                "focused here and viewer there",
                &focused_and_viewer,
                false,
                &[(&here, "theirs"), (&there, "shared")],
                [&["created_at", "-updated_at"], &["submitted_at"]],
            ),
        ];
        let thing = async |collection: &str, team: &str, name: &str| {
            let mut body = json!({"team_id": team, "name": name});
            if collection == "inspection-templates" {
                body["sections"] = usher_tests::sections();
            }
            field.made(field.owner(), collection, body).await
        };
        let places = async |collection: &str| {
            [
                thing(collection, &here, "One").await,
                thing(collection, &here, "Two").await,
                thing(collection, &there, "Theirs").await,
            ]
        };
        let (sites, templates) = (places("sites").await, places("inspection-templates").await);
        let nobodys = world.team(&field.organization, "Nobody's").await;
        fill(&world, &field, [&there, &nobodys], &readers, [&sites, &templates]).await;
        thing("sites", &here, "Empty").await;
        thing("sites", &there, "Empty too").await;
        field.site(&field.focused, "Of their own").await;
        let of_full = thing("sites", &here, "With what one of them made").await;
        world
            .arrange(&format!(
                "update inspections i set site_id = '{of_full}' where created_by = '{}' and team_id = '{here}' and not exists
                    (select 1 from inspection_assignees a where a.org_id = i.org_id and a.inspection_id = i.id)",
                field.full.id
            ))
            .await;
        let owner = tokio::sync::Mutex::new(world.owner_connection().await);
        let [[site, ..], [template, ..]] = [sites, templates];
        Self { _world: world, field, readers, site, template, owner }
    }

    /// The ids that somebody may read by the letter of VX-25, VX-32, VX-41, VX-49, VX-52, VX-54, VX-59 to 61, VX-66, VX-67, VX-71
    /// and VX-72, of those that a condition is true of, in an order.
    pub(super) async fn expected(&self, reader: &Reader, of: &str, wanted: &str, order: &str) -> Vec<String> {
        // Identifiers grow with time.
        let (column, direction) = order.strip_prefix('-').map_or((order, "asc"), |column| (column, "desc"));
        let by = match column {
            "created_at" => format!("id {direction}"),
            "updated_at" if of == "reports" => format!("report_updated_at {direction}, id {direction}"),
            other => format!("{other} {direction}, id {direction}"),
        };
        let sql = format!("select id::text {} and {wanted} order by {by}", self.readable(reader, of));
        self.column(sql).await
    }

    /// How many reports somebody may read and what points they come to, by a site, a template or a month, each as a text.
    pub(super) async fn sums(&self, reader: &Reader, by: &str) -> Vec<String> {
        let by = match by {
            "month" => "to_char(submitted_at at time zone 'UTC', 'YYYY-MM')".to_owned(),
            "day" => "to_char(submitted_at at time zone 'UTC', 'YYYY-MM-DD')".to_owned(),
            of => format!("coalesce({of}_id::text, '-')"),
        };
        let told = format!("{by} || ' ' || count(*) || ' ' || sum(score) || ' ' || sum(max_score)");
        self.column(format!("select {told} {} group by {by} order by 1", self.readable(reader, "reports"))).await
    }

    /// The sites that somebody may see by the letter of VX-25, VX-32, VX-41, VX-48, VX-52, VX-54, VX-63, VX-69, VX-71 and VX-72.
    pub(super) async fn sites(&self, reader: &Reader) -> Vec<String> {
        let id = &reader.person.id;
        let holds_theirs = format!(
            "exists (select 1 from inspections i where i.org_id = s.org_id and i.site_id = s.id and {})",
            theirs(reader)
        );
        let may = reader.any_of(|(team, sees)| match *sees {
            "all" => format!("team_id = '{team}'"),
            "theirs" => format!("team_id = '{team}' and (created_by = '{id}' or {holds_theirs})"),
            _ => "false".to_owned(),
        });
        let org = &self.field.organization.id;
        self.column(format!("select id::text from sites s where org_id = '{org}' and ({may}) order by id")).await
    }

    /// When the so many-th report was submitted.
    pub(super) async fn submitted_at(&self, n: usize) -> String {
        self.time("submitted_at", "state = 'submitted'", n).await
    }

    /// When the so many-th inspection was changed last.
    pub(super) async fn updated_at(&self, n: usize) -> String {
        self.time("updated_at", "true", n).await
    }

    async fn time(&self, column: &str, of: &str, n: usize) -> String {
        let told = format!(r#"to_char({column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"#);
        let sql = format!("select {told} from inspections where {of} order by {column} offset {n} limit 1");
        self.column(sql).await.remove(0)
    }

    async fn column(&self, sql: String) -> Vec<String> {
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&mut *self.owner.lock().await).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    fn readable(&self, reader: &Reader, of: &str) -> String {
        let (org, theirs) = (&self.field.organization.id, theirs(reader));
        let shared = if of == "reports" { "report_shared" } else { "shared" };
        let may = reader.any_of(|(team, sees)| match *sees {
            "all" => format!("team_id = '{team}'"),
            "theirs" => format!("team_id = '{team}' and {theirs}"),
            _ => format!("team_id = '{team}' and {shared}"),
        });
        let there = if of == "reports" { "state = 'submitted'" } else { "true" };
        format!("from inspections i where org_id = '{org}' and {there} and ({may})")
    }
}

/// That somebody made the inspection `i` or is assigned to it.
fn theirs(reader: &Reader) -> String {
    let id = &reader.person.id;
    format!(
        "(i.created_by = '{id}' or exists (select 1 from inspection_assignees a
            where a.org_id = i.org_id and a.inspection_id = i.id and a.member_id = '{id}'))"
    )
}

/// Inspections in either team or in that of nobody, at their sites or at none, made by, assigned to and shared with whom chance says;
/// several of them changed, or were submitted, at the same time, and several within the same millisecond.
async fn fill(
    world: &World,
    field: &Field,
    [there, nobodys]: [&str; 2],
    readers: &[Reader],
    places: [&[String; 3]; 2],
) {
    let people: Vec<String> = readers.iter().map(|reader| format!("'{}'", reader.person.id)).collect();
    let (many, people) = (people.len(), people.join(","));
    let (org, here) = (&field.organization.id, &field.team);
    let of_team = |[one, two, theirs]: &[String; 3]| {
        format!(
            "case team when 0 then case when chance < 0.3 then '{one}' when chance < 0.6 then '{two}' end
                when 1 then case when chance < 0.5 then '{theirs}' end end::uuid"
        )
    };
    let (site, template) = (of_team(places[0]), of_team(places[1]));
    let statements = format!(
        "select setseed(0.42);
         insert into inspection_forms (org_id, id, sections) values ('{org}', '{org}', '[]');
         insert into inspections (org_id, id, title, team_id, site_id, template_id, form_id, state, shared, report_shared, score,
            max_score, submitted_at, team_name, due_on, created_by, updated_at, report_updated_at)
         select '{org}', (lpad(to_hex(1790000000000 + n), 12, '0') || '7000' || '8' || lpad(to_hex(n), 15, '0'))::uuid,
            (array['Fire doors', 'Water pipes', 'Doors'])[1 + n % 3] || ' ' || n,
            case team when 0 then '{here}' when 1 then '{there}' else '{nobodys}' end::uuid, {site}, {template}, '{org}', state,
            random() < 0.3, random() < 0.3, n % 7, 7,
            case when state in ('submitted', 'reopened') then
                now() - floor(random() * 300) * interval '16 hours' - n % 3 * interval '1 microsecond' end, 'Team',
            case when random() < 0.5 then date '2026-01-01' + n % 300 end,
            (array[{people}])[1 + floor(random() * {many})]::uuid,
            now() - n % 1000 * interval '1 minute' - n / 1000 % 3 * interval '1 microsecond',
            now() - n % 700 * interval '1 minute'
         from (select n, random() as chance,
                case when random() < 0.1 then 2 else floor(random() * 2)::int end as team,
                (array['draft', 'in_progress', 'submitted', 'reopened'])[1 + floor(random() * 4)] as state
            from generate_series(1, {INSPECTIONS}) n) made;
         insert into inspection_assignees (org_id, inspection_id, member_id)
         select '{org}', i.id, (array[{people}])[1 + floor(random() * {many})]::uuid
         from inspections i, generate_series(1, 2)
         where i.org_id = '{org}' and random() < 0.3 on conflict do nothing;
         analyze inspections; analyze inspection_assignees;"
    );
    world.arrange(&statements).await;
}
