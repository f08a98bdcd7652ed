-- $1 the organization, $2 its slug. Numbers stand in for chance, so that every demo is the same.
insert into mailboxes (org_id, id, name, queue_id)
select $1::uuid, pg_temp.at(now() - interval '90 days'), 'support@tickety.example', q.id from queues q
where q.org_id = $1::uuid and q.built_in and $2::text = 'tickety';

insert into templates (org_id, id, name, description, questions)
select $1::uuid, pg_temp.at(now() - interval '90 days'), v.name, v.description, v.questions::jsonb
from (values
    ('Refund', 'Money back for an order.', '[{"key": "order", "label": "Order number", "kind": "text", "required": true, "options": []}]'),
    ('Broken device', 'Something does not work.', '[{"key": "device", "label": "Which device?", "kind": "select", "required": true, "options": ["Printer", "Scanner", "Till"]}]')
) as v (name, description, questions)
where $2::text = 'northwind';

insert into template_teams (org_id, template_id, team_id)
select $1::uuid, p.id, t.id
from (values ('General request', 'Support'), ('Refund', 'Support'), ('Refund', 'Billing'), ('Broken device', 'Hardware')) as v (template, team)
join templates p on p.org_id = $1::uuid and p.name = v.template
join teams t on t.org_id = $1::uuid and t.name = v.team
where $2::text = 'northwind';

with
drawn as (
    select n, now() - (151 - n) * interval '9 hours' as at from generate_series(1, 150) n
),
subject as (
    select row_number() over () - 1 as n, * from (values
        ('Cannot sign in since this morning', 'It says that my password is wrong, and it is not.', 'General request', 'Support'),
        ('Refund for order 10248', 'The parcel came twice; I want to send one back.', 'Refund', 'Billing'),
        ('Printer prints blank pages', 'It warms up, takes the paper and leaves it white.', 'Broken device', 'Hardware'),
        ('Invoice shows the wrong address', 'We moved in May. Please send it again.', 'Refund', 'Billing'),
        ('Scanner is not found', 'After the update the till no longer sees the scanner.', 'Broken device', 'Hardware'),
        ('How do I export my data?', 'Our auditor wants everything of last year.', 'General request', 'Support'),
        ('Delivery is late', 'It was promised for Monday.', 'General request', 'Support')
    ) as v (subject, description, template, team)
),
picked as (
    select d.n, d.at, s.subject, s.description, s.template, s.team,
        (array['open', 'open', 'pending', 'solved', 'on_hold', 'open', 'closed', 'solved'])[1 + d.n % 8] as status,
        (array['normal', 'low', 'normal', 'high', 'normal', 'urgent'])[1 + d.n % 6] as priority,
        (array['Ines Costa', 'Paul Weber', 'Aiko Mori', 'Rosa Diaz', 'Liam Byrne'])[1 + d.n % 5] as requester
    from drawn d join subject s on s.n = d.n % 7
)
insert into tickets (org_id, id, number, subject, description, status, priority, team_id, queue_id, template_id,
    requester_name, requester_email, assignee_id, created_by, created_at, updated_at)
select $1::uuid,
    pg_temp.at(p.at),
    p.n, p.subject, p.description, p.status, p.priority,
    case when p.n % 4 > 0 then t.id end,
    q.id, m.id, p.requester, lower(split_part(p.requester, ' ', 1)) || '@customer.example',
    case when p.n % 3 = 0 then coalesce(in_team.member_id, in_queue.member_id) end,
    creator.id, p.at, p.at + interval '3 hours'
from picked p
left join teams t on t.org_id = $1::uuid and t.name = p.team and $2::text = 'northwind'
left join templates m on m.org_id = $1::uuid and m.name = p.template and $2::text = 'northwind'
left join lateral (select id from queues where org_id = $1::uuid and $2::text = 'tickety'
    order by name offset p.n % 3 limit 1) q on true
left join lateral (select member_id from role_assignments
    where org_id = $1::uuid and team_id = t.id and p.n % 4 > 0 order by member_id limit 1) in_team on true
left join lateral (select member_id from role_assignments
    where org_id = $1::uuid and queue_id = q.id and role = 'contribute' order by member_id limit 1) in_queue on true
cross join lateral (select member_id as id from role_assignments
    where org_id = $1::uuid and team_id is null and queue_id is null and role in ('owner', 'admin') order by role desc limit 1) creator;

update ticket_counters set last_number = 150 where org_id = $1::uuid and $2::text is not null;

insert into ticket_messages (org_id, id, ticket_id, kind, body, author_id, created_at)
select t.org_id,
    pg_temp.at(t.created_at + k * interval '1 hour'),
    t.id, case when k = 2 then 'note' else 'reply' end,
    (array['Thank you for writing. We are looking into it.', 'Seen this before: see the ticket of last week.',
        'This should work again. Please tell us if it does not.'])[k],
    coalesce(t.assignee_id, t.created_by), t.created_at + k * interval '1 hour'
from tickets t cross join generate_series(1, 3) k
where t.org_id = $1::uuid and $2::text is not null and k <= t.number % 4;

insert into ticket_participants (org_id, ticket_id, member_id, added_by)
select t.org_id, t.id, a.id, t.created_by
from tickets t join accounts a on a.email = 'sam@consulting.example'
where t.org_id = $1::uuid and $2::text = 'tickety' and t.number % 25 = 0
