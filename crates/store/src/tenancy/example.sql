insert into statuses (org_id, id, key, name, category, position, built_in, is_default)
select $1, ($2::uuid[])[position], key, name, category, position, true, key = 'open'
from (values
    ('open', 'Open', 'open', 1), ('pending', 'Pending', 'pending', 2), ('on_hold', 'On hold', 'on_hold', 3),
    ('solved', 'Solved', 'solved', 4), ('closed', 'Closed', 'closed', 5)
) as s (key, name, category, position);

insert into priorities (org_id, id, key, name, position, built_in, is_default)
select $1, ($2::uuid[])[position], key, name, position, true, key = 'normal'
from (values ('low', 'Low', 1), ('normal', 'Normal', 2), ('high', 'High', 3), ('urgent', 'Urgent', 4)) as p (key, name, position);

insert into websites (org_id, id, name, url, public_key)
values ($1, ($2::uuid[])[1], 'Your website', 'https://example.com', replace(gen_random_uuid()::text, '-', ''));

insert into queues (org_id, id, name, description, built_in)
values ($1, ($2::uuid[])[1], 'Inbox', 'Where tickets arrive that no other queue takes.', true);

insert into templates (org_id, id, name, description, questions)
values ($1, ($2::uuid[])[1], 'General request', 'An example: anything that fits nowhere else.', '[
    {"key": "topic", "label": "What is it about?", "kind": "select", "required": true,
     "options": ["Question", "Problem", "Suggestion"]},
    {"key": "details", "label": "Tell us more", "kind": "textarea", "required": false, "options": []}
]');

insert into faqs (org_id, id, question, answer, state)
values ($1, ($2::uuid[])[1], 'How do I reach support?', 'An example: write to us, and a team will answer.', 'draft');

insert into articles (org_id, id, title, body, state)
values ($1, ($2::uuid[])[1], 'Getting started', 'An example: tell your customers here how to begin.', 'draft');

insert into ticket_counters (org_id) values ($1);
