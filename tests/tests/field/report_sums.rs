//! Reports, summed up.

use usher_tests::{Value, World, json};

use super::{
    inspections::{answer, at},
    reports::{report, submitted},
};

#[tokio::test]
async fn reports_are_summed_up_by_site_template_and_month() {
    let world = World::start().await;
    let field = world.field().await;
    let (doors, stairs) = (field.template("Doors").await, field.template("Stairs").await);
    submitted(&field, field.owner(), &doors, "Yes").await;
    submitted(&field, field.owner(), &doors, "Yes").await;
    submitted(&field, field.owner(), &doors, "No").await;
    submitted(&field, field.owner(), &stairs, "Yes").await;
    let path = format!("{}/reports/summary", field.path);
    let sums = field.owner().get(&format!("{path}?by=template")).await.is(200);
    let sum = |n: usize, key: &str| sums["items"][n][key].clone();
    assert_eq!((sum(0, "id"), sum(0, "name")), (json!(doors), json!("Doors")));
    assert_eq!((sum(0, "reports"), sum(0, "score"), sum(0, "max_score")), (json!(3), json!(20), json!(45)));
    assert_eq!(sum(0, "percent"), json!(44.4));
    assert_eq!((sum(1, "name"), sum(1, "reports")), (json!("Stairs"), json!(1)));
    let by_site = field.owner().get(&format!("{path}?by=site&template={stairs}")).await.is(200);
    assert_eq!((&by_site["items"][0]["name"], &by_site["items"][0]["reports"]), (&json!(null), &json!(1)));
    let none = field.owner().get(&format!("{path}?by=month&before=2020-01-01T00:00:00Z")).await.is(200);
    assert_eq!(none["items"], json!([]));
    assert_eq!(field.owner().get(&path).await.is(200)["items"][0]["reports"], 4, "by month, if nothing is said");
    field.owner().get(&format!("{path}?by=colour")).await.names(400, "by");
    field.owner().get(&format!("{path}?by=month&since=soon")).await.names(400, "since");
}

/// Periods are those of a clock on the wall: the same moment is of another day, week, month, quarter and year in another zone.
#[tokio::test]
async fn reports_are_summed_up_by_periods_of_any_time_zone() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    for at in ["2026-12-31 23:30Z", "2026-12-28 00:00Z", "2026-02-28 12:00Z", "2027-01-01 12:00Z"] {
        let id = submitted(&field, field.owner(), &template, "Yes").await;
        world.arrange(&format!("update inspections set submitted_at = '{at}' where id = '{id}'")).await;
    }
    let path = format!("{}/reports/summary", field.path);
    let summed = async |query: &str| -> Vec<(String, u64)> {
        let told = field.owner().get(&format!("{path}?{query}")).await.is(200);
        let sum = |sum: &Value| (sum["name"].as_str().unwrap().to_owned(), sum["reports"].as_u64().unwrap());
        told["items"].as_array().unwrap().iter().map(sum).collect()
    };
    for (query, expected) in [
        ("by=day", &[("2027-01-01", 1), ("2026-12-31", 1), ("2026-12-28", 1), ("2026-02-28", 1)][..]),
        ("by=day&time_zone=Europe/Berlin", &[("2027-01-01", 2), ("2026-12-28", 1), ("2026-02-28", 1)]),
        ("by=week", &[("2026-W53", 3), ("2026-W09", 1)]),
        ("by=week&time_zone=America/New_York", &[("2026-W53", 2), ("2026-W52", 1), ("2026-W09", 1)]),
        ("by=month", &[("2027-01", 1), ("2026-12", 2), ("2026-02", 1)]),
        ("by=month&time_zone=Asia/Tokyo", &[("2027-01", 2), ("2026-12", 1), ("2026-02", 1)]),
        ("by=quarter", &[("2027-Q1", 1), ("2026-Q4", 2), ("2026-Q1", 1)]),
        ("by=year", &[("2027", 1), ("2026", 3)]),
        ("by=year&time_zone=Europe/Berlin", &[("2027", 2), ("2026", 2)]),
        ("by=year&since=2026-12-01T00:00:00Z&before=2027-01-01T00:00:00Z", &[("2026", 2)]),
    ] {
        let expected: Vec<_> = expected.iter().map(|(name, reports)| ((*name).to_owned(), *reports)).collect();
        assert_eq!(summed(query).await, expected, "{query}");
    }
    for zone in ["Europe/Nowhere", "", "'; drop table inspections; --", "+01:00"] {
        let told = field.owner().get(&format!("{path}?time_zone={zone}")).await.names(400, "time_zone");
        assert!(told.to_string().contains("IANA"), "{told:#}");
    }
    // Of everything that is summed up the page tells one moment, by the same clock.
    let newest = field.owner().get(&format!("{}/reports?limit=1", field.path)).await.ids().remove(0);
    for (query, words) in [("", "1 January 2027, 12:00 UTC"), ("?time_zone=Asia/Tokyo", "1 January 2027, 21:00 JST")] {
        let page = field.owner().get(&format!("{}/page{query}", report(&field, &newest))).await.is(200);
        assert!(page.as_str().unwrap().contains(words), "{words}");
    }
    let page = format!("{}/page?time_zone=Nowhere", report(&field, &newest));
    field.owner().get(&page).await.names(400, "time_zone");
}

/// A sum says what its reports say: whoever reads them may not see what is called so, and so not what it is called by now.
#[tokio::test]
async fn vx_69_sums_are_called_as_the_reports_say() {
    let world = World::start().await;
    let field = world.field().await;
    let (doors, stairs) = (field.template("Doors").await, field.template("Stairs").await);
    let site = field.site(field.owner(), "Harbour").await;
    for template in [&doors, &doors, &stairs] {
        let body = json!({"title": "x", "team_id": field.team, "template_id": template, "site_id": site});
        let id = field.made(field.owner(), "inspections", body).await;
        answer(&field, field.owner(), &id, "exits", json!("Yes")).await;
        field.owner().post_empty(&format!("{}/submit", at(&field, &id))).await.is(200);
        field.owner().post(&format!("{}/share", report(&field, &id)), json!({"shared": true})).await.is(200);
    }
    field.owner().patch(&format!("{}/sites/{site}", field.path), json!({"name": "Sold to Smith"})).await.is(200);
    let team = format!("{}/teams/{}", field.organization.path, field.team);
    field.owner().patch(&team, json!({"name": "Renamed"})).await.is(200);
    for template in [&doors, &stairs] {
        let path = format!("{}/inspection-templates/{template}", field.path);
        field.owner().delete(&path).await.is(204);
    }
    for (by, expected) in [
        ("team", vec![(json!(field.team), json!("Inspectors"), json!(3))]),
        ("site", vec![(json!(site), json!("Harbour"), json!(3))]),
        // Two templates that were deleted are two still.
        ("template", vec![(json!(null), json!("Doors"), json!(2)), (json!(null), json!("Stairs"), json!(1))]),
    ] {
        for person in [&field.viewer, field.owner()] {
            let told = person.get(&format!("{}/reports/summary?by={by}", field.path)).await.is(200);
            let sums = told["items"].as_array().unwrap().iter();
            let sums: Vec<_> =
                sums.map(|sum| (sum["id"].clone(), sum["name"].clone(), sum["reports"].clone())).collect();
            assert_eq!(sums, expected, "{by}");
        }
    }
}
