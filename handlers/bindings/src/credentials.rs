//! Where a running function has its role's credentials from.

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_smithy_runtime_api::client::http::SharedHttpClient;

/// Lambda gives them as variables; asking anything else would only slow the start.
#[cfg(not(feature = "container-credentials"))]
pub(crate) fn provider(_http: &SharedHttpClient) -> EnvironmentVariableCredentialsProvider {
    EnvironmentVariableCredentialsProvider::new()
}

#[cfg(feature = "container-credentials")]
pub(crate) use container::provider;

// Tests have it without the feature, which only programs turn on.
#[cfg(any(test, feature = "container-credentials"))]
mod container {
    use aws_config::ecs::EcsCredentialsProvider;
    use aws_config::meta::credentials::CredentialsProviderChain;
    use aws_config::provider_config::ProviderConfig;

    use super::{EnvironmentVariableCredentialsProvider, SharedHttpClient};

    /// From variables, else from what the container's platform serves. EKS Pod Identity and ECS name it in
    /// `AWS_CONTAINER_CREDENTIALS_FULL_URI` or `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI`, and what to show there in
    /// `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE`, which is read anew each time. The clients ask again before they expire.
    ///
    /// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html>
    pub(crate) fn provider(http: &SharedHttpClient) -> CredentialsProviderChain {
        let config = ProviderConfig::without_region().with_http_client(http.clone());
        let container = EcsCredentialsProvider::builder().configure(&config).build();
        CredentialsProviderChain::first_try("environment", EnvironmentVariableCredentialsProvider::new())
            .or_else("container", container)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::net::TcpListener;
    use std::process::Command;

    use aws_credential_types::provider::ProvideCredentials as _;

    use super::*;

    const CHILD: &str = "CREDENTIALS_TEST";

    /// What EKS's agent would answer, to one who shows the token. Returns where.
    fn agent() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/v1/credentials", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let lines = BufReader::new(stream.try_clone().unwrap()).lines().map(Result::unwrap);
                let head: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
                let shows = head.iter().any(|line| line.eq_ignore_ascii_case("authorization: token-of-the-pod"));
                let (status, body) = if shows {
                    let keys = r#""AccessKeyId":"of-the-agent","SecretAccessKey":"s","Token":"t""#;
                    ("200 OK", format!(r#"{{{keys},"Expiration":"2099-01-01T00:00:00Z"}}"#))
                } else {
                    ("401 Unauthorized", "{}".to_owned())
                };
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                );
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        address
    }

    /// What a process with `variables` has as its key, and whether it expires.
    fn key(variables: &[(&str, &str)]) -> String {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "credentials::tests::the_other_process", "--nocapture"]).env(CHILD, "1");
        for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
            child.env_remove(name);
        }
        let output = child.envs(variables.iter().copied()).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().find_map(|line| line.split_once("key: ")).map_or(text.clone(), |(_, key)| key.to_owned())
    }

    #[tokio::test]
    async fn the_other_process() {
        if std::env::var_os(CHILD).is_none() {
            return;
        }
        let tls = aws_smithy_http_client::Builder::new().tls_provider(crate::runtime::TLS).build_https();
        match container::provider(&tls).provide_credentials().await {
            Ok(it) => println!("\nkey: {} {}", it.access_key_id(), it.expiry().is_some()),
            Err(error) => println!("\nkey: none, {error:?}"),
        }
    }

    #[test]
    fn a_pod_has_its_credentials_from_the_agent_and_variables_win() {
        let agent = agent();
        let file = std::env::temp_dir().join(format!("stackwright-token-{}", std::process::id()));
        std::fs::write(&file, "token-of-the-pod").unwrap();
        let pod = [
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", agent.as_str()),
            ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", file.to_str().unwrap()),
        ];
        assert_eq!(key(&pod), "of-the-agent true");
        let variables = [("AWS_ACCESS_KEY_ID", "of-variables"), ("AWS_SECRET_ACCESS_KEY", "s")];
        assert_eq!(key(&[pod.as_slice(), &variables].concat()), "of-variables false");
        assert!(key(&[]).starts_with("none, "));
        // A name that is no agent's is refused, and asked for nothing.
        let other = [("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://192.0.2.1/v1/credentials")];
        assert!(key(&other).contains("InvalidConfiguration"), "{}", key(&other));
        std::fs::remove_file(&file).unwrap();
    }
}
