//! The loop of a worker.

use super::Round;
use crate::domain::Error;

/// Whether a worker goes on with the next row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It does.
    GoOn,
    /// It waits for its next run, because the other side would refuse the others as well.
    Rest,
}

/// Works off what is due, one row after the other, and returns how many rows were claimed. It ends when nothing is due, when
/// another worker was faster, when `work` says so, or when the round ends. The row in hand is finished first.
///
/// # Errors
/// Those of the closures. A claimed row whose `work` fails is due again when its lease ends.
pub async fn drain<T>(
    round: Round<'_>,
    is_due: impl AsyncFn() -> Result<bool, Error>,
    claim: impl AsyncFn() -> Result<Option<T>, Error>,
    work: impl AsyncFn(T) -> Result<Next, Error>,
) -> Result<usize, Error> {
    let mut claimed = 0;
    // A read first: usually nothing is due, and a read delays no writer.
    while round.goes_on() && is_due().await? {
        let Some(row) = claim().await? else { break };
        claimed += 1;
        if work(row).await? == Next::Rest {
            break;
        }
    }
    Ok(claimed)
}
