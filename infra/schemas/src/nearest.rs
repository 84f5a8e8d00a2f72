//! What someone meant who typed a name that does not exist.

/// How alike two names must be, from 0 to 1, to be worth suggesting.
const LIKENESS: f64 = 0.6;

/// The one of `candidates` that `word` is most likely a slip of.
///
/// ```
/// use schemas::nearest::nearest;
///
/// assert_eq!(nearest("by-modle", ["by-model", "by-quadrant"]), Some("by-model"));
/// assert_eq!(nearest("Validator", ["Consumer", "Counts"]), None);
/// ```
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::normalized_damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness >= LIKENESS)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, candidate)| candidate)
}

/// `nearest` as a question, for the help of a finding.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(word, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}
