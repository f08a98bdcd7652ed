//! What a request costs, over HTTP on one machine, beside the least that a request with a query could cost.
//!
//! `make bench` runs it. Everything is a ratio within this one run: the load generator, the servers and Postgres share the
//! machine's cores, so the rates say little about any other machine.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a benchmark may panic")]

mod scene;

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use actix_web::{App, HttpResponse, HttpServer, web};
use scene::{filled, inspected};
use sqlx::{PgPool, postgres::PgPoolOptions};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use usher_tests::{Organization, Person, World, json};
use uuid::Uuid;

// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CONNECTIONS: usize = 16;
const MEASURED: Duration = Duration::from_secs(5);

/// Sends one request over and over on one connection and reads each answer to its end.
struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    async fn connect(base: &str) -> Self {
        let stream = TcpStream::connect(base.trim_start_matches("http://")).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, buffer: Vec::with_capacity(1 << 16) }
    }

    /// Returns the status.
    async fn send(&mut self, request: &[u8]) -> u16 {
        self.stream.write_all(request).await.unwrap();
        self.buffer.clear();
        loop {
            assert!(self.stream.read_buf(&mut self.buffer).await.unwrap() > 0, "the server hung up");
            let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
            let head = std::str::from_utf8(&self.buffer[..end]).unwrap().to_ascii_lowercase();
            let length =
                head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.trim().parse().ok());
            if self.buffer.len() >= end + 4 + length.unwrap_or(0usize) {
                return head[9..12].parse().unwrap();
            }
        }
    }
}

fn request(method: &str, path: &str, token: &str, body: Option<&str>) -> Vec<u8> {
    let body = body.map_or_else(String::new, |body| {
        format!("content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len())
    });
    let end = if body.is_empty() { "\r\n" } else { "" };
    format!("{method} {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\n{body}{end}").into_bytes()
}

/// Requests a second from 16 connections.
async fn rate(base: &str, expected: u16, request: Vec<u8>) -> f64 {
    static DONE: AtomicU64 = AtomicU64::new(0);
    let mut tasks = Vec::new();
    let warm = Instant::now() + Duration::from_secs(1);
    for _ in 0..CONNECTIONS {
        let (base, request) = (base.to_owned(), request.clone());
        tasks.push(tokio::spawn(async move {
            let mut client = Client::connect(&base).await;
            while Instant::now() < warm {
                assert_eq!(client.send(&request).await, expected);
            }
            while Instant::now() < warm + MEASURED {
                assert_eq!(client.send(&request).await, expected);
                DONE.fetch_add(1, Ordering::Relaxed);
            }
        }));
    }
    DONE.store(0, Ordering::Relaxed);
    for task in tasks {
        task.await.unwrap();
    }
    DONE.swap(0, Ordering::Relaxed) as f64 / MEASURED.as_secs_f64()
}

/// The median time of each of several requests, asked in turn on one connection.
async fn medians(base: &str, requests: &[Vec<u8>]) -> Vec<Duration> {
    let mut client = Client::connect(base).await;
    let mut times = vec![Vec::new(); requests.len()];
    for _ in 0..400 {
        for (request, times) in requests.iter().zip(&mut times) {
            let started = Instant::now();
            assert_eq!(client.send(request).await, 200);
            times.push(started.elapsed());
        }
    }
    times
        .into_iter()
        .map(|mut times| {
            times.sort_unstable();
            times[times.len() / 2]
        })
        .collect()
}

/// An actix server with one handler: a primary-key select through sqlx's pool, as JSON.
async fn bare_server(url: &str) -> String {
    async fn read(pool: web::Data<PgPool>, path: web::Path<(Uuid, Uuid)>) -> HttpResponse {
        let (org, id) = path.into_inner();
        let row: (i64, String, String, String, String) = sqlx::query_as(
            "select number, subject, description, status, priority from tickets where org_id = $1 and id = $2",
        )
        .bind(org)
        .bind(id)
        .fetch_one(&**pool)
        .await
        .unwrap();
        HttpResponse::Ok().json(json!({
            "number": row.0, "subject": row.1, "description": row.2, "status": row.3, "priority": row.4
        }))
    }
    let pool = PgPoolOptions::new().max_connections(16).test_before_acquire(false).connect(url).await.unwrap();
    let pool = web::Data::new(pool);
    let server = HttpServer::new(move || App::new().app_data(pool.clone()).route("/{org}/{id}", web::get().to(read)))
        .workers(2)
        .disable_signals()
        .bind("127.0.0.1:0")
        .unwrap();
    let base = format!("http://{}", server.addrs()[0]);
    tokio::spawn(server.run());
    base
}

#[tokio::main]
async fn main() {
    let large: i32 = std::env::var("USHER_BENCH_TICKETS").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let world = World::start_for_load().await;
    scene::prepare(&world).await;
    let bare = bare_server(&world.database_url()).await;
    let (small_org, small_member) = filled(&world, 10_000).await;

    let first = small_member.get(&format!("{}/desk/tickets?limit=20", small_org.path)).await.is(200);
    let ticket = first["items"][0]["id"].as_str().unwrap().to_owned();
    let checks = |number: usize| {
        let tickets = first["items"].as_array().unwrap().iter().take(number);
        let checks = tickets.map(|ticket| json!({"permission": "ticket.reply", "resource_id": ticket["id"]}));
        json!({"checks": checks.collect::<Vec<_>>()}).to_string()
    };
    let team = first["items"][0]["team_id"].as_str().unwrap().to_owned();
    let token = small_member.token.clone().unwrap();
    let tickets = format!("{}/desk/tickets", small_org.path);
    let new = json!({"subject": "Help", "description": "Something is the matter.", "team_id": team}).to_string();

    let base = world.base().to_owned();
    let floor = rate(&bare, 200, request("GET", &format!("/{}/{ticket}", small_org.id), "", None)).await;
    let read = rate(&base, 200, request("GET", &format!("{tickets}/{ticket}"), &token, None)).await;
    let list = rate(&base, 200, request("GET", &format!("{tickets}?limit=20"), &token, None)).await;
    let create = rate(&base, 201, request("POST", &tickets, &token, Some(&new))).await;
    let check = format!("{}/access/check", small_org.path);
    let one = rate(&base, 200, request("POST", &check, &token, Some(&checks(1)))).await;
    let twenty = rate(&base, 200, request("POST", &check, &token, Some(&checks(20)))).await;
    println!("| over HTTP, {CONNECTIONS} connections | requests a second | beside the bare select |");
    println!("| --- | ---: | ---: |");
    for (what, rate) in [
        ("bare actix + sqlx, one primary-key select", floor),
        ("read a ticket", read),
        ("list 20 tickets, member of 5 teams", list),
        ("create a ticket", create),
        ("check 1 permission on a ticket", one),
        ("check 20 permissions on 20 tickets", twenty),
    ] {
        println!("| {what} | {rate:.0} | {:.2} |", rate / floor);
    }

    let lists = ["", "&include=permissions"]
        .map(|include| request("GET", &format!("{tickets}?limit=50{include}"), &token, None));
    let [plain, shown] = medians(&base, &lists).await[..] else { unreachable!("two requests, two medians") };
    println!("\n| list 50 tickets | without permissions | with | ratio |\n| --- | ---: | ---: | ---: |");
    let ratio = shown.as_secs_f64() / plain.as_secs_f64();
    println!("| newest first | {} µs | {} µs | {ratio:.2} |", plain.as_micros(), shown.as_micros());

    let what = "tickets, member of 5 of 50 teams";
    let queries = [("newest first", ""), ("last changed first", "&sort=-updated_at"), ("open ones", "&status=open")];
    let (large_org, large_member) = filled(&world, large).await;
    let both = [(&small_org, &small_member), (&large_org, &large_member)];
    compare(&base, what, large, &both.map(|who| list_of(who, "desk/tickets")), &queries).await;

    let [small, much] = [inspected(&world, 10_000).await, inspected(&world, large).await];
    let focused = [(&small.0, &small.1), (&much.0, &much.1)];
    let viewers = [(&small.0, &small.2), (&much.0, &much.2)];
    let queries = [
        ("newest first", ""),
        ("last changed first", "&sort=-updated_at"),
        ("open ones, due first", "&sort=due_on&state=draft,in_progress,reopened"),
        ("submitted ones", "&state=submitted"),
        ("newest first, with how many there are", "&include=total"),
    ];
    for (who, both) in [("focused contributor", focused), ("viewer", viewers)] {
        let what = format!("inspections, {who} of 5 of 50 teams");
        compare(&base, &what, large, &both.map(|who| list_of(who, "field/inspections")), &queries).await;
    }
    let owners = [&small, &much].map(|(org, ..)| (org, &org.owner));
    for (who, both) in [("owner", owners), ("focused contributor of 5 of 50 teams", focused)] {
        let queries = [("by name", ""), ("with how many there are", "&include=total")];
        compare(&base, &format!("sites, {who}"), large, &both.map(|who| list_of(who, "field/sites")), &queries).await;
    }
    let what = "reports, focused contributor of 5 of 50 teams";
    compare(&base, what, large, &focused.map(|who| list_of(who, "field/reports")), &[("submitted last first", "")])
        .await;
}

/// A list that somebody reads: its path up to the query, and their token.
fn list_of((org, member): (&Organization, &Person), list: &str) -> (String, String) {
    (format!("{}/{list}?limit=20", org.path), member.token.clone().unwrap())
}

/// Prints what the same lists take where there is little, and where there is much.
async fn compare(base: &str, what: &str, large: i32, lists: &[(String, String); 2], queries: &[(&str, &str)]) {
    println!("\n| list 20 {what} | of 10,000 | of {large} | ratio |");
    println!("| --- | ---: | ---: | ---: |");
    for (name, query) in queries {
        let both = lists.each_ref().map(|(path, token)| request("GET", &format!("{path}{query}"), token, None));
        let [small, large] = medians(base, &both).await[..] else { unreachable!("two requests, two medians") };
        let ratio = large.as_secs_f64() / small.as_secs_f64();
        println!("| {name} | {} µs | {} µs | {ratio:.2} |", small.as_micros(), large.as_micros());
    }
}
