use strum::VariantArray;

use super::*;

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

fn march(day: u32, hour: u32) -> Instant {
    at(&format!("2027-03-{day:02}T{hour:02}:00:00Z"))
}

fn times() -> Times {
    Times { starts_at: Some(march(20, 10)), ends_at: Some(march(20, 16)), ..Times::default() }
}

#[test]
fn a_registration_goes_where_the_table_lets_it() {
    let all = RegistrationStatus::VARIANTS;
    let from =
        |from: RegistrationStatus| -> Vec<_> { all.iter().copied().filter(|&to| from.go_to(to).is_ok()).collect() };
    assert_eq!(from(Confirmed), [Cancelled, Attended, NoShow, AttendanceUnknown]);
    assert_eq!(from(Waitlisted), [Confirmed, Offered, Expired, Cancelled]);
    assert_eq!(from(Offered), [Confirmed, Declined, Expired, Cancelled]);
    assert_eq!(from(NoShow), [Attended], "a scanner that was offline tells later");
    assert_eq!(from(AttendanceUnknown), [Attended, NoShow]);
    for last in [Declined, Expired, Cancelled, Attended] {
        assert!(from(last).is_empty(), "{last:?}");
    }
    for over in [Declined, Expired, Cancelled, Attended, NoShow, AttendanceUnknown] {
        assert!(!over.is_live(), "{over:?}");
    }
    assert!(RegistrationStatus::LIVE.iter().all(|live| live.is_live()));
    assert!(
        Confirmed.rank() < Offered.rank() && Offered.rank() < Waitlisted.rank() && Waitlisted.rank() < Expired.rank()
    );
}

#[test]
fn an_offer_reads_expired_from_its_very_instant() {
    let until = Some(march(2, 12));
    assert_eq!(Offered.at(march(2, 11), until), Offered);
    assert_eq!(Offered.at(march(2, 12), until), Expired);
    assert_eq!(Confirmed.at(march(3, 12), until), Confirmed);
    assert!(Offered.must_be_offered(until).is_ok());
    assert_eq!(Expired.must_be_offered(until).unwrap_err().code(), Code::OfferExpired);
    assert_eq!(
        Expired.must_be_offered(None).unwrap_err().code(),
        Code::IllegalTransition,
        "it waited, and had no offer"
    );
    let refused = Waitlisted.must_be_offered(None).unwrap_err();
    let allowed = refused.particulars().allowed_transitions.clone().unwrap();
    assert_eq!(allowed, ["confirmed", "offered", "expired", "cancelled"]);
}

#[test]
fn registration_is_open_from_its_opening_to_its_close() {
    let timed =
        Times { registration_opens_at: Some(march(1, 9)), registration_closes_at: Some(march(10, 9)), ..times() };
    let open = |times: &Times, now| must_be_open(EventStatus::Published, times, now).is_ok();
    assert!(!open(&timed, march(1, 8)) && open(&timed, march(1, 9)));
    assert!(open(&timed, march(10, 8)) && !open(&timed, march(10, 9)));
    assert!(
        open(&times(), march(20, 9)) && !open(&times(), march(20, 10)),
        "it closes at the start, unless the event names a time"
    );
    for status in [EventStatus::Draft, EventStatus::Cancelled, EventStatus::Completed] {
        let refused = must_be_open(status, &times(), march(1, 9)).unwrap_err();
        assert_eq!(refused.code(), Code::RegistrationClosed);
    }
}

#[test]
fn no_person_is_offered_a_place_too_late() {
    let closes = Times { registration_closes_at: Some(march(10, 9)), ..times() };
    let why = |now| why_no_offer(EventStatus::Published, &closes, now);
    assert_eq!(why(march(10, 8)), None);
    assert_eq!(why(march(10, 9)), Some(WhyNoOffer::RegistrationClosed));
    assert_eq!(why(march(20, 10)), Some(WhyNoOffer::Started));
    assert_eq!(why_no_offer(EventStatus::Cancelled, &closes, march(1, 1)), Some(WhyNoOffer::NotPublished));
}

#[test]
fn an_offer_stands_for_working_hours_and_never_past_the_start() {
    let calendar = Calendar::embedded().unwrap();
    let start = Some(march(20, 10));
    // Friday the 5th at 16: an hour that day, the rest on Monday.
    assert_eq!(offer_until(&calendar, march(5, 16), 3, start), Some(march(8, 11)));
    assert_eq!(offer_until(&calendar, march(19, 9), 16, start), Some(march(20, 10)));
    assert_eq!(offer_until(&calendar, march(19, 9), 16, None), Some(march(22, 17)));
    let last = at(&format!("{}T12:00:00Z", calendar.covers_until()));
    assert_eq!(offer_until(&calendar, last, 400, Some(last)), Some(last), "the start lies within the table");
    assert_eq!(offer_until(&calendar, last, 400, Some(at("2099-01-01T00:00:00Z"))), None);
}

#[test]
fn a_newcomer_gets_a_place_waits_or_is_told_that_it_is_full() {
    let places = |confirmed, offered, waitlisted| Places { confirmed, offered, waitlisted };
    assert_eq!(places(1, 0, 0).for_newcomer(Some(2), false, false).unwrap(), Confirmed);
    assert_eq!(places(1, 1, 0).for_newcomer(Some(2), true, false).unwrap(), Waitlisted);
    assert_eq!(places(1, 1, 0).for_newcomer(Some(2), false, false).unwrap_err().code(), Code::EventFull);
    assert_eq!(places(0, 0, 0).for_newcomer(Some(0), true, false).unwrap(), Waitlisted);
    assert_eq!(places(9, 0, 0).for_newcomer(None, true, false).unwrap(), Confirmed);
    assert_eq!(
        places(1, 0, 1).for_newcomer(Some(5), true, true).unwrap(),
        Waitlisted,
        "a newcomer does not overtake the people who wait"
    );
    assert_eq!(places(1, 0, 1).for_newcomer(Some(5), false, true).unwrap_err().code(), Code::EventFull);
    assert_eq!(
        places(1, 0, 1).for_newcomer(Some(5), false, false).unwrap(),
        Confirmed,
        "who cannot be asked is passed over"
    );
    assert_eq!(places(1, 0, 1).for_newcomer(Some(1), true, false).unwrap(), Waitlisted);
    assert_eq!((places(3, 1, 9).available(Some(2)), places(3, 1, 9).overbooked_by(Some(2))), (Some(0), 2));
    assert_eq!((places(3, 1, 9).due(Some(6)), places(3, 1, 1).due(Some(6)), places(3, 1, 9).due(None)), (2, 1, 9));
    assert_eq!((places(3, 1, 0).available(None), places(3, 1, 0).overbooked_by(None)), (None, 0));
}

#[test]
fn counting_follows_every_step() {
    let mut places = Places::default();
    places.count(None, Some(Waitlisted), 3);
    places.count(Some(Waitlisted), Some(Offered), 2);
    places.count(Some(Offered), Some(Confirmed), 1);
    places.count(Some(Offered), Some(Declined), 1);
    assert_eq!(places, Places { confirmed: 1, offered: 0, waitlisted: 1 });
}

#[test]
fn there_is_room_between_two_who_wait_until_there_is_none() {
    assert_eq!(number_before(GAP, None), Some(0));
    let (before, mut overtaken, mut squeezed) = (GAP, 2 * GAP, 0);
    while let Some(number) = number_before(overtaken, Some(before)) {
        assert!(before < number && number < overtaken);
        (overtaken, squeezed) = (number, squeezed + 1);
    }
    assert_eq!(squeezed, 32);
}
