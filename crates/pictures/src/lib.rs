//! Photos made as small as a page shows them: scaled down, upright, and of a kind that every browser knows. Whatever the bytes
//! are, they take bounded memory, and no other crate unfolds them. Pure: no I/O.
//!
//! A crate of its own, because it is built with optimization where the rest is not: decoders are generic, and are compiled where
//! they are used.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder, ImageEncoder, ImageError, ImageFormat, ImageReader, ImageResult, Limits, Pixel,
    RgbImage, Rgba, codecs::jpeg::JpegEncoder, metadata::Orientation,
};

/// The longest side of what is scaled down: on paper, where a page shows a photo 6 cm wide, that is 500 dots to an inch.
pub const LONGEST: u32 = 1280;

/// How many pixels a picture has at most: as many as a phone's camera of 50 megapixels makes. Beyond that neither we nor its
/// reader's browser is to unfold it.
pub const MOST_PIXELS: u64 = 52_000_000;

/// What a picture that was scaled down is.
pub const SCALED_KIND: &str = "image/jpeg";

/// Its quality, of 100.
const QUALITY: u8 = 80;

/// How long a side may be of what is read.
const LONGEST_READ: u32 = 20_000;

/// How many bytes its pixels may take: four for each.
const UNFOLDED: u64 = MOST_PIXELS * 4;

/// And how many what stands before them.
const SAID: u64 = 16 * 1024 * 1024;

/// The largest colour profile that is kept. A phone's has 600 bytes.
const PROFILE: usize = 32 * 1024;

/// How many pixels a picture says that it has, if what it says is understood.
#[must_use]
pub fn pixels(content_type: &str, bytes: &[u8]) -> Option<u64> {
    match reader(content_type, bytes, SAID).0.into_dimensions() {
        Ok((width, height)) => Some(u64::from(width) * u64::from(height)),
        Err(ImageError::Limits(_)) => Some(u64::MAX),
        Err(_) => None,
    }
}

/// A picture as a JPEG that is no larger than a page needs, and upright: it says no more how it is to be turned.
///
/// # Errors
/// It cannot be read, or not in the room that it may take.
pub fn scaled(content_type: &str, bytes: &[u8]) -> ImageResult<Vec<u8>> {
    let (reader, mut limits) = reader(content_type, bytes, UNFOLDED);
    let mut decoder = reader.into_decoder()?;
    limits.reserve(decoder.total_bytes())?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = profile(&mut decoder);
    let mut image = DynamicImage::from_decoder(decoder)?;
    if image.width().max(image.height()) > LONGEST {
        image = image.thumbnail(LONGEST, LONGEST);
    }
    image.apply_orientation(orientation);
    let mut jpeg = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, QUALITY);
    if let Some(profile) = profile {
        encoder.set_icc_profile(profile).unwrap_or_default();
    }
    encoder.encode_image(&on_white(image))?;
    Ok(jpeg)
}

/// A picture that takes so many bytes at most to read, and what it may take beside.
fn reader<'a>(content_type: &str, bytes: &'a [u8], most: u64) -> (ImageReader<Cursor<&'a [u8]>>, Limits) {
    let mut reader = ImageReader::new(Cursor::new(bytes));
    if let Some(format) = ImageFormat::from_mime_type(content_type) {
        reader.set_format(format);
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_READ);
    limits.max_image_height = Some(LONGEST_READ);
    limits.max_alloc = Some(most);
    reader.limits(limits.clone());
    (reader, limits)
}

/// What its colours mean, where they go on meaning it: phones see more red and green than a browser takes for granted.
fn profile(decoder: &mut impl ImageDecoder) -> Option<Vec<u8>> {
    use image::ExtendedColorType::{Rgb8, Rgb16, Rgba8, Rgba16};
    let colored = matches!(decoder.original_color_type(), Rgb8 | Rgb16 | Rgba8 | Rgba16);
    let profile = decoder.icc_profile().ok().flatten().filter(|profile| profile.len() <= PROFILE);
    profile.filter(|_| colored)
}

/// A JPEG has nothing transparent: a signature is black on white, and not on black.
fn on_white(image: DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.into_rgb8();
    }
    let image = image.into_rgba8();
    RgbImage::from_fn(image.width(), image.height(), |x, y| {
        let mut white = Rgba([u8::MAX; 4]);
        white.blend(image.get_pixel(x, y));
        white.to_rgb()
    })
}

#[cfg(test)]
mod tests;
