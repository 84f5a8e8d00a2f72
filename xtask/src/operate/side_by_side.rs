//! Two texts beside each other, with a mark where they differ.

use std::ops::Range;

use similar::{DiffOp, TextDiff};

use crate::ui;

/// How wide a column is at most; longer lines go on in the next.
const WIDTH: usize = 58;

/// The lines of both texts below their headings, lines that are alike in one row. `|` marks a row that differs, `<` and
/// `>` one that is on one side only.
#[must_use]
pub fn lines(heads: [&str; 2], texts: [&str; 2]) -> Vec<String> {
    let diff = TextDiff::from_lines(texts[0], texts[1]);
    let [left, right] = texts.map(|text| text.lines().collect::<Vec<_>>());
    let all = heads.iter().chain(&left).map(|line| line.chars().count());
    let width = all.max().unwrap_or_default().min(WIDTH);
    let strong = ui::STRONG;
    let mut rows = Vec::new();
    for (left, right) in folded(heads[0], heads[1], width) {
        rows.push(format!("{strong}{left:<width$}   {right}{strong:#}"));
    }
    for operation in diff.ops() {
        let (mark, old, new) = match *operation {
            DiffOp::Equal { old_index, new_index, len } => {
                (' ', old_index..old_index + len, new_index..new_index + len)
            }
            DiffOp::Delete { old_index, old_len, new_index } => {
                ('<', old_index..old_index + old_len, new_index..new_index)
            }
            DiffOp::Insert { old_index, new_index, new_len } => {
                ('>', old_index..old_index, new_index..new_index + new_len)
            }
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                ('|', old_index..old_index + old_len, new_index..new_index + new_len)
            }
        };
        let (old, new) = (&left[within(old, left.len())], &right[within(new, right.len())]);
        for number in 0..old.len().max(new.len()) {
            let of = |side: &[&str]| side.get(number).copied().unwrap_or_default().to_owned();
            for (left, right) in folded(&of(old), &of(new), width) {
                let row = format!("{left:<width$} {mark} {right}");
                let style = if mark == ' ' { anstyle::Style::new() } else { ui::CAUTION };
                rows.push(format!("{style}{}{style:#}", row.trim_end()));
            }
        }
    }
    rows
}

fn within(range: Range<usize>, length: usize) -> Range<usize> {
    range.start.min(length)..range.end.min(length)
}

/// Two lines as rows of columns of this width.
fn folded(left: &str, right: &str, width: usize) -> Vec<(String, String)> {
    let parts = |text: &str| -> Vec<String> {
        let characters: Vec<char> = text.chars().collect();
        characters.chunks(width.max(1)).map(|part| part.iter().collect()).collect()
    };
    let (left, right) = (parts(left), parts(right));
    let part = |side: &[String], number: usize| side.get(number).cloned().unwrap_or_default();
    (0..left.len().max(right.len()).max(1)).map(|number| (part(&left, number), part(&right, number))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(texts: [&str; 2], expected: &[&str]) {
        let lines = lines(["before", "now"], texts);
        let plain: Vec<_> = lines.iter().map(|line| anstream::adapter::strip_str(line).to_string()).collect();
        assert_eq!(plain, expected);
    }

    #[test]
    fn what_is_alike_is_in_one_row_and_what_is_not_is_marked() {
        check(["{\n  1\n}", "{\n  2\n}"], &["before   now", "{        {", "  1    |   2", "}        }"]);
        check(["a\nb", "b"], &["before   now", "a      <", "b        b"]);
        check(["b", "a\nb"], &["before   now", "       > a", "b        b"]);
        check(["null", "null"], &["before   now", "null     null"]);
        check(["", "a"], &["before   now", "       > a"]);
    }

    #[test]
    fn a_long_line_goes_on_in_the_next_row() {
        let long = "x".repeat(WIDTH + 2);
        let full = "x".repeat(WIDTH);
        let rest = format!("xx{}", " ".repeat(WIDTH - 2));
        check(
            [&long, "é"],
            &[&format!("before{}   now", " ".repeat(WIDTH - 6)), &format!("{full} | é"), &format!("{rest} |")],
        );
    }
}
