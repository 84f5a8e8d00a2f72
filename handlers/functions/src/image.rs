//! Images that somebody sent: decoded within limits, or why not.

use std::io::Cursor;

use ::image::metadata::Orientation;
use ::image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader};

/// How much an image may ask of the function that decodes it.
///
/// The worst that a decoder was seen to hold for a pixel is 11 bytes, for a progressive JPEG of four components: 2 bytes
/// of coefficients for each, and 3 of the result. A PNG of 16 bits takes 8. Beside that there is the image as it
/// came, and a second time inside of the decoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How large the encoded image may be, in bytes.
    pub bytes: usize,
    /// How many pixels it may have.
    pub pixels: u64,
}

impl Limits {
    /// 32 MiB and 40 megapixels, which is more than most cameras make. That is at most 440 MB of pixels and 67 MB of
    /// bytes, so that a function with 1,024 MiB has as much again for itself.
    pub const DEFAULT: Self = Self { bytes: 32 << 20, pixels: 40_000_000 };
}

/// The most that a decoder may allocate for a pixel, in bytes, where the decoder asks.
const MAX_BYTES_PER_PIXEL: u64 = 8;

/// A decoded image; of an animation, its first picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    /// The pixels as they are stored.
    pub image: DynamicImage,
    /// What the image was encoded as; its name may say something else.
    pub format: ImageFormat,
    /// How the pixels must be turned to be seen as they were taken; encoding them anew loses it.
    pub orientation: Orientation,
}

impl Decoded {
    /// The format in a word: `gif`, `jpeg`, `png` or `webp`.
    #[must_use]
    pub fn format_name(&self) -> &'static str {
        name(self.format)
    }
}

/// Why bytes are no image that can be decoded. Decoding them again never helps.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAnImage {
    /// There are none.
    #[error("the object is empty")]
    Empty,
    /// They are more than the limit, which is the second.
    #[error("the object has {0} bytes, more than the {1} that are read")]
    TooLarge(u64, usize),
    /// They start like none of the formats.
    #[error("the object is no gif, jpeg, png or webp")]
    UnknownFormat,
    /// Decoded, the image would be larger than the limit.
    #[error("the image has {width} x {height} pixels, more than the {limit} that are decoded")]
    TooManyPixels {
        /// Its width.
        width: u32,
        /// Its height.
        height: u32,
        /// How many it may have.
        limit: u64,
    },
    /// Decoding it would take more memory than its size does.
    #[error("the {0} takes more memory than an image of its size")]
    TooMuchMemory(&'static str),
    /// It ends before all pixels have come, or is wrong otherwise.
    #[error("the {format} is damaged: {problem}")]
    Damaged {
        /// What it started like.
        format: &'static str,
        /// What the decoder says.
        problem: String,
    },
}

/// Decodes `bytes`, whatever their name says that they are.
///
/// The size is known from the first bytes and is tested before any pixel is decoded: a small file can say that it is an
/// image of gigabytes.
///
/// # Errors
/// When they are no whole image, or the image is beyond `limits`.
pub fn decode(bytes: &[u8], limits: Limits) -> Result<Decoded, NotAnImage> {
    if bytes.is_empty() {
        return Err(NotAnImage::Empty);
    }
    if bytes.len() > limits.bytes {
        return Err(NotAnImage::TooLarge(bytes.len() as u64, limits.bytes));
    }
    let format = ::image::guess_format(bytes).ok().filter(ImageFormat::reading_enabled);
    let format = format.ok_or(NotAnImage::UnknownFormat)?;
    if format == ImageFormat::Jpeg && !ends_as_jpeg(bytes) {
        return Err(NotAnImage::Damaged { format: name(format), problem: "it has no end".to_owned() });
    }
    let failed = |error| not_an_image(format, &error);

    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut allowed = ::image::Limits::no_limits();
    allowed.max_alloc = Some(limits.pixels.saturating_mul(MAX_BYTES_PER_PIXEL));
    reader.limits(allowed);
    let mut decoder = reader.into_decoder().map_err(failed)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > limits.pixels {
        return Err(NotAnImage::TooManyPixels { width, height, limit: limits.pixels });
    }
    // What says how to turn an image is no reason to refuse it.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let image = DynamicImage::from_decoder(decoder).map_err(failed)?;
    Ok(Decoded { image, format, orientation })
}

fn not_an_image(format: ImageFormat, error: &ImageError) -> NotAnImage {
    match error {
        ImageError::Limits(_) => NotAnImage::TooMuchMemory(name(format)),
        _ => NotAnImage::Damaged { format: name(format), problem: error.to_string() },
    }
}

fn name(format: ImageFormat) -> &'static str {
    format.to_mime_type().strip_prefix("image/").unwrap_or_default()
}

/// Whether the pixels of a JPEG come to an end. Its decoder makes grey of those that are missing, and says nothing.
///
/// A marker is `FF` and a byte. The segments before the pixels have lengths and can hold anything, such as a small
/// image with an end of its own; within the pixels `FF` is escaped, so that an end there is one.
fn ends_as_jpeg(bytes: &[u8]) -> bool {
    const START_OF_SCAN: u8 = 0xDA;
    const END_OF_IMAGE: [u8; 2] = [0xFF, 0xD9];
    let mut rest = bytes.get(2..).unwrap_or_default();
    loop {
        rest = match rest {
            [0xFF, START_OF_SCAN, pixels @ ..] => return pixels.windows(2).any(|pair| pair == END_OF_IMAGE),
            [0xFF, 0xFF, ..] => &rest[1..],
            [0xFF, 0x01 | 0xD0..=0xD7, after @ ..] => after,
            [0xFF, _, high, low, ..] => {
                // A segment's length counts itself.
                rest.get(2 + usize::from(u16::from_be_bytes([*high, *low]))..).unwrap_or_default()
            }
            // Not as a JPEG is built; the decoder says what is wrong.
            [] | [_] => return false,
            _ => return true,
        };
    }
}

#[cfg(test)]
mod tests {
    use ::image::codecs::gif::GifEncoder;
    use ::image::codecs::jpeg::JpegEncoder;
    use ::image::{Frame, ImageEncoder, Rgb, RgbImage, Rgba, RgbaImage};

    use super::*;

    const FORMATS: [ImageFormat; 4] = [ImageFormat::Gif, ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP];

    /// A picture that no encoder makes tiny.
    fn picture(width: u32, height: u32) -> DynamicImage {
        let colour = |x: u32, y: u32| (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)).to_le_bytes();
        RgbImage::from_fn(width, height, |x, y| Rgb([colour(x, y)[1], colour(y, x)[2], colour(x + y, x)[3]])).into()
    }

    fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    #[track_caller]
    fn check(bytes: &[u8], expected: &str) {
        let error = decode(bytes, Limits::DEFAULT).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }

    #[test]
    fn each_format_is_known_by_its_bytes() {
        for (format, name) in FORMATS.into_iter().zip(["gif", "jpeg", "png", "webp"]) {
            let decoded = decode(&encoded(&picture(40, 30), format), Limits::DEFAULT).unwrap();
            assert_eq!((decoded.image.width(), decoded.image.height()), (40, 30));
            assert_eq!((decoded.format, decoded.format_name()), (format, name));
            assert_eq!(decoded.orientation, Orientation::NoTransforms);
        }
    }

    #[test]
    fn what_is_no_image_is_said_so() {
        check(b"", "the object is empty");
        check(b"hello, I am called photo.png", "the object is no gif, jpeg, png or webp");
        check(b"BM that is a bitmap, which is not read", "the object is no gif, jpeg, png or webp");
    }

    #[test]
    fn an_image_cut_at_any_place_is_damaged() {
        for format in FORMATS {
            let whole = encoded(&picture(64, 64), format);
            for tenth in 1..10 {
                let cut = &whole[..whole.len() * tenth / 10];
                check(cut, &format!("the {} is damaged", name(format)));
            }
        }
    }

    #[test]
    fn a_jpeg_with_something_behind_it_is_whole() {
        let mut bytes = encoded(&picture(16, 16), ImageFormat::Jpeg);
        bytes.extend([0xFF, 0xDA, 1, 2, 3]);
        assert!(decode(&bytes, Limits::DEFAULT).is_ok());
    }

    #[test]
    fn a_small_image_within_a_jpeg_is_not_its_end() {
        let small = encoded(&picture(8, 8), ImageFormat::Jpeg);
        let mut whole = encoded(&picture(64, 64), ImageFormat::Jpeg);
        let length = u16::try_from(small.len() + 2).unwrap().to_be_bytes();
        whole.splice(2..2, [0xFF, 0xE1].into_iter().chain(length).chain(small));
        assert!(decode(&whole, Limits::DEFAULT).is_ok());
        check(&whole[..whole.len() / 2], "the jpeg is damaged: it has no end");
    }

    #[test]
    fn of_an_animation_the_first_picture_counts() {
        let mut bytes = Vec::new();
        let frame = |width, colour| Frame::new(RgbaImage::from_pixel(width, 20, Rgba(colour)));
        let mut encoder = GifEncoder::new(&mut bytes);
        encoder.encode_frames([frame(30, [255, 0, 0, 255]), frame(30, [0, 0, 255, 255])]).unwrap();
        drop(encoder);
        let decoded = decode(&bytes, Limits::DEFAULT).unwrap();
        assert_eq!(decoded.image.to_rgb8(), RgbImage::from_pixel(30, 20, Rgb([255, 0, 0])));
    }

    #[test]
    fn the_limits_are_the_last_that_is_decoded() {
        for format in FORMATS {
            let bytes = encoded(&picture(40, 30), format);
            let limits = Limits { bytes: bytes.len(), pixels: 1_200 };
            assert!(decode(&bytes, limits).is_ok(), "{format:?}");
            let few = decode(&bytes, Limits { pixels: 1_199, ..limits }).unwrap_err();
            assert_eq!(few, NotAnImage::TooManyPixels { width: 40, height: 30, limit: 1_199 });
            let small = decode(&bytes, Limits { bytes: bytes.len() - 1, ..limits }).unwrap_err();
            assert_eq!(small, NotAnImage::TooLarge(bytes.len() as u64, bytes.len() - 1));
        }
    }

    #[test]
    fn a_file_that_says_it_is_huge_is_refused_before_it_is_decoded() {
        let mut png = encoded(&picture(4, 4), ImageFormat::Png);
        png.splice(16..24, [0, 1, 0, 0, 0, 1, 0, 0]);
        // The sizes are part of a checksum, which the decoder tests first.
        let sum = crc(&png[12..29]);
        png.splice(29..33, sum.to_be_bytes());
        check(&png, "the image has 65536 x 65536 pixels, more than the 40000000 that are decoded");

        let mut jpeg = encoded(&picture(4, 4), ImageFormat::Jpeg);
        let frame = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
        jpeg.splice(frame + 5..frame + 9, [0xFF, 0xFF, 0xFF, 0xFF]);
        check(&jpeg, "the image has 65535 x 65535 pixels");

        let mut gif = encoded(&picture(4, 4), ImageFormat::Gif);
        gif.splice(6..10, [0xFF, 0xFF, 0xFF, 0xFF]);
        check(&gif, "the image has 65535 x 65535 pixels");
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xEDB8_8320 & (sum & 1).wrapping_neg()))
        })
    }

    #[test]
    fn an_image_says_how_it_must_be_turned() {
        let exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
        let mut bytes = Vec::new();
        let mut encoder = JpegEncoder::new(&mut bytes);
        encoder.set_exif_metadata(exif).unwrap();
        encoder.encode_image(&picture(8, 4)).unwrap();
        let decoded = decode(&bytes, Limits::DEFAULT).unwrap();
        assert_eq!((decoded.image.width(), decoded.orientation), (8, Orientation::Rotate90));
    }
}
