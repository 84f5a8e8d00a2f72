//! What is made of an image.

use std::io::Cursor;

use functions::image::{Decoded, Limits, NotAnImage, decode};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageFormat, ImageResult};

/// The longest side of a processed image, in pixels.
pub const PROCESSED_SIDE: u32 = 1_024;

/// The longest side of a thumbnail, in pixels.
pub const THUMBNAIL_SIDE: u32 = 128;

/// Of 1 to 100: above it, files grow faster than what can be seen of it.
const JPEG_QUALITY: u8 = 85;

/// What is made of an image, encoded as the image was, and without what the image said besides its pixels: where and
/// when it was taken, and with what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renditions {
    /// The image with its longest side at most [`PROCESSED_SIDE`].
    pub processed: Vec<u8>,
    /// The image with its longest side at most [`THUMBNAIL_SIDE`].
    pub thumbnail: Vec<u8>,
    /// The media type of both.
    pub content_type: &'static str,
}

/// Makes the renditions of an encoded image; of an animation, of its first picture. None is larger than the image.
///
/// # Errors
/// When `bytes` are no image within `limits`.
pub fn of(bytes: &[u8], limits: Limits) -> Result<Renditions, NotAnImage> {
    let decoded = decode(bytes, limits)?;
    let (format, name) = (decoded.format, decoded.format_name());
    let processed = upright(decoded, PROCESSED_SIDE);
    let thumbnail = encoded(&within(processed.clone(), THUMBNAIL_SIDE), format);
    let failed = |error: image::ImageError| NotAnImage::Damaged { format: name, problem: error.to_string() };
    Ok(Renditions {
        processed: encoded(&processed, format).map_err(failed)?,
        thumbnail: thumbnail.map_err(failed)?,
        content_type: format.to_mime_type(),
    })
}

/// The image as it was taken. It is turned when it is small: turning takes a copy, and the box is a square.
fn upright(decoded: Decoded, side: u32) -> DynamicImage {
    let mut image = within(decoded.image, side);
    image.apply_orientation(decoded.orientation);
    image
}

fn within(image: DynamicImage, side: u32) -> DynamicImage {
    if image.width().max(image.height()) > side { image.resize(side, side, FilterType::Lanczos3) } else { image }
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> ImageResult<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    match format {
        ImageFormat::Jpeg => {
            image.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY))
        }
        // These know no more than eight bits of a colour.
        ImageFormat::Gif | ImageFormat::WebP => image.to_rgba8().write_to(&mut bytes, format),
        _ => image.write_to(&mut bytes, format),
    }?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use image::{ImageEncoder, Rgb, RgbImage};

    use super::*;

    fn picture(width: u32, height: u32) -> DynamicImage {
        let half = |x, y: u32| if x < width / 2 { Rgb([200, 0, 0]) } else { Rgb([0, 0, y.to_le_bytes()[0]]) };
        RgbImage::from_fn(width, height, half).into()
    }

    fn sides(bytes: &[u8]) -> (u32, u32) {
        let image = decode(bytes, Limits::DEFAULT).unwrap().image;
        (image.width(), image.height())
    }

    #[track_caller]
    fn check(size: (u32, u32), format: ImageFormat, processed: (u32, u32), thumbnail: (u32, u32)) {
        let renditions = of(&encoded(&picture(size.0, size.1), format).unwrap(), Limits::DEFAULT).unwrap();
        assert_eq!((sides(&renditions.processed), sides(&renditions.thumbnail)), (processed, thumbnail));
        assert_eq!(renditions.content_type, format.to_mime_type());
        assert_eq!(image::guess_format(&renditions.processed).unwrap(), format);
        assert_eq!(image::guess_format(&renditions.thumbnail).unwrap(), format);
    }

    #[test]
    fn the_longest_side_is_limited_and_the_shape_kept() {
        check((1280, 64), ImageFormat::Png, (1024, 51), (128, 6));
        check((20, 1100), ImageFormat::Jpeg, (19, 1024), (2, 128));
        check((3000, 1), ImageFormat::Png, (1024, 1), (128, 1));
    }

    #[test]
    fn nothing_is_enlarged_and_the_format_kept() {
        for format in [ImageFormat::Gif, ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            check((60, 30), format, (60, 30), (60, 30));
        }
        check((200, 100), ImageFormat::Png, (200, 100), (128, 64));
        check((1, 1), ImageFormat::Png, (1, 1), (1, 1));
    }

    #[test]
    fn metadata_is_gone_and_the_image_upright() {
        let exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
        let mut bytes = Vec::new();
        let mut encoder = JpegEncoder::new(&mut bytes);
        encoder.set_exif_metadata(exif).unwrap();
        encoder.encode_image(&picture(200, 100)).unwrap();
        assert!(bytes.windows(4).any(|it| it == b"Exif"));

        let renditions = of(&bytes, Limits::DEFAULT).unwrap();
        assert_eq!((sides(&renditions.processed), sides(&renditions.thumbnail)), ((100, 200), (64, 128)));
        for rendition in [&renditions.processed, &renditions.thumbnail] {
            assert!(!rendition.windows(4).any(|it| it == b"Exif"));
        }
        // Turned to the right, what was left is on top.
        let image = decode(&renditions.processed, Limits::DEFAULT).unwrap().image.to_rgb8();
        assert!(image.get_pixel(50, 20)[0] > 150 && image.get_pixel(50, 180)[0] < 50);
    }

    #[test]
    fn pictures_of_sixteen_bits_are_taken() {
        let deep = DynamicImage::ImageRgb16(picture(300, 200).to_rgb16());
        let renditions = of(&encoded(&deep, ImageFormat::Png).unwrap(), Limits::DEFAULT).unwrap();
        assert_eq!(sides(&renditions.thumbnail), (128, 85));
    }

    #[test]
    fn the_same_image_gives_the_same_bytes() {
        let bytes = encoded(&picture(300, 200), ImageFormat::Jpeg).unwrap();
        assert_eq!(of(&bytes, Limits::DEFAULT), of(&bytes, Limits::DEFAULT));
    }
}
