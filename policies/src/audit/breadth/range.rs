//! Ranges of addresses.

use std::net::IpAddr;

use ipnet::IpNet;

/// The range that a value is; an address is a range of one.
pub(super) fn range(value: &str) -> Option<IpNet> {
    value.parse::<IpNet>().ok().or_else(|| value.parse::<IpAddr>().ok().map(IpNet::from))
}
