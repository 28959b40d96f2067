//! Who sent a request that came through trusted proxies.
//!
//! Each proxy appends the address that it saw to a header, so that the list is read from the right. An address counts only if the
//! proxy that wrote it is trusted. The caller can write what it likes on the left, and is never believed.

use std::net::IpAddr;

use ipnet::IpNet;

/// The header in which the trusted proxies name the address that they saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForwardedHeader {
    /// `Forwarded` (RFC 7239).
    Forwarded,
    /// `X-Forwarded-For`.
    XForwardedFor,
}

/// The proxies before the service, and the one header of theirs that counts.
#[derive(Clone, Debug)]
pub struct TrustedProxies {
    /// Their networks.
    pub networks: Vec<IpNet>,
    /// The header.
    pub header: ForwardedHeader,
}

impl ForwardedHeader {
    /// Its name in lower case.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Forwarded => "forwarded",
            Self::XForwardedFor => "x-forwarded-for",
        }
    }
}

impl TrustedProxies {
    /// Returns the address of the caller of a request that came from `peer`: the first address from the right that is not a trusted
    /// proxy's. An element that is no address ends the walk, because nothing to the left of it can be believed: the caller then
    /// has the address of the last proxy.
    ///
    /// `lines` are those of the header, in their order: they are one list (RFC 9110 section 5.3).
    pub(super) fn caller(&self, peer: IpAddr, lines: &[&[u8]]) -> IpAddr {
        let mut hop = peer.to_canonical();
        for line in lines.iter().rev() {
            let mut rest = *line;
            while !rest.is_empty() {
                if !self.trusts(hop) {
                    return hop;
                }
                let (left, element) = split_last(rest);
                rest = left;
                let element = element.trim_ascii();
                if element.is_empty() {
                    continue;
                }
                match std::str::from_utf8(element).ok().and_then(|element| self.address(element)) {
                    Some(address) => hop = address.to_canonical(),
                    None => return hop,
                }
            }
        }
        hop
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(&address))
    }

    /// The address that an element of the list names.
    fn address(&self, element: &str) -> Option<IpAddr> {
        match self.header {
            ForwardedHeader::XForwardedFor => node(element),
            ForwardedHeader::Forwarded => {
                let mut pairs = element.split(';').filter_map(|pair| pair.trim().split_once('='));
                let (_, value) = pairs.find(|(name, _)| name.eq_ignore_ascii_case("for"))?;
                let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
                node(quoted.unwrap_or(value))
            }
        }
    }
}

/// Splits a list before its last element. A comma within double quotes belongs to the element (RFC 9110 section 5.6.4). The quotes
/// are counted from the right, so that one which the caller opened on the left cannot hide what a proxy appended.
fn split_last(list: &[u8]) -> (&[u8], &[u8]) {
    let mut quoted = false;
    for (at, byte) in list.iter().enumerate().rev() {
        match byte {
            b'"' if !is_escaped(list, at) => quoted = !quoted,
            b',' if !quoted => {
                let (left, right) = list.split_at(at);
                return (left, right.get(1..).unwrap_or_default());
            }
            _ => {}
        }
    }
    (&[], list)
}

/// Whether an odd number of backslashes stands before the byte at `at`.
fn is_escaped(list: &[u8], at: usize) -> bool {
    let before = list.get(..at).unwrap_or_default();
    before.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

/// An address with or without a port; one of IPv6 may be in brackets. `unknown` and obfuscated names are no addresses.
fn node(text: &str) -> Option<IpAddr> {
    if let Some(bracketed) = text.strip_prefix('[') {
        let (address, port) = bracketed.split_once(']')?;
        let port_alone = port.is_empty() || port.starts_with(':');
        return address.parse().ok().filter(|_| port_alone).map(IpAddr::V6);
    }
    text.parse().ok().or_else(|| text.split_once(':')?.0.parse().ok().map(IpAddr::V4))
}

#[cfg(test)]
mod tests;
