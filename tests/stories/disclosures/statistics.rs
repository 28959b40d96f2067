//! Counts of disclosures: what they count, and which numbers can be published.

use iewm::domain::OrganisationId;
use serde_json::{Value, json};

use crate::harness::disclosures::{demanded, under};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    disclosures_are_counted_by_kind_purpose_and_month,
    published_numbers_single_out_no_person,
    a_contractor_counts_what_it_may_see,
    a_range_is_whole_months,
}

const STATISTICS: &str = "/v1/disclosures/statistics";

impl Service {
    /// Discloses the data of new people under an agreement, and returns the paths of the disclosures.
    async fn disclosed_to(&self, to: OrganisationId, agreement: &str, purpose: &str, people: usize) -> Vec<String> {
        let mut ids = Vec::new();
        for _ in 0..people {
            ids.push(self.sign_up("Ada Lovelace", &format!("{}@example.org", uuid::Uuid::new_v4())).await);
        }
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let mut asked = under(agreement, to, &ids);
        asked["purpose"] = json!(purpose);
        let answer = self.disclose(asked).await.expect(200).json();
        let rows = answer["results"].as_array().unwrap().iter();
        rows.map(|row| format!("/v1/disclosures/{}", row["disclosure_id"].as_str().unwrap())).collect()
    }

    /// The numbers of a kind of recipient: the whole, and for each purpose its number and those of its months.
    async fn disclosures_counted(&self, kind: &str, query: &str) -> (Value, Vec<(String, Value, Vec<Value>)>) {
        let told = self.get(&format!("{STATISTICS}?{query}")).await.expect(200).json();
        of_kind(&told, kind)
    }
}

/// The number of one kind of recipient, and for each purpose its name, its number and those of its months.
type Counted = (Value, Vec<(String, Value, Vec<Value>)>);

fn of_kind(told: &Value, kind: &str) -> Counted {
    let kinds = told["kinds"].as_array().unwrap();
    let of_kind = kinds.iter().find(|counts| counts["recipient_kind"] == kind).expect("every kind");
    let purposes = of_kind["purposes"].as_array().unwrap().iter().map(|counts| {
        let months = counts["months"].as_array().unwrap().iter().map(|month| month["disclosed"].clone()).collect();
        (counts["purpose"].as_str().unwrap_or("by law").to_owned(), counts["disclosed"].clone(), months)
    });
    (of_kind["disclosed"].clone(), purposes.collect())
}

/// The numbers of one purpose.
fn of_purpose<'a>(counted: &'a Counted, purpose: &str) -> (&'a Value, &'a [Value]) {
    let (_, number, months) = counted.1.iter().find(|(found, _, _)| found == purpose).expect("every purpose");
    (number, months)
}

async fn disclosures_are_counted_by_kind_purpose_and_month(service: Service) {
    let (venue, agreement) = service.venue().await;
    let partner = service.organisation("Partner", "event_partner").await;
    let with_partner = service.live_agreement(partner, &["venue_security", "newsletter"], &["name"]).await;
    let november = service.disclosed_to(venue, &agreement, "venue_security", 2).await;
    service.disclosed_to(partner, &with_partner, "newsletter", 1).await;
    // A recalled disclosure was made all the same; a proposed one was not.
    service.verb(&november[0], "recall").await.expect(200);
    let police = service.organisation("West Mercia Police", "public_authority").await;
    let ada = service.sign_up("Ada", "ada@example.org").await;
    let demand = format!("/v1/disclosures/{}", service.disclosed(demanded("Sch2.p2", police, &[&ada])).await);
    assert_eq!(service.disclosures_counted("public_authority", "").await.0, 0);
    service.council_verb(&demand, "approval", None).await.expect(200);
    // In summer a month of London begins an hour before that of UTC.
    service.turn_to("2027-04-30T22:59:59.999999Z");
    service.disclosed_to(venue, &agreement, "venue_security", 1).await;
    service.turn_to("2027-04-30T23:00:00Z");
    service.disclosed_to(venue, &agreement, "venue_security", 3).await;

    let told = service.get(STATISTICS).await.expect(200);
    assert_eq!(told.header("cache-control"), "no-store");
    let told = told.json();
    let range = [&told["from"], &told["to"], &told["counted_on"]];
    assert_eq!(
        range,
        [&json!("2026-06-01"), &json!("2027-06-01"), &json!("2027-05-01")],
        "twelve months, with this one"
    );
    let kinds: Vec<&Value> = told["kinds"].as_array().unwrap().iter().map(|kind| &kind["recipient_kind"]).collect();
    assert_eq!(kinds, ["council", "event_partner", "venue", "approved_contractor", "public_authority"]);
    let of_venue = of_kind(&told, "venue");
    assert_eq!((of_venue.0.clone(), of_venue.1.len()), (json!(6), 8), "seven purposes, and none");
    let months = [0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1, 3].map(|number| json!(number));
    assert_eq!(of_purpose(&of_venue, "venue_security"), (&json!(6), &months[..]));
    assert_eq!(of_purpose(&of_venue, "newsletter").0, 0);
    let of_partner = of_kind(&told, "event_partner");
    assert_eq!((&of_partner.0, of_purpose(&of_partner, "newsletter").0), (&json!(1), &json!(1)));
    let by_law = of_kind(&told, "public_authority");
    assert_eq!((&by_law.0, of_purpose(&by_law, "by law").0), (&json!(1), &json!(1)));
    assert_eq!(told["kinds"][2]["purposes"][0]["months"][5]["month"], "2026-11-01");

    for (query, expected) in [
        ("from=2026-11-01&to=2026-12-01", vec![2]),
        ("from=2026-12-01&to=2027-01-01", vec![0]),
        ("from=2027-04-01&to=2027-06-01", vec![1, 3]),
        ("from=2027-04-01", vec![1, 3]),
        ("to=2026-12-01&from=2026-10-01", vec![0, 2]),
    ] {
        let counted = service.disclosures_counted("venue", query).await;
        let expected: Vec<Value> = expected.into_iter().map(|number| json!(number)).collect();
        assert_eq!(of_purpose(&counted, "venue_security").1, expected, "{query}");
    }
    // The council reads the same, and the keys of people are not needed.
    let by_council = service.request("GET", STATISTICS).token(&service.council()).send().await.expect(200).json();
    assert_eq!(by_council, told);
    service.sql("DELETE FROM vault.data_keys").unwrap();
    assert_eq!(service.get(STATISTICS).await.expect(200).json(), told);
}

async fn published_numbers_single_out_no_person(service: Service) {
    let venue = service.organisation("Guildhall", "venue").await;
    let agreement = service.live_agreement(venue, &["venue_security", "newsletter"], &["name"]).await;
    service.disclosed_to(venue, &agreement, "venue_security", 8).await;
    service.disclosed_to(venue, &agreement, "newsletter", 4).await;
    let range = "from=2026-11-01&to=2027-01-01";
    let exact = service.disclosures_counted("venue", range).await;
    assert_eq!((&exact.0, of_purpose(&exact, "newsletter").0), (&json!(12), &json!(4)));
    // Four for one purpose: the other goes with them, or the difference would tell; so do zeros, and all months.
    let published = service.disclosures_counted("venue", &format!("{range}&for=publication")).await;
    assert_eq!(published.0, 12);
    for (purpose, number, months) in &published.1 {
        assert_eq!((number, months.as_slice()), (&Value::Null, &[Value::Null, Value::Null][..]), "{purpose}");
    }
    // A fifth can be published. Two of December hide November too, and the whole of the purpose stays.
    service.disclosed_to(venue, &agreement, "newsletter", 1).await;
    service.turn_to("2026-12-01T00:00:00Z");
    service.disclosed_to(venue, &agreement, "venue_security", 2).await;
    let published = service.disclosures_counted("venue", &format!("{range}&for=publication")).await;
    assert_eq!(published.0, 15);
    assert_eq!(of_purpose(&published, "venue_security"), (&json!(10), &[Value::Null, Value::Null][..]));
    assert_eq!(of_purpose(&published, "newsletter"), (&json!(5), &[json!(5), json!(0)][..]));
    assert_eq!(of_purpose(&published, "by law"), (&json!(0), &[json!(0), json!(0)][..]));
    // A small kind tells nothing at all, a kind of none tells zeros, and no sum goes over the kinds.
    let police = service.organisation("West Mercia Police", "public_authority").await;
    let ada = service.sign_up("Ada", "ada@example.org").await;
    let demand = format!("/v1/disclosures/{}", service.disclosed(demanded("Sch2.p2", police, &[&ada])).await);
    service.council_verb(&demand, "approval", None).await.expect(200);
    let told = service.get(&format!("{STATISTICS}?{range}&for=publication")).await.expect(200).json();
    let small = of_kind(&told, "public_authority");
    assert!(
        small.0.is_null()
            && small.1.iter().all(|(_, number, months)| number.is_null() && months.iter().all(Value::is_null))
    );
    assert_eq!(of_kind(&told, "council").0, 0);
    let mut members: Vec<&String> = told.as_object().unwrap().keys().collect();
    members.sort();
    assert_eq!(members, ["counted_on", "from", "kinds", "to"]);
}

async fn a_contractor_counts_what_it_may_see(service: Service) {
    let (venue, agreement) = service.venue().await;
    let (other, with_other) = service.venue().await;
    service.disclosed_to(venue, &agreement, "venue_security", 2).await;
    service.disclosed_to(other, &with_other, "venue_security", 3).await;
    let counted = async || of_kind(&service.get_as(venue, STATISTICS).await.expect(200).json(), "venue").0;
    assert_eq!(counted().await, 2);
    service.council_verb(&agreement, "suspension", None).await.expect(200);
    assert_eq!(counted().await, 0, "a suspension hides all");
    assert_eq!(service.disclosures_counted("venue", "").await.0, 5);
}

async fn a_range_is_whole_months(service: Service) {
    for (query, faults) in [
        ("from=2026-10-02", vec!["from month"]),
        ("from=2026-10-31&to=2026-11-30", vec!["from month", "to month"]),
        ("from=2026-11-01&to=2026-10-01", vec!["to order"]),
        ("from=2026-11-01&to=2026-11-01", vec!["to order"]),
        ("from=2026-12-01", vec!["from order"]),
        ("from=2016-11-01", vec!["from too_early"]),
    ] {
        let refused = service.get(&format!("{STATISTICS}?{query}")).await.problem(422, "invalid");
        assert_eq!(refused.faults(), faults, "{query}");
    }
    service.get(&format!("{STATISTICS}?from=2016-12-01")).await.expect(200);
    for query in ["from=october", "for=me", "status=live", "from=2026-13-01"] {
        service.get(&format!("{STATISTICS}?{query}")).await.problem(400, "invalid_query");
    }
}
