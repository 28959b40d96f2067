//! The link by which a person opens their package: the page that asks for the reference number, and the package.

use askama::Template;

use super::api::{Form, Sent};
use super::delivery::{OpenPackage, PackageLink};
use super::store::{self, Opened};
use crate::domain::{Code, Error, day_words, london_date};
use crate::personal::cards;
use crate::platform::access::Access;
use crate::platform::auth::LinkHolder;
use crate::platform::http::{
    Answer, ByToken, Done, FormOrJson, Frame, Op, PageOrJson, Replay, Replayable, Reply, Shown, Unjudged,
};
use crate::platform::transaction::WriteTx;

#[derive(Template)]
#[template(path = "pages/package_link.html")]
struct Page<'a> {
    frame: &'a Frame,
    until: String,
}

fn page(link: &PackageLink, frame: &Frame) -> askama::Result<String> {
    Page { frame, until: day_words(london_date(link.expires_at)) }.render()
}

/// Read a link to a package
///
/// Says that the link asks for the reference number of the request. It reveals nothing about the
/// person. It changes nothing, because mail scanners follow links.
#[utoipa::path(get, path = "/v1/package-links/{token}", operation_id = "show_package_link")]
pub async fn show_link(
    access: Access<LinkHolder>,
    wanted: PageOrJson,
    ByToken(token): ByToken,
) -> Result<Shown<PackageLink>, Error> {
    let found = access.read(move |tx| store::show_link(tx, &token)).await?;
    Ok(wanted.show(found, page))
}

/// What is sent to the holder of a link.
pub enum Answered {
    /// The package.
    Sent(Sent),
    /// Nothing: the number was wrong. The count of wrong numbers is committed before the answer.
    Wrong,
}

impl Reply for Answered {
    fn into_answer(self) -> Answer {
        match self {
            Self::Sent(sent) => sent.into_answer(),
            Self::Wrong => Answer::empty(422),
        }
    }

    fn describe(op: &mut Op<'_>) {
        Sent::describe(op);
    }
}

/// Operations behind capability links take no idempotency key.
impl Replayable for Answered {
    fn replay(&self) -> Replay {
        Replay::Nothing
    }
}

/// Open a package by its link
///
/// Send the reference number of the request, as JSON or as a form. The response is JSON, a page, or for
/// portability a vCard, by `Accept`. The link works five times in all, within fourteen days of the
/// mail. The council sees each use on the request, and the person sees it among the accesses to their
/// data. After five wrong numbers the link no longer works.
#[utoipa::path(post, path = "/v1/package-links/{token}", operation_id = "open_package")]
pub async fn open(
    access: Access<LinkHolder>,
    _: PageOrJson,
    form: Form,
    body: Unjudged<FormOrJson<OpenPackage>>,
    ByToken(token): ByToken,
) -> Result<Done<Answered>, Error> {
    let open = move |tx: WriteTx<'_>| {
        let cards = cards(&tx)?;
        let mut failed = None;
        let opened = store::open(tx, &token, body)?.map(|opened| match opened {
            Opened::Wrong => Answered::Wrong,
            Opened::Package(package) => match Sent::written(*package, form, cards) {
                Ok(sent) => Answered::Sent(sent),
                Err(error) => {
                    failed = Some(error);
                    Answered::Wrong
                }
            },
        });
        // A page that cannot be written is not counted: the transaction is rolled back.
        failed.map_or(Ok(opened), Err)
    };
    match access.write(open).await? {
        Done::Fresh(Answered::Wrong) => {
            let detail = "The number does not belong to the request for this link. Check it, and send it again.";
            Err(Error::new(Code::WrongReference, detail))
        }
        done => Ok(done),
    }
}
