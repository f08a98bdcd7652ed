//! The access models, drawn for people: what the page says is what the engine runs.

use usher_policy::{Condition, Level, Model, ModelKey, Permission};
use usher_tests::World;

/// What stands between two marks, as often as they come.
fn between<'a>(text: &'a str, from: &str, to: &str) -> Vec<&'a str> {
    text.split(from).skip(1).map(|rest| rest.split_once(to).unwrap().0).collect()
}

/// The text of an element that began before `text`, without the tag's own end.
fn inner(text: &str) -> &str {
    text.split_once('>').unwrap().1
}

#[tokio::test]
async fn every_cell_of_every_model_stands_on_the_page_with_its_condition_in_words() {
    let page = usher_api::permissions_page();
    let sections = between(page, "<section id=\"", "</section>");
    assert_eq!(sections.len(), ModelKey::ALL.len());
    for (section, key) in sections.iter().zip(ModelKey::ALL) {
        let model = Model::built_in(key);
        assert!(section.starts_with(&format!("{}\"", key.key())));
        let roles: Vec<_> = Level::ALL.iter().flat_map(|level| model.roles_at(*level)).collect();
        let headings = between(section, "<th scope=\"col\"><button", "</button>");
        let titles: Vec<&str> = headings.iter().skip(1).map(|heading| inner(heading)).collect();
        assert_eq!(titles, roles.iter().map(|(_, role)| role.title.as_str()).collect::<Vec<_>>());
        let rows = between(inner(section.split_once("<tbody").unwrap().1), "<tr>", "</tr>");
        let covered: Vec<_> = Permission::ALL.iter().filter(|p| model.modules().contains(&p.module())).collect();
        assert_eq!(rows.len(), covered.len());
        for (row, permission) in rows.iter().zip(covered) {
            assert_eq!(between(row, "<code>", "</code>"), [permission.key()]);
            let cells = between(row, "<td ", "</td>");
            assert_eq!(cells.len(), roles.len(), "{permission}");
            for (cell, (index, role)) in cells.iter().zip(&roles) {
                let conditions = model.cell(*index, *permission);
                let said = inner(cell);
                match () {
                    () if !permission.levels().contains(&role.level) => assert_eq!(said, ""),
                    () if conditions.is_empty() => assert_eq!(said, "–"),
                    () if conditions.contains(Condition::Always) => assert_eq!(said, "yes"),
                    () => {
                        assert!(said.starts_with("if "), "{said}");
                        assert_eq!(said.split(", or if ").count(), conditions.iter().count(), "{said}");
                        assert!(conditions.iter().all(|condition| said.contains(condition.words())), "{said}");
                    }
                }
            }
        }
    }
}

/// The numbers of requirements mean nothing to who reads the page.
#[test]
fn the_page_bears_no_numbers_of_requirements() {
    let page = usher_api::permissions_page();
    for prefix in ["VK", "TK", "VX", "VE", "TO"] {
        let numbered = page
            .match_indices(&format!("{prefix}-"))
            .find(|(at, found)| page[at + found.len()..].starts_with(|c: char| c.is_ascii_digit()));
        assert_eq!(numbered.map(|(at, _)| &page[at - 40..at + 8]), None);
    }
    assert!(page.contains("Organization settings are the owner's, and"), "the notes are there");
}

#[tokio::test]
async fn the_page_is_served_and_runs_nothing_but_its_own_script() {
    let world = World::start().await;
    let nobody = world.nobody();
    let answer = nobody.get("/docs/permissions").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["content-type"], "text/html; charset=utf-8");
    let policy = answer.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("script-src 'sha256-") && !policy.contains("unsafe-inline"), "{policy}");
    assert_eq!(answer.body.as_str(), Some(usher_api::permissions_page()));
}
