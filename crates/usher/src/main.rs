//! The `usher` program.

fn main() {
    if let Ok(json) = usher_api::document().to_pretty_json() {
        println!("{json}");
    }
}
