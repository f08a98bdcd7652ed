//! The run's medians as one table.

use std::path::Path;

/// The benchmark, what one iteration holds, what it is compared with, and what it aims at in nanoseconds.
const ROWS: [(&str, &str, f64, &str, &str); 11] = [
    ("decide", "decision with its reason", 10.0, "hand decide", "25"),
    ("hand decide", "— by hand", 10.0, "hand decide", ""),
    ("cedar prebuilt", "— cedar-policy, a policy for each role and cell, entities prebuilt", 10.0, "hand decide", ""),
    ("cedar fresh", "— the same, entities fresh", 10.0, "hand decide", ""),
    ("casbin", "— casbin, a line for each cell that gives", 10.0, "hand decide", ""),
    ("facts", "caller from 26 rows", 1.0, "hand facts", "200"),
    ("hand facts", "— by hand", 1.0, "hand facts", ""),
    ("matches", "row through the filter", 100.0, "hand matches", ""),
    ("hand matches", "— by hand", 100.0, "hand matches", ""),
    ("filter", "view filter built", 1.0, "", "5000"),
    ("explain", "deny explained", 1.0, "", "1000"),
];

/// Prints the table, or nothing where a run measured nothing.
pub fn print(output: &Path) {
    let median = |name: &str, count: f64| {
        let text = std::fs::read_to_string(output.join(name).join("new/estimates.json")).ok()?;
        let estimates: serde_json::Value = serde_json::from_str(&text).ok()?;
        Some(estimates["median"]["point_estimate"].as_f64()? / count)
    };
    if median("decide", 1.0).is_none() {
        return;
    }
    println!("\n| what | median, ns | by hand = 1 | aim, ns |\n| :--- | ---: | ---: | ---: |");
    for (name, what, count, bar, aim) in ROWS {
        let Some(ns) = median(name, count) else { continue };
        let ratio = median(bar, count).map_or(String::new(), |bar| format!("{:.1}", ns / bar));
        println!("| {what} | {ns:.1} | {ratio} | {aim} |");
    }
}
