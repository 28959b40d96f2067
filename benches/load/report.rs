//! The results of an engine, as a table and as JSON.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use super::Asked;
use super::http::Sample;

/// A row of the table: a path, and what each round came to.
pub(crate) struct Row {
    /// What was measured.
    pub(crate) name: &'static str,
    /// What is counted: `requests` or `rows`.
    pub(crate) unit: &'static str,
    /// The name of its ceiling.
    pub(crate) against: Option<&'static str>,
    /// A sample a round.
    pub(crate) samples: Vec<Sample>,
    /// Its rate over the ceiling's in the same round.
    pub(crate) ratios: Vec<f64>,
}

/// What an engine came to.
pub(crate) struct Report {
    /// The engine and its version.
    pub(crate) engine: String,
    /// How many contacts there were.
    pub(crate) contacts: usize,
    /// The results.
    pub(crate) rows: Vec<Row>,
    /// From the start of the process on this database to the first answer.
    pub(crate) start: Duration,
    /// The memory of its own that the service had when all was done, in bytes.
    pub(crate) own_memory: Option<u64>,
}

/// The middle value; of an even number, the higher of the two.
pub(crate) fn median<T: PartialOrd + Copy>(values: impl IntoIterator<Item = T>) -> Option<T> {
    let mut values: Vec<T> = values.into_iter().collect();
    values.sort_by(|a, b| a.partial_cmp(b).expect("no NaN"));
    values.get(values.len() / 2).copied()
}

impl Row {
    fn rate(&self) -> Option<f64> {
        median(self.samples.iter().map(|sample| sample.rate))
    }

    fn micros(&self, of: impl Fn(&Sample) -> Option<Duration>) -> Option<u128> {
        median(self.samples.iter().filter_map(of)).map(|took| took.as_micros())
    }

    fn memory(&self) -> Option<u64> {
        self.samples.iter().filter_map(|sample| sample.memory).max().map(|bytes| bytes / (1 << 20))
    }

    fn json(&self) -> Value {
        json!({
            "name": self.name, "unit": format!("{} a second", self.unit), "rate": self.rate(),
            "p50_micros": self.micros(|sample| sample.p50).map(|took| took.to_string().parse::<u64>().ok()),
            "p99_micros": self.micros(|sample| sample.p99).map(|took| took.to_string().parse::<u64>().ok()),
            "against": self.against, "ratio": median(self.ratios.iter().copied()), "own_mib": self.memory(),
            "refused": self.samples.iter().map(|sample| sample.refused).sum::<usize>(),
            "rates": self.samples.iter().map(|sample| sample.rate).collect::<Vec<_>>(),
        })
    }
}

/// The service's memory and the others' columns are blank where nothing is known.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cell = |value: Option<String>| value.unwrap_or_default();
        #[expect(clippy::cast_precision_loss, reason = "no request takes 2^52 microseconds")]
        let millis = |micros: u128| format!("{:.2}", micros as f64 / 1000.0);
        writeln!(f, "{}, {} contacts", self.engine, self.contacts)?;
        writeln!(f, "| path | a second | p50 ms | p99 ms | ratio | to | own MiB |")?;
        writeln!(f, "|---|--:|--:|--:|--:|---|--:|")?;
        for row in &self.rows {
            let rate = cell(row.rate().map(|rate| format!("{rate:.0} {}", row.unit)));
            let p50 = cell(row.micros(|sample| sample.p50).map(millis));
            let p99 = cell(row.micros(|sample| sample.p99).map(millis));
            let ratio = cell(median(row.ratios.iter().copied()).map(|ratio| format!("{ratio:.3}")));
            let (to, memory) = (row.against.unwrap_or_default(), cell(row.memory().map(|mib| mib.to_string())));
            let refused: usize = row.samples.iter().map(|sample| sample.refused).sum();
            let refused = cell((refused > 0).then(|| format!(" ({refused} answered 503)")));
            writeln!(f, "| {}{refused} | {rate} | {p50} | {p99} | {ratio} | {to} | {memory} |", row.name)?;
        }
        let own = cell(self.own_memory.map(|bytes| format!("; {} MiB of its own at the end", bytes / (1 << 20))));
        write!(f, "From start to first answer: {} ms{own}", self.start.as_millis())
    }
}

/// Writes all results to `load.json` in the folder of what is built.
pub(crate) fn write(machine: &str, asked: &Asked, reports: &[Report]) -> std::io::Result<PathBuf> {
    let engine = |report: &Report| {
        json!({
            "engine": report.engine, "contacts": report.contacts, "start_ms": report.start.as_secs_f64() * 1000.0,
            "own_memory_bytes": report.own_memory,
            "paths": report.rows.iter().map(Row::json).collect::<Vec<_>>(),
        })
    };
    let all = json!({
        "machine": machine, "seconds": asked.seconds, "rounds": asked.rounds, "connections": asked.connections,
        "quick": asked.quick, "issuer_profile": asked.issuer_profile.setting(),
        "engines": reports.iter().map(engine).collect::<Vec<_>>(),
    });
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = temporary.parent().unwrap_or(temporary).join("load.json");
    std::fs::write(&file, format!("{all:#}\n"))?;
    Ok(file)
}
