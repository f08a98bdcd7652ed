//! The demo: an organization of each support model and one of field inspections, with people of every role.

use serde::Serialize;
use usher_api::{DemoPerson, Files, Upload};
use usher_domain::Id;
use usher_store::{Database, Demo, Store};

use crate::Failure;

/// The password of all the demo's people.
pub const PASSWORD: &str = "usher-demo-2026";
/// The slug of the organization of the model `helpdesk`.
pub const NORTHWIND: &str = "northwind";

/// An agent there who is in two of three teams.
pub const AGENT: &str = "max@northwind.example";

/// Skyline's logo, and what its inspectors photographed.
const PICTURES: [(&str, &str, &[u8]); 7] = [
    ("logo", "image/png", include_bytes!("demo/logo.png")),
    ("door", "image/jpeg", include_bytes!("demo/door.jpg")),
    ("door-open", "image/jpeg", include_bytes!("demo/door-open.jpg")),
    ("signature", "image/png", include_bytes!("demo/signature.png")),
    ("signature-2", "image/png", include_bytes!("demo/signature.png")),
    ("floor", "image/jpeg", include_bytes!("demo/floor.jpg")),
    ("floor-2", "image/jpeg", include_bytes!("demo/floor.jpg")),
];

/// One of the demo's people, and what they hold.
#[derive(Debug, Serialize)]
pub struct Person {
    /// The address to sign in with.
    pub email: &'static str,
    name: &'static str,
    /// Roles: organization, level, name of the team or queue (empty for the organization), role.
    roles: &'static [(&'static str, &'static str, &'static str, &'static str)],
}

const fn northwind(role: &'static str) -> (&'static str, &'static str, &'static str, &'static str) {
    (NORTHWIND, "organization", "", role)
}
const fn team(team: &'static str, role: &'static str) -> (&'static str, &'static str, &'static str, &'static str) {
    (NORTHWIND, "team", team, role)
}
const fn tickety(role: &'static str) -> (&'static str, &'static str, &'static str, &'static str) {
    ("tickety", "organization", "", role)
}
const fn queue(queue: &'static str, role: &'static str) -> (&'static str, &'static str, &'static str, &'static str) {
    ("tickety", "queue", queue, role)
}

const fn skyline(role: &'static str) -> (&'static str, &'static str, &'static str, &'static str) {
    ("skyline", "organization", "", role)
}
const fn crew(team: &'static str, role: &'static str) -> (&'static str, &'static str, &'static str, &'static str) {
    ("skyline", "team", team, role)
}

/// Everybody.
pub const PEOPLE: &[Person] = &[
    Person { email: "olivia@northwind.example", name: "Olivia Owner", roles: &[northwind("owner")] },
    Person { email: "adam@northwind.example", name: "Adam Admin", roles: &[northwind("admin")] },
    Person {
        email: "mia@northwind.example",
        name: "Mia Lead",
        roles: &[northwind("member"), team("Support", "admin")],
    },
    Person {
        email: "max@northwind.example",
        name: "Max Agent",
        roles: &[northwind("member"), team("Support", "member"), team("Billing", "member")],
    },
    Person {
        email: "nina@northwind.example",
        name: "Nina Agent",
        roles: &[northwind("member"), team("Hardware", "member")],
    },
    Person { email: "noah@northwind.example", name: "Noah Newcomer", roles: &[northwind("member")] },
    Person {
        email: "sam@consulting.example",
        name: "Sam Both",
        roles: &[northwind("member"), team("Billing", "admin"), tickety("staff"), queue("Sales", "contribute")],
    },
    Person {
        email: "ada@tickety.example",
        name: "Ada Admin",
        roles: &[tickety("admin"), queue("Inbox", "administer_inbox")],
    },
    Person {
        email: "sofia@tickety.example",
        name: "Sofia Senior",
        roles: &[
            tickety("staff"),
            queue("Inbox", "contribute"),
            queue("Inbox", "manage"),
            queue("Inbox", "delete"),
            queue("Inbox", "notify_inbox_errors"),
            queue("Support", "contribute"),
            queue("Support", "manage"),
            queue("Support", "delete"),
            queue("Sales", "contribute"),
            queue("Sales", "manage"),
        ],
    },
    Person {
        email: "jonas@tickety.example",
        name: "Jonas Junior",
        roles: &[tickety("staff"), queue("Inbox", "contribute"), queue("Support", "contribute")],
    },
    Person { email: "mona@tickety.example", name: "Mona Mover", roles: &[tickety("staff"), queue("Inbox", "manage")] },
    Person { email: "uma@tickety.example", name: "Uma User", roles: &[tickety("user")] },
    Person { email: "grace@skyline.example", name: "Grace Owner", roles: &[skyline("owner")] },
    Person { email: "sara@skyline.example", name: "Sara Super", roles: &[skyline("super_admin")] },
    Person {
        email: "rafael@skyline.example",
        name: "Rafael Regional",
        roles: &[skyline("admin"), crew("Maintenance", "admin"), crew("Cleaning Crew", "admin")],
    },
    Person {
        email: "tara@skyline.example",
        name: "Tara Lead",
        roles: &[skyline("member"), crew("Cleaning Crew", "admin"), crew("Maintenance", "viewer")],
    },
    Person {
        email: "felix@skyline.example",
        name: "Felix Full",
        roles: &[
            skyline("member"),
            crew("Maintenance", "contributor_full"),
            crew("Cleaning Crew", "contributor_focused"),
        ],
    },
    Person {
        email: "lea@skyline.example",
        name: "Lea Limited",
        roles: &[skyline("member"), crew("Maintenance", "contributor_limited")],
    },
    Person {
        email: "fia@skyline.example",
        name: "Fia Focused",
        roles: &[skyline("member"), crew("Maintenance", "contributor_focused")],
    },
    Person {
        email: "vic@skyline.example",
        name: "Vic Viewer",
        roles: &[skyline("member"), crew("Maintenance", "viewer"), crew("Cleaning Crew", "viewer")],
    },
    Person { email: "bo@skyline.example", name: "Bo Bench", roles: &[skyline("member")] },
];

impl Person {
    /// Who they are, in a line: `Max Agent: northwind member, Support member, Billing member`.
    pub fn about(&self) -> String {
        let roles: Vec<String> = self
            .roles
            .iter()
            .map(|(organization, _, scope, role)| {
                let at = if scope.is_empty() { organization } else { scope };
                format!("{at} {role}")
            })
            .collect();
        format!("{}: {}", self.name, roles.join(", "))
    }
}

/// The people as Swagger UI offers them.
pub fn people() -> Vec<DemoPerson> {
    let person = |person: &Person| DemoPerson {
        label: person.name.to_owned(),
        about: person.about(),
        email: person.email.to_owned(),
        password: PASSWORD.to_owned(),
    };
    PEOPLE.iter().map(person).collect()
}

/// Loads the demo, if there is no organization yet. Says whether it did.
pub async fn load(database: &Database, store: &Store, files: &Files) -> Result<bool, Failure> {
    if !database.is_empty().await? {
        return Ok(false);
    }
    let (skyline, mut pictures) = (Id::new(), Vec::new());
    for (name, content_type, bytes) in PICTURES {
        let upload = Upload::of(bytes);
        let file = files.file(skyline, &upload, content_type);
        files.keep(store, &file, &upload).await.map_err(|stop| stop.to_string())?;
        pictures.push((name, file));
    }
    let password_hash = usher_api::password::hash(PASSWORD.to_owned()).await.map_err(|problem| problem.to_string())?;
    let people = serde_json::to_value(PEOPLE)?;
    Ok(database.load_demo(&Demo { people, password_hash, skyline, pictures }).await?)
}

/// Whether the demo is in the database.
pub async fn is_loaded(store: &Store) -> Result<bool, Failure> {
    let email = usher_domain::Email::parse(PEOPLE[0].email)?;
    Ok(store.outside().await?.credentials(&email).await?.is_some())
}
