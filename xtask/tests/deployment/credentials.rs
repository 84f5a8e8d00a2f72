//! Where credentials come from, and what is said when there are none.

use std::fs;

use testing::CommandOutput;

use crate::project::Project;

const TEMPLATE: &str = "Resources: {Orders: {Type: AWS::SQS::Queue}}\n";

/// Where the token of the session `company` is kept: the name is the SHA-1 of that word.
const SSO_TOKEN: &str = "sso/cache/71b21161ffa1e6516bcc072aaf5ef38cbe85b511.json";

/// Where the session of the user `ada` is kept: the name is the SHA-256 of her ARN.
const LOGIN_TOKEN: &str = "login/cache/397b11bbda6668a5a8d17d42c91036373f4a376627089c204bef61ce0ae993c2.json";

/// A project on a machine whose only credentials are those of the profile `company`.
fn project(profile: &str, session: &str) -> Project {
    let project = Project::new(TEMPLATE);
    let endpoint = project.aws.endpoint();
    write(
        &project,
        "config",
        &format!(
            "[profile company]\nservices = here\n{profile}\n{session}\n[services here]\nsso =\n  endpoint_url = {endpoint}\n"
        ),
    );
    project
}

fn write(project: &Project, file: &str, text: &str) {
    let file = project.home().join(".aws").join(file);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

fn diff(project: &Project) -> CommandOutput {
    let mut command = project.command(&["diff", "orders", "--profile", "company"]);
    CommandOutput::of(command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY"))
}

/// Whose signature the calls of `diff` have.
fn signers(project: &Project) -> Vec<String> {
    diff(project).expect(0);
    let calls = project.aws.calls().into_iter().filter(|call| call.service != "sso");
    let mut signers: Vec<_> = calls.map(|call| call.access_key_id).collect();
    signers.dedup();
    signers
}

const SSO_PROFILE: &str = "sso_session = company\nsso_account_id = 123456789012\nsso_role_name = deployer";
const SSO_SESSION: &str =
    "[sso-session company]\nsso_region = eu-west-1\nsso_start_url = https://company.awsapps.com/start";

fn sso_token(token: &str, expires: &str) -> String {
    format!(r#"{{"accessToken": "{token}", "expiresAt": "{expires}", "region": "eu-west-1"}}"#)
}

#[test]
fn a_profile_of_identity_center_gives_the_credentials_of_its_role() {
    let project = project(SSO_PROFILE, SSO_SESSION);
    write(&project, SSO_TOKEN, &sso_token("fresh", "2100-01-01T00:00:00Z"));
    assert_eq!(signers(&project), ["ASIADEPLOYER"]);
}

#[test]
fn who_has_not_signed_in_to_identity_center_is_told_how() {
    let project = project(SSO_PROFILE, SSO_SESSION);
    let never = diff(&project);
    write(&project, SSO_TOKEN, &sso_token("old", "2020-01-01T00:00:00Z"));
    let long_ago = diff(&project);
    write(&project, SSO_TOKEN, &sso_token("expired", "2100-01-01T00:00:00Z"));
    let ended = diff(&project);
    for refused in [never, long_ago, ended] {
        assert!(refused.stderr.contains("`aws sso login --profile company` signs in"), "{refused}");
    }
}

#[test]
fn a_profile_with_a_program_gives_the_credentials_that_it_prints() {
    let project = project("credential_process = cat ~/.aws/printed.json", "");
    write(&project, "printed.json", r#"{"Version": 1, "AccessKeyId": "AKIAPRINTED", "SecretAccessKey": "secret"}"#);
    assert_eq!(signers(&project), ["AKIAPRINTED"]);

    write(&project, "printed.json", "the vault is locked");
    let refused = diff(&project);
    assert!(refused.stderr.contains("credential_process"), "{refused}");
}

#[test]
fn a_session_of_the_console_gives_its_credentials() {
    let project = project("login_session = arn:aws:iam::123456789012:user/ada", "");
    let refused = diff(&project);
    assert!(refused.stderr.contains("`aws login --profile company` signs in"), "{refused}");

    let session = r#"{"accessToken": {"accessKeyId": "ASIALOGIN", "secretAccessKey": "secret", "sessionToken": "token",
        "accountId": "123456789012", "expiresAt": "2100-01-01T00:00:00Z"}, "tokenType": "aws_sigv4",
        "refreshToken": "refresh", "clientId": "arn:aws:signin:::devtools/same-device", "dpopKey": "unused"}"#;
    write(&project, LOGIN_TOKEN, session);
    assert_eq!(signers(&project), ["ASIALOGIN"]);
}

#[test]
fn a_role_that_asks_for_a_code_is_said_to() {
    let project = project(
        "role_arn = arn:aws:iam::123456789012:role/deployer\nsource_profile = base\nmfa_serial = arn:aws:iam::123456789012:mfa/ada",
        "[profile base]\naws_access_key_id = AKIABASE\naws_secret_access_key = secret",
    );
    let refused = diff(&project);
    assert!(refused.stderr.contains("export-credentials --profile company"), "{refused}");
}
