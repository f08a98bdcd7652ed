//! The way of one inspection through a day, step by step, by everybody: each walks one that is another's, one that is
//! theirs and one that is assigned to them, and is answered at each step what their role gives.

use reqwest::Method;
use usher_tests::{Answer, Field, Person, World, json, png, rows};

use super::inspections::{at, inspection};

/// VX-25, VX-27 (owner, super admin, administrator), VX-32 (member), VX-49 (team admin), VX-52, VX-53 (full), VX-54, VX-57
/// (limited), VX-61, VX-62 (focused), VX-66 to 68, VX-70 (viewer): the inspection is another's and nobody's to carry out.
const OF_ANOTHER: &str = "
    step         owner super_admin admin member team_admin full limited focused viewer
    read         200   200         200   404    200        200  200     404     404
    answer       200   200         200   404    200        200  403     404     404
    photo        201   201         201   404    201        201  403     404     404
    assign       200   200         200   404    200        200  403     404     404
    share        200   200         200   404    200        200  403     404     404
    read         200   200         200   404    200        200  200     404     200
    change       200   200         200   404    200        200  403     404     403
    answer       200   200         200   404    200        200  403     404     403
    photo        201   201         201   404    201        201  403     404     403
    assign       200   200         200   404    200        200  403     404     403
    unassign     200   200         200   404    200        200  403     404     403
    submit       200   200         200   404    200        200  403     404     403
    report       200   200         200   404    200        200  200     404     404
    page         200   200         200   404    200        200  200     404     404
    share_report 200   200         200   404    200        200  403     404     404
    report       200   200         200   404    200        200  200     404     200
    page         200   200         200   404    200        200  200     404     200
    hide_report  200   200         200   404    200        200  403     404     403
    report       200   200         200   404    200        200  200     404     404
    reopen       200   200         200   404    200        200  403     404     403
    report       404   404         404   404    404        404  404     404     404
    hide         200   200         200   404    200        200  403     404     403
    read         200   200         200   404    200        200  200     404     404
    delete       204   204         204   404    204        204  403     404     404
";

/// VX-55, VX-59, VX-62: the inspection is theirs. VX-65: to who may not make one it is given as theirs, as it would be to who
/// lost the role in which they made it, and gives them nothing.
const OWN: &str = "
    step         owner super_admin admin member team_admin full limited focused viewer
    read         200   200         200   404    200        200  200     200     404
    change       200   200         200   404    200        200  200     200     404
    answer       200   200         200   404    200        200  200     200     404
    photo        201   201         201   404    201        201  201     201     404
    assign       200   200         200   404    200        200  200     200     404
    unassign     200   200         200   404    200        200  200     200     404
    share        200   200         200   404    200        200  200     200     404
    read         200   200         200   404    200        200  200     200     200
    answer       200   200         200   404    200        200  200     200     403
    submit       200   200         200   404    200        200  200     200     403
    report       200   200         200   404    200        200  200     200     404
    page         200   200         200   404    200        200  200     200     404
    share_report 200   200         200   404    200        200  200     200     404
    report       200   200         200   404    200        200  200     200     200
    hide_report  200   200         200   404    200        200  200     200     403
    reopen       200   200         200   404    200        200  403     403     403
    hide         200   200         200   404    200        200  200     200     403
    delete       204   204         204   404    204        204  204     204     404
";

/// VX-56, VX-60, VX-62, VX-64: the inspection is assigned to them, and another's. Who could not be assigned to one is given
/// it as if they had lost the role since.
const ASSIGNED: &str = "
    step         owner super_admin admin member team_admin full limited focused viewer
    read         200   200         200   404    200        200  200     200     404
    change       200   200         200   404    200        200  200     200     404
    answer       200   200         200   404    200        200  200     200     404
    photo        201   201         201   404    201        201  201     201     404
    assign       200   200         200   404    200        200  403     403     404
    unassign     200   200         200   404    200        200  403     403     404
    share        200   200         200   404    200        200  403     403     404
    read         200   200         200   404    200        200  200     200     200
    answer       200   200         200   404    200        200  200     200     403
    submit       200   200         200   404    200        200  200     200     403
    report       200   200         200   404    200        200  200     200     404
    page         200   200         200   404    200        200  200     200     404
    share_report 200   200         200   404    200        200  403     403     404
    report       200   200         200   404    200        200  200     200     200
    hide_report  200   200         200   404    200        200  403     403     403
    reopen       200   200         200   404    200        200  403     403     403
    hide         200   200         200   404    200        200  403     403     403
    delete       204   204         204   404    204        204  403     403     404
";

/// One step of somebody's. `colleague` is whom they assign it to.
async fn take(by: &Person, step: &str, field: &Field, id: &str, colleague: &Person) -> Answer {
    let (path, report) = (at(field, id), format!("{}/reports/{id}", field.path));
    let assignee = format!("{path}/assignees/{}", colleague.id);
    let shared = |shared: bool| json!({"shared": shared});
    match step {
        "read" => by.get(&path).await,
        "change" => by.patch(&path, json!({"title": format!("As {} would", by.email)})).await,
        "answer" => by.put_if(&format!("{path}/answers/exits"), "*", json!({"value": "Yes", "note": by.email})).await,
        "photo" => by.send_image(Method::POST, &format!("{path}/photos"), png(&by.email)).await,
        "assign" => by.put_empty(&assignee).await,
        "unassign" => by.delete(&assignee).await,
        "share" => by.post(&format!("{path}/share"), shared(true)).await,
        "hide" => by.post(&format!("{path}/share"), shared(false)).await,
        "submit" => by.post_empty(&format!("{path}/submit")).await,
        "reopen" => by.post_empty(&format!("{path}/reopen")).await,
        "report" => by.get(&report).await,
        "page" => by.get(&format!("{report}/page")).await,
        "share_report" => by.post(&format!("{report}/share"), shared(true)).await,
        "hide_report" => by.post(&format!("{report}/share"), shared(false)).await,
        "delete" => by.delete(&path).await,
        other => panic!("{other} is no step"),
    }
}

/// Everybody walks a table with a new inspection, which `arranged` makes what it is to them: what is refused changes nothing,
/// and the owner does it so that the next step comes.
async fn walk(table: &str, arranged: impl AsyncFn(&World, &Field, &Person, &str)) {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let colleague = world.team_member(&field.organization, &field.team, "contributor_focused").await;
    let mut steps: Vec<[&str; 10]> = rows(table).collect();
    let roles = steps.remove(0);
    for (column, role) in roles.iter().enumerate().skip(1) {
        let person = field.who(role);
        let id = inspection(&field, &colleague, &template).await;
        arranged(&world, &field, person, &id).await;
        for (n, step) in steps.iter().enumerate() {
            let (act, status) = (step[0], step[column].parse::<u16>().unwrap());
            let reads = ["read", "report", "page"].contains(&act);
            let before = if status >= 400 { field.owner().get(&at(&field, &id)).await.etag() } else { String::new() };
            let answer = take(person, act, &field, &id, &colleague).await;
            assert_eq!(answer.status, status, "{role}, step {}, {act}: {:#}", n + 1, answer.body);
            if status < 400 {
                continue;
            }
            answer.problem(status, if status == 404 { "not_found" } else { "forbidden" });
            let after = field.owner().get(&at(&field, &id)).await.etag();
            assert_eq!(after, before, "{role}, step {}, {act}: nothing changed", n + 1);
            if !reads {
                let done = take(field.owner(), act, &field, &id, &colleague).await;
                assert!(done.status < 300, "the owner, {act}: {:#}", done.body);
            }
        }
        field.owner().get(&at(&field, &id)).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn vx_25_vx_27_vx_32_vx_49_vx_52_vx_53_vx_54_vx_57_vx_61_vx_62_vx_66_vx_67_vx_68_vx_70_everybody_walks_the_inspection_of_another()
 {
    walk(OF_ANOTHER, async |_, _, _, _| ()).await;
}

#[tokio::test]
async fn vx_55_vx_59_vx_62_vx_65_everybody_walks_an_inspection_of_their_own() {
    walk(OWN, async |world, _, person, id| {
        world.arrange(&format!("update inspections set created_by = '{}' where id = '{id}'", person.id)).await;
    })
    .await;
}

#[tokio::test]
async fn vx_56_vx_60_vx_62_vx_64_everybody_walks_an_inspection_that_is_assigned_to_them() {
    walk(ASSIGNED, async |world, field, person, id| {
        let assignee = format!(
            "insert into inspection_assignees (org_id, inspection_id, member_id) values ('{}', '{id}', '{}')",
            field.organization.id, person.id
        );
        world.arrange(&assignee).await;
    })
    .await;
}
