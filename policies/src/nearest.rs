//! What someone meant who wrote a name that does not exist.

/// The one of `candidates` that `word` is most likely a slip of.
pub(crate) fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    // No name is as long, and comparing takes as long as both together.
    if word.len() > 200 {
        return None;
    }
    let lower = word.to_lowercase();
    let likeness = |candidate: &str| strsim::normalized_damerau_levenshtein(&lower, &candidate.to_lowercase());
    candidates
        .into_iter()
        .map(|candidate| (likeness(candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.6)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, candidate)| candidate)
}
