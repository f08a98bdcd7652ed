//! Applies a folder of migrations to a database: `apply-migrations FOLDER URL`.
//!
//! The store does this itself when it starts, but it cannot be compiled before its checked SQL has been looked at, and
//! that takes a database with the tables in it.

use std::path::Path;

use sqlx::migrate::Migrator;
use sqlx::{Connection, PgConnection};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [folder, url] = args.as_slice() else { return Err("usage: apply-migrations FOLDER URL".into()) };
    let mut connection = PgConnection::connect(url).await?;
    Migrator::new(Path::new(folder)).await?.run(&mut connection).await?;
    Ok(())
}
