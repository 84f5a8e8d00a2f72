//! Images to upload.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

/// An image of this size, with some colour in it.
pub(crate) fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let colour = |x: u32, y: u32| Rgb([x * 7, y * 5, x * y].map(|value| value.to_le_bytes()[0]));
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::from_fn(width, height, colour).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

pub(crate) fn png() -> Vec<u8> {
    picture(3, 2, ImageFormat::Png)
}
