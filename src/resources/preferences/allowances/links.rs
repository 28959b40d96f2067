//! The table of the links by which a mailbox allows sharing again. A token is 256 bits at random, stored as its SHA-256. It is good
//! for seven days, and for the refusal that stood when the link was made: the link is used up when that refusal ends.

use chrono::Duration;
use diesel::prelude::*;

use crate::domain::{ContactId, Error, Instant, StoredRow};
use crate::personal::Person;
use crate::platform::db::among_ids;
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::platform::vault::{link_token_hash, new_link_token};
use crate::resources::organisations::model::OrganisationKind;

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        sharing_allowance_links (token_hash) {
            token_hash -> Binary,
            contact_id -> UuidSql,
            recipient_kind -> Text,
            refused_since -> InstantSql,
            mark -> Binary,
            expires_at -> InstantSql,
        }
    }
}
use schema::sharing_allowance_links as links;

/// How long a link can be used.
pub(super) const LINK_LIVES: Duration = Duration::days(7);

/// A link, which may have expired.
pub(super) struct Link {
    /// The contact that it was sent to, which may have been merged since.
    pub(super) contact: ContactId,
    pub(super) kind: OrganisationKind,
    /// Since when the person refused, when the link was made.
    pub(super) refused_since: Instant,
    /// The keyed index of the address that it was sent to.
    pub(super) mark: Vec<u8>,
    pub(super) expires_at: Instant,
}

/// Mints the token of a link: for the sender of the mail alone. Deletes links that expired as long ago as a link lives.
pub(super) fn mint(
    tx: &mut WriteTx<'_>,
    contact: ContactId,
    kind: OrganisationKind,
    (refused_since, mark): (Instant, &[u8]),
) -> Result<String, Error> {
    let token = new_link_token(tx.entropy());
    let values = (
        links::token_hash.eq(link_token_hash(&token)),
        links::contact_id.eq(contact),
        links::recipient_kind.eq(<&str>::from(kind)),
        links::refused_since.eq(refused_since),
        links::mark.eq(mark),
        links::expires_at.eq(tx.now().plus(LINK_LIVES)),
    );
    diesel::insert_into(links::table).values(values).execute(tx.connection())?;
    let old = links::table.filter(links::expires_at.lt(tx.earliest().plus(-LINK_LIVES)));
    diesel::delete(old).execute(tx.connection())?;
    Ok(token)
}

/// The link of a token.
///
/// # Errors
/// 404 when there is none.
pub(super) fn find(tx: &mut ReadTx<'_>, token: &str) -> Result<Link, Error> {
    type Columns = (ContactId, String, Instant, Vec<u8>, Instant);
    let found: Option<Columns> = links::table
        .find(link_token_hash(token))
        .select((links::contact_id, links::recipient_kind, links::refused_since, links::mark, links::expires_at))
        .first(tx.connection())
        .optional()?;
    let (contact, kind, refused_since, mark, expires_at) = found.ok_or_else(Error::not_found)?;
    let kind = StoredRow::new("sharing_allowance_links", contact).read("recipient_kind", kind.parse())?;
    Ok(Link { contact, kind, refused_since, mark, expires_at })
}

/// Ends the links of a person by which they would allow sharing with a kind of recipient, and returns how many: the person has
/// refused since.
pub(in super::super) fn expire(
    tx: &mut WriteTx<'_>,
    ids: &[ContactId],
    kind: OrganisationKind,
) -> Result<usize, Error> {
    let live = links::recipient_kind.eq(<&str>::from(kind)).and(links::expires_at.gt(tx.now()));
    let theirs = links::table.filter(among_ids(links::contact_id, ids).and(live));
    Ok(diesel::update(theirs).set(links::expires_at.eq(tx.now())).execute(tx.connection())?)
}

/// Forgets every link that was sent to a person, under whichever of their ids.
pub(in super::super) fn forget(tx: &mut WriteTx<'_>, ids: &[ContactId]) -> Result<(), Error> {
    diesel::delete(links::table.filter(among_ids(links::contact_id, ids))).execute(tx.connection())?;
    Ok(())
}

/// Returns the kind of recipient of each link that was sent to a person, and until when it can be used.
///
/// # Errors
/// When the links cannot be read.
pub(in super::super) fn sent(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<(String, Instant)>, Error> {
    let theirs = links::table.filter(among_ids(links::contact_id, &person.ids));
    Ok(theirs.select((links::recipient_kind, links::expires_at)).order(links::expires_at).load(tx.connection())?)
}
