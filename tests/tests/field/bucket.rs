//! Files in a bucket that speaks S3: as much of it as is asked of one.

use std::{
    collections::BTreeMap,
    net::TcpListener,
    sync::{Arc, Mutex},
};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, http::Method as Asked, web};
use reqwest::Method;
use usher_tests::{World, json, png};

/// What is in the bucket; nothing is told while it is down.
#[derive(Clone, Default)]
struct Bucket {
    objects: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
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
        Asked::GET => objects.get(key).map_or_else(
            || HttpResponse::NotFound().finish(),
            |bytes| {
                let modified = ("last-modified", "Sat, 28 Feb 2026 09:00:00 GMT");
                HttpResponse::Ok().insert_header(("etag", "\"1\"")).insert_header(modified).body(bytes.clone())
            },
        ),
        Asked::DELETE => {
            objects.remove(key);
            HttpResponse::NoContent().finish()
        }
        _ => HttpResponse::MethodNotAllowed().finish(),
    }
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
