//! The `usher` program: serve, migrate, load the demo, print the contract or the access models.

mod banner;
mod command;
mod database;
mod demo;
mod serve;

use std::process::ExitCode;

use clap::Parser;
use command::{Command, Options};
use usher_api::Files;

// Most of what a request costs beside the database is many small allocations.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What a user is told when the program cannot go on.
type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let options = Options::parse();
    match run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("usher: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> Result<(), Failure> {
    match options.command.clone().unwrap_or_default() {
        Command::Openapi => {
            println!("{}", serde_json::to_string_pretty(&usher_api::document())?);
            Ok(())
        }
        Command::Permissions => {
            println!("{}", usher_api::permissions_page());
            Ok(())
        }
        Command::Migrate => {
            let database = database::open(&options.database)?;
            block_on(database.migrate())?;
            println!("The schema is up to date.");
            Ok(())
        }
        Command::Demo => {
            let database = database::open(&options.database)?;
            block_on(async {
                database.migrate().await?;
                let store = database.store(options.database.connections.get()).await?;
                let files = Files::open(&serve::files(&options.database))?;
                if demo::load(&database.database, &store, &files).await? {
                    println!("The demo is loaded.\n\n{}", banner::people());
                } else {
                    println!("There are organizations already: the demo is for an empty database.");
                }
                Ok(())
            })
        }
        Command::Serve => serve::run(&options),
    }
}

fn block_on<T>(future: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(future)
}
