//! Lists as tables for a spreadsheet.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use chrono::{DateTime, SecondsFormat, Utc};
use usher_store::PageRequest;

use super::{Answer, Include, Problem, page_request};

/// The most rows of one file: what is made in memory is bounded. Where there are more, the file says where to go on.
const ROWS: u32 = 10_000;

/// The header that holds the cursor of the next file, if there is one.
pub const NEXT_CURSOR: &str = "next-cursor";

/// Which part of a list a file is to hold.
///
/// # Errors
/// The cursor is none of this list in this order.
pub fn table_request(cursor: Option<&str>, sort: &str) -> Result<PageRequest, Problem> {
    Ok(PageRequest { limit: ROWS, ..page_request(None, cursor, sort, Include::default())? })
}

/// Answers with a CSV file of this name.
///
/// # Errors
/// Never in truth: the file is made in memory.
pub fn table<const N: usize>(
    name: &str,
    header: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
    next_cursor: Option<&str>,
) -> Answer {
    let file = csv_of(header, rows).map_err(|error| {
        tracing::error!(%error, "a table could not be written");
        let detail = "Something went wrong on our side. Nothing was changed.";
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", detail)
    })?;
    let mut answer = HttpResponse::Ok();
    answer
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")))
        .insert_header((header::CACHE_CONTROL, "no-store"));
    if let Some(cursor) = next_cursor {
        answer.insert_header((NEXT_CURSOR, cursor));
    }
    Ok(answer.body(file))
}

/// A value in a cell; one that is not there leaves it empty.
pub fn cell(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// A time as a cell.
#[must_use]
pub fn time_cell(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn csv_of<const N: usize>(header: [&str; N], rows: impl Iterator<Item = [String; N]>) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header)?;
    for row in rows {
        writer.write_record(row.map(harmless))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// A cell that no spreadsheet takes for a formula: not behind what is not seen either, nor in the width of Chinese letters.
/// What looks as if it had been made harmless is made so once more: so what was there can be had back.
fn harmless(cell: String) -> String {
    let begins = cell.trim_start_matches(|c: char| c == '\'' || c == '\n' || (UNSEEN.contains(&c)));
    if begins.starts_with(FORMULA) { format!("'{cell}") } else { cell }
}

/// What a formula begins with, or what a spreadsheet takes for that.
const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// Letters without a width, and spaces.
const UNSEEN: [char; 9] =
    [' ', '\u{a0}', '\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{feff}', '\u{200e}', '\u{200f}'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_formula_is_text_and_what_holds_a_comma_is_one_cell() {
        let cells = [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "＝1",
            "＋1",
            "－1",
            "＠x",
            "\u{200b}=1",
            " \u{feff}=1",
            "'=1",
            "''=1",
            "Ada \"the\" first",
            "a=b",
            "x, y",
            "'t Hooft",
            "\u{200b}x",
            "–1",
        ];
        let table = csv_of(["cell", "rest"], cells.iter().map(|cell| [(*cell).to_owned(), String::new()])).unwrap();
        let mut reader = csv::Reader::from_reader(table.as_slice());
        let read: Vec<String> = reader.records().map(|record| record.unwrap()[0].to_owned()).collect();
        let as_they_were = cells.len() - 6;
        let (made_harmless, left) = read.split_at(as_they_were);
        assert!(made_harmless.iter().zip(cells).all(|(cell, was)| *cell == format!("'{was}")), "{made_harmless:?}");
        assert_eq!(left, &cells[as_they_were..]);
    }
}
