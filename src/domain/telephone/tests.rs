use proptest::prelude::*;

use super::*;

fn parsed(text: &str) -> String {
    Telephone::parse(text).unwrap_or_else(|fault| panic!("{text:?}: {fault}")).as_str().to_owned()
}

/// Libphonenumber's examples of every region and type: `examples.py` writes them.
fn examples() -> impl Iterator<Item = [&'static str; 4]> {
    let lines = include_str!("examples.csv").lines().skip(1);
    lines.map(|line| <[&str; 4]>::try_from(line.split(',').collect::<Vec<_>>()).unwrap())
}

#[test]
fn an_example_of_every_region_and_type_is_taken_and_kept() {
    assert!(examples().count() > 1000);
    for [region, kind, number, international] in examples() {
        assert_eq!(parsed(number), number, "{region} {kind}");
        assert_eq!(parsed(international), number, "{region} {kind}");
        assert_eq!(parsed(&number.replacen('+', "00", 1)), number, "{region} {kind}");
        let digits = number.trim_start_matches('+');
        assert_eq!(Telephone::parse(digits), Err(NO_COUNTRY), "{region} {kind}");
    }
}

#[test]
fn a_zero_that_belongs_to_the_number_is_kept() {
    for [number, kept] in [
        ["+39 06 698 12345", "+390669812345"],
        ["+39 02 1234 5678", "+390212345678"],
        ["+241 06 03 12 34", "+24106031234"],
        ["+225 01 23 45 67 89", "+2250123456789"],
        ["+378 0549 886377", "+3780549886377"],
    ] {
        assert_eq!(parsed(number), kept);
    }
    for number in ["+44 (0)1905 765765", "+4401905765765", "+44 0 1905 765765"] {
        assert_eq!(parsed(number), "+441905765765", "{number}: 0 is for calls within the country");
    }
    assert_eq!(parsed("+33 (0)6 31 96 65 43"), "+33631966543");
}

#[test]
fn a_number_of_a_possible_length_is_taken() {
    // Ofcom's numbers for drama, two of which libphonenumber holds for unassigned.
    for [number, kept] in [
        ["07700 900123", "+447700900123"],
        ["01632 960123", "+441632960123"],
        ["020 7946 0958", "+442079460958"],
        ["0808 157 0123", "+448081570123"],
        ["01204 58012", "+44120458012"],
    ] {
        assert_eq!(parsed(number), kept);
    }
}

#[test]
fn a_number_is_taken_as_people_write_it() {
    for text in [
        "01905 765765",
        "(01905) 765-765",
        "01905/765765",
        "01905.765.765",
        "01905\u{a0}765\u{202f}765",
        "01905\u{2011}765\u{2013}765",
        "01905 \u{2212} 765765",
        "\u{202a}+44 1905 765765\u{202c}",
        "\u{200e}01905 765765\u{200f}",
        "tel:+44-1905-765765",
        "TEL:01905-765765",
        "0044 1905 765765",
        "(+44) 1905 765765",
        "\u{ff0b}\u{ff14}\u{ff14}1905765765",
        " 01905 765765 ",
    ] {
        let number = Telephone::parse(text).unwrap_or_else(|fault| panic!("{text:?}: {fault}"));
        assert_eq!((number.as_str(), number.extension()), ("+441905765765", None), "{text:?}");
    }
}

#[test]
fn an_extension_is_kept_apart() {
    for text in [
        "01905 765765 ext 12",
        "01905 765765 ext. 12",
        "01905 765765 Ext: 12",
        "01905 765765 (ext 12)",
        "01905 765765 extension 12",
        "01905 765765 extn 12",
        "01905 765765x12",
        "01905 765765 x 12",
        "01905 765765 #12",
        "01905 765765, ext 12",
        "tel:+44-1905-765765;ext=12",
    ] {
        let (number, extension) = Telephone::parse(text).unwrap_or_else(|fault| panic!("{text:?}: {fault}")).apart();
        assert_eq!((number.as_str(), number.extension()), ("+441905765765", None), "{text:?}");
        assert_eq!(extension.unwrap().as_str(), "12", "{text:?}");
    }
    let number = Telephone::parse("01905 765765 ext 012").unwrap();
    assert_eq!(serde_json::to_string(&number).unwrap(), "\"+441905765765;ext=012\"");
    assert_eq!(Telephone::from_kept("+441905765765;ext=012".to_owned()), number);
    assert_eq!(number.as_written(), "01905 765765 ext. 012");
}

#[test]
fn digits_without_plus_and_without_zero_are_of_no_country() {
    for text in ["3723212345", "441905765765", "1905 765765", "116 123", "999", "tel:1905765765"] {
        assert_eq!(Telephone::parse(text), Err(NO_COUNTRY), "{text}");
    }
}

#[test]
fn an_impossible_number_is_refused() {
    for text in [
        "",
        "+",
        "0",
        "00",
        "+44",
        "+0",
        "01905",
        "01905 7657651",
        "+44 0000 000000",
        "019057657",
        "+999123456789",
        "0800-FLOWERS",
        "01905 765765 ext",
        "01905 765765 or 01905 765766",
        "01905 765765 room 12",
        "01905 765765 ext 123456789012345678901",
        "01905+765765",
        "++441905765765",
        "ext 12",
        "+44 1905 765765 12 ext",
    ] {
        assert!(matches!(Telephone::parse(text), Err(fault) if fault == FORM), "{text:?}");
    }
}

#[test]
fn a_number_that_may_have_lost_its_zero_is_recognised() {
    let may_lack = |number: &str| Telephone::from_kept(number.to_owned()).may_lack_a_zero();
    assert!(may_lack("+2416031234"), "of Gabon");
    assert!(may_lack("+39342123456"), "of Sondrio, or a mobile");
    for number in
        ["+24106031234", "+390669812345", "+441905765765", "+447700900123", "+12015550123", "+33142685300", "nonsense"]
    {
        assert!(!may_lack(number), "{number}");
    }
}

#[test]
fn a_number_is_written_as_people_write_it() {
    assert_eq!(Telephone::parse("+441905765765").unwrap().as_written(), "01905 765765");
    assert_eq!(Telephone::parse("+33142685300").unwrap().as_written(), "+33 1 42 68 53 00");
    assert_eq!(Telephone::parse("07700 900123").unwrap().as_written(), "07700 900123");
}

proptest! {
    #[test]
    fn any_text_is_answered(text in "\\PC{0,40}") {
        let _ = Telephone::parse(&text);
    }

    #[test]
    fn the_normal_form_is_one(text in "(\\+|00|0)[0-9]{4,16}( ext [0-9]{1,5})?") {
        if let Ok(number) = Telephone::parse(&text) {
            let kept = serde_json::to_string(&number).unwrap();
            prop_assert_eq!(serde_json::from_str::<Telephone>(&kept).unwrap(), number);
        }
    }
}
