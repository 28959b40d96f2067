//! The link by which a person opens their package: the page that asks for the reference number, and the package.

use askama::Template;

use super::api::{Form, Sent};
use super::delivery::{MOST_WRONG, OpenPackage, PackageLink};
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
    /// Whether the number that was sent is wrong.
    is_wrong: bool,
    /// How many more wrong numbers can be tried, if any was.
    tries: Option<String>,
    /// Whether the link has stopped working, because this was the last wrong number that can be tried.
    has_stopped: bool,
}

fn page(PackageLink { expires_at, tries_left }: &PackageLink, frame: &Frame, is_wrong: bool) -> askama::Result<String> {
    let tries = match *tries_left {
        MOST_WRONG | 0 => None,
        1 => Some("once more".to_owned()),
        left => Some(format!("{left} more times")),
    };
    Page { frame, until: day_words(london_date(*expires_at)), is_wrong, tries, has_stopped: *tries_left == 0 }.render()
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
    Ok(wanted.show(found, |link, frame| page(link, frame, false)))
}

/// What is sent to the holder of a link.
pub enum Answered {
    /// The package.
    Sent(Sent),
    /// Nothing: the number was wrong. The count of wrong numbers is committed before the answer.
    Wrong(PackageLink),
    /// The page that asks for the number again.
    Again(Shown<PackageLink, 422>),
    /// Nothing: the package could not be written.
    Unwritten,
}

impl Reply for Answered {
    fn into_answer(self) -> Answer {
        match self {
            Self::Sent(sent) => sent.into_answer(),
            Self::Wrong(_) | Self::Unwritten => Answer::empty(422),
            Self::Again(page) => page.into_answer(),
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
/// data. After five wrong numbers the link no longer works. `GET` shows how many can still be tried.
#[utoipa::path(post, path = "/v1/package-links/{token}", operation_id = "open_package")]
pub async fn open(
    access: Access<LinkHolder>,
    wanted: PageOrJson,
    form: Form,
    body: Unjudged<FormOrJson<OpenPackage>>,
    ByToken(token): ByToken,
) -> Result<Done<Answered>, Error> {
    let open = move |tx: WriteTx<'_>| {
        let cards = cards(&tx)?;
        let mut failed = None;
        let opened = store::open(tx, &token, body)?.map(|opened| match opened {
            Opened::Wrong(link) => Answered::Wrong(link),
            Opened::Package(package) => match Sent::written(*package, form, cards) {
                Ok(sent) => Answered::Sent(sent),
                Err(error) => {
                    failed = Some(error);
                    Answered::Unwritten
                }
            },
        });
        // A page that cannot be written is not counted: the transaction is rolled back.
        failed.map_or(Ok(opened), Err)
    };
    match access.write(open).await? {
        Done::Fresh(Answered::Wrong(link)) if wanted.is_page() => {
            Ok(Done::Fresh(Answered::Again(wanted.show(link, |link, frame| page(link, frame, true)))))
        }
        Done::Fresh(Answered::Wrong(PackageLink { tries_left, .. })) => {
            let then = match tries_left {
                0 => "The link has stopped working, because this was the fifth wrong number. Ask for another link."
                    .to_owned(),
                left => format!("Check it, and send it again. Wrong numbers that you can still try: {left}."),
            };
            let detail = format!("The number does not belong to the request for this link. {then}");
            Err(Error::new(Code::WrongReference, detail))
        }
        done => Ok(done),
    }
}
