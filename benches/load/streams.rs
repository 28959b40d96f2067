//! What one caller sends or receives in one piece: an import, and an audience.

use std::cell::Cell;
use std::time::Instant;

use futures_util::future::{join, join_all};

use super::http::{Sample, connection};
use super::people;
use super::service::Service;

/// Imports the people of these numbers, all of whom must be new; returns the contacts' ids.
pub(crate) async fn import(service: &Service<'_>, numbers: std::ops::Range<usize>) -> (Sample, Vec<String>) {
    let (count, file) = (numbers.len(), people::csv(numbers));
    let address = format!("http://{}/v1/contacts/imports", service.address);
    let request = reqwest::Client::new().post(address).bearer_auth(service.token()).header("content-type", "text/csv");
    let started = Instant::now();
    let answer = request.body(file).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    let answer: serde_json::Value = answer.json().await.expect("results");
    let took = started.elapsed();
    let results = answer["results"].as_array().expect("results");
    let id = |row: &serde_json::Value| {
        assert_eq!(row["result"], "created", "{row}");
        row["contact_id"].as_str().expect("an id").to_owned()
    };
    (Sample::count(count, took), results.iter().map(id).collect())
}

/// Signs people up over one connection, one after the other, while two files of people are imported. `person` gives the
/// bytes of the next request.
pub(crate) async fn beside_imports(
    service: &Service<'_>,
    files: [std::ops::Range<usize>; 2],
    person: &dyn Fn() -> Vec<u8>,
) -> Sample {
    let running = Cell::new(true);
    let imports = async {
        join_all(files.map(|numbers| import(service, numbers))).await;
        running.set(false);
    };
    let more = || running.get().then(person);
    let started = Instant::now();
    let ((), answers) = join(imports, connection(service.address, &more)).await;
    let took: Vec<_> = answers.iter().copied().flatten().collect();
    Sample { refused: answers.len() - took.len(), ..Sample::of(took, started.elapsed()) }
}

/// Reads the whole audience of the newsletter, which must have `expected` members.
pub(crate) async fn audience(service: &Service<'_>, expected: usize) -> Sample {
    let address = format!("http://{}/v1/audiences/newsletter", service.address);
    let request = reqwest::Client::new().get(address).bearer_auth(service.token());
    let started = Instant::now();
    let mut answer = request.send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    let mut count = 0;
    while let Some(chunk) = answer.chunk().await.expect("a whole stream") {
        count += chunk.split(|&byte| byte == b'\n').count() - 1;
    }
    assert_eq!(count, expected, "everybody and nobody else");
    Sample::count(count, started.elapsed())
}
