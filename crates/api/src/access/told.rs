//! A decision in words.

use usher_policy::{Condition, Explanation, Mask, Model, Outcome, Remedy, RoleIx};

use super::question::denial_code;

/// Whom a decision is told to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// Who it is about.
    Themselves,
    /// Somebody else.
    Another,
}

impl Told {
    /// A text about them, as it is said to whom it is told.
    fn say(self, text: &str) -> String {
        if self == Self::Another {
            return text.to_owned();
        }
        let words = text.split_inclusive(|c: char| !c.is_ascii_alphabetic());
        words.map(to_you).collect()
    }
}

/// A word, with what ends it, in the second person.
fn to_you(word: &str) -> String {
    let bare = word.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
    let you = match bare {
        "they" | "them" => "you",
        "They" => "You",
        "their" => "your",
        "theirs" => "yours",
        _ => bare,
    };
    format!("{you}{}", &word[bare.len()..])
}

fn title(model: &Model, role: RoleIx) -> String {
    let role = model.role_at(role);
    format!("{} ({} role)", role.title, role.level)
}

fn any_of(told: Told, conditions: Mask) -> String {
    told.say(&conditions.iter().map(Condition::words).collect::<Vec<_>>().join(", or "))
}

/// What would allow; `named`: whether the place may be named where a role would have to be given.
pub(super) fn remedy(told: Told, model: &Model, remedy: &Remedy, named: bool) -> String {
    // Titles of roles are an organization's own words, and stay as they are.
    match *remedy {
        Remedy::Role { role, .. } => {
            let place = if named { "there".to_owned() } else { format!("in its {}", model.role_at(role).level) };
            format!("{} {} {place}.", told.say("They would be allowed as"), title(model, role))
        }
        Remedy::Condition { role, conditions } => {
            let then = told.say("they would be allowed if");
            format!("As {} {then} {}.", title(model, role), any_of(told, conditions))
        }
        Remedy::Scope { permission } => {
            told.say(&format!("They would be allowed with a token that has the scope `{permission}`."))
        }
    }
}

/// What was decided.
pub(super) fn summary(told: Told, model: &Model, explanation: &Explanation) -> String {
    let permission = explanation.permission;
    match explanation.outcome {
        Outcome::Allowed(grant) => {
            let why = match grant.condition {
                Condition::Always => String::new(),
                condition => format!(", because {}", told.say(condition.words())),
            };
            format!("Allowed: the role {} gives `{permission}`{why}.", title(model, grant.role))
        }
        Outcome::Forbidden(denial) | Outcome::Hidden(denial) => match denial_code(denial) {
            "no_grant" => {
                let roles: Vec<String> =
                    explanation.considered.iter().map(|c| title(model, c.assignment.role)).collect();
                let held = if roles.is_empty() { "no role here".to_owned() } else { roles.join(", ") };
                let give = if roles.len() > 1 { "do not give" } else { "does not give" };
                format!("Denied: {held} {give} `{permission}` on this.")
            }
            "token_scope" => format!("Denied: the token's scopes do not include `{permission}`."),
            "role_out_of_reach" => {
                let theirs = told.say("theirs");
                format!("Denied: a role gives `{permission}`, but the member holds a role that {theirs} do not reach.")
            }
            "read_only_role" => {
                format!("Denied: a role of {} only reads, and `{permission}` writes.", told.say("theirs"))
            }
            "token_ended" => "Denied: the service's token has run out.".to_owned(),
            _ => "Denied: the membership is not active.".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::Told;

    #[test]
    fn what_is_about_somebody_is_said_to_them() {
        let text = "They may, if they are staff: it is assigned to them, a team of theirs, their own, and thereof.";
        assert_eq!(Told::Another.say(text), text);
        let said = "You may, if you are staff: it is assigned to you, a team of yours, your own, and thereof.";
        assert_eq!(Told::Themselves.say(text), said);
    }
}
