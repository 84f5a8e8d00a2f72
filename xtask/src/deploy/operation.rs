//! An operation of CloudFormation on a stack: who began it, and in which states it ends.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use rustix::process::{Pid, test_kill_process};

/// What CloudFormation does with a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It makes the stack.
    Creation,
    /// It changes the stack.
    Update,
    /// It deletes the stack.
    Deletion,
    /// It takes back an operation that failed.
    Rollback,
}

/// How an operation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It did what it was asked.
    Success,
    /// It did not.
    Failure,
}

impl Kind {
    /// Whether an operation of this kind begins with the state `status` of the stack.
    #[must_use]
    pub fn begins(self, status: &str) -> bool {
        match self {
            Self::Creation => status == "CREATE_IN_PROGRESS",
            Self::Update => status == "UPDATE_IN_PROGRESS",
            Self::Deletion => status == "DELETE_IN_PROGRESS",
            Self::Rollback => matches!(status, "ROLLBACK_IN_PROGRESS" | "UPDATE_ROLLBACK_IN_PROGRESS"),
        }
    }

    /// How the operation ended with an event that brings the stack to the state `status`; `None` when others may follow.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html>
    #[must_use]
    pub fn end(self, status: &str) -> Option<End> {
        if status.ends_with("_IN_PROGRESS") {
            return None;
        }
        let success = match self {
            Self::Creation => "CREATE_COMPLETE",
            Self::Update => "UPDATE_COMPLETE",
            Self::Deletion => "DELETE_COMPLETE",
            Self::Rollback => return Some(rollback_end(status)),
        };
        match status {
            _ if status == success => Some(End::Success),
            // What was made may still be taken back.
            "CREATE_FAILED" => None,
            _ => Some(End::Failure),
        }
    }
}

fn rollback_end(status: &str) -> End {
    if matches!(status, "ROLLBACK_COMPLETE" | "UPDATE_ROLLBACK_COMPLETE") { End::Success } else { End::Failure }
}

/// Who began an operation, as its token tells: CloudFormation gives every event the token of its operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Starter {
    /// `deploy` or `destroy`.
    pub command: String,
    user: String,
    host: String,
    pid: i32,
    began: SystemTime,
}

/// What a token may be as long as.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ExecuteChangeSet.html>
const TOKEN_LENGTH: usize = 128;

impl Starter {
    /// This process, about to run `command`.
    #[must_use]
    pub fn this(command: &str) -> Self {
        let user = ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| std::env::var(name).ok());
        Self {
            command: command.to_owned(),
            user: word(&user.unwrap_or_else(|| "someone".to_owned())),
            host: this_host(),
            pid: i32::try_from(std::process::id()).unwrap_or(i32::MAX),
            began: SystemTime::now(),
        }
    }

    /// Its token, which no other operation has.
    #[must_use]
    pub fn token(&self) -> String {
        let Self { command, user, host, pid, .. } = self;
        let token = format!("{command}-{}-{pid}-{user}-at-{host}", self.millis());
        token.chars().take(TOKEN_LENGTH).collect::<String>().trim_end_matches('-').to_owned()
    }

    /// Who made `token`; `None` when no engine did.
    #[must_use]
    pub fn of(token: &str) -> Option<Self> {
        let mut parts = token.splitn(4, '-');
        let (command, millis, pid) = (parts.next()?, parts.next()?, parts.next()?);
        let (user, host) = parts.next()?.split_once("-at-")?;
        Some(Self {
            command: command.to_owned(),
            user: user.to_owned(),
            host: host.to_owned(),
            pid: pid.parse().ok()?,
            began: UNIX_EPOCH + Duration::from_millis(millis.parse().ok()?),
        })
    }

    /// Whether it is this process.
    #[must_use]
    pub fn is_this_process(&self) -> bool {
        self.host == this_host() && u32::try_from(self.pid).is_ok_and(|pid| pid == std::process::id())
    }

    /// Whether its process has ended, so that nobody else follows the operation. Of another machine's process nothing is
    /// known.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        let is_here = self.host == this_host();
        is_here && Pid::from_raw(self.pid).is_none_or(|pid| test_kill_process(pid).is_err())
    }

    fn millis(&self) -> u128 {
        self.began.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis()
    }
}

/// `ada on laptop, since 2026-11-28T14:03:12Z, 8 s ago`.
impl fmt::Display for Starter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = i64::try_from(self.millis() / 1000).unwrap_or_default();
        let since = DateTime::from_secs(seconds).fmt(Format::DateTime).unwrap_or_default();
        let ago = SystemTime::now().duration_since(self.began).unwrap_or_default().as_secs();
        write!(f, "{} on {}, since {since}, {ago} s ago", self.user, self.host)
    }
}

fn this_host() -> String {
    word(&rustix::system::uname().nodename().to_string_lossy())
}

/// A token takes letters, digits and `-`; a name that has `-` must not be taken for the end of another.
fn word(text: &str) -> String {
    let word: String = text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let word = word.trim_matches('-').replace("-at-", "-");
    if word.is_empty() { "unknown".to_owned() } else { word.chars().take(32).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_tells_who_began() {
        let starter = Starter { user: "ada".into(), host: "build-7".into(), ..Starter::this("deploy") };
        let token = starter.token();
        assert!(token.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') && token.len() <= TOKEN_LENGTH);
        let read = Starter::of(&token).unwrap();
        assert_eq!(read.token(), token);
        assert!(read.to_string().starts_with("ada on build-7, since 20"), "{read}");
        assert_eq!(Starter::of("Console-CreateStack-0a1b"), None);
    }

    #[test]
    fn a_process_that_has_ended_is_gone() {
        assert!(!Starter::this("deploy").is_gone() && Starter::this("deploy").is_this_process());
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let pid = i32::try_from(child.id()).unwrap();
        child.wait().unwrap();
        assert!(Starter { pid, ..Starter::this("deploy") }.is_gone());
        assert!(!Starter { pid, host: "elsewhere".into(), ..Starter::this("deploy") }.is_gone());
    }

    #[test]
    fn each_operation_has_its_own_final_states() {
        use End::{Failure, Success};
        for (kind, status, end) in [
            (Kind::Creation, "CREATE_COMPLETE", Some(Success)),
            (Kind::Creation, "CREATE_FAILED", None),
            (Kind::Creation, "ROLLBACK_IN_PROGRESS", None),
            (Kind::Creation, "ROLLBACK_COMPLETE", Some(Failure)),
            (Kind::Creation, "DELETE_COMPLETE", Some(Failure)),
            (Kind::Update, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", None),
            (Kind::Update, "UPDATE_COMPLETE", Some(Success)),
            (Kind::Update, "UPDATE_ROLLBACK_COMPLETE", Some(Failure)),
            (Kind::Update, "UPDATE_ROLLBACK_FAILED", Some(Failure)),
            (Kind::Deletion, "DELETE_COMPLETE", Some(Success)),
            (Kind::Deletion, "DELETE_FAILED", Some(Failure)),
            // An export that is still imported: the stack is back in the state that it had.
            (Kind::Deletion, "CREATE_COMPLETE", Some(Failure)),
            (Kind::Rollback, "UPDATE_ROLLBACK_COMPLETE", Some(Success)),
            (Kind::Rollback, "UPDATE_ROLLBACK_FAILED", Some(Failure)),
        ] {
            assert_eq!(kind.end(status), end, "{kind:?} {status}");
        }
    }
}
