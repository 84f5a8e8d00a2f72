//! Signs for the kinds of parts, 30 pixels wide and high. They are no logos of AWS.

use super::super::Kind;

/// The sign of `kind`, in the colour of the kind.
pub(super) fn of(kind: Kind) -> String {
    let colour = kind.colour();
    let strokes = strokes(kind);
    format!(
        r##"<rect width="30" height="30" rx="7" fill="{colour}"/><path d="{strokes}" fill="none" stroke="#ffffff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/>"##
    )
}

/// What is drawn on the sign of `kind`, as SVG describes paths.
pub(super) const fn strokes(kind: Kind) -> &'static str {
    match kind {
        // A lambda.
        Kind::Function => "M10 7 h3 l8 16 M14 13 l-5 10",
        // A box.
        Kind::Worker => "M15 7 l8 4 v8 l-8 4 l-8 -4 v-8 z M7 11 l8 4 l8 -4 M15 15 v8",
        // Messages in a row.
        Kind::Queue => "M7 10 v10 M12 10 v10 M17 10 v10 M21 12 l3 3 l-3 3",
        // A message that is crossed out.
        Kind::DeadLetterQueue => "M8 10 v10 M13 10 v10 M18 12 l6 6 M24 12 l-6 6",
        // Rows and columns.
        Kind::Table => "M8 8 h14 v14 h-14 z M8 13 h14 M14 13 v9",
        Kind::Bucket => "M8 9 h14 l-2 13 h-10 z M9 13 h12",
        // One to many.
        Kind::Topic => "M8 15 h5 M13 15 l8 -6 M13 15 h9 M13 15 l8 6",
        Kind::Api => "M12 9 l-5 6 l5 6 M18 9 l5 6 l-5 6",
        // A funnel.
        Kind::Rule => "M8 8 h14 l-5 7 v6 l-4 2 v-8 z",
        Kind::Bus => "M7 12 h16 M7 18 h16 M11 8 v4 M19 18 v4",
        Kind::Other => "M9 9 h12 v12 h-12 z",
        // A globe.
        Kind::Outside => "M15 7 a8 8 0 1 0 0.01 0 M7 15 h16 M15 7 a4 8 0 0 0 0 16 M15 7 a4 8 0 0 1 0 16",
    }
}
