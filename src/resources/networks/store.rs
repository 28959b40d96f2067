//! The table of networks.

use diesel::prelude::*;

use super::model::{CreateNetwork, Network, NetworkFilter, NetworkStatus, PatchNetwork};
use crate::domain::{Code, Error, Lifecycle, Limit, ListPage, NetworkId, StoredRow};
use crate::platform::audit::{Action, Before, Entry};
use crate::platform::db::dialect;
use crate::platform::http::IfMatch;
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        networks (id) {
            id -> UuidSql,
            code -> Text,
            name -> Text,
            description -> Text,
            status -> Text,
            created_at -> InstantSql,
            updated_at -> InstantSql,
            version -> Integer,
        }
    }
}
use schema::networks;

#[derive(Queryable, Selectable)]
#[diesel(table_name = networks)]
struct Row {
    id: NetworkId,
    code: String,
    name: String,
    description: String,
    status: String,
    version: i32,
}

impl Row {
    fn network(self) -> Result<Network, Error> {
        let row = StoredRow::new("networks", self.id);
        Ok(Network {
            id: self.id,
            code: row.read("code", self.code.parse())?,
            name: row.read("name", self.name.try_into())?,
            description: row.read("description", self.description.try_into())?,
            status: row.read("status", self.status.parse())?,
            version: self.version,
        })
    }
}

/// Networks, newest first.
pub fn list(
    tx: &mut ReadTx<'_>,
    filter: &NetworkFilter,
    after: Option<NetworkId>,
    limit: Limit,
) -> Result<ListPage<Network, NetworkId>, Error> {
    let mut query = networks::table.select(Row::as_select()).order(networks::id.desc()).into_boxed();
    if let Some(status) = filter.status {
        query = query.filter(networks::status.eq(<&str>::from(status)));
    }
    if let Some(after) = after {
        query = query.filter(networks::id.lt(after));
    }
    let rows: Vec<Row> = query.limit(limit.rows() + 1).load(tx.connection())?;
    let ListPage { items, next } = ListPage::cut(rows, limit, |row| row.id);
    let items = items.into_iter().map(Row::network).collect::<Result<_, _>>()?;
    Ok(ListPage { items, next })
}

/// One network.
///
/// # Errors
/// 404 when there is none.
pub fn read(tx: &mut ReadTx<'_>, id: NetworkId) -> Result<Network, Error> {
    let row: Option<Row> = networks::table.find(id).select(Row::as_select()).first(tx.connection()).optional()?;
    row.ok_or_else(Error::not_found)?.network()
}

fn unique_code<T>(result: QueryResult<T>) -> Result<T, Error> {
    let taken = || Error::new(Code::NetworkExists, "Another network has this code. Choose another code.");
    dialect::on_unique(result, "networks_code", "networks.code", taken)
}

/// Adds a network.
///
/// # Errors
/// 409 `network_exists`.
pub fn create(mut tx: WriteTx<'_>, asked: CreateNetwork) -> Result<Recorded<Network>, Error> {
    let CreateNetwork { code, name, description } = asked;
    let made = Network { id: tx.new_id(), code, name, description, status: NetworkStatus::Active, version: 1 };
    let now = tx.now();
    let values = (
        networks::id.eq(made.id),
        networks::code.eq(made.code.as_str()),
        networks::name.eq(made.name.as_str()),
        networks::description.eq(made.description.as_str()),
        networks::status.eq(<&str>::from(made.status)),
        networks::created_at.eq(now),
        networks::updated_at.eq(now),
        networks::version.eq(made.version),
    );
    unique_code(diesel::insert_into(networks::table).values(values).execute(tx.connection()))?;
    tx.record(Entry::new(Action::NetworksCreate).subject(made.id), made)
}

/// The network, locked until the transaction ends.
///
/// # Errors
/// 404 when there is none.
pub fn locked(tx: &mut WriteTx<'_>, id: NetworkId) -> Result<Network, Error> {
    dialect::lock(tx.connection(), "networks", id.uuid())?;
    read(tx, id)
}

/// Changes a network.
///
/// # Errors
/// 404; 412 when it has changed since; 409 `network_exists`.
pub fn update(
    mut tx: WriteTx<'_>,
    id: NetworkId,
    if_match: &IfMatch,
    patch: PatchNetwork,
) -> Result<Recorded<Network>, Error> {
    let before = locked(&mut tx, id)?;
    if_match.check(before.version)?;
    let was = Before::of(&before)?;
    let after = Network {
        code: patch.code.unwrap_or(before.code),
        name: patch.name.unwrap_or(before.name),
        description: patch.description.unwrap_or(before.description),
        version: before.version + 1,
        ..before
    };
    let changes = (
        networks::code.eq(after.code.as_str()),
        networks::name.eq(after.name.as_str()),
        networks::description.eq(after.description.as_str()),
        networks::updated_at.eq(tx.now()),
        networks::version.eq(after.version),
    );
    unique_code(diesel::update(networks::table.find(id)).set(changes).execute(tx.connection()))?;
    let changed = was.changed(&after)?;
    tx.record(Entry::new(Action::NetworksUpdate).subject(id).changed(changed), after)
}

/// Closes or reopens a network.
///
/// # Errors
/// 404; 409 when it is so already.
pub fn go_to(mut tx: WriteTx<'_>, id: NetworkId, next: NetworkStatus) -> Result<Recorded<Network>, Error> {
    let before = locked(&mut tx, id)?;
    let was = Before::of(&before)?;
    let after = Network { status: before.status.go_to(next)?, version: before.version + 1, ..before };
    let changes = (
        networks::status.eq(<&str>::from(next)),
        networks::updated_at.eq(tx.now()),
        networks::version.eq(after.version),
    );
    diesel::update(networks::table.find(id)).set(changes).execute(tx.connection())?;
    tx.record(
        Entry::new(Action::NetworksStatus).subject(id).changed(was.changed(&after)?).with("to", <&str>::from(next)),
        after,
    )
}
