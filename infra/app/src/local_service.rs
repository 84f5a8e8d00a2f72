//! Services of the app's own that stand in for services outside of AWS.

use std::net::TcpListener;

/// A service that runs on this machine in place of one outside of AWS, while the local cloud runs.
///
/// The engine starts the app's binary for it, and ends it with the local cloud.
#[derive(Debug, Clone, Copy)]
pub struct LocalService {
    /// Its name, unique in the app.
    pub name: &'static str,
    /// The template parameter that holds the address of the service.
    pub parameter: &'static str,
    /// The path of the address, with a leading `/`, or empty.
    pub path: &'static str,
    /// Answers requests on the listener for as long as the process lives.
    pub serve: fn(TcpListener),
}
