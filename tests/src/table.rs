//! Tables in a test's text.

/// The rows of a table, each as its words; empty lines part them for the eye.
pub fn rows<const N: usize>(table: &str) -> impl Iterator<Item = [&str; N]> {
    let rows = table.lines().map(str::trim).filter(|line| !line.is_empty());
    rows.map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        words.try_into().unwrap_or_else(|_| panic!("{N} words, not `{line}`"))
    })
}
