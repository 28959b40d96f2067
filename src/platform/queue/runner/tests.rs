use std::cell::RefCell;

use chrono::Duration as Span;

use super::*;
use crate::domain::{Error, Hands, Instant as Moment};
use crate::platform::telemetry::Metrics;

const EVERY: Duration = Duration::from_secs(15);

const ABOUT: About = About {
    name: "test-job",
    period: EVERY,
    does: "what the test says",
    instances: "there is one",
    late: "the test waits",
    in_readiness: true,
    cut_off: "the test goes on",
};

/// No randomness: pauses have their full length.
struct Zero;

impl Entropy for Zero {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

/// A job whose run is a closure.
struct Test<F>(F);

impl<F: AsyncFn(Round<'_>) -> Result<(), Error>> Job for Test<F> {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn tick<'a>(&'a self, round: Round<'a>) -> futures_util::future::LocalBoxFuture<'a, Result<usize, Error>> {
        Box::pin(async move { (self.0)(round).await.map(|()| 0) })
    }
}

fn runner() -> (Runner, Metrics, Hands) {
    let (clock, hands) = Clock::by_hand(Moment::parse("2026-11-24T10:00:00Z").unwrap());
    let metrics = Metrics::default();
    let jobs = metrics.jobs().clone();
    (Runner { heartbeats: Heartbeats::default(), metrics: jobs, clock, entropy: Arc::new(Zero) }, metrics, hands)
}

/// The value of a metric of the test's job.
fn value(metrics: &Metrics, name: &str) -> String {
    let text = metrics.text((0, 0), &[], 0);
    let line = format!("iewm_{name}{{job=\"test-job\"}} ");
    text.lines().find_map(|found| found.strip_prefix(&line)).unwrap_or_default().to_owned()
}

#[tokio::test(start_paused = true)]
async fn runs_are_measured_and_failures_counted() {
    let (runner, metrics, hands) = runner();
    let (stop, stopping) = watch::channel(());
    let runs = Cell::new(0);
    let seen = RefCell::new(Vec::new());
    let job = Test(async |round: Round<'_>| {
        seen.borrow_mut().push((
            round.now().to_string(),
            value(&metrics, "job_last_run_timestamp_seconds"),
            value(&metrics, "job_failures_total"),
        ));
        hands.advance(Span::milliseconds(250));
        runs.set(runs.get() + 1);
        tokio::task::yield_now().await;
        match runs.get() {
            1 => Ok(()),
            2 => Err(Error::unavailable("on purpose")),
            3 => panic!("on purpose"),
            _ => {
                stop.send(()).unwrap();
                Ok(())
            }
        }
    });
    runner.run(&job, stopping).await;
    let seen: Vec<_> = seen.into_inner();
    let of = |at: usize| (seen[at].1.as_str(), seen[at].2.as_str());
    assert_eq!(seen[1].0, "2026-11-24T10:00:00.250000Z");
    assert_eq!(of(0), ("", "0"), "the counter is there before the first run ends");
    assert_eq!(of(1), ("1795514400.25", "0"));
    assert_eq!(of(2), ("1795514400.5", "1"));
    assert_eq!(of(3), ("1795514400.75", "2"), "a panic ends a run as well");
    assert_eq!(value(&metrics, "job_duration_seconds_count"), "4");
    assert_eq!(value(&metrics, "job_duration_seconds_sum"), "1.0");
    assert_eq!(value(&metrics, "job_failures_total"), "2");
}

#[tokio::test(start_paused = true)]
async fn a_failing_job_is_tried_later_each_time_and_at_its_period_once_it_works() {
    let (runner, ..) = runner();
    let (stop, stopping) = watch::channel(());
    let begun = Instant::now();
    let at = RefCell::new(Vec::new());
    let job = Test(async |_: Round<'_>| {
        at.borrow_mut().push(begun.elapsed().as_secs());
        match at.borrow().len() {
            9 | 10 => Ok(()),
            1..=11 => Err(Error::unavailable("on purpose")),
            _ => {
                stop.send(()).unwrap();
                Ok(())
            }
        }
    });
    runner.run(&job, stopping).await;
    let at = at.into_inner();
    let pauses: Vec<u64> = at.windows(2).map(|pair| pair[1] - pair[0]).collect();
    // The period of 15 seconds is the shortest pause, and a minute the longest.
    assert_eq!(pauses, [15, 15, 15, 15, 16, 32, 60, 60, 15, 15, 15]);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_hangs_or_always_panics_is_late_until_it_goes_on() {
    for panics in [false, true] {
        let (runner, ..) = runner();
        let (stop, stopping) = watch::channel(());
        let works = Cell::new(true);
        let job = Test(async |round: Round<'_>| {
            assert!(round.goes_on());
            while !works.get() {
                sleep(Duration::from_secs(1)).await;
                assert!(!panics, "on purpose");
            }
            Ok(())
        });
        let heartbeats = &runner.heartbeats;
        let watching = async {
            sleep(10 * (EVERY + STEP)).await;
            assert!(heartbeats.late().is_empty());
            works.set(false);
            sleep(EVERY).await;
            assert!(heartbeats.late().is_empty());
            sleep(EVERY + STEP).await;
            assert_eq!(heartbeats.late(), ["test-job"]);
            works.set(true);
            sleep(Duration::from_mins(2)).await;
            assert!(heartbeats.late().is_empty());
            drop(stop);
        };
        tokio::join!(runner.run(&job, stopping), watching);
        sleep(2 * (EVERY + STEP)).await;
        assert!(heartbeats.late().is_empty(), "it has ended");
    }
}

#[tokio::test(start_paused = true)]
async fn a_long_run_that_goes_on_step_by_step_is_not_late() {
    let (runner, ..) = runner();
    let (_stop, stopping) = watch::channel(());
    let job = Test(async |round: Round<'_>| {
        while round.goes_on() {
            sleep(STEP).await;
        }
        Ok(())
    });
    let running = runner.run(&job, stopping);
    assert!(tokio::time::timeout(20 * STEP, running).await.is_err());
    assert!(runner.heartbeats.late().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_stop_waits_for_the_run_in_progress_within_its_limit() {
    for (takes, ends) in [(Duration::from_secs(9), true), (Duration::from_secs(11), false)] {
        let (runner, ..) = runner();
        let ended = std::rc::Rc::new(Cell::new(false));
        let told = ended.clone();
        let job = Test(async move |round: Round<'_>| {
            sleep(takes).await;
            assert!(!round.goes_on(), "it is to end after this step");
            told.set(true);
            Ok(())
        });
        let stopping = async {
            let jobs = Jobs::start(&runner, vec![Box::new(job)]);
            tokio::task::yield_now().await;
            let begun = Instant::now();
            jobs.stop(Duration::from_secs(10)).await;
            assert_eq!((ended.get(), begun.elapsed()), (ends, takes.min(Duration::from_secs(10))));
            sleep(takes).await;
            assert_eq!(ended.get(), ends, "a run that was cut off does nothing more");
        };
        tokio::task::LocalSet::new().run_until(stopping).await;
    }
}
