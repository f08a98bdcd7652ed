-- $1 the organization, $2 its slug. Numbers stand in for chance, so that every demo is the same.
with v as materialized (select pg_temp.at(now() - interval '80 days') as form, x.* from (values
    ('Fire doors', 'Maintenance', 'Once a quarter, every door of a floor.', '[{"title": "The door", "questions": [
        {"key": "closes", "label": "Does it close by itself?", "help": "", "kind": "choice", "required": true,
            "options": [{"value": "Yes", "score": 10}, {"value": "With help", "score": 4}, {"value": "No", "score": 0}]},
        {"key": "sign", "label": "Is the sign in its place?", "help": "", "kind": "checkbox", "required": false, "options": [], "score": 5},
        {"key": "gap", "label": "Gap at the floor", "help": "In the middle.", "kind": "number", "required": false, "options": [], "unit": "mm", "minimum": 0, "maximum": 50}]},
        {"title": "The rest", "questions": [
        {"key": "remarks", "label": "Remarks", "help": "", "kind": "text", "required": false, "options": []},
        {"key": "signature", "label": "Signed by", "help": "", "kind": "signature", "required": false, "options": []}]}]'),
    ('Evening round', 'Cleaning Crew', 'What is looked at before the lights go out.', '[{"title": "The round", "questions": [
        {"key": "floors", "label": "Are the floors dry?", "help": "", "kind": "choice", "required": true,
            "options": [{"value": "Yes", "score": 5}, {"value": "No", "score": 0}]},
        {"key": "bins", "label": "Are the bins empty?", "help": "", "kind": "checkbox", "required": false, "options": [], "score": 5},
        {"key": "day", "label": "Day", "help": "", "kind": "date", "required": false, "options": []},
        {"key": "photos", "label": "Photos", "help": "", "kind": "photo", "required": false, "options": []}]}]')
) as x (name, team, description, sections)), forms as (
    insert into inspection_forms (org_id, id, sections)
    select $1::uuid, v.form, v.sections::jsonb from v
)
insert into inspection_templates (org_id, id, team_id, name, description, form_id, created_by, created_at, updated_at)
select $1::uuid, pg_temp.at(now() - interval '80 days'), t.id, v.name, v.description, v.form, a.member_id,
    now() - interval '80 days', now() - interval '80 days'
from v join teams t on t.org_id = $1::uuid and t.name = v.team
cross join lateral (select member_id from role_assignments
    where org_id = $1::uuid and team_id = t.id and role = 'admin' order by member_id limit 1) a
where $2::text is not null;

insert into sites (org_id, id, team_id, name, address, created_by, created_at, updated_at)
select $1::uuid, pg_temp.at(now() - v.n * interval '1 day'), t.id, v.name, v.address, a.member_id,
    now() - v.n * interval '1 day', now() - v.n * interval '1 day'
from (values (70, 'Harbour 3', '3 Quay Street', 'Maintenance'), (69, 'North Tower', '118 Hill Road', 'Maintenance'),
    (68, 'Depot', '9 Rail Lane', 'Maintenance'), (67, 'Harbour 3, offices', '3 Quay Street', 'Cleaning Crew'),
    (66, 'Town Hall', '1 Market Square', 'Cleaning Crew')) as v (n, name, address, team)
join teams t on t.org_id = $1::uuid and t.name = v.team
cross join lateral (select member_id from role_assignments
    where org_id = $1::uuid and team_id = t.id and role = 'admin' order by member_id limit 1) a
where $2::text is not null;

insert into inspections (org_id, id, title, team_id, site_id, template_id, form_id, state, due_on, shared, report_shared, score,
    max_score, created_by, created_at, updated_at, submitted_by, submitted_at, report_updated_at, team_name, site_name,
    site_address, template_name, submitter_name)
select $1::uuid, pg_temp.at(d.at), e.name || ', ' || l.name, e.team_id, l.id, e.id, e.form_id,
    (array['submitted', 'submitted', 'in_progress', 'submitted', 'draft', 'reopened'])[1 + d.n % 6],
    (d.at + interval '7 days')::date, d.n % 3 = 0, d.n % 2 = 0,
    case when d.n % 6 in (0, 1, 3, 5) then 0 end,
    case when d.n % 6 in (0, 1, 3, 5) then case when e.name = 'Fire doors' then 15 else 10 end end,
    w.member_id, d.at, d.at + interval '5 hours', w.member_id,
    case when d.n % 6 in (0, 1, 3, 5) then d.at + interval '5 hours' end, d.at + interval '5 hours',
    t.name, l.name, l.address, e.name, c.name
from (select n, now() - (61 - n) * interval '23 hours' as at from generate_series(1, 60) n) d
join lateral (select * from inspection_templates where org_id = $1::uuid order by name offset d.n % 2 limit 1) e on true
join lateral (select * from sites where org_id = $1::uuid and team_id = e.team_id order by name offset d.n % 2 limit 1) l on true
join lateral (select member_id from role_assignments where org_id = $1::uuid and team_id = e.team_id and role <> 'viewer'
    order by member_id offset d.n % 3 limit 1) w on true
join teams t on t.org_id = e.org_id and t.id = e.team_id
join accounts c on c.id = w.member_id
where $2::text is not null;

insert into inspection_assignees (org_id, inspection_id, member_id, assigned_by)
select i.org_id, i.id, r.member_id, i.created_by
from inspections i join lateral (select member_id from role_assignments where org_id = i.org_id and team_id = i.team_id
    and role like 'contributor%' order by (role = 'contributor_focused') desc, member_id limit 1) r on true
where i.org_id = $1::uuid and $2::text is not null and extract(day from i.created_at)::int % 3 <> 0;

update inspections i set carried_out_by = array(select c.name from inspection_assignees a join accounts c on c.id = a.member_id
    where a.org_id = i.org_id and a.inspection_id = i.id order by c.name, c.id)
where i.org_id = $1::uuid and $2::text is not null and i.submitted_at is not null;

insert into inspection_answers (org_id, inspection_id, question, value, answered_by, answered_at, version)
select i.org_id, i.id, v.question, v.value, i.created_by, i.updated_at, 2
from (select *, row_number() over (order by id) as n from inspections where org_id = $1::uuid) i
join inspection_templates e on e.org_id = i.org_id and e.id = i.template_id
cross join lateral (values
    ('Fire doors', 'closes', to_jsonb(case when i.n % 14 = 10 then 'No' when i.n % 5 = 0 then 'With help' else 'Yes' end)),
    ('Fire doors', 'sign', to_jsonb(i.n % 8 <> 2)), ('Fire doors', 'gap', to_jsonb(4 + i.n % 5)),
    ('Fire doors', 'remarks', to_jsonb(case when i.n % 5 = 0 then 'The hinge was oiled.' else 'Nothing to add.' end)),
    ('Evening round', 'floors', to_jsonb(case when i.n % 7 = 1 then 'No' else 'Yes' end)),
    ('Evening round', 'bins', to_jsonb(i.n % 9 <> 4)), ('Evening round', 'day', to_jsonb(i.created_at::date))
) as v (template, question, value)
where v.template = e.name and $2::text is not null and i.state <> 'draft';

-- What the forms above give for these answers.
update inspections i set score = (select sum(case a.value when '"Yes"' then max_score - 5 when '"With help"' then 4 when 'true' then 5 else 0 end)
    from inspection_answers a where a.org_id = i.org_id and a.inspection_id = i.id)
where i.org_id = $1::uuid and $2::text is not null and i.score is not null;

insert into branding (org_id, primary_color, accent_color)
select $1::uuid, '#0f766e', '#d29922' where $2::text is not null
