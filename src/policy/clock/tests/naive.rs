//! A second clock that walks from day to day, with its own table and its own months, and shares no
//! arithmetic with the first.

use super::*;

pub(super) struct Walker {
    holidays: HashSet<String>,
}

#[derive(Debug, PartialEq)]
pub(super) enum End {
    Due { nominal: NaiveDate, due: NaiveDate, paused: i64 },
    Open,
}

pub(super) fn walker() -> &'static Walker {
    static WALKER: LazyLock<Walker> = LazyLock::new(Walker::new);
    &WALKER
}

impl Walker {
    fn new() -> Self {
        let table: Value = serde_json::from_str(HOLIDAYS).unwrap();
        let events = table["england-and-wales"]["events"].as_array().unwrap();
        Self { holidays: events.iter().map(|e| e["date"].as_str().unwrap().to_owned()).collect() }
    }

    fn rests(&self, day: NaiveDate) -> bool {
        day.weekday() == Weekday::Sat || day.weekday() == Weekday::Sun || self.holidays.contains(&day.to_string())
    }

    pub(super) fn working(&self, mut day: NaiveDate) -> NaiveDate {
        while self.rests(day) {
            day = day.succ_opt().unwrap();
        }
        day
    }

    /// Walks `months` turns of the month, then to the day of the same number or the month's last.
    fn months_on(start: NaiveDate, months: u32) -> NaiveDate {
        let (mut day, mut turns) = (start, 0);
        loop {
            let tomorrow = day.succ_opt().unwrap();
            if turns == months && (day.day() == start.day() || tomorrow.day() == 1) {
                return day;
            }
            if tomorrow.day() == 1 {
                turns += 1;
            }
            day = tomorrow;
        }
    }

    /// `questions` are pairs of days, `None` where there is no answer.
    pub(super) fn walk(&self, start: NaiveDate, months: u32, questions: &[(NaiveDate, Option<NaiveDate>)]) -> End {
        let mut nominal = Self::months_on(start, months);
        let mut asked_before: Vec<_> = questions.to_vec();
        let (mut day, mut paused, mut waiting_until) = (start, 0, None::<Option<NaiveDate>>);
        while day <= self.working(nominal) {
            let (now, rest): (Vec<_>, Vec<_>) = asked_before.into_iter().partition(|(asked, _)| *asked <= day);
            asked_before = rest;
            for (_, answered) in now {
                match answered {
                    None => return End::Open,
                    Some(answered) if answered < day => continue,
                    Some(_) => {}
                }
                if waiting_until.is_none() && day > nominal {
                    nominal = self.working(nominal);
                }
                waiting_until = Some(waiting_until.flatten().max(answered));
            }
            if let Some(until) = waiting_until {
                paused += 1;
                nominal = nominal.succ_opt().unwrap();
                if until == Some(day) {
                    waiting_until = None;
                }
            }
            day = day.succ_opt().unwrap();
        }
        End::Due { nominal, due: self.working(nominal), paused }
    }
}
