//! One engine: seed, warm up, then every path and its ceilings in turn, round after round.

use std::cell::Cell;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use iewm::domain::ContactId;
use iewm::platform::db::Engine;

use super::bearer::Bearer;
use super::check_ins::CheckIns;
use super::cluster::Cluster;
use super::http::{Sample, connection, load};
use super::paths::{self, Against, Path, grant};
use super::profile::IssuerProfile;
use super::report::{Report, Row, median};
use super::service::{Service, prepare};
use super::sharing::Sharing;
use super::{Asked, ceilings, machine, sharing, streams};

/// How many clients of `pgbench` read at the same time: more were measured to read less.
const READERS: usize = 8;
/// The row of single writes while files are imported.
const BESIDE: &str = "contacts beside two imports";
/// How many files the people are seeded from.
const FILES: usize = 5;
/// Into how many files they would go that are imported again and again while it is kept busy.
const BUSY_FILES: usize = 50;

/// A database for the bench: where it is, and the cluster that it goes with. Durable, as in production.
fn database(engine: Engine, directory: &std::path::Path) -> Option<(String, Option<Cluster>, String)> {
    match engine {
        Engine::Sqlite => Some((format!("sqlite://{}", directory.join("iewm.db").display()), None, machine::sqlite())),
        Engine::Postgres => match Cluster::start("max_connections = 100\nshared_buffers = 256MB\n") {
            Ok(cluster) => {
                let mut maintenance = PgConnection::establish(&cluster.url("postgres")).expect("the cluster");
                maintenance.batch_execute("CREATE DATABASE iewm").expect("a database");
                let url = cluster.url("iewm");
                let version = machine::postgres(&url);
                Some((url, Some(cluster), version))
            }
            Err(why) => {
                println!("\nPostgreSQL is left out: {why}");
                None
            }
        },
    }
}

/// Measures one engine; `None` when it is not here.
pub(crate) async fn measure(engine: Engine, asked: &Asked) -> Option<Report> {
    let directory = tempfile::tempdir().expect("a directory");
    let (url, _cluster, version) = database(engine, directory.path())?;
    let bearer = Bearer::generate(asked.issuer_profile);
    let service = Service::start(prepare(directory.path(), &url, &bearer), &bearer).await;
    let ids = seed(&service, asked).await;
    let rows = Rounds { engine, asked, service: &service, ids: &ids, url: &url, directory: directory.path() };
    let rows = rows.run().await;
    let own_memory = service.own_memory();
    let mut variables = service.stop();
    let mut starts = Vec::new();
    for _ in 0..3 {
        let service = Service::start(variables, &bearer).await;
        starts.push(service.start_took);
        variables = service.stop();
    }
    Some(Report { engine: version, contacts: ids.len(), rows, start: median(starts)?, own_memory })
}

/// Imports all people and records their consents to the newsletter, as a caller would.
async fn seed(service: &Service<'_>, asked: &Asked) -> Vec<String> {
    let mut ids = Vec::with_capacity(asked.contacts);
    let file = asked.contacts.div_ceil(FILES);
    while ids.len() < asked.contacts {
        let until = asked.contacts.min(ids.len() + file);
        let (sample, more) = streams::import(service, ids.len()..until).await;
        println!("seeded {until} contacts at {:.0} rows a second", sample.rate);
        ids.extend(more);
    }
    let given = Cell::new(0);
    let next = || {
        let id = ids.get(given.replace(given.get() + 1))?;
        Some(service.post("/v1/consents", &grant(id, "newsletter")))
    };
    let given = (0..asked.connections).map(|_| connection(service.address, &next));
    let given = futures_util::future::join_all(given).await.concat();
    assert!(given.iter().all(Option::is_some), "a consent was not recorded: the audience would be too small");
    ids
}

struct Rounds<'a> {
    engine: Engine,
    asked: &'a Asked,
    service: &'a Service<'a>,
    ids: &'a [String],
    url: &'a str,
    directory: &'a std::path::Path,
}

impl Rounds<'_> {
    async fn run(&self) -> Vec<Row> {
        let Self { asked, service, ids, .. } = *self;
        let newcomers = Cell::new(ids.len());
        let check_ins = CheckIns::open(service, ids, asked.minutes.into()).await;
        // Not every profile has tokens of two people and of an organisation here.
        let sharing = match asked.issuer_profile {
            IssuerProfile::Rfc9068 => Some(Sharing::open(service, ids).await),
            _ => None,
        };
        // It analyses what is there by now, the events and their guests included, as a server does by and by.
        if self.engine == Engine::Postgres {
            ceilings::pgbench_tables(self.url, asked.contacts);
        }
        let mut paths = paths::all(service, ids, &newcomers);
        paths.extend(check_ins.paths(service, ids));
        paths.extend(sharing.iter().flat_map(|sharing| sharing.paths(service)));
        let wanted = |name: &str, against: Against| against == Against::Nothing || name.contains(&asked.only);
        let paths: Vec<_> = paths.into_iter().filter(|path| wanted(path.name, path.against)).collect();
        let streamed = |name: &str| wanted(name, Against::Bare);
        let state = ceilings::state(service).await;
        let known: Vec<ContactId> = ids.iter().map(|id| id.parse().expect("an id")).collect();
        let mut table = Table { insert: self.insert_name(), rows: Vec::new() };
        for path in &paths {
            load(service.address, asked.connections, asked.duration().min(Duration::from_secs(2)), &path.ask).await;
        }
        for round in 1..=asked.rounds {
            println!("round {round} of {}", asked.rounds);
            for path in &paths {
                // Beside each write, for the disk's pace moves within the hour.
                if path.against == Against::Insert {
                    table.add(self.insert_name(), "rows", Against::Nothing, self.insert());
                }
                let watch = service.watch();
                let sample = load(service.address, asked.connections, asked.duration(), &path.ask).await;
                table.add(path.name, "requests", path.against, Sample { memory: watch.most(), ..sample });
            }
            let reads = ceilings::reads(&state, &known, asked.connections, asked.duration()).await;
            table.add("the same read without HTTP", "reads", Against::Bare, reads);
            // Or it would still write while the next is measured.
            state.flush_looks().await;
            if self.engine == Engine::Postgres {
                let sample = ceilings::pgbench_select(self.url, ids.len(), READERS, asked.duration());
                table.add("pgbench: select one row", "reads", Against::Bare, sample);
            }
            if streamed("audience as a stream") {
                let watch = service.watch();
                let sample = streams::audience(service, ids.len()).await;
                let sample = Sample { memory: watch.most(), ..sample };
                table.add("audience as a stream", "rows", Against::Nothing, sample);
            }
            if streamed("import") {
                let first = newcomers.replace(newcomers.get() + ids.len() / 5);
                let watch = service.watch();
                let (sample, _) = streams::import(service, first..newcomers.get()).await;
                table.add("import", "rows", Against::Nothing, Sample { memory: watch.most(), ..sample });
                if let Some(sharing) = &sharing {
                    let sample = sharing.disclose(service, ids).await;
                    table.add("disclose 1,000 people", "rows", Against::Row("import"), sample);
                }
            }
            if streamed(BESIDE) {
                let sample = self.beside_imports(&newcomers).await;
                table.add(BESIDE, "requests", Against::Nothing, sample);
            }
        }
        if let Some(sharing) = sharing.as_ref().filter(|_| asked.disclosures > 0) {
            sharing::grow(self.engine, self.url, sharing::FEW);
            for path in sharing.pages(service) {
                let few = load(service.address, asked.connections, asked.duration(), &path.ask).await;
                table.add(path.name, "requests", Against::Nothing, few);
            }
            sharing::grow(self.engine, self.url, asked.disclosures);
            for (path, many) in sharing.pages(service).into_iter().zip(sharing::WITH_MANY) {
                load(service.address, asked.connections, asked.duration(), &path.ask).await;
                let sample = load(service.address, asked.connections, asked.duration(), &path.ask).await;
                table.add(many, "requests", Against::Row(path.name), sample);
            }
        }
        self.keep_busy(&paths, &newcomers).await;
        check_ins.assert_not_overbooked(service).await;
        table.rows
    }

    /// Signs people up one after the other, while a tenth of the people are imported from each of two files.
    async fn beside_imports(&self, newcomers: &Cell<usize>) -> Sample {
        let Self { service, ids, .. } = *self;
        let file = || {
            let first = newcomers.replace(newcomers.get() + ids.len() / 10);
            first..newcomers.get()
        };
        let files = [file(), file()];
        let person = || {
            let number = newcomers.replace(newcomers.get() + 1);
            service.post("/v1/contacts", &paths::person(number))
        };
        let watch = service.watch();
        let sample = streams::beside_imports(service, files, &person).await;
        Sample { memory: watch.most(), ..sample }
    }

    /// Asks for everything in turn for as long as was asked, and tells how much memory the service has meanwhile.
    async fn keep_busy(&self, paths: &[Path<'_>], newcomers: &Cell<usize>) {
        let Self { asked, service, ids, .. } = *self;
        let (begun, long) = (Instant::now(), Duration::from_mins(asked.minutes.into()));
        while begun.elapsed() < long {
            let watch = service.watch();
            for path in paths {
                load(service.address, asked.connections, asked.duration(), &path.ask).await;
            }
            streams::audience(service, ids.len()).await;
            let first = newcomers.replace(newcomers.get() + ids.len().div_ceil(BUSY_FILES));
            streams::import(service, first..newcomers.get()).await;
            let minutes = begun.elapsed().as_secs() / 60;
            let most = watch.most().map_or_else(|| "unknown".to_owned(), |bytes| (bytes / (1 << 20)).to_string());
            println!("after {minutes} minutes: at most {most} MiB of its own in this turn");
        }
    }

    fn insert_name(&self) -> &'static str {
        match self.engine {
            Engine::Sqlite => "SQLite: one row a commit",
            Engine::Postgres => "pgbench: insert one row",
        }
    }

    fn insert(&self) -> Sample {
        match self.engine {
            Engine::Sqlite => ceilings::sqlite_insert(self.directory, self.asked.duration()),
            Engine::Postgres => ceilings::pgbench_insert(self.url, self.asked.connections, self.asked.duration()),
        }
    }
}

/// The rows as they grow: a ratio is taken to the newest sample of the ceiling.
struct Table {
    insert: &'static str,
    rows: Vec<Row>,
}

impl Table {
    fn add(&mut self, name: &'static str, unit: &'static str, against: Against, sample: Sample) {
        let against = match against {
            Against::Nothing => None,
            Against::Bare => Some("bare: a constant route"),
            Against::Insert => Some(self.insert),
            Against::Row(name) => Some(name),
        };
        let ceiling = self.rows.iter().find(|row| Some(row.name) == against).and_then(|row| row.samples.last());
        let ratio = ceiling.map(|ceiling| sample.rate / ceiling.rate);
        let row = if let Some(at) = self.rows.iter().position(|row| row.name == name) {
            &mut self.rows[at]
        } else {
            self.rows.push(Row { name, unit, against, samples: Vec::new(), ratios: Vec::new() });
            self.rows.last_mut().expect("the row that was pushed")
        };
        row.samples.push(sample);
        row.ratios.extend(ratio);
    }
}
