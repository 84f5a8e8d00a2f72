//! Sends mail.

use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};
use bindings::Program;
use bindings::ses::{EmailIdentity, SendEmail};
use functions::CallError;
use lambda_runtime::Error;
use serde::{Deserialize, Serialize};

/// What the function needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// The domain that mail comes from.
    pub sender: EmailIdentity<SendEmail>,
}

impl Program for Bindings {
    const NAME: &'static str = "ses-send";
}

/// A mail.
#[derive(Debug, Deserialize)]
pub struct Mail {
    /// Who gets it.
    pub to: String,
    /// What it is about.
    pub subject: String,
    /// What it says.
    pub text: String,
}

/// Sends the mail from `news` at the domain, and answers with its id.
///
/// # Errors
/// When SES refuses it.
pub async fn handle(bindings: &Bindings, mail: Mail) -> Result<Option<String>, Error> {
    let content = |text: String| Content::builder().data(text).build();
    let body = Body::builder().text(content(mail.text)?).build();
    let message = Message::builder().subject(content(mail.subject)?).body(body).build();
    let send = bindings
        .sender
        .send_email("news")
        .destination(Destination::builder().to_addresses(mail.to).build())
        .content(EmailContent::builder().simple(message).build());
    let sent = send.send().await.map_err(|error| CallError::new("send the mail", error))?;
    Ok(sent.message_id)
}
