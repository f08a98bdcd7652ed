//! Organizations that nobody would think of.

use sqlx::PgConnection;
use usher_tests::{Value, json};
use uuid::Uuid;

/// Numbers that are the same for the same seed (SplitMix64).
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % end as u64).unwrap()
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub fn some_of(&mut self, count: usize, once_in: usize) -> Vec<usize> {
        (0..count).filter(|_| self.once_in(once_in)).collect()
    }

    fn maybe(&mut self, count: usize, none_once_in: usize) -> Option<usize> {
        (!self.once_in(none_once_in)).then(|| self.below(count))
    }
}

pub const STATUSES: [&str; 5] = ["open", "pending", "on_hold", "solved", "closed"];
pub const PRIORITIES: [&str; 4] = ["low", "normal", "high", "urgent"];
pub const WORDS: [&str; 4] = ["printer", "scanner", "invoice", "login"];
const QUEUE_ROLES: [&str; 5] = ["contribute", "manage", "delete", "administer_inbox", "notify_inbox_errors"];
const TICKETS: usize = 110;

pub struct Member {
    pub id: Uuid,
    pub session: Uuid,
    role: &'static str,
    pub active: bool,
    teams: Vec<usize>,
    /// Queue and role.
    queues: Vec<(usize, &'static str)>,
}

pub struct Ticket {
    pub id: Uuid,
    pub number: i64,
    pub team: Option<usize>,
    pub queue: Option<usize>,
    pub template: Option<usize>,
    pub status: &'static str,
    pub priority: &'static str,
    pub assignee: Option<usize>,
    pub created_by: usize,
    pub word: &'static str,
    /// Minutes of one day, few enough that several tickets have the same.
    pub updated: i64,
    pub participants: Vec<usize>,
}

/// An organization with its people and tickets. Places are indices.
pub struct Scene {
    model: &'static str,
    pub people: Vec<Member>,
    pub teams: Vec<Uuid>,
    pub queues: Vec<Uuid>,
    pub templates: Vec<Uuid>,
    /// Template and team.
    shown: Vec<(usize, usize)>,
    pub tickets: Vec<Ticket>,
}

impl Scene {
    pub fn generate(model: &'static str, seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let ids = |count: usize| (0..count).map(|_| Uuid::now_v7()).collect::<Vec<_>>();
        let (teams, queues, templates) = (ids(5), ids(5), ids(5));
        let shown = (0..templates.len())
            .flat_map(|template| chance.some_of(teams.len(), 3).into_iter().map(move |team| (template, team)))
            .collect();
        let roles = if model == "helpdesk" {
            ["owner", "admin", "member", "member", "member", "member", "member", "member"]
        } else {
            ["admin", "staff", "staff", "staff", "staff", "user", "user", "staff"]
        };
        let helpdesk = model == "helpdesk";
        let people: Vec<Member> =
            roles.into_iter().enumerate().map(|(n, role)| person(&mut chance, helpdesk, n, role)).collect();
        let tickets = (1..=TICKETS).map(|n| ticket(&mut chance, helpdesk, n, people.len())).collect();
        Self { model, people, teams, queues, templates, shown, tickets }
    }

    /// Whether somebody may read a ticket, by the letter of the requirements.
    fn sees(&self, person: usize, ticket: &Ticket) -> bool {
        let member = &self.people[person];
        if !member.active {
            return false;
        }
        if self.model == "helpdesk" {
            let in_team = |team| member.teams.contains(&team);
            return match (member.role, ticket.team, ticket.template) {
                ("owner" | "admin", ..) => true,     // VK-25, VK-26
                (_, Some(team), _) => in_team(team), // VK-27, VK-28, VK-31
                (_, None, Some(t)) => self.shown.iter().any(|s| s.0 == t && in_team(s.1)), // VK-29, VK-30
                (_, None, None) => false,            // VK-32
            };
        }
        let contributes = member.queues.iter().any(|held| Some(held.0) == ticket.queue && held.1 == "contribute"); // TK-4
        contributes || (member.role != "user" && ticket.participants.contains(&person)) // TK-58, TK-60
    }

    pub fn seen_by(&self, person: usize) -> Vec<&Ticket> {
        self.tickets.iter().filter(|ticket| self.sees(person, ticket)).collect()
    }

    /// Puts it all into the database, as its owner.
    pub async fn store(&self, connection: &mut PgConnection, org: Uuid) {
        let person = |n: usize| self.people[n].id;
        let named = |ids: &[Uuid]| ids.iter().map(|id| json!({"id": id, "name": id})).collect::<Vec<_>>();
        let assignments = self.people.iter().flat_map(|member| {
            let of = |role: &str, team: Option<Uuid>, queue: Option<Uuid>| {
                json!({"id": Uuid::now_v7(), "member_id": member.id, "role": role, "team_id": team, "queue_id": queue})
            };
            std::iter::once(of(member.role, None, None))
                .chain(member.teams.iter().map(move |team| of("member", Some(self.teams[*team]), None)))
                .chain(member.queues.iter().map(move |(queue, role)| of(role, None, Some(self.queues[*queue]))))
                .collect::<Vec<_>>()
        });
        let tickets = self.tickets.iter().map(|t| {
            json!({
                "id": t.id, "number": t.number, "subject": format!("{} {}", t.word, t.number), "status": t.status,
                "priority": t.priority, "team_id": t.team.map(|n| self.teams[n]), "queue_id": t.queue.map(|n| self.queues[n]),
                "template_id": t.template.map(|n| self.templates[n]), "assignee_id": t.assignee.map(person),
                "created_by": person(t.created_by), "updated_at": format!("2026-02-01T00:{:02}:00Z", t.updated),
            })
        });
        let participants = self.tickets.iter().flat_map(|ticket| {
            ticket
                .participants
                .iter()
                .map(|n| json!({"ticket_id": ticket.id, "member_id": person(*n)}))
                .collect::<Vec<_>>()
        });
        let people = self.people.iter().map(|member| {
            json!({
                "id": member.id, "name": "x", "email": format!("{}@example.org", member.id), "password_hash": "",
                "account_id": member.id, "session": member.session, "state": if member.active { "active" } else { "blocked" },
            })
        });
        let people: Vec<Value> = people.collect();
        let shown = self.shown.iter().map(|s| json!({"template_id": self.templates[s.0], "team_id": self.teams[s.1]}));
        for (sql, rows) in [
            ("insert into accounts (id, email, name, password_hash) select id, email, name, password_hash
              from jsonb_populate_recordset(null::accounts, $2) where $1::uuid is not null", people.clone()),
            ("insert into sessions (id, account_id, expires_at) select session, account_id, now() + interval '1 day'
              from jsonb_to_recordset($2) as r (session uuid, account_id uuid) where $1::uuid is not null", people.clone()),
            ("insert into members (org_id, id, state) select $1, id, state
              from jsonb_populate_recordset(null::members, $2)", people),
            ("insert into teams (org_id, id, name) select $1, id, name
              from jsonb_populate_recordset(null::teams, $2)", named(&self.teams)),
            ("insert into queues (org_id, id, name) select $1, id, name
              from jsonb_populate_recordset(null::queues, $2)", named(&self.queues)),
            ("insert into templates (org_id, id, name, questions) select $1, id, name, '[]'
              from jsonb_populate_recordset(null::templates, $2)", named(&self.templates)),
            ("insert into template_teams (org_id, template_id, team_id) select $1, template_id, team_id
              from jsonb_populate_recordset(null::template_teams, $2)", shown.collect()),
            ("insert into role_assignments (org_id, id, member_id, role, team_id, queue_id)
              select $1, id, member_id, role, team_id, queue_id
              from jsonb_populate_recordset(null::role_assignments, $2)", assignments.collect()),
            ("insert into tickets (org_id, id, number, subject, status, priority, team_id, queue_id, template_id, assignee_id,
                created_by, updated_at)
              select $1, id, number, subject, status, priority, team_id, queue_id, template_id, assignee_id, created_by,
                updated_at from jsonb_populate_recordset(null::tickets, $2)", tickets.collect()),
            ("insert into ticket_participants (org_id, ticket_id, member_id) select $1, ticket_id, member_id
              from jsonb_populate_recordset(null::ticket_participants, $2)", participants.collect()),
        ] {
            sqlx::query(sql).bind(org).bind(Value::Array(rows)).execute(&mut *connection).await.unwrap();
        }
    }
}

fn person(chance: &mut Chance, helpdesk: bool, n: usize, role: &'static str) -> Member {
    let queues = (0..5).flat_map(|queue| QUEUE_ROLES.map(|role| (queue, role)));
    Member {
        id: Uuid::now_v7(),
        session: Uuid::now_v7(),
        role,
        // The last one is blocked.
        active: n < 7,
        // The third is in no team.
        teams: if helpdesk && n != 2 { chance.some_of(5, 2) } else { Vec::new() },
        queues: if helpdesk { Vec::new() } else { queues.filter(|_| chance.once_in(3)).collect() },
    }
}

fn ticket(chance: &mut Chance, helpdesk: bool, n: usize, people: usize) -> Ticket {
    Ticket {
        id: Uuid::now_v7(),
        number: i64::try_from(n).unwrap(),
        team: if helpdesk { chance.maybe(5, 2) } else { None },
        queue: if helpdesk { None } else { Some(chance.below(5)) },
        template: chance.maybe(5, 3),
        status: STATUSES[chance.below(5)],
        priority: PRIORITIES[chance.below(4)],
        assignee: chance.maybe(people, 2),
        created_by: chance.below(people),
        word: WORDS[chance.below(4)],
        updated: i64::try_from(chance.below(40)).unwrap(),
        participants: chance.some_of(people, 6),
    }
}
