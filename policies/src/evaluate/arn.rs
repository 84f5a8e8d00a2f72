//! ARNs.

/// The six parts of an ARN, of which the last may hold colons; nothing when it is none.
pub(crate) fn parts(arn: &str) -> Option<[&str; 6]> {
    // The colons of a variable such as `${aws:username}` separate nothing.
    let mut parts = [""; 6];
    let (mut count, mut start, mut depth) = (0, 0, 0_usize);
    for (index, char) in arn.char_indices() {
        match char {
            '{' if arn[..index].ends_with('$') => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ':' if depth == 0 && count < 5 => {
                parts[count] = &arn[start..index];
                count += 1;
                start = index + 1;
            }
            _ => {}
        }
    }
    parts[5] = &arn[start..];
    (count == 5).then_some(parts)
}
