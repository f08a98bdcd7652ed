-- $1 the organization, $2 the pictures that are stored, each with its name.
with p as materialized (select * from jsonb_to_recordset($2) as p (id uuid, key text, sha256 text, content_type text, size bigint)),
struck as (delete from file_removals where key in (select key from p)),
counted as (insert into storage (org_id, bytes) select $1::uuid, sum(size)::bigint from p)
insert into files (org_id, id, sha256, content_type, size) select $1::uuid, id, decode(sha256, 'hex'), content_type, size from p;

update branding set logo_id = (select id from jsonb_to_recordset($2) as p (name text, id uuid) where name = 'logo')
where org_id = $1::uuid;

-- Each picture belongs to the last, or the last but one, inspection of its kind that was submitted.
insert into inspection_photos (org_id, id, inspection_id, file_id, question, caption, taken_at, created_by, created_at)
select i.org_id, pg_temp.at(i.taken), i.id, p.id, v.question, v.caption, i.taken, i.created_by, i.taken
from (values ('door', 'Fire doors', 1, null, 'Closed by itself.'), ('door-open', 'Fire doors', 2, null, 'It stops here.'),
    ('signature', 'Fire doors', 1, 'signature', ''), ('signature-2', 'Fire doors', 2, 'signature', ''),
    ('floor', 'Evening round', 1, 'photos', 'Ground floor'), ('floor-2', 'Evening round', 2, 'photos', 'First floor')
) as v (name, template, place, question, caption)
join jsonb_to_recordset($2) as p (name text, id uuid) on p.name = v.name
join (select i.*, e.name, i.submitted_at - interval '20 minutes' as taken,
        row_number() over (partition by e.name order by i.submitted_at desc) as place
    from inspections i join inspection_templates e on e.org_id = i.org_id and e.id = i.template_id
    where i.org_id = $1::uuid and i.state = 'submitted') i on i.name = v.template and i.place = v.place;

insert into inspection_answers (org_id, inspection_id, question, value, answered_by, answered_at, version)
select p.org_id, p.inspection_id, p.question, case p.question when 'photos' then jsonb_build_array(p.id)
    else jsonb_build_object('name', a.name, 'photo_id', p.id) end, p.created_by, p.created_at, 2
from inspection_photos p join accounts a on a.id = p.created_by
where p.org_id = $1::uuid and $2::jsonb is not null and p.question is not null
