//! The console: one page on this machine that shows deployed stacks as they live, and what can be done with them.
//!
//! A poller for each stack finds out what happens ([`poller`]), one state in memory keeps it within bounds ([`state`]), and
//! pages get it as server-sent events ([`server`]). What a page asks for and does is in [`actions`], which leads to what the
//! commands do. Who may open the page is in [`access`].

pub mod access;
pub mod actions;
pub mod current;
pub mod files;
pub mod opening;
pub mod poller;
pub mod secrets;
mod server;
pub mod state;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch::Receiver;

use crate::cli::TargetArgs;
use crate::failure::Failure;
use crate::operate::running_stack::RunningStack;
use access::Access;
use actions::Actions;
use state::Hub;

/// The stacks that run.
pub type Running = Arc<Vec<RunningStack>>;

/// A console that listens.
#[derive(Debug)]
pub struct Console {
    listener: TcpListener,
    access: Access,
    hub: Arc<Hub>,
}

/// Where the stacks of a console are, and what it may do there.
#[derive(Debug, Clone)]
pub struct Scope {
    /// Where they are deployed.
    pub target: TargetArgs,
    /// Whether its page may change anything.
    pub may_change: bool,
}

impl Console {
    /// Listens on `port` of this machine's loopback, or on any port that is free.
    ///
    /// # Errors
    /// When the port is in use, or must not be used.
    pub async fn listen(port: Option<u16>) -> anyhow::Result<Self> {
        let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, port.unwrap_or(0)));
        let listener = TcpListener::bind(wanted).await.map_err(|error| {
            let port = wanted.port();
            let failure = match error.kind() {
                std::io::ErrorKind::AddrInUse => Failure::new(format!("something else listens on the port {port}")),
                _ => Failure::new(format!("the port {port} cannot be listened on: {error}")),
            };
            failure.help("`--port PORT` chooses another; without it, one that is free is taken")
        })?;
        let access = Access::new(listener.local_addr()?.port());
        Ok(Self { listener, access, hub: Arc::default() })
    }

    /// The address to open.
    #[must_use]
    pub fn address(&self) -> String {
        self.access.address()
    }

    /// What it knows, and whether anybody watches.
    #[must_use]
    pub fn hub(&self) -> Arc<Hub> {
        self.hub.clone()
    }

    /// Shows `running` until it is dropped.
    ///
    /// # Errors
    /// When its folder for plans cannot be made.
    pub async fn serve(self, running: Receiver<Running>, scope: Scope) -> anyhow::Result<()> {
        let hub = self.hub;
        hub.set_scope(&scope);
        let actions = Actions::new(running.clone(), scope)?;
        let router = server::router(hub.clone(), Arc::new(actions), self.access);
        tokio::select! {
            () = poller::poll(hub, running) => Ok(()),
            served = axum::serve(self.listener, router) => Ok(served?),
        }
    }
}
