//! Where a request stands, as whoever made it sees it by a link, and what they can do there.

use askama::Template;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::letters::asked_for;
use super::links;
use super::model::{Reference, RequestStatus, Right, SubjectRequest};
use super::package::delivery::PackageReady;
use crate::domain::{Error, Lifecycle, day_words, london_date};
use crate::platform::access::Access;
use crate::platform::auth::LinkHolder;
use crate::platform::http::{ByToken, Command, Done, FormOrJson, Frame, PageOrJson, Shown, Unjudged};
use crate::platform::transaction::WriteTx;
use crate::resources::contacts::model::NothingElse;

/// Where a request stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StatusView {
    /// Its reference number.
    pub reference: Reference,
    /// The right that was asked for.
    pub kind: Right,
    /// Where it is in its life.
    pub status: RequestStatus,
    /// The last day for our answer; null while it cannot be known.
    #[schema(required, example = "2026-05-01")]
    pub due_on: Option<NaiveDate>,
    /// The copy that can be opened by the link that was mailed, while it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub package: Option<PackageReady>,
}

impl StatusView {
    pub(super) fn of(request: &SubjectRequest, package: Option<PackageReady>) -> Self {
        let SubjectRequest { reference, kind, status, clock, .. } = request;
        Self { reference: reference.clone(), kind: *kind, status: *status, due_on: clock.due_on, package }
    }
}

/// What can be done by the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LinkAction {
    /// The request is withdrawn.
    Withdraw,
    /// The link to the copy is mailed again, to the address of the request.
    MailPackageLink,
}

/// What is done by the link.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActByLink {
    /// What.
    pub action: LinkAction,
}

impl Command for ActByLink {
    type Resource = NothingElse;
}

#[derive(Template)]
#[template(path = "pages/request_status.html")]
struct Page<'a> {
    frame: &'a Frame,
    reference: &'a str,
    stands: String,
    due_on: Option<String>,
    can_withdraw: bool,
    package: Option<Ready>,
}

/// The copy that can be opened.
struct Ready {
    until: String,
    times: String,
}

/// The page of where a request stands.
fn page(view: &StatusView, frame: &Frame) -> askama::Result<String> {
    let StatusView { reference, kind, status, due_on, package } = view;
    let stands = match status {
        RequestStatus::Received => "We have it, and will write to you.",
        RequestStatus::IdentityPending => {
            "We wait for what shows that it is you who asks, or that you may ask. Please see our letter."
        }
        RequestStatus::InProgress => "We are working on it.",
        RequestStatus::ClarificationPending => "We wait for your answer to our question. Please see our letter.",
        RequestStatus::AwaitingRecipients => {
            "We have done what you asked for, and wait for those to whom we had given the data to do the same."
        }
        RequestStatus::Completed => "We have done what you asked for.",
        RequestStatus::PartiallyCompleted => {
            "We have done a part of what you asked for, and refused the rest. Please see our letter."
        }
        RequestStatus::Refused => "We have refused it. Our letter gives the reasons, and says where you can complain.",
        RequestStatus::Withdrawn => "You have withdrawn it. You can make it again at any time.",
        RequestStatus::Lapsed => {
            "We have closed it, since what we had asked you for did not come. You can make it again at any time."
        }
        RequestStatus::Duplicate => "We have closed it, since it is the same as another, which we answer.",
    };
    let asked = asked_for(*kind, "the person whom it is about");
    let can_withdraw = status.next().contains(&RequestStatus::Withdrawn);
    Page {
        frame,
        reference: reference.as_str(),
        stands: format!("It is a request for {asked}. {stands}"),
        due_on: due_on.filter(|_| !status.is_final()).map(day_words),
        can_withdraw,
        package: package.map(|package| Ready {
            until: day_words(london_date(package.expires_at)),
            times: if package.downloads_left == 1 {
                "once".into()
            } else {
                format!("{} times", package.downloads_left)
            },
        }),
    }
    .render()
}

/// Where a request stands
///
/// For whoever made it. Changes nothing: mail scanners follow links.
#[utoipa::path(get, path = "/v1/request-status/{token}", operation_id = "show_status")]
pub(super) async fn show(
    access: Access<LinkHolder>,
    wanted: PageOrJson,
    ByToken(token): ByToken,
) -> Result<Shown<StatusView>, Error> {
    let found = access.read(move |tx| links::show(tx, &token)).await?;
    Ok(wanted.show(found, page))
}

/// Act on a request by its link
///
/// `withdraw` as often as you like; once the right was carried out or refused there is nothing to withdraw. `mail_package_link` mails
/// the link to the copy again, to the address of the request, once an hour at most: 410 once the copy cannot be opened any more.
#[utoipa::path(post, path = "/v1/request-status/{token}", operation_id = "act_by_link")]
pub(super) async fn act(
    access: Access<LinkHolder>,
    wanted: PageOrJson,
    body: Unjudged<FormOrJson<ActByLink>>,
    ByToken(token): ByToken,
) -> Result<Done<Shown<StatusView>>, Error> {
    let act = move |tx: WriteTx<'_>| links::act(tx, &token, body).map(|done| done.map(|view| wanted.show(view, page)));
    access.write(act).await
}
