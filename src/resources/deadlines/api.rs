//! The handler.

use super::all;
use super::model::{Deadline, DeadlineFilter};
use crate::domain::{Error, Instant, ListPage, SubjectId};
use crate::platform::access::Access;
use crate::platform::auth::DeadlinesRead;
use crate::platform::http::{Listed, Listing};
use crate::policy::deadlines as law;

/// List deadlines
///
/// Everything that the law sets a time for and that has not been done. The first to end comes first: complaints to be
/// acknowledged, breaches to be notified, requests to be answered (those whose clock runs). Complaints that were
/// acknowledged and wait for their outcome come last: the law wants it without undue delay, and names no day.
#[utoipa::path(get, path = "/v1/deadlines")]
pub(super) async fn list(
    access: Access<DeadlinesRead>,
    asked: Listing<DeadlineFilter, (Instant, SubjectId)>,
) -> Result<Listed<Deadline>, Error> {
    let Listing { filter, page } = asked;
    let (after, limit, now) = (page.after(), page.limit(), access.now());
    let found = access
        .read(move |tx| {
            let mut owed = all(tx)?;
            owed.retain(|deadline| {
                filter.kind.is_none_or(|kind| deadline.kind == kind)
                    && filter.before.is_none_or(|before| deadline.due.day().is_some_and(|day| day < before))
                    && after.is_none_or(|after| deadline.place() > after)
            });
            Ok(ListPage::cut(owed, limit, law::Deadline::place))
        })
        .await?;
    Ok(page.turn(found.map(|deadline| Deadline::now(deadline, now))))
}
