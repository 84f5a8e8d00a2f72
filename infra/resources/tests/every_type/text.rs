//! Texts that a pattern matches.

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};
use schemas::{Bounds, Scalar};

/// A text that `scalar` takes; `None` when none is found.
pub(crate) fn matching(scalar: &Scalar) -> Option<String> {
    let Some(pattern) = &scalar.pattern else { return Some(of_length("text", scalar.length)) };
    let hir = regex_syntax::parse(pattern.as_str()).ok()?;
    // How often what may be repeated is repeated, and which way is taken where there are several.
    let attempts = (0..5).flat_map(|way| [1, 0].into_iter().chain(2..130).map(move |repetitions| (way, repetitions)));
    let texts = attempts.map(|(way, repetitions)| text(&hir, way, repetitions));
    // A pattern may say less than the whole text.
    let texts = texts.flat_map(|text| [text.clone(), of_length(&text, scalar.length)]);
    texts.into_iter().find(|text| {
        #[expect(clippy::cast_precision_loss, reason = "no text is that long")]
        let length = text.chars().count() as f64;
        pattern.matches(text) && scalar.length.contains(length)
    })
}

fn of_length(text: &str, length: Bounds) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "lengths are small and positive")]
    let bound = |bound: Option<f64>, none: usize| bound.map_or(none, |bound| bound as usize);
    let (least, most) = (bound(length.least, 0), bound(length.most, usize::MAX));
    let wanted = text.len().clamp(least, most.max(least));
    text.chars().cycle().take(wanted).collect()
}

fn text(hir: &Hir, way: usize, repetitions: u32) -> String {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => String::new(),
        HirKind::Literal(literal) => String::from_utf8_lossy(&literal.0).into_owned(),
        HirKind::Class(class) => one_of(class).to_string(),
        HirKind::Capture(capture) => text(&capture.sub, way, repetitions),
        HirKind::Concat(parts) => parts.iter().map(|part| text(part, way, repetitions)).collect(),
        HirKind::Alternation(ways) => text(ways.get(way % ways.len()).unwrap_or(hir), way, repetitions),
        HirKind::Repetition(Repetition { min, max, sub, .. }) => {
            let count = repetitions.clamp(*min, max.unwrap_or(u32::MAX));
            (0..count).map(|_| text(sub, way, repetitions)).collect()
        }
    }
}

/// A character of the class: a plain one if there is one.
fn one_of(class: &Class) -> char {
    let ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => class.ranges().iter().map(|range| (range.start(), range.end())).collect(),
        Class::Bytes(class) => class.ranges().iter().map(|range| (range.start().into(), range.end().into())).collect(),
    };
    let has = |letter: &char| ranges.iter().any(|(first, last)| (first..=last).contains(&letter));
    let plain = ['a', '1', 'A', '-', '_', '/', ':', '.', '=', ' '];
    plain.into_iter().find(has).or_else(|| ranges.first().map(|(first, _)| *first)).unwrap_or('a')
}
