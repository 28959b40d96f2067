//! The possible matches of a package: the council answers them before the person gets it, and the person reads none of their ids.

use iewm::jobs::Gathering;
use iewm::resources::subject_requests::package::store::building::MOST_AT_ONCE;
use serde_json::{Value, json};

use super::{Recorded, jan, record};
use crate::access_packages::asked;
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_package_is_not_released_before_each_match_has_its_answer,
    the_answer_decides_what_is_in_a_package,
    answers_about_a_draft_are_checked,
    a_large_package_takes_answers_too,
}

async fn a_package_is_not_released_before_each_match_has_its_answer(service: Service) {
    let jan = jan(&service).await;
    let found = Recorded::with(&service).await;
    let path = service.taken(asked("access", &jan)).await;
    service.build(&path, json!({ "explanation": "Here it is.", "delivery": "handed_over" })).await.expect(200);
    let draft = service.draft(&path).await.expect(200).json();
    let matches = draft["search"]["matches"].as_array().unwrap();
    assert_eq!(matches.len(), 4, "{matches:?}");
    assert!(matches.contains(&json!({ "record": record(&found.by_number), "by": ["telephone"] })), "{matches:?}");
    for never in ["Colleague", "T\u{c9}L"] {
        assert!(!draft["held"].to_string().contains(never), "{never}");
    }
    service.released(&path).await.problem(409, "matches_unanswered");
    let some = found.answers(["same_person", "another_person", "unsure", "unsure"]);
    let mut three = some.clone();
    let last = three["matches"].as_array_mut().unwrap().pop().unwrap();
    service.build(&path, three).await.expect(200);
    service.released(&path).await.problem(409, "matches_unanswered");
    // What was answered and said before stays.
    service.build(&path, json!({ "matches": [last] })).await.expect(200);
    let done = service.released(&path).await.expect(200).json();
    let explanation = text(&done["outcome"], "explanation");
    assert!(explanation.starts_with("Here it is.\nWe hold 2 records that may be about you or about another person"));
    assert_eq!(done["outcome"]["kind"], "fulfilled", "{done}");
    let released = &service.audit("action=subject_requests.release_package").await[0]["detail"];
    let answers = released["matches"].as_array().unwrap();
    assert!(answers.contains(&json!({ "record": record(&found.by_number), "answer": "same_person" })), "{answers:?}");
    assert_eq!((answers.len(), &released["delivery"]), (4, &json!("handed_over")));
    let history = text(&service.items(&format!("{path}/history")).await[0], "text");
    assert!(history.contains("Possible matches: 1 about the person, 1 about another person, 2 unsure."), "{history}");
}

async fn the_answer_decides_what_is_in_a_package(service: Service) {
    let jan = jan(&service).await;
    let found = Recorded::with(&service).await;
    let path = service.taken(asked("access", &jan)).await;
    let answers = found.answers(["same_person", "another_person", "unsure", "same_person"]);
    // The answers may come with the first build, such as those of a plan.
    service.build(&path, answers).await.expect(200);
    let page = service.request("GET", &format!("{path}/package?draft=true")).token(&service.council());
    let page = page.header("Accept", "text/html").send().await.expect(200).text();
    let ids = [&found.by_number, &found.by_address, &found.by_name].map(|path| text(&record(path), "id"));
    for said in
        ["For those who review this draft", &ids[0], &ids[1], "the telephone number", "another person has confirmed"]
    {
        assert!(page.contains(said), "{said} in {page}");
    }
    service.released(&path).await.expect(200);
    let given = service.by_council("GET", &path, "").await.expect(200).json();
    assert_eq!((&given["search"]["matches"], &given["search"]["unsure"]), (&json!([]), &json!(1)));
    let complaints = given["held"].as_array().unwrap().iter().find(|part| part["table"] == "complaints").unwrap();
    let names: Vec<&Value> =
        complaints["records"].as_array().unwrap().iter().map(|one| &one["complainant"]["name"]).collect();
    assert_eq!(names, ["J.", "Colleague"], "Jan's, and the one that was said to be Jan's, with the name in it");
    let requests = given["held"].as_array().unwrap().iter().find(|part| part["table"] == "subject_requests").unwrap();
    let request = text(&record(&found.request), "id");
    assert!(requests["records"].as_array().unwrap().iter().any(|one| one["id"] == json!(request)), "{requests}");
    // The person reads how many stayed unsure and what to do, and nothing of other people's records.
    let letter = service.by_council("GET", &path, "text/html").await.expect(200).text();
    for form in [given.to_string(), letter.clone()] {
        assert!(form.contains("We hold one record that may be about you or about another person"), "{form}");
        assert!(form.contains("If you can show us that it is about you, please write to us."), "{form}");
        assert!(!form.contains(&ids[1]) && !form.contains(&ids[2]), "{form}");
    }
    assert!(!letter.contains("For those who review this draft"), "{letter}");
    // Nor in a later package, whose history of the earlier one has the counts alone.
    let next = service.taken(asked("access", &jan)).await;
    service.build(&next, found.answers(["same_person", "another_person", "unsure", "same_person"])).await.expect(200);
    service.released(&next).await.expect(200);
    let next = service.by_council("GET", &next, "").await.expect(200).text();
    assert!(next.contains("1 unsure") && !next.contains(&ids[1]) && !next.contains(&ids[2]), "{next}");
}

async fn answers_about_a_draft_are_checked(service: Service) {
    let jan = jan(&service).await;
    let found = Recorded::with(&service).await;
    let path = service.taken(asked("access", &jan)).await;
    let nowhere = json!({ "kind": "complaints", "id": "01937a5e-8f00-7c3a-9d55-3f2a60b1c901" });
    let answer = |record: Value| json!({ "record": record, "answer": "unsure" });
    let by_number = || answer(record(&found.by_number));
    for _ in ["at the first build", "with a draft"] {
        for (answers, fault) in [
            (json!([answer(nowhere.clone())]), "/matches/0/record no_match"),
            (json!([by_number(), by_number()]), "/matches/1/record not_unique"),
            (json!([{ "record": record(&found.by_number), "answer": "perhaps" }]), "/matches/0/answer unknown_value"),
        ] {
            let refused = service.build(&path, json!({ "matches": answers })).await.problem(422, "invalid");
            assert_eq!(refused.faults(), [fault]);
        }
        service.build(&path, json!({})).await.expect(200);
    }
    // An answer undoes no review by itself.
    service.left_out(&path, &[("complaints", "/details")]).await;
    let refused = service.build(&path, json!({ "matches": [by_number()] })).await.problem(422, "invalid");
    assert_eq!(refused.faults(), ["/matches draft_is_there"]);
    assert_eq!(service.draft(&path).await.expect(200).json()["withheld"].as_array().unwrap().len(), 1);
    service.build(&path, json!({ "matches": [by_number()], "rebuild": true })).await.expect(200);
    let anew = service.draft(&path).await.expect(200).json();
    assert_eq!((&anew["withheld"], &anew["search"]["unsure"]), (&json!([]), &json!(1)));
    let by_staff = service.request("POST", &format!("{path}/package")).token(&service.staff());
    by_staff.json(&found.answers(["unsure"; 4])).send().await.problem(403, "forbidden");
}

async fn a_large_package_takes_answers_too(service: Service) {
    let jan = jan(&service).await;
    let found = Recorded::with(&service).await;
    service.look_often(&jan, MOST_AT_ONCE + 1).await;
    let path = service.taken(asked("access", &jan)).await;
    service.build(&path, json!({})).await.expect(202);
    let answers = found.answers(["same_person", "another_person", "unsure", "same_person"]);
    service.build(&path, answers.clone()).await.problem(404, "being_built");
    let gathering = Gathering::new(service.state.clone());
    assert_eq!(service.tick(&gathering).await, Ok(1));
    service.released(&path).await.problem(409, "matches_unanswered");
    service.build(&path, answers).await.expect(202);
    assert_eq!(service.tick(&gathering).await, Ok(1));
    assert!(
        service.audit("action=subject_requests.restart_package").await.is_empty(),
        "the answers are no other person"
    );
    service.released(&path).await.expect(200);
    let given = service.by_council("GET", &path, "").await.expect(200).text();
    assert!(given.contains("Colleague") && !given.contains("T\u{c9}L"), "{given}");
}
