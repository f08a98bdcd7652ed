//! Reads a Markdown document as a title and the tables under its headings, each cell with its line.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::At;

/// A cell as it was written, and its line. Markup in a cell is not understood, so it is refused as an unknown word.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell<'t> {
    pub text: &'t str,
    pub line: usize,
}

/// A table and the heading it stands under. Every row is as wide as the header.
#[derive(Debug)]
pub(super) struct Table<'t> {
    pub heading: String,
    pub line: usize,
    pub header: Vec<Cell<'t>>,
    pub rows: Vec<Vec<Cell<'t>>>,
}

/// A document's title and tables.
#[derive(Debug, Default)]
pub(super) struct Document<'t> {
    pub title: String,
    pub tables: Vec<Table<'t>>,
}

pub(super) fn read(text: &str) -> At<Document<'_>> {
    let mut document = Document::default();
    let mut heading = String::new();
    let mut written = String::new();
    let mut line = 0;
    let mut row: Vec<Cell<'_>> = Vec::new();
    let mut row_end = 0;
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { .. }) => written.clear(),
            Event::Text(part) | Event::Code(part) => written.push_str(&part),
            Event::End(TagEnd::Heading(HeadingLevel::H1)) => document.title = std::mem::take(&mut written),
            Event::End(TagEnd::Heading(_)) => heading = std::mem::take(&mut written),
            Event::Start(Tag::Table(_)) => {
                let line = line_of(text, range.start);
                document.tables.push(Table { heading: heading.clone(), line, header: Vec::new(), rows: Vec::new() });
            }
            Event::Start(Tag::TableHead | Tag::TableRow) => line = line_of(text, range.start),
            Event::End(TagEnd::TableCell) => {
                row.push(Cell { text: text[range.clone()].trim(), line });
                row_end = range.end;
            }
            Event::End(end @ (TagEnd::TableHead | TagEnd::TableRow)) => {
                // Markdown fills up a row that is too short and drops what is too much: neither is what its writer meant.
                let dropped = text[row_end..range.end.max(row_end)].trim();
                if !matches!(dropped, "" | "|") || row.iter().any(|cell| cell.text.is_empty()) {
                    return Err((line, "a cell is empty, missing or too many: write `-` for never".to_owned()));
                }
                let row = std::mem::take(&mut row);
                match document.tables.last_mut() {
                    Some(table) if end == TagEnd::TableHead => table.header = row,
                    Some(table) => table.rows.push(row),
                    None => {}
                }
            }
            _ => {}
        }
    }
    Ok(document)
}

fn line_of(text: &str, offset: usize) -> usize {
    text[..offset].matches('\n').count() + 1
}

/// A text without the numbers of our requirements that it bears in parentheses, `(VX-8 to VX-11)`: they mean nothing to who
/// reads it elsewhere.
pub(super) fn without_numbers(text: &str) -> String {
    let is_number = |word: &str| {
        let parts = word.split_once('-');
        parts.is_some_and(|(of, number)| {
            of.len() == 2 && of.bytes().all(|b| b.is_ascii_uppercase()) && number.bytes().all(|b| b.is_ascii_digit())
        })
    };
    let says_more = |word: &&str| !matches!(*word, "" | "to" | "and") && !is_number(word);
    let (mut said, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, after)) = rest.split_once(" (") {
        said.push_str(before);
        rest = match after.split_once(')') {
            Some((inside, after)) if !inside.split([',', ' ']).any(|word| says_more(&word)) => after,
            _ => {
                said.push_str(" (");
                after
            }
        };
    }
    said + rest
}

#[cfg(test)]
mod tests {
    use super::without_numbers;

    #[test]
    fn a_text_loses_the_numbers_of_requirements_and_nothing_else() {
        for (text, left) in [
            ("It is the owner's (VK-2, VK-3), and so (VX-8 to VX-11).", "It is the owner's, and so."),
            ("Who (as a rule) asks (TO-66) may (a", "Who (as a rule) asks may (a"),
            ("UTF-8 (UTF-8) stays", "UTF-8 (UTF-8) stays"),
        ] {
            assert_eq!(without_numbers(text), left);
        }
    }
}
