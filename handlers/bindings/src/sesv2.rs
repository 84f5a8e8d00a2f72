//! Bindings to identities of Simple Email Service.

crate::binding! {
    /// An address or a domain that mail is sent from, with the operations `A` granted on it. Its environment variable is
    /// the identity's name.
    pub struct EmailIdentity(name);
    use aws_sdk_sesv2 telling Sent if (feature = "ses");

    GetEmailIdentity: "ses:GetEmailIdentity" => get_email_identity() -> GetEmailIdentityFluentBuilder { email_identity: name() };
    SendEmail: "ses:SendEmail" =>
        send_email(mailbox: &str) -> SendEmailFluentBuilder { from_email_address: address(mailbox) };
}

impl<A> EmailIdentity<A> {
    /// The address `mailbox` of the domain that this is; of an identity that is an address, that address.
    #[must_use]
    pub fn address(&self, mailbox: &str) -> String {
        let name = self.name();
        if name.contains('@') { name.to_owned() } else { format!("{mailbox}@{name}") }
    }
}

#[cfg(feature = "ses")]
pub use sent::Sent;

#[cfg(feature = "ses")]
mod sent {
    use aws_sdk_sesv2::operation::send_email::{SendEmailInput, SendEmailOutput};
    use aws_smithy_runtime_api::client::interceptors::context::{Input, Output};
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

    use crate::trace::{Effects, parameter};

    /// Tells of mail that is sent, by the address it is sent from: to whom is nobody's business.
    #[derive(Debug)]
    pub struct Sent;

    impl Effects for Sent {
        fn target(input: &Input) -> Option<String> {
            parameter!(input; SendEmailInput: from_email_address)
        }

        fn id(output: &Output, _: &HttpResponse) -> Option<String> {
            output.downcast_ref::<SendEmailOutput>()?.message_id().map(str::to_owned)
        }
    }
}
