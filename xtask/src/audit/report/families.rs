//! The families of rules, by the letters that their ids begin with.

/// The letters, and what the rules of the family are about.
const FAMILIES: [(&str, &str); 14] = [
    ("LP", "least privilege"),
    ("PL", "what the wiring needs"),
    ("WK", "what lets workers be scaled"),
    ("GR", "the grammar of policies"),
    ("CT", "services, actions and condition keys"),
    ("WB", "breadth"),
    ("PE", "privilege escalation"),
    ("SA", "sensitive actions"),
    ("RP", "policies of resources and roles"),
    ("AG", "API Gateway"),
    ("DR", "deployed and declared"),
    ("TM", "what a template says"),
    ("CH", "what became possible"),
    ("SU", "suppressions"),
];

/// The letters of a rule's id.
pub(super) fn letters(id: &str) -> &str {
    id.trim_end_matches(|it: char| it.is_ascii_digit())
}

/// What the family with these letters is about.
pub(super) fn subject(letters: &str) -> &str {
    FAMILIES.iter().find(|(known, _)| *known == letters).map_or("other rules", |(_, subject)| subject)
}

/// Where the family with these letters stands among the others.
pub(super) fn position(letters: &str) -> usize {
    FAMILIES.iter().position(|(known, _)| *known == letters).unwrap_or(FAMILIES.len())
}
