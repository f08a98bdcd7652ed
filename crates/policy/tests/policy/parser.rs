//! A document that is not understood is refused, with its file and line. Each case breaks a good document once.

use usher_policy::{CustomRole, Level, Model, ModelKey};

use crate::synthetic::{Role, document};

const ROLES: [Role; 4] = [
    (Level::Organization, "chief", "creator, staff"),
    (Level::Organization, "clerk", "-"),
    (Level::Team, "lead", "-"),
    (Level::Queue, "hand", "-"),
];

fn good() -> String {
    document(&ROLES, "one", |_, _| "yes".to_owned())
}

/// Asserts that the document with `from` replaced by `to` is refused at the line where the first difference stands, or at
/// the line that holds `at`.
#[track_caller]
fn refused(from: &str, to: &str, at: Option<&str>, message: &str) {
    let good = good();
    assert!(good.contains(from), "{from} is not in the document");
    let bad = good.replacen(from, to, 1);
    let different = bad.lines().zip(good.lines()).position(|(bad, good)| bad != good).unwrap_or(good.lines().count());
    let line = at.map_or(different, |at| bad.lines().position(|line| line.starts_with(at)).unwrap()) + 1;
    let error = Model::parse(ModelKey::Helpdesk, &bad).expect_err("refused").to_string();
    assert_eq!(error, format!("models/helpdesk.md:{line}: {message}"));
}

#[test]
fn the_good_document_is_read() {
    Model::parse(ModelKey::Helpdesk, &good()).unwrap();
}

#[test]
fn the_title_names_the_model() {
    refused("# helpdesk: ", "# queues: ", None, "the title must start with `helpdesk: `");
}

#[test]
fn unknown_words() {
    refused("| ticket.view |", "| ticket.views |", None, "unknown permission `ticket.views`");
    refused("| ticket.view | yes", "| ticket.view | maybe", None, "unknown condition `maybe`");
    refused("| ticket.view | yes", "| ticket.view | **yes**", None, "unknown condition `**yes**`");
    refused("| ticket.view | yes", "| ticket.view | yes<!-- -->", None, "unknown condition `yes<!-- -->`");
    refused(
        "## Team roles",
        "## Team rolls",
        Some("| permission | lead"),
        "no table is known under the heading `Team rolls`",
    );
    refused("| modules | tenancy", "| modules | tenancies", None, "unknown module `tenancies`");
    refused("| modules |", "| moduls |", None, "unknown property `moduls`");
    refused(
        "| organization roles of a member | one",
        "| organization roles of a member | two",
        None,
        "`one` or `several`, not `two`",
    );
    refused(
        "| organization roles of a member | one |",
        "| organization roles of a member | one |\n| organization roles reach content | some |",
        Some("| organization roles reach content"),
        "`yes` or `no`, not `some`",
    );
    refused("| creator, staff", "| creator, stuff", None, "unknown rule `stuff`");
    refused("| team.lead | lead", "| crew.lead | lead", None, "`crew.lead` is no role: `level.name` is");
    refused("| team.lead | lead", "| team. | lead", None, "`team.` is no role: `level.name` is");
    refused("| team.lead | give", "| team.led | give", None, "unknown role `team.led`");
    refused(
        "| role | organization.chief |",
        "| role | organization.cheif |",
        None,
        "unknown role `organization.cheif`",
    );
    refused("| team.lead | give", "| team.lead | grant", None, "`grant` is not give, take or remove");
}

#[test]
fn rows_and_tables_that_are_missing() {
    let row = "| ticket.view | yes | yes |\n";
    refused(row, "", Some("| permission | chief"), "the row for `ticket.view` is missing");
    let row = "| organization roles of a member | one |\n";
    refused(row, "", Some("| property"), "the row for `organization roles of a member` is missing");
    refused(
        "| team.lead | give, take |\n",
        "",
        Some("| role | organization.chief"),
        "the row for `team.lead` is missing",
    );
    let no_ladder = "the table `Who gives and takes` is missing";
    refused("| role | organization.chief |\n| - | - |\n", "", Some("# helpdesk"), no_ladder);
    refused("| permission | lead |\n| - | - |", "", Some("# helpdesk"), "the table `Team roles` is missing");
    refused("| role | title | rules |\n| - | - | - |", "", Some("# helpdesk"), "the table `Roles` is missing");
}

#[test]
fn rows_and_tables_that_stand_twice() {
    let row = "| ticket.view | yes | yes |\n";
    let first = good().lines().position(|line| line == row.trim_end()).unwrap() + 1;
    let message = format!("a second row for `ticket.view`; the first is on line {first}");
    refused(row, &row.repeat(2), None, &message);
    let row = "| modules | tenancy, desk, field, box_office, lab |\n";
    refused(row, &row.repeat(2), None, "a second row for `modules`");
    let role = "| team.lead | lead | - |\n";
    refused(role, &role.repeat(2), None, "the role `team.lead` stands twice");
    let row = "| team.lead | give, take |\n";
    refused(row, &row.repeat(2), None, "`team.lead` stands twice");
    refused("\n## Roles\n", "\n## Shape\n", Some("| role | title"), "a second table under `Shape`");
    refused("| ticket.view | yes", "| ticket.view | own, own", None, "`own` stands twice");
    refused("| creator, staff |", "| creator, creator |", None, "`creator` stands twice");
}

#[test]
fn a_giver_stands_in_one_column() {
    let header = "| role | organization.chief |\n| - | - |";
    let twice = good().replace(header, "| role | organization.chief | organization.chief |\n| - | - | - |");
    let error = Model::parse(ModelKey::Helpdesk, &twice.replace("| give, take |", "| give, take | - |")).unwrap_err();
    assert_eq!(error.message, "`organization.chief` stands twice");
}

#[test]
fn cells_that_are_empty_missing_or_too_many() {
    let message = "a cell is empty, missing or too many: write `-` for never";
    let row = "| ticket.view | yes | yes |";
    refused(row, "| ticket.view | yes | |", None, message);
    refused(row, "| ticket.view | yes |", None, message);
    refused(row, "| ticket.view | yes | yes | - |", None, message);
    refused("| team.lead | lead | - |", "| team.lead | | - |", None, message);
    refused("| team.lead | give, take |", "| team.lead | |", None, message);
    refused(row, "| ticket.view | own, | yes |", None, "unknown condition ``");
    refused(row, "| ticket.view | own, - | yes |", None, "unknown condition `-`");
    refused(row, "| ticket.view | yes, own | yes |", None, "`yes` stands alone");
}

#[test]
fn conditions_and_permissions_that_cannot_apply() {
    let message = "`participant` says nothing of a team, which `team.update` is about";
    refused("| team.update | yes", "| team.update | participant", None, message);
    let row = "| ticket.view | yes | yes |\n";
    let message = "`organization.view` cannot be given at the level `team` of this model";
    refused(
        "| permission | lead |\n| - | - |\n",
        "| permission | lead |\n| - | - |\n| organization.view | yes |\n",
        None,
        message,
    );
    let bad = good().replacen("| modules | tenancy, desk, field, box_office, lab |", "| modules | tenancy |", 1);
    let error = Model::parse(ModelKey::Helpdesk, &bad).unwrap_err();
    assert!(error.message.ends_with("cannot be given at the level `organization` of this model"), "{error}");
    assert!(good().contains(row));
}

#[test]
fn columns_and_orders_that_are_wrong() {
    let message = "the columns must be [\"permission\", \"chief\", \"clerk\"]";
    refused("| permission | chief | clerk |", "| permission | clerk | chief |", None, message);
    refused("| permission | lead |", "| permission | leads |", None, "the columns must be [\"permission\", \"lead\"]");
    refused("| property | value |", "| property | values |", None, "the columns must be [\"property\", \"value\"]");
    refused("| role | title |", "| role | name |", None, "the columns must be [\"role\", \"title\", \"rules\"]");
    refused("| role | organization.chief |", "| who | organization.chief |", None, "the first column must be `role`");
    let (clerk, lead) = ("| organization.clerk | clerk | - |\n", "| team.lead | lead | - |\n");
    let message = "roles must be listed level by level, the widest first";
    refused(&format!("{clerk}{lead}"), &format!("{lead}{clerk}"), Some(clerk.trim_end()), message);
}

#[test]
fn roles_whose_rules_make_no_sense() {
    refused("| creator, staff", "| staff", Some("| role | title"), "one role must be the creator's; 0 are");
    refused("| clerk | - |", "| clerk | creator |", Some("| role | title"), "one role must be the creator's; 2 are");
    refused("| lead | - |", "| lead | staff |", None, "`staff` is no rule for a role of the level `team`");
    let message = "`everybody` holds a role only where a member may hold several";
    refused("| clerk | - |", "| clerk | everybody |", Some("| organization.clerk | clerk"), message);
    refused(
        "| clerk | - |",
        "| clerk | all of chief |",
        Some("| organization.clerk | clerk"),
        "unknown rule `all of chief`",
    );
    refused("| lead | - |", "| lead | all of nobody |", None, "unknown rule `all of nobody`");
    let roles = "| queue.hand | hand | - |\n";
    refused(roles, "", Some("| permission | hand"), "no role is declared at the level `queue`");
}

#[test]
fn what_becomes_of_who_hands_a_role_over() {
    let chief = |rules: &str| format!("| creator, {rules} |");
    let model = |rules: &str| Model::parse(ModelKey::Helpdesk, &good().replacen(&chief("staff"), &chief(rules), 1));
    let role = |model: &Model, key| model.role(Level::Organization, key).unwrap();
    for rules in ["exactly one, becomes clerk", "becomes clerk, staff, exactly one"] {
        let model = model(rules).unwrap();
        assert_eq!(model.succession(), Some((role(&model, "chief"), role(&model, "clerk"))), "{rules}");
        // Roles of the organization's own stand between.
        let own = CustomRole { level: Level::Organization, key: "own".into(), title: "Own".into(), grants: Vec::new() };
        let model = model.with_roles(&[own]);
        assert_eq!(model.succession(), Some((role(&model, "chief"), role(&model, "clerk"))), "{rules}");
    }
    for rules in ["exactly one", "at least one", "staff"] {
        assert_eq!(model(rules).unwrap().succession(), None, "{rules}");
    }
    let of_one = "`becomes clerk` is said of a role that exactly one holds";
    for (rules, message) in [
        ("becomes clerk", of_one),
        ("at least one, becomes clerk", of_one),
        ("exactly one, becomes nobody", "unknown rule `becomes nobody`"),
        ("exactly one, becomes", "unknown rule `becomes`"),
        // Of another level.
        ("exactly one, becomes lead", "unknown rule `becomes lead`"),
        ("exactly one, becomes chief", "who hands a role over cannot become `chief`"),
    ] {
        refused(&chief("staff"), &chief(rules), None, message);
    }
    for rules in ["exactly one", "read only"] {
        let good = good().replacen("| clerk | - |", &format!("| clerk | {rules} |"), 1);
        let bad = good.replacen(&chief("staff"), &chief("exactly one, becomes clerk"), 1);
        let error = Model::parse(ModelKey::Helpdesk, &bad).unwrap_err();
        assert_eq!(error.message, "who hands a role over cannot become `clerk`", "{rules}");
    }
}

#[test]
fn models_that_it_is_built_from_and_notes_of_what_is_not_known() {
    let shape = "| organization roles of a member | one |\n";
    let built_from = |parts: &str| format!("{shape}| built from | {parts} |\n");
    refused(shape, &built_from("field, nothing"), Some("| built from"), "unknown model `nothing`");
    // A model cannot be built from one that is itself built from others.
    refused(shape, &built_from("suite"), Some("| built from"), "unknown model `suite`");
    let notes =
        "\n## Notes\n\n| permission | note |\n| - | - |\n| ticket.think | Indeed. |\n\n## Who gives and takes\n";
    refused("\n## Who gives and takes\n", notes, Some("| ticket.think"), "unknown permission `ticket.think`");
}

#[test]
fn a_role_gives_none_that_is_wider_than_its_level() {
    let message = "`organization.chief` is wider than a giver's level";
    refused("| role | organization.chief |", "| role | team.lead |", Some("| organization.chief | give"), message);
}
