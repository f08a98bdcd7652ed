//! What the store does for whom, by its own source: without a permit nothing of an organization is shown or changed, but for
//! what is listed here, with the reason.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "this is test code: a panic is a verdict")]

use std::{collections::BTreeSet, fs, path::Path};

/// The functions of [`usher_store::Work`] and [`usher_store::Outside`] that take neither a permit nor a right to list.
const WITHOUT: [(&str, &str); 43] = [
    ("Outside::accept_invitation", "the invitation's token stands for it"),
    ("Outside::account", "the account's own"),
    ("Outside::add_refresh_token", "of a session that was just begun or renewed"),
    ("Outside::begin_session", "the password was checked or just set, and is looked at again"),
    ("Outside::create_organization", "anybody may; they become its first member"),
    ("Outside::credentials", "what a sign-in is checked against"),
    ("Outside::end_session", "the account's own"),
    ("Outside::offer", "the invitation's token stands for it"),
    ("Outside::organizations_of", "the account's own"),
    ("Outside::plans", "a price list is for everybody"),
    ("Outside::register", "anybody may"),
    ("Outside::register_invited", "the invitation's token stands for it"),
    ("Outside::renew", "the refresh token stands for it"),
    ("Outside::rotate_signing_key", "the server's own"),
    ("Outside::sessions", "the account's own"),
    ("Outside::set_active_organization", "only to one where the account is a member"),
    ("Outside::signing_keys", "the server's own"),
    ("Outside::update_account", "the account's own"),
    ("Work::account", "who acts"),
    ("Work::caller", "who acts, with what they hold"),
    ("Work::create_inspection", "takes its places, which bear permits, and asks for its own of them"),
    ("Work::create_ticket", "takes a draft, which bears the permit"),
    ("Work::draft_ticket", "asks for the permit itself, of the facts that the ticket would have"),
    ("Work::end_personal_token", "the caller's own, whatever they may"),
    ("Work::enqueue_mail", "about something that took a permit"),
    ("Work::listing", "gives the right to list"),
    ("Work::made_before", "tells of the caller's own, which they see, and of nothing else"),
    ("Work::may_create", "says whether there is any permit to be had"),
    ("Work::member", "asks for the permit to view itself"),
    ("Work::organization", "where the work is"),
    ("Work::permit", "gives it"),
    ("Work::permit_each_unlocked", "gives them"),
    ("Work::permit_here", "gives it"),
    ("Work::permit_pair", "gives them"),
    ("Work::permit_to_name", "gives it, to place by what the member sees; only `placed` asks for it"),
    ("Work::permit_unlocked", "gives it"),
    ("Work::permit_with", "gives it"),
    ("Work::permits_on_link", "gives them"),
    ("Work::personal_tokens", "the caller's own, whatever they may"),
    ("Work::role_is_held", "says of a name what a list of members or of roles says of the roles in it"),
    ("Work::see", "asks for the permit to view itself"),
    ("Work::take_back", "undoes what was tried"),
    ("Work::team", "asks for the permit to view itself"),
];

/// `Work::name` for each public function in a file whose parameters hold no permit.
fn without_permit(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut of = None;
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("impl ").and_then(|rest| rest.strip_suffix(" {")) {
            of = ["Work", "Outside"].into_iter().find(|kind| *kind == name);
        }
        let Some(of) = of else { continue };
        let Some(rest) = line.strip_prefix("    pub ").filter(|rest| !rest.starts_with("(crate)")) else { continue };
        let Some((_, rest)) = rest.split_once("fn ") else { continue };
        let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let mut signature = rest.to_owned();
        while !signature.contains('{') {
            signature += lines.next().expect("a body");
        }
        let (parameters, _) = signature.split_once(") ->").unwrap_or((&signature, ""));
        if !["Permit<", "Listing<"].iter().any(|right| parameters.contains(right)) {
            found.push(format!("{of}::{name}"));
        }
    }
    found
}

fn walk(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.extend(without_permit(&fs::read_to_string(path).unwrap()));
        }
    }
}

#[test]
fn what_needs_no_permit_is_known() {
    let mut found = BTreeSet::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    let known: BTreeSet<String> = WITHOUT.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert!(found.is_subset(&known), "these take no permit: {:?}", found.difference(&known));
}
