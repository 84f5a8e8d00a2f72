//! What the ARNs of a resource type look like, and whether a statement's resource can be one.

use std::fmt;

use crate::pattern::Token;
use crate::unknown;

/// The format of ARNs, such as `arn:${Partition}:sqs:${Region}:${Account}:${QueueName}`.
///
/// Printing it gives the whole text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArnFormat {
    /// The service of an ARN with region and account, of which only the rest is in `text`.
    pub(super) service: Option<&'static str>,
    pub(super) text: &'static str,
}

/// Placeholders that stand for no `:` and no `/`, with the service of the ARN, by what the service accepts as names.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html>
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html>
/// <https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html>
const PLAIN_NAMES: [(&str, &str); 5] = [
    ("dynamodb", "IndexName"),
    ("dynamodb", "TableName"),
    ("s3", "BucketName"),
    ("sns", "TopicName"),
    ("sqs", "QueueName"),
];

/// A piece of what ARNs look like.
#[derive(Debug, Clone, Copy)]
pub(super) enum Piece {
    /// This character.
    Char(char),
    /// Any one character.
    One,
    /// Any text, also none.
    Any,
    /// Any text without `:` and `/`, also none.
    Name,
}

impl fmt::Display for ArnFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(service) = self.service {
            write!(f, "arn:${{Partition}}:{service}:${{Region}}:${{Account}}:")?;
        }
        f.write_str(self.text)
    }
}

impl ArnFormat {
    /// Whether some ARN has this format and is one that a statement's resource stands for.
    pub(super) fn overlaps(&self, resource: &[Piece]) -> bool {
        overlap(&self.pieces(), resource)
    }

    fn pieces(&self) -> Vec<Piece> {
        let text = self.to_string();
        let service = text.split(':').nth(2).unwrap_or_default();
        let mut pieces = Vec::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(first) = rest.chars().next() {
            if let Some((name, after)) = rest.strip_prefix("${").and_then(|rest| rest.split_once('}')) {
                let is_plain =
                    matches!(name, "Partition" | "Region" | "Account") || PLAIN_NAMES.contains(&(service, name));
                pieces.push(if is_plain { Piece::Name } else { Piece::Any });
                rest = after;
            } else {
                pieces.push(if first == '*' { Piece::Any } else { Piece::Char(first) });
                rest = &rest[first.len_utf8()..];
            }
        }
        pieces
    }
}

/// The pieces of a statement's resource; a variable may have any value, unless it is known to be a name.
pub(super) fn of_statement(resource: Vec<Token>) -> Vec<Piece> {
    let piece = |token| match token {
        Token::Char(char) => Piece::Char(char),
        Token::One => Piece::One,
        Token::Variable(variable) if unknown::is_plain(&variable.key) => Piece::Name,
        Token::Any | Token::Variable(_) => Piece::Any,
    };
    resource.into_iter().map(piece).collect()
}

/// Whether some text is what both stand for.
fn overlap(one: &[Piece], other: &[Piece]) -> bool {
    // The positions in `other` that a text can lead to which leads to one position in `one`.
    let mut reached = vec![false; other.len() + 1];
    reached[0] = true;
    for piece in one {
        let mut next = vec![false; other.len() + 1];
        for at in 0..reached.len() {
            if !reached[at] {
                continue;
            }
            next[at] |= piece.repeats();
            let Some(there) = other.get(at) else { continue };
            reached[at + 1] |= there.repeats();
            if piece.shares_a_character_with(*there) {
                match (piece.repeats(), there.repeats()) {
                    (true, true) => {}
                    (true, false) => reached[at + 1] = true,
                    (false, true) => next[at] = true,
                    (false, false) => next[at + 1] = true,
                }
            }
        }
        reached = next;
    }
    // What is left of `other` must be able to be nothing.
    let end = other.iter().rposition(|piece| !piece.repeats()).map_or(0, |last| last + 1);
    reached[end..].contains(&true)
}

impl Piece {
    fn repeats(self) -> bool {
        matches!(self, Self::Any | Self::Name)
    }

    fn shares_a_character_with(self, other: Self) -> bool {
        match (self, other) {
            (Self::Char(one), Self::Char(other)) => one == other,
            (Self::Char(char), Self::Name) | (Self::Name, Self::Char(char)) => !matches!(char, ':' | '/'),
            _ => true,
        }
    }
}
