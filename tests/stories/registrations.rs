//! Registrations for events: who may, who comes, and what becomes of it.

use iewm::domain::{Instant, Lifecycle};
use iewm::policy::registrations::RegistrationStatus;
use iewm::policy::restriction::RestrictionGround;
use serde_json::{Value, json};

use crate::harness::mail::MailServer;
use crate::harness::people::text;
use crate::harness::{Engine, Service, on_both_engines};

on_both_engines! {
    a_person_registers_and_has_a_place,
    a_registration_is_open_only_while_the_event_says_so,
    no_contact_is_registered_twice,
    who_is_not_there_cannot_be_registered,
    the_restricted_give_up_a_place_and_take_none,
    of_the_restricted_nothing_is_seen,
    the_database_knows_where_a_registration_can_go,
    the_steps_of_a_registration_stay,
    what_is_final_stays_so,
    a_registration_never_consents_to_anything,
    a_registration_is_a_dealing_and_keeps_the_contact,
    sharing_is_changed_by_a_caller_who_knows_the_version,
    every_step_is_told,
    a_list_is_filtered_and_exported,
    a_cancelled_event_cancels_and_tells,
    a_completed_event_leaves_no_one_waiting,
    of_two_registrations_of_one_person_the_better_stays,
    mails_say_what_holds_when_they_leave,
    the_council_registers_and_contractors_do_not,
    a_hall_of_thousands_is_cancelled_in_time,
}

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

async fn a_person_registers_and_has_a_place(service: Service) {
    let event = service.announce(json!({})).await;
    let ada = service.sign_up("Ada", "ada@example.org").await;
    let asked = json!({ "contact_id": ada, "sharing": { "venue": true }, "source": "web_form" });
    let made = service.post(&format!("{event}/registrations"), asked).await.expect(201);
    let (path, registration) = (made.header("location"), made.json());
    assert_eq!(path, format!("/v1/registrations/{}", text(&registration, "id")));
    assert_eq!(event, format!("/v1/events/{}", text(&registration, "event_id")));
    assert!(made.etag().starts_with("\"1-"), "{}", made.etag());
    let told = |member: &str| registration[member].clone();
    assert_eq!((told("status"), told("position"), told("contact_id")), (json!("confirmed"), json!(null), json!(ada)));
    assert_eq!(
        (told("sharing"), told("source")),
        (json!({ "event_partners": false, "venue": true }), json!("web_form"))
    );
    assert_eq!(service.get(&path).await.expect(200).json(), registration);
    let plain = service.book(&event, "bob").await;
    let plain = service.get(&plain).await.expect(200).json();
    assert_eq!((&plain["sharing"]["venue"], &plain["source"]), (&json!(false), &json!("api")));
    let capacity = service.capacity(&event).await;
    let expected = json!({
        "capacity": 2, "confirmed": 2, "offered": 0, "waitlisted": 0, "available": 0, "overbooked_by": 0,
        "ended": {
            "declined": 0, "expired": 0, "cancelled": 0, "attended": 0, "no_show": 0, "attendance_unknown": 0
        },
    });
    assert_eq!(capacity, expected);
    let unlimited = service.announce(json!({ "capacity": null })).await;
    service.register(&unlimited, &ada).await.expect(201);
    let capacity = service.capacity(&unlimited).await;
    assert_eq!((&capacity["capacity"], &capacity["available"]), (&json!(null), &json!(null)));
    assert_eq!(capacity["confirmed"], 1);
}

async fn a_registration_is_open_only_while_the_event_says_so(service: Service) {
    let ada = service.sign_up("Ada", "ada@example.org").await;
    let draft = service.post("/v1/events", crate::harness::booking::event(&json!({}))).await.expect(201);
    let draft = draft.header("location");
    service.register(&draft, &ada).await.problem(409, "registration_closed");
    service.verb(&draft, "cancellation").await.expect(200);
    service.register(&draft, &ada).await.problem(409, "registration_closed");
    let times = json!({
        "registration_opens_at": "2026-12-01T09:00:00Z", "registration_closes_at": "2027-02-01T09:00:00Z"
    });
    let timed = service.announce(times).await;
    let untimed = service.announce(json!({})).await;
    service.register(&timed, &ada).await.problem(409, "registration_closed");
    service.hands.set(at("2026-12-01T09:00:00Z"));
    let made = service.register(&timed, &ada).await.expect(201).header("location");
    service.verb(&made, "cancellation").await.expect(200);
    service.hands.set(at("2027-02-01T09:00:00Z"));
    service.register(&timed, &ada).await.problem(409, "registration_closed");
    service.hands.set(at("2027-03-01T09:30:00Z"));
    service.register(&untimed, &ada).await.problem(409, "registration_closed");
    service.hands.set(at("2027-03-01T16:00:00Z"));
    service.verb(&untimed, "completion").await.expect(200);
    service.register(&untimed, &ada).await.problem(409, "registration_closed");
}

async fn no_contact_is_registered_twice(service: Service) {
    let event = service.announce(json!({ "capacity": 1, "waiting_list": { "enabled": false } })).await;
    let ada = service.sign_up("Ada", "ada@example.org").await;
    let path = service.register(&event, &ada).await.expect(201).header("location");
    service.register(&event, &ada).await.problem(409, "already_registered");
    let bob = service.sign_up("Bob", "bob@example.org").await;
    service.register(&event, &bob).await.problem(409, "event_full");
    service.verb(&path, "cancellation").await.expect(200);
    let again = service.register(&event, &ada).await.expect(201).header("location");
    assert_ne!(again, path, "a person who registers again gets another registration");
    let of_ada = service.items(&format!("{event}/registrations?contact_id={ada}")).await;
    let states: Vec<_> = of_ada.iter().map(|one| text(one, "status")).collect();
    assert_eq!(states, ["confirmed", "cancelled"]);
}

async fn who_is_not_there_cannot_be_registered(service: Service) {
    let event = service.announce(json!({})).await;
    let nobody = "01937a5e-8f00-7c3a-9d55-3f2a60b1c901";
    let problem = service.register(&event, nobody).await.problem(422, "invalid");
    assert_eq!(problem.faults(), ["/contact_id unknown_reference"]);
    service.register(&format!("/v1/events/{nobody}"), nobody).await.problem(404, "not_found");
    service.get(&format!("/v1/events/{nobody}/capacity")).await.problem(404, "not_found");
    service.get(&format!("/v1/events/{nobody}/registrations")).await.problem(404, "not_found");
    service.get(&format!("/v1/registrations/{nobody}/history")).await.problem(404, "not_found");
    for verb in ["cancellation", "acceptance", "decline"] {
        service.verb(&format!("/v1/registrations/{nobody}"), verb).await.problem(404, "not_found");
    }
    let gone = service.sign_up("Gone", "gone@example.org").await;
    service.delete(&gone).await.expect(204);
    service.register(&event, &gone).await.problem(410, "erased");
    let (into, from) = (service.sign_up("A", "a@example.org").await, service.sign_up("B", "b@example.org").await);
    service.post(&format!("/v1/contacts/{into}/merge"), json!({ "from_contact_id": from })).await.expect(200);
    service.register(&event, &from).await.problem(410, "merged");
    for (member, value) in [("source", json!("Web form")), ("status", json!("confirmed")), ("sharing", json!(true))] {
        let mut asked = json!({ "contact_id": into });
        asked[member] = value;
        service.post(&format!("{event}/registrations"), asked).await.problem(422, "invalid");
    }
    assert!(service.items(&format!("{event}/registrations")).await.is_empty());
    assert_eq!(service.capacity(&event).await["confirmed"], 0);
}

async fn what_is_final_stays_so(service: Service) {
    let event = service.announce(json!({})).await;
    let path = service.book(&event, "ada").await;
    let problem = service.verb(&path, "acceptance").await.problem(409, "illegal_transition").json();
    assert_eq!(problem["allowed_transitions"], json!(["cancelled", "attended", "no_show", "attendance_unknown"]));
    service.verb(&path, "decline").await.problem(409, "illegal_transition");
    let cancelled = service.verb(&path, "cancellation").await.expect(200);
    assert!(cancelled.etag().starts_with("\"2-"));
    for verb in ["cancellation", "acceptance", "decline"] {
        let problem = service.verb(&path, verb).await.problem(409, "illegal_transition").json();
        assert_eq!(problem["allowed_transitions"], json!([]), "{verb}");
    }
    let first = json!({ "reason": "Speaks first." });
    service.post(&format!("{path}/priority"), first).await.problem(409, "illegal_transition");
    let patch = json!({ "sharing": { "venue": true } });
    service.patch(&path, &cancelled.etag(), patch).await.problem(409, "illegal_transition");
}

async fn a_registration_never_consents_to_anything(service: Service) {
    let event = service.announce(json!({ "capacity": 1, "waiting_list": crate::harness::booking::by_offer(8) })).await;
    let ada = service.sign_up("Ada", "ada@example.org").await;
    let asked = json!({ "contact_id": ada, "sharing": { "venue": true, "event_partners": true } });
    let first = service.post(&format!("{event}/registrations"), asked).await.expect(201).header("location");
    let bob = service.sign_up("Bob", "bob@example.org").await;
    let second = service.register(&event, &bob).await.expect(201).header("location");
    service.post(&format!("{second}/priority"), json!({ "reason": "Speaks." })).await.expect(200);
    service.verb(&first, "cancellation").await.expect(200);
    service.verb(&second, "acceptance").await.expect(200);
    service.post(&format!("/v1/contacts/{ada}/merge"), json!({ "from_contact_id": bob })).await.expect(200);
    service.hands.set(at("2027-03-01T16:00:00Z"));
    service.verb(&event, "completion").await.expect(200);
    assert!(service.items("/v1/consents").await.is_empty());
    for purpose in ["newsletter", "event_information"] {
        assert_eq!(service.checked(&ada, purpose).await, "not_given");
    }
}

async fn a_registration_is_a_dealing_and_keeps_the_contact(service: Service) {
    let event = service.announce(json!({})).await;
    let ada = service.sign_up("Ada", "ada@example.org").await;
    let before = service.get(&format!("/v1/contacts/{ada}")).await.expect(200).json();
    service.hands.set(at("2026-12-24T09:00:00Z"));
    let path = service.register(&event, &ada).await.expect(201).header("location");
    let contact = service.get(&format!("/v1/contacts/{ada}")).await.expect(200).json();
    assert_eq!(
        (&before["last_activity_on"], &contact["last_activity_on"]),
        (&json!("2026-11-24"), &json!("2026-12-24"))
    );
    assert_eq!((&contact["keep_until"], &contact["version"]), (&json!("2032-12-24"), &before["version"]));
    service.verb(&path, "cancellation").await.expect(200);
    service.delete(&ada).await.problem(409, "erasure_request_required");
}

async fn sharing_is_changed_by_a_caller_who_knows_the_version(service: Service) {
    let event = service.announce(json!({})).await;
    let path = service.book(&event, "ada").await;
    let etag = service.get(&path).await.etag();
    let patch = json!({ "sharing": { "event_partners": true } });
    let changed = service.patch(&path, &etag, patch.clone()).await.expect(200);
    assert_eq!(changed.json()["sharing"], json!({ "event_partners": true, "venue": false }));
    service.patch(&path, &etag, patch).await.problem(412, "stale_version");
    let more = service.patch(&path, "\"2\"", json!({ "sharing": { "venue": true } })).await.expect(200).json();
    assert_eq!(more["sharing"], json!({ "event_partners": true, "venue": true }), "what a patch does not name stays");
    let unasked = service.request("PATCH", &path).token(&service.staff()).merge_patch(&json!({})).send().await;
    unasked.problem(428, "precondition_required");
    for wrong in [json!({ "status": "confirmed" }), json!({ "sharing": { "press": true } }), json!({ "sharing": null })]
    {
        service.patch(&path, "\"3\"", wrong).await.problem(422, "invalid");
    }
}

async fn every_step_is_told(service: Service) {
    let event = service.announce(json!({ "capacity": 0, "waiting_list": crate::harness::booking::by_offer(8) })).await;
    let path = service.book(&event, "ada").await;
    let reason = json!({ "reason": "Speaks on the\nfirst panel." });
    service.post(&format!("{path}/priority"), reason).await.expect(200);
    service.change(&event, json!({ "capacity": 1 })).await.expect(200);
    let token = service.council();
    service.request("POST", &format!("{path}/acceptance")).token(&token).send().await.expect(200);
    service.verb(&path, "cancellation").await.expect(200);
    let steps = service.items(&format!("{path}/history")).await;
    let told = |step: &Value| (step["version"].as_i64().unwrap(), text(step, "status"), text(step, "cause"));
    let expected = [
        (5, "cancelled", "cancelled"),
        (4, "confirmed", "accepted"),
        (3, "offered", "offered"),
        (2, "waitlisted", "prioritised"),
        (1, "waitlisted", "registered"),
    ];
    let expected: Vec<_> =
        expected.map(|(version, status, cause)| (version, status.to_owned(), cause.to_owned())).into();
    assert_eq!(steps.iter().map(told).collect::<Vec<_>>(), expected);
    assert_eq!(
        (&steps[3]["reason"], &steps[1]["recorded_by"]),
        (&json!("Speaks on the\nfirst panel."), &json!("council-1"))
    );
    let first = service.get(&format!("{path}/history?limit=2")).await.expect(200).json();
    let next = format!("{path}/history?limit=2&cursor={}", text(&first, "next_cursor"));
    assert_eq!(service.items(&next).await.iter().map(told).collect::<Vec<_>>(), expected[2..4]);
    let audited = service.audit("action=registrations.priority").await;
    assert!(!audited[0].to_string().contains("panel"), "the audit holds no person's words");
}

async fn a_list_is_filtered_and_exported(service: Service) {
    let event = service.announce(json!({})).await;
    let evil = service.sign_up("=HYPERLINK(\"x\")", "evil@example.org").await;
    service.register(&event, &evil).await.expect(201);
    let bob = service.book(&event, "bob").await;
    service.book(&event, "cat").await;
    service.book(&event, "dan").await;
    service.verb(&bob, "cancellation").await.expect(200);
    let list = format!("{event}/registrations");
    let states = |items: &[Value]| items.iter().map(|one| text(one, "status")).collect::<Vec<_>>();
    let all = service.items(&list).await;
    assert_eq!(states(&all), ["waitlisted", "confirmed", "cancelled", "confirmed"]);
    assert_eq!(all[0]["position"], 1);
    assert_eq!(service.items(&format!("{list}?status=confirmed")).await.len(), 2);
    assert_eq!(service.items(&format!("{list}?contact_id={evil}")).await.len(), 1);
    service.get(&format!("{list}?status=here")).await.problem(400, "invalid_query");
    let page = service.get(&format!("{list}?limit=3")).await.expect(200).json();
    assert_eq!(page["items"].as_array().unwrap().len(), 3);
    let next = format!("{list}?limit=3&cursor={}", text(&page, "next_cursor"));
    assert_eq!(service.items(&next).await, all[3..]);

    let ask = |token: String| service.request("GET", &list).token(&token).header("Accept", "text/csv").send();
    let answer = ask(service.staff()).await.expect(200);
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    let file = answer.text();
    let lines: Vec<_> = file.trim_end().split("\r\n").collect();
    assert_eq!(lines.len(), 5, "{file}");
    assert!(lines[0].starts_with("id,contact_id,name,status,position,"), "{file}");
    assert!(lines[4].contains(",\"'=HYPERLINK(\"\"x\"\")\",confirmed,"), "{file}");
    assert!(lines[1].contains(",dan,waitlisted,1,"), "{file}");
    let refused = ask(service.council()).await.problem(403, "forbidden").json();
    assert_eq!(refused["permission"], "contacts:export");
}

async fn a_cancelled_event_cancels_and_tells(service: Service) {
    let server = MailServer::start();
    let event = service.announce(json!({ "capacity": 2, "waiting_list": crate::harness::booking::by_offer(8) })).await;
    let [ada, bob, cat, dan] = ["ada", "bob", "cat", "dan"].map(|name| service.book(&event, name));
    let (ada, bob, cat, dan) = (ada.await, bob.await, cat.await, dan.await);
    service.verb(&ada, "cancellation").await.expect(200);
    service.deliver(&server).await;
    let before = server.taken().len();
    service.verb(&event, "cancellation").await.expect(200);
    for path in [&ada, &bob, &cat, &dan] {
        assert_eq!(service.state(path).await, "cancelled");
    }
    assert_eq!(service.capacity(&event).await["confirmed"], 0);
    service.deliver(&server).await;
    let told: Vec<_> = server.taken().into_iter().skip(before).collect();
    let mut to: Vec<_> = told.iter().map(|mail| mail.header("To")).collect();
    to.sort();
    assert_eq!(to, ["bob@example.org", "cat@example.org", "dan@example.org"], "who had cancelled is left in peace");
    for mail in told {
        assert_eq!(mail.header("Subject"), "Cancelled: Spring conference");
        let calendar = mail.part("text/calendar");
        assert!(calendar.contains("METHOD:CANCEL") && calendar.contains("SEQUENCE:3"), "{calendar}");
    }
    assert_eq!(service.items(&format!("{bob}/history")).await[0]["cause"], "event_cancelled");
}

async fn a_completed_event_leaves_no_one_waiting(service: Service) {
    let event = service.announce(json!({ "capacity": 1 })).await;
    let (ada, bob) = (service.book(&event, "ada").await, service.book(&event, "bob").await);
    service.hands.set(at("2027-03-01T16:00:00Z"));
    service.verb(&event, "completion").await.expect(200);
    assert_eq!((service.state(&ada).await, service.state(&bob).await), ("attendance_unknown".into(), "expired".into()));
    let refused = service.verb(&bob, "acceptance").await.problem(409, "illegal_transition").json();
    assert_eq!(refused["allowed_transitions"], json!([]), "it had no offer that could have expired");
    let steps = service.items(&format!("{bob}/history")).await;
    assert_eq!((&steps[0]["cause"], &steps[0]["version"]), (&json!("event_completed"), &json!(2)));
    let capacity = service.capacity(&event).await;
    assert_eq!((&capacity["waitlisted"], capacity.get("why_no_offer")), (&json!(0), None));
}

async fn of_two_registrations_of_one_person_the_better_stays(service: Service) {
    for turned in [false, true] {
        let event = service.announce(json!({ "capacity": 2 })).await;
        let email = |who: &str| format!("{who}{turned}@example.org");
        let ada = service.sign_up("Ada", &email("ada")).await;
        let twin = service.sign_up("Ada", &email("twin")).await;
        let mut paths = Vec::new();
        for contact in [&ada, &service.sign_up("Bob", &email("bob")).await, &twin] {
            paths.push(service.register(&event, contact).await.expect(201).header("location"));
        }
        let cat = service.sign_up("Cat", &email("cat")).await;
        paths.push(service.register(&event, &cat).await.expect(201).header("location"));
        let reason = json!({ "reason": "Comes from afar." });
        service.post(&format!("{}/priority", paths[2]), reason).await.expect(200);
        let (into, from) = if turned { (&twin, &ada) } else { (&ada, &twin) };
        service.post(&format!("/v1/contacts/{into}/merge"), json!({ "from_contact_id": from })).await.expect(200);
        assert_eq!(
            (service.state(&paths[0]).await, service.state(&paths[2]).await),
            ("confirmed".into(), "cancelled".into())
        );
        for path in [&paths[0], &paths[2]] {
            assert_eq!(service.get(path).await.expect(200).json()["contact_id"], json!(into));
        }
        assert_eq!(service.position(&paths[3]).await, Some(1));
        let steps = service.items(&format!("{}/history", paths[2])).await;
        let told: Vec<_> = steps.iter().filter_map(|step| step["reason"].as_str()).collect();
        assert_eq!(told, ["Comes from afar."], "the words follow the person");
        let capacity = service.capacity(&event).await;
        assert_eq!((&capacity["confirmed"], &capacity["waitlisted"]), (&json!(2), &json!(1)));
    }
    // Two places of one person: the person who waits gets one.
    let event = service.announce(json!({ "capacity": 2 })).await;
    let (one, other) = (service.sign_up("Dan", "dan@example.org").await, service.sign_up("Dan", "d@example.org").await);
    for contact in [&one, &other] {
        service.register(&event, contact).await.expect(201);
    }
    let eve = service.book(&event, "eve").await;
    service.post(&format!("/v1/contacts/{one}/merge"), json!({ "from_contact_id": other })).await.expect(200);
    assert_eq!(service.state(&eve).await, "confirmed");
    assert_eq!(service.capacity(&event).await["confirmed"], 2);
}

async fn mails_say_what_holds_when_they_leave(service: Service) {
    let server = MailServer::start();
    let event = service.announce(json!({ "capacity": 1, "waiting_list": crate::harness::booking::by_offer(8) })).await;
    let ada = service.book(&event, "ada").await;
    let bob = service.book(&event, "bob").await;
    let cat = service.book(&event, "cat").await;
    service.verb(&cat, "cancellation").await.expect(200);
    service.deliver(&server).await;
    let mails = server.taken();
    let [confirmed, waiting] = &mails[..] else { panic!("{} mails", mails.len()) };
    assert_eq!(confirmed.header("Subject"), "You are registered: Spring conference");
    assert_eq!(
        (confirmed.header("To"), confirmed.header("List-Unsubscribe")),
        ("ada@example.org".into(), String::new())
    );
    let (words, html) = (confirmed.text(), confirmed.part("text/html"));
    for part in [&words, &html] {
        for said in ["Monday 1 March 2027, 09:30", "The Guildhall", "https://meet.example/spring", "/v1/preferences/"] {
            assert!(part.contains(said), "{said} in {part}");
        }
        assert!(!part.to_lowercase().contains("newsletter") && !part.to_lowercase().contains("object"), "{part}");
    }
    let calendar = confirmed.part("text/calendar");
    let id = event.rsplit('/').next().unwrap();
    for line in [&format!("UID:{id}@iewm.example"), "METHOD:PUBLISH", "SEQUENCE:2"] {
        assert!(calendar.replace("\r\n ", "").contains(line), "{line} in {calendar}");
    }
    assert_eq!(waiting.header("Subject"), "You are on the waiting list: Spring conference");
    assert!(waiting.text().contains("as number 1 now"), "{}", waiting.text());
    assert!(!waiting.text().contains("meet.example"), "the address is for those who have a place");
    let dropped = service.items("/v1/messages?status=dropped").await;
    let of_event = service.items(&format!("/v1/messages?event_id={id}")).await;
    assert_eq!(of_event.len(), 3, "{of_event:?}");
    let elsewhere = service.announce(json!({ "title": "Another event" })).await;
    let elsewhere = elsewhere.rsplit('/').next().unwrap();
    assert!(service.items(&format!("/v1/messages?event_id={elsewhere}")).await.is_empty());
    assert_eq!((dropped.len(), &dropped[0]["reason"]), (1, &json!("cancelled")));

    service.verb(&ada, "cancellation").await.expect(200);
    service.deliver(&server).await;
    let offer = &server.taken()[2];
    assert_eq!(
        (offer.header("Subject"), offer.header("To")),
        ("A place is free for you: Spring conference".into(), "bob@example.org".into())
    );
    // Tuesday at ten, and eight working hours.
    assert!(offer.text().contains("until Wednesday 25 November 2026, 10:00 (London)"), "{}", offer.text());
    service.verb(&bob, "acceptance").await.expect(200);
    service.deliver(&server).await;
    assert_eq!(server.taken()[3].header("Subject"), "You are registered: Spring conference");
    // Promoted at once, and told so; the mail about waiting is dropped.
    service.change(&event, json!({ "waiting_list": { "enabled": true } })).await.expect(200);
    service.book(&event, "dan").await;
    service.change(&event, json!({ "capacity": 2 })).await.expect(200);
    service.deliver(&server).await;
    let subjects: Vec<_> = server.taken().iter().skip(4).map(|mail| mail.header("Subject")).collect();
    assert_eq!(subjects, ["You have a place now: Spring conference"]);
}

async fn the_council_registers_and_contractors_do_not(service: Service) {
    let event = service.announce(json!({})).await;
    let ada = service.sign_up("Ada", "ada@example.org").await;
    let list = format!("{event}/registrations");
    let council = service.request("POST", &list).token(&service.council()).json(&json!({ "contact_id": ada }));
    let path = council.send().await.expect(201).header("location");
    let token = service.council();
    service.request("POST", &format!("{path}/cancellation")).token(&token).send().await.expect(200);
    assert_eq!(service.audit(&format!("contact_id={ada}&action=registrations.status")).await.len(), 1);
    let key = |request: crate::harness::client::Request| request.header("Idempotency-Key", "register-ada-1");
    let asked = json!({ "contact_id": ada });
    let first = key(service.request("POST", &list).token(&token).json(&asked)).send().await.expect(201);
    let again = key(service.request("POST", &list).token(&token).json(&asked)).send().await.expect(201);
    assert_eq!((first.json(), again.header("idempotent-replayed")), (again.json(), "true".to_owned()));
}

async fn a_hall_of_thousands_is_cancelled_in_time(service: Service) {
    let event = service.announce(json!({ "capacity": 1500 })).await;
    let rows: Vec<_> = (0..2000).map(|at| format!("Person {at},p{at}@example.org")).collect();
    let import = service.request("POST", "/v1/contacts/imports").token(&service.staff());
    import.body("text/csv", format!("name,email\n{}", rows.join("\n"))).send().await.expect(200);
    // All of them register behind the API's back, which would take a while: a registration may have its contact's id.
    let many = "INSERT INTO registrations \
        SELECT contact, event, contact, CASE WHEN n <= 1500 THEN 'confirmed' ELSE 'waitlisted' END, \
            CASE WHEN n > 1500 THEN n * 4294967296 END, NULL, FALSE, FALSE, 'api', at, at, 1 \
        FROM (SELECT contacts.id AS contact, events.id AS event, contacts.created_at AS at, \
            row_number() OVER (ORDER BY contacts.id) AS n FROM contacts, events) AS everybody; \
        INSERT INTO event_places SELECT id, 1500, 0, 500, 2000 * 4294967296 FROM events";
    service.sql(many).unwrap();
    service.change(&event, json!({ "capacity": 1900 })).await.expect(200);
    let capacity = service.capacity(&event).await;
    assert_eq!((&capacity["confirmed"], &capacity["waitlisted"]), (&json!(1900), &json!(100)));
    service.verb(&event, "cancellation").await.expect(200);
    assert_eq!(service.items(&format!("{event}/registrations?status=cancelled&limit=200")).await.len(), 200);
    for status in ["confirmed", "waitlisted"] {
        assert!(service.items(&format!("{event}/registrations?status={status}")).await.is_empty());
    }
    // People who got a place late had a mail about that first; every person gets the mail about the end.
    assert_eq!(
        service.counts()
            [if service.engine == crate::harness::Engine::Sqlite { "main.messages" } else { "public.messages" }],
        2400
    );
}

async fn the_restricted_give_up_a_place_and_take_none(service: Service) {
    let event = service.announce(json!({ "capacity": 5 })).await;
    let ada = service.sign_up("Ada", "ada@example.org").await;
    let place = service.register(&event, &ada).await.expect(201).header("location");
    service.restrict(&ada, RestrictionGround::AccuracyContested).await.unwrap();
    let etag = service.get(&place).await.expect(200).etag();
    let sharing = json!({ "sharing": { "venue": true } });
    // The answer names a fault of the request itself first.
    service.patch(&place, "\"7-0\"", sharing.clone()).await.problem(412, "stale_version");
    let ahead = json!({ "reason": "Speaks first.", "ahead_of": "01937a5e-8f00-7c3a-9d55-3f2a60b1c901" });
    service.post(&format!("{place}/priority"), ahead).await.problem(422, "invalid");
    service.post(&format!("{place}/priority"), json!({ "reason": "Speaks first." })).await.problem(423, "restricted");
    service.patch(&place, &etag, sharing).await.problem(423, "restricted");
    let other = service.announce(json!({ "capacity": 5 })).await;
    service.register(&other, &ada).await.problem(423, "restricted");
    assert_eq!(service.verb(&place, "cancellation").await.expect(200).json()["status"], "cancelled");
    service.register(&event, &ada).await.problem(423, "restricted");
    assert_eq!(service.capacity(&other).await["confirmed"], 0);
}

async fn of_the_restricted_nothing_is_seen(service: Service) {
    let event = service.announce(json!({ "capacity": 1 })).await;
    service.book(&event, "bob").await;
    let ada = service.sign_up("Ada", "ada@example.org").await;
    let needs = json!({ "contact_id": ada, "access_requirements": { "details": "Arrives by wheelchair taxi." } });
    let list = format!("{event}/registrations");
    let place = service.post(&list, needs).await.expect(201).header("location");
    let reason = json!({ "reason": "Speaks on the first panel." });
    service.post(&format!("{place}/priority"), reason).await.expect(200);
    let history = format!("{place}/history");
    let file = || service.request("GET", &list).token(&service.staff()).header("Accept", "text/csv").send();
    assert_eq!(service.items(&list).await.len(), 2);
    assert!(service.get(&history).await.expect(200).text().contains("first panel"));
    assert!(file().await.expect(200).text().contains(&ada));

    service.restrict(&ada, RestrictionGround::AccuracyContested).await.unwrap();
    let left = service.items(&list).await;
    assert_eq!(left.len(), 1, "{left:?}");
    assert_ne!(left[0]["contact_id"], json!(ada));
    assert!(!file().await.expect(200).text().contains(&ada));
    let read = service.get(&place).await.expect(200).json();
    assert_eq!((&read["status"], read.get("access_requirements")), (&json!("waitlisted"), None));
    assert!(!service.get(&history).await.expect(200).text().contains("first panel"));

    service.lift(&ada, "2026-11-24").await.unwrap();
    assert_eq!(service.items(&list).await.len(), 2);
    assert!(service.get(&place).await.expect(200).text().contains("wheelchair"));
}

async fn the_database_knows_where_a_registration_can_go(service: Service) {
    let event = service.announce(json!({ "capacity": 5 })).await;
    let place = service.book(&event, "ada").await;
    service.verb(&place, "cancellation").await.expect(200);
    let id = match service.engine {
        Engine::Sqlite => "x'01937a5e8f007c3a9d553f2a60b1c901'",
        Engine::Postgres => "'01937a5e-8f00-7c3a-9d55-3f2a60b1c901'::uuid",
    };
    let words = [
        "confirmed",
        "waitlisted",
        "offered",
        "declined",
        "expired",
        "cancelled",
        "attended",
        "no_show",
        "attendance_unknown",
    ];
    let sequence = |word: &str| if word == "waitlisted" { "99" } else { "NULL" };
    let until = |word: &str| if word == "offered" { "updated_at" } else { "NULL" };
    let mut allowed = 0;
    for from in words {
        let status: RegistrationStatus = from.parse().unwrap();
        for to in words.into_iter().filter(|&to| to != from) {
            let (waits, offered) = (sequence(from), until(from));
            let copy = format!(
                "DELETE FROM registrations WHERE id = {id};
                 INSERT INTO registrations (id, event_id, contact_id, status, sequence, offer_expires_at, share_with_partners,
                     share_with_venue, source, created_at, updated_at, version)
                 SELECT {id}, event_id, contact_id, '{from}', CAST({waits} AS BIGINT), {offered}, share_with_partners,
                     share_with_venue, source, created_at, updated_at, version FROM registrations"
            );
            service.sql(&copy).unwrap();
            let (waits, offered) = (sequence(to), until(to));
            let done = service.sql(&format!(
                "UPDATE registrations SET status = '{to}', sequence = {waits}, offer_expires_at = {offered} WHERE id = {id}"
            ));
            let may = status.next().contains(&to.parse().unwrap());
            assert_eq!(done.is_ok(), may, "from {from} to {to}: {done:?}");
            if let Err(complaint) = done {
                assert!(complaint.contains("does not go there"), "{complaint}");
            }
            allowed += usize::from(may);
        }
    }
    assert_eq!(allowed, 15);
}

async fn the_steps_of_a_registration_stay(service: Service) {
    let event = service.announce(json!({ "capacity": 5 })).await;
    let place = service.book(&event, "ada").await;
    let before = service.items(&format!("{place}/history")).await;
    let mut attempts = vec![
        "UPDATE registration_steps SET recorded_by = 'nobody'",
        "UPDATE registration_steps SET status = 'attended', reason = NULL",
        "DELETE FROM registration_steps",
    ];
    attempts.push(match service.engine {
        Engine::Sqlite => "INSERT OR REPLACE INTO registration_steps SELECT * FROM registration_steps",
        Engine::Postgres => "TRUNCATE registration_steps",
    });
    for attempt in attempts {
        let refused = service.sql(attempt).expect_err(attempt);
        assert!(refused.contains("append-only"), "{attempt}: {refused}");
    }
    assert_eq!(service.items(&format!("{place}/history")).await, before);
}
