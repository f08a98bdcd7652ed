//! Words that are searched for.

/// What was typed, without the punctuation that no words have: quotation marks stay, and a hyphen that stands
/// before a word, which excludes it. Postgres has no room for a long row of others.
pub(crate) fn searched(typed: &str) -> String {
    let mut kept = String::with_capacity(typed.len());
    let mut rest = typed.chars().peekable();
    while let Some(c) = rest.next() {
        let excludes = c == '-'
            && kept.chars().last().is_none_or(char::is_whitespace)
            && rest.peek().is_some_and(|next| next.is_alphanumeric() || *next == '"');
        kept.push(if c == '"' || excludes || !c.is_ascii_punctuation() { c } else { ' ' });
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::searched;

    #[test]
    fn what_is_searched_keeps_quotation_and_exclusion() {
        for (typed, kept) in [
            ("printer -toner", "printer -toner"),
            ("\"out of paper\" -\"second floor\"", "\"out of paper\" -\"second floor\""),
            ("e-mail ada@example.com", "e mail ada example com"),
            ("-------- a", "         a"),
            ("- - -a", "    -a"),
            ("größe/breite", "größe breite"),
        ] {
            assert_eq!(searched(typed), kept);
        }
    }
}
