//! To a cluster by a context of a kubeconfig.

use std::path::Path;

use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};
use kube::{Client, Config};

use super::{Cluster, ClusterSettings};
use crate::Error;
use crate::error::causes;

impl Cluster {
    /// Connects to the cluster of `context` in the file `kubeconfig`. Without a file those in the variable `KUBECONFIG`
    /// are read, else `~/.kube/config`.
    ///
    /// # Errors
    /// When there is no kubeconfig or no such context in it, or when the server cannot be reached or does not let in.
    pub async fn connect(kubeconfig: Option<&Path>, context: &str, settings: ClusterSettings) -> Result<Self, Error> {
        // It fails when there is one already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let kubeconfig = match kubeconfig {
            Some(path) => Kubeconfig::read_from(path),
            None => Kubeconfig::read(),
        };
        let kubeconfig = kubeconfig.map_err(|error| unreadable(&error))?;
        let known: Vec<_> = kubeconfig.contexts.iter().map(|it| it.name.clone()).collect();
        if !known.iter().any(|name| name == context) {
            let list =
                if known.is_empty() { "it has none".to_owned() } else { format!("it has `{}`", known.join("`, `")) };
            return Err(Error::new(format!("the kubeconfig has no context `{context}`: {list}"))
                .help("for EKS: `aws eks update-kubeconfig --name CLUSTER --alias CONTEXT` adds one"));
        }
        let options = KubeConfigOptions { context: Some(context.to_owned()), cluster: None, user: None };
        let unfit = |error: &(dyn std::error::Error + 'static)| {
            Error::because(format!("the kubeconfig's context `{context}` cannot be used"), error)
                .help(format!("`kubectl --context {context} version` should fail alike"))
        };
        let mut config = Config::from_custom_kubeconfig(kubeconfig, &options).await.map_err(|error| unfit(&error))?;
        config.connect_timeout = Some(settings.timeout);
        config.read_timeout = Some(settings.timeout);
        // Calls are tried again here, for more reasons.
        config.default_retry = false;
        let server = config.cluster_url.to_string();
        let program = config.auth_info.exec.as_ref().and_then(|exec| exec.command.clone());
        let client = Client::try_from(config).map_err(|error| match (&error, program) {
            (kube::Error::Auth(_), Some(program)) => {
                Error::because(format!("context `{context}` gets no credentials from `{program}`"), &error)
                    .help(format!("`{program}` must be installed and run without an error: try it by hand"))
            }
            _ => unfit(&error),
        })?;
        let cluster = Self { client, context: context.to_owned(), settings };
        match cluster.call(|client| async move { client.apiserver_version().await }).await {
            Ok(_) => Ok(cluster),
            Err(error) => Err(unreachable(&server, context, &error)),
        }
    }
}

fn unreadable(error: &KubeconfigError) -> Error {
    let help = "for EKS: `aws eks update-kubeconfig --name CLUSTER` writes one; `KUBECONFIG` can name another file";
    match error {
        KubeconfigError::ReadConfig(cause, path) if cause.kind() == std::io::ErrorKind::NotFound => {
            Error::new(format!("there is no kubeconfig at `{}`", path.display())).help(help)
        }
        KubeconfigError::FindPath => Error::new("there is no kubeconfig").help(help),
        _ => Error::because("cannot read the kubeconfig", error).help(help),
    }
}

fn unreachable(server: &str, context: &str, error: &kube::Error) -> Error {
    match error {
        kube::Error::Api(status) if matches!(status.code, 401 | 403) => {
            Error::new(format!("the server `{server}` of context `{context}` does not let in: {}", status.message))
                .help(
                    "the kubeconfig's user needs an access entry of the cluster, and credentials that are not too old",
                )
        }
        kube::Error::Auth(_) => Error::because(format!("context `{context}` gives no credentials"), error)
            .help("the program that the kubeconfig names for credentials must be there and run without an error"),
        kube::Error::Api(status) => Error::new(format!(
            "the server `{server}` of context `{context}` answers {}: {}",
            status.code, status.message
        ))
        .help("check whether it is an API server of Kubernetes"),
        _ => {
            let why = causes(error);
            let help = if why.contains("certificate") {
                "the kubeconfig's `certificate-authority-data` is not of this cluster: write the kubeconfig anew"
            } else {
                "check the network, whether the cluster is there, and whether its endpoint is public or private"
            };
            Error::new(format!("the server `{server}` of context `{context}` cannot be reached: {why}")).help(help)
        }
    }
}
