-- $1 the organization, $2 its slug, $3 the people as JSON: email, name, roles [organization, level, scope, role]; $4 the password's hash
insert into organization_slugs (slug, org_id) select $2::text, $1::uuid where $3::jsonb is not null and $4::text is not null;

insert into accounts (id, email, name, password_hash)
select pg_temp.at(now() - interval '90 days'), p.email, p.name, $4::text
from jsonb_to_recordset($3::jsonb) as p (email text, name text)
where $1::uuid is not null and $2::text is not null
on conflict (email) do nothing;

insert into members (org_id, id, joined_at)
select distinct $1::uuid, a.id, now() - interval '90 days'
from jsonb_to_recordset($3::jsonb) as p (email text, roles jsonb) join accounts a on a.email = p.email,
    jsonb_array_elements(p.roles) r
where r ->> 0 = $2::text and $4::text is not null;

insert into teams (org_id, id, name, description)
select distinct on (r ->> 2) $1::uuid, pg_temp.at(now() - interval '90 days'), r ->> 2, r ->> 2 || ' at ' || initcap($2::text)
from jsonb_to_recordset($3::jsonb) as p (roles jsonb), jsonb_array_elements(p.roles) r
where r ->> 0 = $2::text and r ->> 1 = 'team' and $4::text is not null;

insert into queues (org_id, id, name, description)
select distinct on (r ->> 2) $1::uuid, pg_temp.at(now() - interval '90 days'), r ->> 2, 'Tickets for ' || (r ->> 2)
from jsonb_to_recordset($3::jsonb) as p (roles jsonb), jsonb_array_elements(p.roles) r
where r ->> 0 = $2::text and r ->> 1 = 'queue' and $4::text is not null
on conflict do nothing;

insert into role_assignments (org_id, id, member_id, role, team_id, queue_id, granted_by, granted_at)
select $1::uuid,
    pg_temp.at(given.at),
    a.id, r ->> 3, t.id, q.id, founder.id, given.at
from jsonb_to_recordset($3::jsonb) as p (email text, roles jsonb) join accounts a on a.email = p.email
cross join jsonb_array_elements(p.roles) with ordinality e (r, nth)
-- Each somewhat after the one before, who set the organization up before all.
cross join lateral (select a.id from jsonb_to_recordset($3::jsonb) as f (email text, roles jsonb)
    join accounts a on a.email = f.email cross join jsonb_array_elements(f.roles) first
    where first ->> 0 = $2::text and first ->> 1 = 'organization' and first ->> 3 in ('owner', 'admin')
    order by first ->> 3 = 'owner' desc, f.email limit 1) founder
cross join lateral (select now() - interval '90 days' + nth * interval '1 hour'
    + case when a.id = founder.id then interval '0' else interval '1 day' end as at) given
left join teams t on t.org_id = $1::uuid and r ->> 1 = 'team' and t.name = r ->> 2
left join queues q on q.org_id = $1::uuid and r ->> 1 = 'queue' and q.name = r ->> 2
where r ->> 0 = $2::text and $4::text is not null
