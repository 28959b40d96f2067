//! The database: one connection type over two engines, lanes that own connections, migrations, and the
//! SQL types of both engines. `dialect`, `leases` and `terms` alone have the differences between the engines.

mod among;
mod batcher;
mod commits;
mod connection;
pub mod dialect;
mod direct;
mod group_commit;
mod id_list;
mod keys;
mod lane;
mod lanes;
mod leases;
mod many;
mod migrations;
mod prepared;
mod rewriting;
mod serving;
mod settings;
mod squashed;
mod supervisor;
mod terms;
mod ticket;
mod types;
mod write_task;

pub use among::{Among, Listed, among, among_ids};
pub(in crate::platform) use batcher::Batcher;
pub(crate) use connection::open;
pub use connection::{AnyConnection, ConnectionError};
pub(crate) use direct::{all_locked, direct, first_locked};
pub use id_list::{IdList, IdListSql, Overlaps, overlaps};
pub(in crate::platform) use keys::{KeyRow, PlanRow};
pub(in crate::platform) use lane::Lane;
pub use lanes::{Database, LaneCount};
pub(in crate::platform) use lanes::{Patience, Settled};
pub(crate) use leases::{Locked, WaitingRows, first_due, give_way};
pub(crate) use many::{in_chunks, insert_all, insert_new};
pub use migrations::{Column, MigrationError, columns};
pub(crate) use migrations::{is_unused, migrate};
pub use prepared::{Asked, Bound, IndexedBy, Prepared, Sql, Then, prepared};
pub(in crate::platform) use rewriting::{give_name_back, may_rewrite, past_all_transactions, rewrite, try_keep_name};
pub use serving::{Serving, ServingError};
pub use settings::{Engine, SettingsError, Target};
pub use terms::TermIndex;
pub use types::{InstantSql, Terms, TermsSql, UuidSql};
