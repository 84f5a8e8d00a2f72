//! Texts in a picture: how wide they are, where they are broken, and what XML asks of them.

/// A font, whichever the viewer has.
#[derive(Clone, Copy)]
pub(super) struct Font {
    /// In pixels.
    pub(super) size: f64,
    pub(super) is_bold: bool,
}

/// How wide the characters from space to `~` are in `DejaVu` Sans, in thousandths of the size. The common fonts without
/// serifs are narrower, so that texts have room in any.
const WIDTHS: [u16; 95] = [
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636, 636,
    636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863,
    748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635,
    615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636,
    337, 636, 838,
];

/// The width of any other character, and how much wider bold ones are.
const OTHER: u16 = 1000;
const BOLD: f64 = 1.12;

impl Font {
    /// How wide `text` is, in pixels.
    pub(super) fn width(self, text: &str) -> f64 {
        let of = |c: char| {
            let place = u32::from(c).checked_sub(32).and_then(|place| usize::try_from(place).ok());
            f64::from(place.and_then(|place| WIDTHS.get(place)).copied().unwrap_or(OTHER))
        };
        let thousandths: f64 = text.chars().map(of).sum();
        thousandths / 1000.0 * self.size * if self.is_bold { BOLD } else { 1.0 }
    }
}

/// `texts` in lines of at most `length` characters where they can be broken after a comma or semicolon, at most `lines`.
pub(super) fn wrapped(texts: &[String], length: usize, lines: usize) -> Vec<String> {
    let mut wrapped = Vec::new();
    for text in texts {
        let mut line = String::new();
        for piece in text.split_inclusive([',', ';']) {
            if !line.is_empty() && line.chars().count() + piece.chars().count() > length {
                wrapped.push(std::mem::take(&mut line));
            }
            line.push_str(if line.is_empty() { piece.trim_start() } else { piece });
        }
        wrapped.push(line);
    }
    if wrapped.len() > lines {
        let more = wrapped.len() - (lines - 1);
        wrapped.truncate(lines - 1);
        wrapped.push(format!("{more} more lines"));
    }
    wrapped
}

/// A text as XML has it. What XML cannot hold is left out.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(escaped("a<b> & \"c\"\u{7}"), "a&lt;b&gt; &amp; &quot;c&quot; ");
    }

    #[test]
    fn a_wide_text_is_wider() {
        let font = Font { size: 10.0, is_bold: false };
        assert!(font.width("WWW") > font.width("iii"));
        assert!((font.width("a") - 6.13).abs() < 1e-9);
        assert!((font.width("é") - 10.0).abs() < 1e-9);
    }

    #[test]
    fn long_labels_are_broken_after_commas_and_end_in_time() {
        let wrap =
            |texts: &[&str], lines| wrapped(&texts.iter().map(ToString::to_string).collect::<Vec<_>>(), 12, lines);
        assert_eq!(wrap(&["GetItem, PutItem, Query"], 3), ["GetItem,", "PutItem,", "Query"]);
        assert_eq!(wrap(&["a, b", "GET /a"], 3), ["a, b", "GET /a"]);
        assert_eq!(wrap(&["1", "2", "3", "4"], 3), ["1", "2", "2 more lines"]);
    }
}
