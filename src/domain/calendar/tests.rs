use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn calendar() -> Calendar {
    Calendar::embedded().unwrap()
}

fn holidays(calendar: &Calendar, year: i32) -> Vec<String> {
    calendar.holidays.iter().filter(|d| d.year() == year).map(|d| d.format("%m-%d").to_string()).collect()
}

#[test]
fn the_substitutes_and_one_offs_of_2020_2022_and_2023_are_there() {
    let calendar = calendar();
    assert_eq!(
        holidays(&calendar, 2020),
        ["01-01", "04-10", "04-13", "05-08", "05-25", "08-31", "12-25", "12-28"],
        "early May moved to VE day; Boxing Day fell on a Saturday"
    );
    assert_eq!(
        holidays(&calendar, 2022),
        ["01-03", "04-15", "04-18", "05-02", "06-02", "06-03", "08-29", "09-19", "12-26", "12-27"],
        "spring moved for the Jubilee, the state funeral, Christmas Day on a Sunday"
    );
    assert_eq!(
        holidays(&calendar, 2023),
        ["01-02", "04-07", "04-10", "05-01", "05-08", "05-29", "08-28", "12-25", "12-26"],
        "New Year's Day on a Sunday, the coronation"
    );
    for working in ["2020-05-04", "2022-05-30", "2022-01-04"] {
        assert_eq!(calendar.is_working_day(day(working)), Ok(true), "{working}");
    }
}

#[test]
fn no_day_of_another_nation_is_there() {
    let calendar = calendar();
    for year in 2018..=2028 {
        for (month, date) in [(3, 17), (7, 12), (7, 13), (11, 30), (12, 1), (1, 4)] {
            let day = NaiveDate::from_ymd_opt(year, month, date).unwrap();
            assert!(!calendar.holidays.contains(&day), "{day}");
        }
        let august = NaiveDate::from_weekday_of_month_opt(year, 8, Weekday::Mon, 1).unwrap();
        assert!(!calendar.holidays.contains(&august), "{august}");
    }
    // 2 January is Scotland's, except where it stands in for New Year's Day here.
    for year in [2018, 2019, 2020, 2024, 2025, 2026] {
        assert!(!calendar.holidays.contains(&NaiveDate::from_ymd_opt(year, 1, 2).unwrap()));
    }
    assert_eq!(calendar.is_working_day(day("2026-06-15")), Ok(true));
}

#[test]
fn every_year_has_eight_days_at_least_and_each_is_a_weekday() {
    let calendar = calendar();
    assert_eq!(calendar.holidays.len(), 91);
    for year in 2018..=2028 {
        let extra = match year {
            2022 => 2,
            2023 => 1,
            _ => 0,
        };
        assert_eq!(holidays(&calendar, year).len(), 8 + extra, "{year}");
    }
    assert!(calendar.holidays.iter().all(|d| !matches!(d.weekday(), Weekday::Sat | Weekday::Sun)));
}

#[test]
fn outside_the_table_there_is_no_answer() {
    let calendar = calendar();
    let (first, last) = (day("2018-01-01"), day("2028-12-31"));
    for outside in [day("2017-12-31"), day("2029-01-01"), NaiveDate::MAX, NaiveDate::MIN] {
        let error = CalendarExhausted { date: outside, covers_from: first, covers_until: last };
        assert_eq!(calendar.is_working_day(outside), Err(error));
    }
    assert_eq!(calendar.roll_forward(day("2028-12-30")).unwrap_err().date, day("2029-01-01"), "rolls out of the table");
    assert_eq!(calendar.roll_forward(day("2028-12-29")), Ok(day("2028-12-29")));
}

#[test]
fn a_broken_table_is_an_error_and_no_panic() {
    for broken in
        ["", "{", "[]", "{}", r#"{"scotland":{"events":[]}}"#, r#"{"england-and-wales":{"events":[{"date":"x"}]}}"#]
    {
        assert!(matches!(Calendar::from_json(broken), Err(CalendarFault::Unreadable(_))), "{broken}");
    }
    for gap in [
        r#"{"england-and-wales":{"events":[{"date":"2026-12-25"}]}}"#,
        r#"{"england-and-wales":{"events":[]},"covers":{"from":"2026-01-01","to":"2026-12-31"}}"#,
        r#"{"england-and-wales":{"events":[{"date":"2026-12-25"}]},"covers":{"from":"2026-12-31","to":"2026-01-01"}}"#,
    ] {
        assert_eq!(Calendar::from_json(gap), Err(CalendarFault::Coverage), "{gap}");
    }
}

#[test]
fn a_refresh_adds_days_and_never_takes_one_away() {
    let before = calendar();
    let feed = r#"{
        "england-and-wales": {"division": "england-and-wales", "events": [
            {"title": "A surprise", "date": "2026-12-14", "notes": "", "bunting": true}]},
        "scotland": {"division": "scotland", "events": [{"title": "2nd January", "date": "2026-01-02"}]}}"#;
    let after = before.clone().with_extra_json(feed).unwrap();
    assert!(after.holidays.is_superset(&before.holidays));
    assert_eq!(after.is_working_day(day("2026-12-14")), Ok(false));
    assert_eq!(after.is_working_day(day("2026-01-02")), Ok(true), "Scotland's day stays out");
    assert_eq!(after.covers_until(), before.covers_until(), "days alone lengthen nothing");
    assert_ne!(after.version(), before.version());
    assert_ne!(before.clone().with_extra([day("2026-12-15")]).version(), after.version(), "equal counts differ too");
    assert_eq!(before.clone().with_extra([day("2026-12-25")]), before, "a day that is there already");
}

#[test]
fn only_an_unbroken_coverage_lengthens_the_table() {
    let further = |from: &str, to: &str| {
        let events = r#"{"events":[{"date":"2029-01-01"}]}"#;
        let text = format!(r#"{{"england-and-wales":{events},"covers":{{"from":"{from}","to":"{to}"}}}}"#);
        calendar().with_extra_json(&text)
    };
    let longer = further("2029-01-01", "2029-12-31").unwrap();
    assert_eq!(longer.covers_until(), day("2029-12-31"));
    assert_eq!(longer.roll_forward(day("2028-12-30")), Ok(day("2029-01-02")));
    assert_eq!(further("2029-01-02", "2029-12-31"), Err(CalendarFault::Coverage));
    assert_eq!(further("2026-01-01", "2026-12-31").unwrap().covers_until(), day("2028-12-31"), "never shortened");
}

#[test]
fn the_table_says_when_it_runs_out() {
    let calendar = calendar();
    assert_eq!(calendar.days_left_from(day("2028-12-30")), 1);
    assert_eq!(calendar.days_left_from(day("2029-01-01")), -1);
    assert!(!calendar.is_running_out(day("2027-11-27")), "400 days");
    assert!(calendar.is_running_out(day("2027-11-28")), "399 days");
    assert!(calendar.version().starts_with("2028-12-31/91/"), "{}", calendar.version());
}

#[test]
fn working_hours_stand_still_at_night_at_weekends_and_on_holidays() {
    let calendar = calendar();
    for (start, hours, end) in [
        ("2026-11-24T10:30:00Z", 2, "2026-11-24T12:30:00Z"),
        ("2026-11-24T09:00:00Z", 8, "2026-11-24T17:00:00Z"),
        ("2026-11-24T17:00:00Z", 1, "2026-11-25T10:00:00Z"),
        ("2026-11-24T05:00:00Z", 1, "2026-11-24T10:00:00Z"),
        ("2026-11-27T16:00:00Z", 2, "2026-11-30T10:00:00Z"),
        ("2026-11-28T23:00:00Z", 24, "2026-12-02T17:00:00Z"),
        ("2026-12-24T16:00:00Z", 2, "2026-12-29T10:00:00Z"),
        // British Summer Time ends on 25 October 2026: sixteen o'clock on Friday is 15:00 UTC.
        ("2026-10-23T15:00:00Z", 2, "2026-10-26T10:00:00Z"),
        ("2026-10-25T00:30:00Z", 0, "2026-10-25T00:30:00Z"),
        // 23:30 UTC on a Sunday in June is already Monday in London.
        ("2026-06-28T23:30:00Z", 1, "2026-06-29T09:00:00Z"),
    ] {
        let (start, end) = (Instant::parse(start).unwrap(), Instant::parse(end).unwrap());
        assert_eq!(calendar.add_working_hours(start, hours), Ok(end), "{start} + {hours}");
    }
    let start = Instant::parse("2026-11-24T10:30:00Z").unwrap();
    assert_eq!(calendar.add_working_hours(start, u32::MAX).unwrap_err().date, day("2029-01-01"));
}

#[test]
fn working_days_are_counted_over_weekends_and_holidays() {
    let calendar = Calendar::embedded().unwrap();
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    // Christmas Day is a Friday, and the 28th stands for Boxing Day.
    for (from, days, to) in [
        ("2026-12-23", 0, "2026-12-23"),
        ("2026-12-23", 1, "2026-12-24"),
        ("2026-12-23", 2, "2026-12-29"),
        ("2026-12-26", 1, "2026-12-29"),
        ("2026-11-24", 5, "2026-12-01"),
    ] {
        assert_eq!(calendar.working_days_after(day(from), days), Ok(day(to)), "{from} + {days}");
    }
    assert!(calendar.working_days_after(day("2028-12-29"), 1).is_err());
}
