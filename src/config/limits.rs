//! How much the service takes from its callers.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::Deserialize;

use super::listed;
use crate::platform::rate::{ForwardedHeader, TrustedProxies};

/// The smallest budget of bytes: that of one ordinary body.
const LEAST_BYTES: usize = 1024 * 1024;

/// The rate limits.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Requests a minute for each caller, or `off`.
    pub rate: String,
    /// Requests a minute for each address, or `off`.
    pub address_rate: String,
    /// People an hour that each caller may read about, or `off`.
    pub people_per_hour: String,
    /// Seconds that the head of a request may take to arrive.
    pub head_seconds: u64,
    /// Seconds that a body may take to arrive.
    pub body_seconds: u64,
    /// Seconds that a caller may leave an answer unread before its connection is closed.
    pub write_stall_seconds: u64,
    /// Bytes of bodies that the process receives and holds at a time.
    pub receiving_bytes: usize,
    /// Bytes of answers that the process holds for callers that have not read them.
    pub sending_bytes: usize,
    /// Addresses and networks of the proxies before the service, comma-separated.
    pub trusted_proxies: String,
    /// The header in which they name the address that they saw: `forwarded` or `x-forwarded-for`.
    pub forwarded_header: String,
}

impl Limits {
    /// The proxies before the service; `None` where none is named.
    ///
    /// # Errors
    /// A text for the operator that names the key. There is no default header: a proxy that does not set the one that counts passes
    /// the caller's own on.
    pub(super) fn proxies(&self) -> Result<Option<TrustedProxies>, String> {
        let networks = listed(&self.trusted_proxies).map(network).collect::<Result<Vec<_>, _>>()?;
        let header = match (self.forwarded_header.as_str(), networks.is_empty()) {
            ("", true) => return Ok(None),
            (_, true) => return Err("limits.forwarded_header needs limits.trusted_proxies".to_owned()),
            ("forwarded", false) => ForwardedHeader::Forwarded,
            ("x-forwarded-for", false) => ForwardedHeader::XForwardedFor,
            _ => {
                return Err(
                    "limits.forwarded_header must be forwarded or x-forwarded-for: the header that every proxy \
                            of limits.trusted_proxies sets. The service ignores the other"
                        .to_owned(),
                );
            }
        };
        Ok(Some(TrustedProxies { networks, header }))
    }

    /// Refuses limits under which nothing could be served.
    ///
    /// # Errors
    /// A text for the operator that names the keys.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.head_seconds == 0 || self.body_seconds == 0 || self.write_stall_seconds == 0 {
            return Err(
                "limits.head_seconds, limits.body_seconds and limits.write_stall_seconds must be at least 1".to_owned()
            );
        }
        if self.receiving_bytes < LEAST_BYTES || self.sending_bytes < LEAST_BYTES {
            return Err(format!("limits.receiving_bytes and limits.sending_bytes must be at least {LEAST_BYTES}"));
        }
        Ok(())
    }
}

/// A network, or an address as a network of one.
fn network(text: &str) -> Result<IpNet, String> {
    let parsed = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    let network = parsed.map_err(|_| {
        format!("limits.trusted_proxies must list IP addresses or networks such as 10.0.0.0/8, and {text} is neither")
    })?;
    if network.prefix_len() == 0 {
        return Err(format!("limits.trusted_proxies must not trust every address, as {text} does"));
    }
    Ok(network)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_network_of_one() {
        for (text, read) in
            [("10.0.0.1", "10.0.0.1/32"), ("2001:db8::1", "2001:db8::1/128"), ("10.0.0.0/8", "10.0.0.0/8")]
        {
            assert_eq!(network(text).unwrap().to_string(), read);
        }
        for text in ["proxy", "10.0.0.0/33", "10.0.0", "0.0.0.0/0", "::/0", ""] {
            assert!(network(text).unwrap_err().contains("limits.trusted_proxies"), "{text}");
        }
    }
}
