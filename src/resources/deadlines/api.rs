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
/// Lists every unmet deadline of the law, the earliest first: complaints to acknowledge, breaches to
/// notify, requests to answer whose clock runs, agreements to share data that end within 30 days, and
/// recipients of data that have not said in time what they did or that no mail reaches. Acknowledged complaints that wait for their outcome
/// come last, because the law requires it without undue delay and sets no day.
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
