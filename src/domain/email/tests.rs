use super::*;

fn parsed(text: &str) -> String {
    EmailAddress::parse(text).unwrap_or_else(|fault| panic!("{text}: {fault}")).as_str().to_owned()
}

#[test]
fn the_domain_is_lower_cased_and_the_local_part_kept() {
    assert_eq!(parsed("Ada.Lovelace@Example.ORG"), "Ada.Lovelace@example.org");
    assert_eq!(EmailAddress::parse("ADA@example.org"), EmailAddress::parse("ada@EXAMPLE.org"));
}

#[test]
fn a_domain_has_one_form_however_it_is_written() {
    for same in [
        "mia@bücher.example",
        "mia@BÜCHER.example",
        "mia@bu\u{308}cher.example",
        "mia@xn--bcher-kva.example",
        "mia@XN--BCHER-KVA.Example",
        "mia@bücher。example",
        "mia@ｂücher.example",
    ] {
        assert_eq!(parsed(same), "mia@xn--bcher-kva.example", "{same}");
    }
    assert_eq!(parsed("mia@straße.example"), "mia@xn--strae-oqa.example", "ß is a letter of its own since 2010");
    assert_eq!(parsed("mia@почта.рф"), "mia@xn--80a1acny.xn--p1ai");
    assert_eq!(parsed("mia@r3---sn.example"), "mia@r3---sn.example");
}

#[test]
fn an_accent_has_one_form_however_it_is_written() {
    assert_eq!(parsed("zoe\u{308}@example.org"), "zo\u{eb}@example.org");
    let folded = |text: &str| EmailAddress::parse(text).unwrap().folded();
    assert_eq!(folded("ZOE\u{308}@example.org"), folded("zo\u{eb}@EXAMPLE.org"));
}

#[test]
fn people_are_shown_the_u_label() {
    let address = EmailAddress::parse("mia@xn--bcher-kva.example").unwrap();
    assert_eq!(address.shown(), "mia@bücher.example");
    assert_eq!(serde_json::to_string(&address).unwrap(), "\"mia@bücher.example\"");
    let again = EmailAddress::parse(&address.shown()).unwrap();
    assert_eq!(again.as_str(), address.as_str());
    assert!(matches!(EmailAddress::parse("ada@example.org").unwrap().shown(), Cow::Borrowed("ada@example.org")));
}

#[test]
fn an_address_that_an_earlier_release_kept_is_brought_into_the_normal_form() {
    for (kept, normal) in [
        ("mia@bücher.example", "mia@xn--bcher-kva.example"),
        ("zoe\u{308}@example.org", "zo\u{eb}@example.org"),
        ("\u{200b}guy@example.org", "guy@example.org"),
        ("guy@exam\u{ad}ple.org", "guy@example.org"),
        ("ada@192.168.0.1", "ada@192.168.0.1"),
        ("zo\u{eb}@exa_mple.org", "zo\u{eb}@exa_mple.org"),
    ] {
        assert_eq!(EmailAddress::from_kept(kept.to_owned()).as_str(), normal, "{kept:?}");
    }
}

#[test]
fn a_text_that_is_no_addr_spec_is_refused() {
    let long_local = format!("{}@example.org", "a".repeat(65));
    let long = format!("ada@{}org", "abcdefghi.".repeat(25));
    for bad in [
        "Ada <ada@example.org>",
        "ada",
        "ada@",
        "@example.org",
        ".ada@example.org",
        "a..da@example.org",
        "a da@example.org",
        "ada@example.org\r\nBcc: x@example.org",
        "\"a b\"@example.org",
        "ada@example.org,bob@example.org",
        &long_local,
        &long,
    ] {
        assert!(EmailAddress::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_domain_that_cannot_exist_is_refused() {
    for bad in [
        "example",
        "[127.0.0.1]",
        "192.168.0.1",
        "127.1",
        "0x7f.0x1",
        "exa_mple.org",
        "example.org/path",
        "example.org:25",
        "example.org?x",
        "example.org.",
        ".example.org",
        "exa..mple.org",
        "-example.org",
        "example-.org",
        "example.c",
        "example.o-g",
        "example.123",
        "xn--a.example",
        "xn--bcher-kva.xn--",
        "bücher_.example",
    ] {
        assert_eq!(EmailAddress::parse(&format!("ada@{bad}")), Err(DOMAIN), "{bad}");
    }
    let label = "a".repeat(64);
    assert_eq!(EmailAddress::parse(&format!("ada@{label}.org")), Err(DOMAIN));
}

#[test]
fn an_address_with_an_invisible_character_is_refused() {
    for bad in
        ["\u{200b}guy@example.org", "guy@exam\u{ad}ple.org", "gu\u{2060}y@example.org", "guy\u{feff}@example.org"]
    {
        assert_eq!(EmailAddress::parse(bad), Err(INVISIBLE), "{bad:?}");
    }
    assert!(EmailAddress::parse("gü@example.org").is_ok());
}

#[test]
fn debug_does_not_tell_it() {
    assert_eq!(format!("{:?}", EmailAddress::parse("ada@example.org").unwrap()), "[personal]");
}
