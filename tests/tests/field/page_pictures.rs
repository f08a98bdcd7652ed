//! The photos of a report's page, as phones take them; and pages that are not taken.

use base64::{Engine, engine::general_purpose::STANDARD};
use image::{DynamicImage, ImageFormat, RgbImage};
use reqwest::Method;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use usher_tests::{Field, World, json, png};

use super::photos::{add, inspection};

/// What Exif says of a picture: that its left side is its top.
const ON_ITS_SIDE: &[u8] = b"\xff\xe1\0\x22Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";

/// A PNG of 69 bytes that says it has 30,000 pixels in each of 30,000 rows.
const BOMB: &str = "iVBORw0KGgoAAAANSUhEUgAAdTAAAHUwCAAAAABDTKdmAAAADElEQVR4nGNgoD0AAABkAAGGZDw1AAAAAElFTkSuQmCC";

/// A photo of 12 megapixels, taken with the phone on its side: some four megabytes.
fn photo() -> Vec<u8> {
    let (width, height) = (4000, 3000);
    let mut noise = 1_u32;
    let mut pixels = Vec::with_capacity(width * height * 3);
    for at in 0..width * height {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let light = u8::try_from((at % width) / 32 + (noise >> 26) as usize).unwrap();
        pixels.extend([light; 3]);
    }
    let picture = RgbImage::from_raw(4000, 3000, pixels).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("photo.jpg");
    DynamicImage::from(picture).save_with_format(&path, ImageFormat::Jpeg).unwrap();
    let jpeg = std::fs::read(path).unwrap();
    [&jpeg[..2], ON_ITS_SIDE, &jpeg[2..]].concat()
}

/// Submits an inspection. Returns the path of its report's page.
async fn submitted(field: &Field, inspection: &str) -> String {
    field.full.put_if(&format!("{inspection}/answers/exits"), "*", json!({"value": "Yes"})).await.is(200);
    field.full.post_empty(&format!("{inspection}/submit")).await.is(200);
    format!("{}/page", inspection.replace("/inspections/", "/reports/"))
}

/// The photos that stand in a page, each as its bytes.
fn shown(page: &str) -> Vec<Vec<u8>> {
    let photos = page.split("src=\"data:image/").skip(1);
    photos.map(|it| STANDARD.decode(it.split_once("base64,").unwrap().1.split('"').next().unwrap()).unwrap()).collect()
}

#[tokio::test]
async fn a_page_shows_a_dozen_photos_as_a_phone_takes_them() {
    let world = World::start().await;
    let field = world.field().await;
    let path = inspection(&field, &field.full, false).await;
    let photo = photo();
    assert!((3_000_000..5_000_000).contains(&photo.len()), "{}", photo.len());
    for _ in 0..12 {
        add(&field.full, &path, "?taken_at=2026-02-28T23:30:00Z", photo.clone()).await.is(201);
    }
    let page = submitted(&field, &path).await;
    let page = field.full.get(&format!("{page}?time_zone=Europe/Berlin")).await.is(200);
    let page = page.as_str().unwrap();
    let photos = shown(page);
    assert_eq!((photos.len(), page.matches("does not show").count()), (12, 0));
    let photo = image::load_from_memory_with_format(&photos[0], ImageFormat::Jpeg).unwrap().into_rgb8();
    assert_eq!(photo.dimensions(), (960, 1280), "upright");
    assert!(photo.get_pixel(480, 20).0[0] < 60 && photo.get_pixel(480, 1260).0[0] > 130, "its left is its top");
    assert_eq!(page.matches("1 March 2026, 00:30 CET").count(), 12, "by the clock of the page");
}

#[tokio::test]
async fn a_page_names_what_nobody_is_to_unfold_and_shows_the_rest() {
    let world = World::start().await;
    let field = world.field().await;
    let path = inspection(&field, &field.full, false).await;
    let mut half = photo();
    half.truncate(half.len() / 2);
    let mut none = b"\xff\xd8\xff\xe0\0\x10JFIF".to_vec();
    none.resize(9 * 1024 * 1024, 0);
    // One that comes first, one that is cut off, two that are none: the second does not fit. And one that is small.
    for bytes in [STANDARD.decode(BOMB).unwrap(), half, none.clone(), none.clone(), png("small")] {
        add(&field.full, &path, "", bytes).await.is(201);
    }
    let logo = format!("{}/branding/logo", field.organization.path);
    field.owner().send_image(Method::PUT, &logo, STANDARD.decode(BOMB).unwrap()).await.is(200);
    let page = submitted(&field, &path).await;
    let html = field.full.get(&page).await.is(200).as_str().unwrap().to_owned();
    let photos = shown(&html);
    assert_eq!(photos.len(), 3);
    assert!(photos[0].len() < 1024 * 1024, "the half is scaled down");
    assert_eq!((&photos[1], &photos[2]), (&none, &png("small")));
    assert!(html.contains("does not show: PNG, 0.0 MB") && html.contains("does not show: JPEG, 9.4 MB"), "{html}");
    assert!(!html.contains(BOMB), "nor is it the logo");
    // What comes after too much is not even read.
    world.arrange("update files set size = 257 * 1024 * 1024 where size = 9 * 1024 * 1024").await;
    let html = field.full.get(&page).await.is(200).as_str().unwrap().to_owned();
    assert_eq!((shown(&html).len(), html.matches("does not show: JPEG, 269.5 MB").count()), (2, 2));
}

/// Whoever does not take their pages has so many of them, and keeps nobody else waiting.
#[tokio::test]
async fn pages_that_are_not_taken_are_bounded() {
    let world = World::start_with_room(4 * 40_000_000).await;
    let field = world.field().await;
    let path = inspection(&field, &field.full, false).await;
    let mut large = png("large");
    large.resize(9 * 1024 * 1024, 0);
    add(&field.full, &path, "", large.clone()).await.is(201);
    large.truncate(6 * 1024 * 1024);
    add(&field.full, &path, "", large).await.is(201);
    let page = submitted(&field, &path).await;
    let length = field.full.get(&page).await.is(200).as_str().unwrap().len();
    assert!((20_000_000..22_000_000).contains(&length), "{length}");
    let mut slow = TcpStream::connect(world.base().trim_start_matches("http://")).await.unwrap();
    let token = field.full.token.as_deref().unwrap();
    let head = format!("GET {page} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n");
    slow.write_all(head.as_bytes()).await.unwrap();
    assert_eq!(slow.read_u8().await.unwrap(), b'H', "it has begun to come");
    let refused = field.full.get(&page).await;
    assert_eq!(refused.headers["retry-after"], "2");
    refused.problem(503, "unavailable");
    // What it took is free again when it is read, or when nobody is there any more.
    let mut taken = vec![0; length];
    slow.read_exact(&mut taken).await.unwrap();
    field.full.get(&page).await.is(200);
    slow.write_all(head.as_bytes()).await.unwrap();
    drop(slow);
    for _ in 0..100 {
        if field.full.get(&page).await.status == 200 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("it is never free again");
}
