use proptest::prelude::*;

use super::*;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn proxies(header: ForwardedHeader) -> TrustedProxies {
    let networks =
        ["10.0.0.0/8", "2001:db8:ffff::/48", "127.0.0.1/32"].map(|network| network.parse().unwrap()).to_vec();
    TrustedProxies { networks, header }
}

fn forwarded(lines: &[&str]) -> IpAddr {
    let lines: Vec<&[u8]> = lines.iter().map(|line| line.as_bytes()).collect();
    proxies(ForwardedHeader::Forwarded).caller(ip("10.0.0.1"), &lines)
}

fn x_forwarded_for(lines: &[&str]) -> IpAddr {
    let lines: Vec<&[u8]> = lines.iter().map(|line| line.as_bytes()).collect();
    proxies(ForwardedHeader::XForwardedFor).caller(ip("10.0.0.1"), &lines)
}

#[test]
fn the_address_that_the_nearest_trusted_proxy_saw_counts() {
    for (lines, caller) in [
        (&["for=192.0.2.60;proto=http;by=203.0.113.43"][..], "192.0.2.60"),
        (&["for=203.0.113.9, For=\"198.51.100.17:4711\""], "198.51.100.17"),
        (&["for=\"[2001:db8:cafe::17]:4711\""], "2001:db8:cafe::17"),
        (&["by=\"a,b\";for=192.0.2.1"], "192.0.2.1"),
        (&["for=192.0.2.1;by=\"a,\\\",b\""], "192.0.2.1"),
        // All lines are one list, and trusted proxies in it are passed over.
        (&["for=203.0.113.9", "for=192.0.2.1"], "192.0.2.1"),
        (&["for=192.0.2.1", "for=10.2.3.4"], "192.0.2.1"),
        (&["for=203.0.113.9, for=192.0.2.1, for=10.2.3.4", "for=\"[2001:db8:ffff::2]\""], "192.0.2.1"),
        (&["for=192.0.2.1, , "], "192.0.2.1"),
        (&["for=\"[::ffff:192.0.2.1]\""], "192.0.2.1"),
        (&["for=192.0.2.1", "for=\"[::ffff:10.9.9.9]\""], "192.0.2.1"),
        // All of them are proxies, or the list ends in the middle.
        (&["for=10.2.3.4"], "10.2.3.4"),
        (&[], "10.0.0.1"),
    ] {
        assert_eq!(forwarded(lines), ip(caller), "{lines:?}");
    }
    for (lines, caller) in [
        (&["192.0.2.1"][..], "192.0.2.1"),
        (&["203.0.113.9, 192.0.2.1:4711"], "192.0.2.1"),
        (&["203.0.113.9", "192.0.2.1, 10.2.3.4"], "192.0.2.1"),
        (&["2001:db8::7"], "2001:db8::7"),
        (&["[2001:db8::7]:443, 10.0.0.7"], "2001:db8::7"),
    ] {
        assert_eq!(x_forwarded_for(lines), ip(caller), "{lines:?}");
    }
}

#[test]
fn what_is_no_address_ends_the_walk_at_the_last_proxy() {
    for last in ["for=unknown", "for=_hidden", "by=192.0.2.1", "for=", "192.0.2.1", "for=\"192.0.2.1", "for=[::1]x"] {
        assert_eq!(forwarded(&["for=203.0.113.9", last]), ip("10.0.0.1"), "{last}");
        assert_eq!(forwarded(&["for=203.0.113.9", last, "for=10.2.3.4"]), ip("10.2.3.4"), "{last}");
    }
    for last in ["unknown", "for=192.0.2.1", "192.0.2", "-"] {
        assert_eq!(x_forwarded_for(&["203.0.113.9", last]), ip("10.0.0.1"), "{last}");
    }
}

#[test]
fn a_peer_that_is_no_proxy_is_the_caller() {
    let lines: [&[u8]; 1] = [b"for=203.0.113.9"];
    assert_eq!(proxies(ForwardedHeader::Forwarded).caller(ip("192.0.2.5"), &lines), ip("192.0.2.5"));
    // The system shows a peer of IPv4 on a socket of IPv6 like this.
    assert_eq!(proxies(ForwardedHeader::Forwarded).caller(ip("::ffff:192.0.2.5"), &lines), ip("192.0.2.5"));
    assert_eq!(proxies(ForwardedHeader::Forwarded).caller(ip("::ffff:10.0.0.1"), &lines), ip("203.0.113.9"));
}

proptest! {
    /// A proxy appends the address that it saw to the line that the caller sent, or as a line of its own.
    #[test]
    fn a_forged_left_part_never_changes_the_caller(
        forged in prop::collection::vec("[ -~]{0,40}", 0..4),
        quotes in "[\",;=\\\\for ]{0,20}",
        seen: std::net::Ipv4Addr,
        through in prop::collection::vec(0_u8.., 0..3),
    ) {
        let trusted: Vec<String> = through.iter().map(|last| format!("10.1.1.{last}")).collect();
        for header in [ForwardedHeader::Forwarded, ForwardedHeader::XForwardedFor] {
            let written = |address: &str| match header {
                ForwardedHeader::Forwarded => format!("for=\"{address}:4711\";proto=https"),
                ForwardedHeader::XForwardedFor => address.to_owned(),
            };
            let appended = [seen.to_string()].iter().chain(&trusted).map(|hop| written(hop)).collect::<Vec<_>>().join(", ");
            let own_line: Vec<String> = forged.iter().cloned().chain([quotes.clone(), appended.clone()]).collect();
            let same_line: Vec<String> = forged.iter().cloned().chain([format!("{quotes}, {appended}")]).collect();
            let proxies = proxies(header);
            let walk = |lines: &[String]| {
                proxies.caller(ip("10.0.0.1"), &lines.iter().map(String::as_bytes).collect::<Vec<_>>())
            };
            // An address of a proxy as the caller's own lets the walk go on into what the caller wrote.
            prop_assume!(!proxies.trusts(seen.into()));
            prop_assert_eq!(walk(&own_line), IpAddr::from(seen));
            prop_assert_eq!(walk(&same_line), IpAddr::from(seen));
        }
    }
}
