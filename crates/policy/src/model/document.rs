//! Reads a Markdown document as a title and the tables under its headings, each cell with its line.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// A cell's text and its line.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    pub text: String,
    pub line: usize,
}

/// A table and the second-level heading it stands under.
#[derive(Debug)]
pub(super) struct Table {
    pub heading: String,
    pub line: usize,
    pub header: Vec<Cell>,
    pub rows: Vec<Vec<Cell>>,
}

/// A document's title and tables.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub title: String,
    pub tables: Vec<Table>,
}

pub(super) fn read(text: &str) -> Document {
    let mut document = Document::default();
    let mut heading = String::new();
    let mut written = String::new();
    let mut row: Vec<Cell> = Vec::new();
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        let line = text[..range.start].matches('\n').count() + 1;
        match event {
            Event::Start(Tag::Heading { .. } | Tag::TableCell) => written.clear(),
            Event::Text(part) | Event::Code(part) => written.push_str(&part),
            Event::End(TagEnd::Heading(HeadingLevel::H1)) => document.title = std::mem::take(&mut written),
            Event::End(TagEnd::Heading(_)) => heading = std::mem::take(&mut written),
            Event::Start(Tag::Table(_)) => {
                document.tables.push(Table { heading: heading.clone(), line, header: Vec::new(), rows: Vec::new() });
            }
            Event::End(TagEnd::TableCell) => row.push(Cell { text: written.trim().to_owned(), line }),
            Event::End(TagEnd::TableHead) => {
                if let Some(table) = document.tables.last_mut() {
                    table.header = std::mem::take(&mut row);
                }
            }
            Event::End(TagEnd::TableRow) => {
                if let Some(table) = document.tables.last_mut() {
                    table.rows.push(std::mem::take(&mut row));
                }
            }
            _ => {}
        }
    }
    document
}
