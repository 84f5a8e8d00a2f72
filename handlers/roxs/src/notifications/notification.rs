//! What is published.

use functions::{FieldError, Fields};
use serde_json::{Value, json};

use crate::instant;

/// The longest type or priority, in characters.
const MAX_WORD_CHARACTERS: usize = 64;

/// The longest title or recipient, in characters.
const MAX_LINE_CHARACTERS: usize = 1_000;

/// The longest message, in bytes as JSON: SNS takes 256 KiB with everything else.
///
/// <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>
const MAX_MESSAGE_BYTES: usize = 240 << 10;

/// A subject must have less than 100 characters.
///
/// <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>
const MAX_SUBJECT_CHARACTERS: usize = 99;

/// A notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Of which type it is.
    pub kind: String,
    /// Whom it is for.
    pub recipient: String,
    /// What it is about.
    pub title: String,
    /// What it says.
    pub message: String,
    /// How urgent it is.
    pub priority: String,
}

impl Notification {
    /// Reads `text`, which is called `name` when it is no JSON object.
    ///
    /// # Errors
    /// See [`Notification::of`].
    pub fn parse(name: &str, text: &str) -> Result<Self, FieldError> {
        Self::read(&Fields::parse(name, text)?)
    }

    /// Reads `{"type", "recipient", "title", "message", "priority"}`, each of which the document gives a default.
    /// `value` is called `name` when it is no JSON object.
    ///
    /// # Errors
    /// When a field is no text, empty or too long.
    pub fn of(name: &str, value: Value) -> Result<Self, FieldError> {
        Self::read(&Fields::of(name, value)?)
    }

    fn read(fields: &Fields) -> Result<Self, FieldError> {
        let message = fields.optional_text("message")?.unwrap_or("Mensaje de notificación");
        let bytes = json!(message).to_string().len();
        if bytes > MAX_MESSAGE_BYTES {
            let problem = format!("expected at most {MAX_MESSAGE_BYTES} bytes, got {bytes}");
            return Err(FieldError::new("message", problem));
        }
        Ok(Self {
            kind: word(fields, "type", "general")?,
            recipient: line(fields, "recipient", "admin@roxs.com")?,
            title: line(fields, "title", "Notificación de Sistema")?,
            message: message.to_owned(),
            priority: word(fields, "priority", "normal")?,
        })
    }

    /// The message as it is published by the document, which `id` tells from others.
    #[must_use]
    pub fn message_of(&self, id: &str, created: i64) -> String {
        json!({
            "notification_id": id,
            "type": self.kind,
            "title": self.title,
            "message": self.message,
            "recipient": self.recipient,
            "priority": self.priority,
            "created_at": instant::iso(created),
        })
        .to_string()
    }

    /// `[PRIORITY] title`, as SNS takes it: a short line of ASCII. The message has the title as it is.
    #[must_use]
    pub fn subject(&self) -> String {
        let subject = format!("[{}] {}", self.priority.to_uppercase(), self.title);
        subject.chars().map(plain).take(MAX_SUBJECT_CHARACTERS).collect::<String>().trim_end().to_owned()
    }
}

/// What subscriptions filter by: SNS takes no control characters in it.
fn word(fields: &Fields, field: &str, default: &str) -> Result<String, FieldError> {
    let word = bounded(fields, field, default, MAX_WORD_CHARACTERS)?;
    if word.chars().any(char::is_control) {
        return Err(FieldError::new(field, "expected no control characters"));
    }
    Ok(word)
}

fn line(fields: &Fields, field: &str, default: &str) -> Result<String, FieldError> {
    bounded(fields, field, default, MAX_LINE_CHARACTERS)
}

fn bounded(fields: &Fields, field: &str, default: &str, most: usize) -> Result<String, FieldError> {
    let text = fields.optional_text(field)?.unwrap_or(default);
    let count = text.chars().count();
    if count > most {
        return Err(FieldError::new(field, format!("expected at most {most} characters, got {count}")));
    }
    Ok(text.to_owned())
}

/// The letter without what ASCII lacks, as Spanish needs it.
fn plain(letter: char) -> char {
    match letter {
        ' '..='~' => letter,
        'á' | 'à' | 'ä' | 'â' | 'ã' => 'a',
        'é' | 'è' | 'ë' | 'ê' => 'e',
        'í' | 'ì' | 'ï' | 'î' => 'i',
        'ó' | 'ò' | 'ö' | 'ô' | 'õ' => 'o',
        'ú' | 'ù' | 'ü' | 'û' => 'u',
        'ñ' => 'n',
        'ç' => 'c',
        'Á' | 'À' | 'Ä' | 'Â' | 'Ã' => 'A',
        'É' | 'È' | 'Ë' | 'Ê' => 'E',
        'Í' | 'Ì' | 'Ï' | 'Î' => 'I',
        'Ó' | 'Ò' | 'Ö' | 'Ô' | 'Õ' => 'O',
        'Ú' | 'Ù' | 'Ü' | 'Û' => 'U',
        'Ñ' => 'N',
        'Ç' => 'C',
        '¿' | '¡' => ' ',
        control if control.is_whitespace() || control.is_control() => ' ',
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &str, problem: &str) {
        assert_eq!(Notification::parse("body", body).unwrap_err().to_string(), problem);
    }

    fn subject(priority: &str, title: &str) -> String {
        Notification::of("event", json!({ "priority": priority, "title": title })).unwrap().subject()
    }

    #[test]
    fn what_is_not_said_is_as_in_the_document() {
        let notification = Notification::of("event", json!({})).unwrap();
        assert_eq!(
            (notification.kind.as_str(), notification.recipient.as_str(), notification.priority.as_str()),
            ("general", "admin@roxs.com", "normal")
        );
        assert_eq!(notification.title, "Notificación de Sistema");
        assert_eq!(notification.message, "Mensaje de notificación");
    }

    #[test]
    fn what_is_wrong_is_named() {
        check("[]", "`body`: expected a JSON object, got a list");
        check(r#"{"title": 7}"#, "`title`: expected a string, got a number");
        check(r#"{"priority": " "}"#, "`priority`: is empty");
        check(r#"{"type": "a\u0007"}"#, "`type`: expected no control characters");
        check(&json!({ "priority": "x".repeat(65) }).to_string(), "`priority`: expected at most 64 characters, got 65");
        check(
            &json!({ "message": "\"".repeat(130_000) }).to_string(),
            "`message`: expected at most 245760 bytes, got 260002",
        );
    }

    #[test]
    fn a_subject_is_a_short_line_of_ascii() {
        assert_eq!(subject("high", "Sistema de monitoreo"), "[HIGH] Sistema de monitoreo");
        assert_eq!(subject("normal", "¡Señal\r\nde atención! 🚀"), "[NORMAL]  Senal  de atencion! ?");
        assert_eq!(subject("normal", &"a".repeat(500)).len(), 99);
        assert!(subject("ñandú", "é").is_ascii());
    }

    #[test]
    fn the_message_is_that_of_the_document() {
        let notification = Notification::of("event", json!({ "title": "¡Señal!", "type": "alert" })).unwrap();
        let message: Value = serde_json::from_str(&notification.message_of("n-1", 1_700_000_000_123)).unwrap();
        let expected = json!({
            "notification_id": "n-1", "type": "alert", "title": "¡Señal!", "message": "Mensaje de notificación",
            "recipient": "admin@roxs.com", "priority": "normal", "created_at": "2023-11-14T22:13:20.123Z",
        });
        assert_eq!(message, expected);
    }
}
