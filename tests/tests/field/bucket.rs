//! Files in a bucket that speaks S3: as much of it as is asked of one. What is large is asked for piece by piece.

use std::{
    collections::BTreeMap,
    net::TcpListener,
    ops::Range,
    sync::{Arc, Mutex},
};

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    http::{Method as Asked, StatusCode as Status},
    web,
};
use reqwest::Method;
use usher_tests::{World, json, png};

use super::photos::{add, inspection, text};

/// What is in the bucket; nothing is told while it is down.
#[derive(Clone, Default)]
struct Bucket {
    objects: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    /// What was read: by which method, and how many bytes.
    read: Arc<Mutex<Vec<(Asked, usize)>>>,
    down: Arc<Mutex<bool>>,
}

impl Bucket {
    fn keys(&self) -> Vec<String> {
        self.objects.lock().unwrap().keys().cloned().collect()
    }

    /// Starts it. Returns its address.
    fn start(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let bucket = self.clone();
        let server = HttpServer::new(move || {
            let large = web::PayloadConfig::new(16 << 20);
            App::new().app_data(web::Data::new(bucket.clone())).app_data(large).default_service(web::to(answer))
        });
        tokio::spawn(server.workers(1).listen(listener).unwrap().run());
        address
    }
}

async fn answer(bucket: web::Data<Bucket>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let signed = request.headers().get("authorization").map_or("", |it| it.to_str().unwrap());
    if *bucket.down.lock().unwrap() {
        return HttpResponse::ServiceUnavailable().finish();
    }
    if !signed.starts_with("AWS4-HMAC-SHA256 Credential=our-key/") {
        return HttpResponse::Forbidden().finish();
    }
    let Some(key) = request.path().strip_prefix("/photos/") else { return HttpResponse::NotFound().finish() };
    let mut objects = bucket.objects.lock().unwrap();
    match *request.method() {
        Asked::PUT => {
            objects.insert(key.to_owned(), body.to_vec());
            HttpResponse::Ok().insert_header(("etag", "\"1\"")).finish()
        }
        Asked::GET | Asked::HEAD => objects.get(key).map_or_else(
            || HttpResponse::NotFound().finish(),
            |bytes| {
                let part = part(&request, bytes.len());
                bucket.read.lock().unwrap().push((request.method().clone(), part.len()));
                let range = format!("bytes {}-{}/{}", part.start, part.end - 1, bytes.len());
                let ranged = request.headers().contains_key("range");
                let mut answer = HttpResponse::build(if ranged { Status::PARTIAL_CONTENT } else { Status::OK });
                answer.insert_header(("content-range", range)).insert_header(("etag", "\"1\""));
                let modified = ("last-modified", "Sat, 28 Feb 2026 09:00:00 GMT");
                answer.insert_header(modified).body(bytes[part].to_vec())
            },
        ),
        Asked::DELETE => {
            objects.remove(key);
            HttpResponse::NoContent().finish()
        }
        _ => HttpResponse::MethodNotAllowed().finish(),
    }
}

/// Which of so many bytes are asked for.
fn part(request: &HttpRequest, size: usize) -> Range<usize> {
    let Some(range) = request.headers().get("range") else { return 0..size };
    let (start, last) = range.to_str().unwrap().strip_prefix("bytes=").unwrap().split_once('-').unwrap();
    start.parse().unwrap()..size.min(last.parse::<usize>().unwrap() + 1)
}

fn access(endpoint: &str) -> [(&str, &str); 5] {
    [
        ("AWS_ENDPOINT", endpoint),
        ("AWS_ALLOW_HTTP", "true"),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "our-key"),
        ("AWS_SECRET_ACCESS_KEY", "our-secret"),
    ]
}

#[tokio::test]
async fn files_are_kept_in_a_bucket_too() {
    let bucket = Bucket::default();
    let world = World::start_with_bucket("s3://photos/of/usher", &access(&bucket.start())).await;
    let org = world.organization("field").await;
    let (by, logo) = (&org.owner, format!("{}/branding/logo", org.path));
    by.send_image(Method::PUT, &logo, png("one")).await.is(200);
    let file = world.look("select id from files").await.unwrap();
    assert_eq!(bucket.keys(), [format!("of/usher/{}/{file}", org.id)]);
    let shown = by.request(Method::GET, &logo).send().await.unwrap();
    assert_eq!(shown.bytes().await.unwrap(), png("one"));
    by.send_image(Method::PUT, &logo, png("two")).await.is(200);
    assert_eq!(bucket.keys().len(), 2, "the one before stays for who is reading it");
    world.remove_objects().await;
    assert_eq!(bucket.keys().len(), 1);

    *bucket.down.lock().unwrap() = true;
    by.send_image(Method::PUT, &logo, png("three")).await.problem(503, "files_unavailable");
    by.get(&logo).await.problem(503, "files_unavailable");
    by.delete(&logo).await.is(204);
    world.remove_objects().await;
    *bucket.down.lock().unwrap() = false;
    assert_eq!(bucket.keys().len(), 1, "it could not be removed");
    world.remove_objects().await;
    assert_eq!(bucket.keys(), [""; 0]);
    assert_eq!(world.look("select count(*) from file_removals").await.unwrap(), "0");
    assert_eq!(by.get(&format!("{}/branding", org.path)).await.is(200)["logo"], json!(null));
}

/// A phone that reads slowly takes little memory, and whoever asks how large a photo is makes nobody read it.
#[tokio::test]
async fn what_is_large_is_read_piece_by_piece_and_for_head_not_at_all() {
    let bucket = Bucket::default();
    let world = World::start_with_bucket("s3://photos", &access(&bucket.start())).await;
    let field = world.field().await;
    let path = inspection(&field, &field.full, false).await;
    let mut bytes = png("large");
    bytes.extend((0..5_000_000_u32).map(|at| (at / 1000 % 251) as u8));
    let id = text(&add(&field.full, &path, "", bytes.clone()).await.is(201), "id");
    let content = format!("{path}/photos/{id}/content");
    let head = field.full.send(field.full.request(Method::HEAD, &content)).await;
    let (tag, length) = (head.etag(), bytes.len().to_string());
    assert_eq!(head.headers["content-length"], &*length);
    assert_eq!(head.is(200), "");
    let known = field.full.request(Method::GET, &content).header("if-none-match", &tag);
    field.full.send(known).await.is(304);
    assert!(bucket.read.lock().unwrap().iter().all(|(method, _)| *method == Asked::HEAD), "nothing was read");
    let got = field.full.request(Method::GET, &content).header("accept-encoding", "gzip").send().await.unwrap();
    assert_eq!(got.headers()["content-length"], *length);
    assert_eq!(got.headers()["etag"], *tag);
    assert!(got.bytes().await.unwrap() == bytes);
    let read = bucket.read.lock().unwrap().clone();
    let pieces: Vec<usize> =
        read.into_iter().filter(|(method, _)| *method == Asked::GET).map(|(_, size)| size).collect();
    assert_eq!((pieces.len(), pieces.iter().sum()), (10, bytes.len()));
    assert!(pieces.iter().all(|size| *size <= 512 * 1024));
    bucket.objects.lock().unwrap().clear();
    for method in [Method::GET, Method::HEAD] {
        assert_eq!(field.full.send(field.full.request(method, &content)).await.status, 503, "it is lost");
    }
}

#[tokio::test]
async fn a_bucket_that_does_not_know_us_keeps_nothing() {
    let bucket = Bucket::default();
    let endpoint = bucket.start();
    let access = access(&endpoint).map(|(name, value)| (name, if value == "our-key" { "another" } else { value }));
    let world = World::start_with_bucket("s3://photos", &access).await;
    let org = world.organization("field").await;
    let logo = format!("{}/branding/logo", org.path);
    org.owner.send_image(Method::PUT, &logo, png("one")).await.problem(503, "files_unavailable");
    assert_eq!(world.look("select count(*) from files").await.unwrap(), "0");
}
