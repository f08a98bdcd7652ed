//! Pictures of every kind, and what is none.

use image::{ImageEncoder, RgbaImage, codecs::png::PngEncoder};

use super::*;

/// What Exif says of a picture: that its left side is its top.
const ON_ITS_SIDE: &[u8] = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";

const RED: [u8; 3] = [200, 30, 30];
const BLUE: [u8; 3] = [30, 30, 200];

/// Red on its left, and blue on its right.
fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| image::Rgb(if x < width / 2 { RED } else { BLUE }))
}

fn jpeg(picture: &RgbImage, exif: &[u8], profile: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 95);
    encoder.set_exif_metadata(exif.to_vec()).unwrap();
    encoder.set_icc_profile(profile.to_vec()).unwrap();
    encoder.encode_image(picture).unwrap();
    bytes
}

fn read(bytes: &[u8]) -> RgbImage {
    image::load_from_memory_with_format(bytes, ImageFormat::Jpeg).unwrap().into_rgb8()
}

fn close(one: image::Rgb<u8>, other: [u8; 3]) -> bool {
    one.0.iter().zip(other).all(|(one, other)| one.abs_diff(other) < 12)
}

/// A PNG that says that it has so many pixels in a row, and as many rows: each chunk with the checksum that it should have.
fn says(side: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes).write_image(&[0], 1, 1, image::ExtendedColorType::L8).unwrap();
    let head = bytes.windows(4).position(|name| name == b"IHDR").unwrap();
    bytes[head + 4..head + 8].copy_from_slice(&side.to_be_bytes());
    bytes[head + 8..head + 12].copy_from_slice(&side.to_be_bytes());
    let checksum = checksum(&bytes[head..head + 17]);
    bytes[head + 17..head + 21].copy_from_slice(&checksum.to_be_bytes());
    bytes
}

/// CRC-32, as the PNG specification has it.
fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        let step = |sum: u32, _| if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 };
        (0..8).fold(sum ^ u32::from(*byte), step)
    })
}

#[test]
fn a_photo_is_scaled_down_and_upright() {
    let upright = read(&scaled("image/jpeg", &jpeg(&picture(3000, 2000), &[], &[])).unwrap());
    assert_eq!(upright.dimensions(), (1280, 853));
    assert!(close(*upright.get_pixel(10, 400), RED) && close(*upright.get_pixel(1270, 400), BLUE));
    let turned = scaled("image/jpeg", &jpeg(&picture(3000, 2000), ON_ITS_SIDE, &[])).unwrap();
    let (turned, mut said) = (read(&turned), reader("image/jpeg", &turned, UNFOLDED).0.into_decoder().unwrap());
    assert_eq!(said.orientation().unwrap(), Orientation::NoTransforms, "it is not turned twice");
    assert_eq!(turned.dimensions(), (853, 1280));
    assert!(close(*turned.get_pixel(400, 10), RED) && close(*turned.get_pixel(400, 1270), BLUE), "its left is its top");
    // What is small enough only becomes a JPEG.
    let small = read(&scaled("image/jpeg", &jpeg(&picture(300, 200), ON_ITS_SIDE, &[])).unwrap());
    assert_eq!(small.dimensions(), (200, 300));
}

#[test]
fn what_its_colors_mean_stays_unless_it_takes_much() {
    for (profile, kept) in [(vec![7; 600], true), (vec![7; PROFILE + 1], false)] {
        let scaled = scaled("image/jpeg", &jpeg(&picture(1500, 1000), &[], &profile)).unwrap();
        let said = reader("image/jpeg", &scaled, UNFOLDED).0.into_decoder().unwrap().icc_profile().unwrap();
        assert_eq!(said, kept.then_some(profile));
    }
}

#[test]
fn what_is_transparent_becomes_white() {
    let ink = RgbaImage::from_fn(1600, 800, |x, _| Rgba([0, 0, 0, if x < 800 { 255 } else { 0 }]));
    let mut png = Vec::new();
    ink.write_with_encoder(PngEncoder::new(&mut png)).unwrap();
    assert_eq!(pixels("image/png", &png), Some(1600 * 800));
    let shown = read(&scaled("image/png", &png).unwrap());
    assert!(close(*shown.get_pixel(100, 100), [0; 3]) && close(*shown.get_pixel(1200, 100), [255; 3]));
}

#[test]
fn what_would_take_too_much_is_not_unfolded() {
    for (side, said) in [(7000, 49_000_000), (7212, 52_012_944), (15_000, 225_000_000), (30_000, u64::MAX)] {
        let bytes = says(side);
        assert_eq!(pixels("image/png", &bytes), Some(said), "{side}");
        assert_eq!(matches!(scaled("image/png", &bytes), Err(ImageError::Limits(_))), side > 14_000, "{side}");
    }
}

#[test]
fn what_is_no_picture_is_said_to_be_none() {
    let whole = jpeg(&picture(1500, 1000), ON_ITS_SIDE, &[7; 600]);
    // A half is shown as far as it goes, or not at all; nothing stumbles over it.
    for length in (0..whole.len()).step_by(whole.len() / 20) {
        let _ = (pixels("image/jpeg", &whole[..length]), scaled("image/jpeg", &whole[..length]));
    }
    assert!(scaled("image/jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF").is_err());
    for kind in ["image/png", "image/webp", "image/heif", "image/jpeg", "", "x"] {
        assert!(pixels(kind, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").is_none() && scaled(kind, b"RIFF").is_err(), "{kind}");
    }
}
