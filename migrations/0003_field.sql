-- Field inspections: what is asked, where, by whom it is answered, and what came of it.

-- What an inspection asks, as it was when the inspection was made: a form never changes, a template gets another one.
create table inspection_forms (
    org_id uuid not null references organizations on delete cascade,
    id uuid not null,
    sections jsonb not null,
    questions integer not null -- how many
        generated always as (jsonb_array_length(jsonb_path_query_array(sections, '$[*].questions[*]'))) stored,
    primary key (org_id, id)
);

create table inspection_templates (
    org_id uuid not null references organizations on delete cascade,
    id uuid not null,
    team_id uuid not null,
    name text not null,
    description text not null default '',
    form_id uuid not null,
    created_by uuid references accounts on delete set null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    version bigint not null default 1,
    primary key (org_id, id),
    constraint inspection_template_name_taken unique (org_id, team_id, name),
    foreign key (org_id, team_id) references teams (org_id, id),
    foreign key (org_id, form_id) references inspection_forms (org_id, id)
);
create index on inspection_templates (org_id, name, id);
create index on inspection_templates (org_id, team_id, name, id);
create index on inspection_templates (org_id, updated_at, id);
create index on inspection_templates (org_id, team_id, updated_at, id);
create index on inspection_templates (org_id, form_id);
create index on inspection_templates (created_by);

create table sites (
    org_id uuid not null references organizations on delete cascade,
    id uuid not null,
    team_id uuid not null,
    name text not null,
    address text not null default '',
    description text not null default '',
    created_by uuid references accounts on delete set null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    version bigint not null default 1,
    search tsvector not null generated always as (
        setweight(to_tsvector('simple', words(name)), 'A') || setweight(to_tsvector('simple', words(address)), 'B')
    ) stored,
    primary key (org_id, id),
    foreign key (org_id, team_id) references teams (org_id, id)
);
create index on sites (org_id, name, id);
create index on sites (org_id, team_id, name, id);
create index on sites (org_id, updated_at, id);
create index on sites (org_id, team_id, updated_at, id);
create index on sites (created_by, org_id, name, id);
create index on sites using gin (org_id, search);

create table inspections (
    org_id uuid not null references organizations on delete cascade,
    id uuid not null,
    title text not null,
    team_id uuid not null,
    site_id uuid,
    template_id uuid,
    form_id uuid not null,
    state text not null default 'draft' check (state in ('draft', 'in_progress', 'submitted', 'reopened')),
    due_on date,
    shared boolean not null default false,        -- whether the team's viewers see it
    report_shared boolean not null default false, -- whether they see its report
    score integer,                                -- as it was when it was last submitted
    max_score integer,
    created_by uuid references accounts on delete set null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    submitted_by uuid references accounts on delete set null,
    submitted_at timestamptz,
    -- Of the report alone: who reads it may not see the inspection, and is told of no act on that.
    report_version bigint not null default 1,
    report_updated_at timestamptz not null default now(),
    -- What a report names, as it was called when it was last submitted: a report does not change when something is renamed.
    team_name text,
    site_name text,
    site_address text,
    template_name text,
    submitter_name text,
    carried_out_by text[] not null default '{}', -- the assignees
    version bigint not null default 1,
    search tsvector not null generated always as (to_tsvector('simple', words(title))) stored,
    primary key (org_id, id),
    check (state <> 'submitted'
        or (submitted_at is not null and score is not null and max_score is not null and team_name is not null)),
    foreign key (org_id, team_id) references teams (org_id, id),
    foreign key (org_id, site_id) references sites (org_id, id),
    foreign key (org_id, template_id) references inspection_templates (org_id, id) on delete set null (template_id),
    foreign key (org_id, form_id) references inspection_forms (org_id, id)
);
-- Three, for the orders of age, of change and of what is due (without a day: last), for each place that a view filter names; the
-- same for what viewers see.
create index inspections_by_team on inspections (org_id, team_id, id);
create index inspections_by_team_updated on inspections (org_id, team_id, updated_at, id);
create index inspections_by_team_due on inspections (org_id, team_id, coalesce(due_on, 'infinity'), id);
create index inspections_shared on inspections (org_id, team_id, id) where shared;
create index inspections_shared_updated on inspections (org_id, team_id, updated_at, id) where shared;
create index inspections_shared_due on inspections (org_id, team_id, coalesce(due_on, 'infinity'), id) where shared;
create index inspections_updated on inspections (org_id, updated_at, id);
create index inspections_due on inspections (org_id, coalesce(due_on, 'infinity'), id);
-- What is open and due, without what was done since the organization began.
create index inspections_open_due on inspections (org_id, coalesce(due_on, 'infinity'), id) where state <> 'submitted';
create index inspections_open_by_team_due on inspections (org_id, team_id, coalesce(due_on, 'infinity'), id)
    where state <> 'submitted';
create index inspections_by_creator on inspections (created_by, org_id, id);
-- What somebody made in a team, for those who see no more of it.
create index inspections_own on inspections (org_id, created_by, team_id, id);
create index inspections_own_updated on inspections (org_id, created_by, team_id, updated_at, id);
create index inspections_own_due on inspections (org_id, created_by, team_id, coalesce(due_on, 'infinity'), id);
create index inspections_own_open_due on inspections (org_id, created_by, team_id, coalesce(due_on, 'infinity'), id)
    where state <> 'submitted';
create index inspections_own_submitted on inspections (org_id, created_by, team_id, submitted_at, id) where state = 'submitted';
create index inspections_by_site on inspections (org_id, site_id, id);
create index inspections_by_template on inspections (org_id, template_id, id);
create index inspections_of_form on inspections (org_id, form_id);
create index inspections_by_state on inspections (org_id, state, id);
create index inspections_by_submitter on inspections (submitted_by);
create index inspections_search on inspections using gin (org_id, search);
create index inspections_submitted on inspections (org_id, submitted_at, id) where state = 'submitted';
create index inspections_submitted_by_team on inspections (org_id, team_id, submitted_at, id) where state = 'submitted';
create index inspections_submitted_by_site on inspections (org_id, site_id, submitted_at, id) where state = 'submitted';
create index inspections_submitted_by_template on inspections (org_id, template_id, submitted_at, id) where state = 'submitted';
create index inspections_reported on inspections (org_id, team_id, submitted_at, id)
    where state = 'submitted' and report_shared;
create index inspections_reported_updated on inspections (org_id, team_id, report_updated_at, id)
    where state = 'submitted' and report_shared;
create index reports_updated on inspections (org_id, report_updated_at, id) where state = 'submitted';
create index reports_updated_by_team on inspections (org_id, team_id, report_updated_at, id) where state = 'submitted';
create index reports_own_updated on inspections (org_id, created_by, team_id, report_updated_at, id) where state = 'submitted';
-- At which sites somebody has made some.
create index inspections_own_sites on inspections (org_id, created_by, site_id);

-- An assignment repeats what lists are narrowed and ordered by, so that an index leads to the first of somebody's inspections.
create table inspection_assignees (
    org_id uuid not null,
    inspection_id uuid not null,
    member_id uuid not null,
    assigned_by uuid references accounts on delete set null,
    assigned_at timestamptz not null default now(),
    team_id uuid not null, -- this and what follows is the inspection's, kept by `keep_assigned`
    site_id uuid,
    state text not null,
    due_on date,
    updated_at timestamptz not null,
    submitted_at timestamptz,
    report_updated_at timestamptz,
    primary key (org_id, inspection_id, member_id),
    foreign key (org_id, inspection_id) references inspections (org_id, id) on delete cascade,
    foreign key (org_id, member_id) references members (org_id, id) on delete cascade
);
create index assigned_inspections_by_member on inspection_assignees (org_id, member_id, inspection_id);
create index assigned_inspections_by_team on inspection_assignees (org_id, member_id, team_id, inspection_id);
create index assigned_inspections_updated on inspection_assignees (org_id, member_id, team_id, updated_at, inspection_id);
create index assigned_inspections_due on inspection_assignees
    (org_id, member_id, team_id, coalesce(due_on, 'infinity'), inspection_id);
create index assigned_inspections_open_due on inspection_assignees
    (org_id, member_id, team_id, coalesce(due_on, 'infinity'), inspection_id) where state <> 'submitted';
create index assigned_inspections_submitted on inspection_assignees (org_id, member_id, team_id, submitted_at, inspection_id)
    where state = 'submitted';
create index assigned_reports_updated on inspection_assignees (org_id, member_id, team_id, report_updated_at, inspection_id)
    where state = 'submitted';
create index assigned_inspections_sites on inspection_assignees (org_id, member_id, site_id);
create index on inspection_assignees (assigned_by);

create function copy_inspection() returns trigger language plpgsql as $$ begin
    select i.team_id, i.site_id, i.state, i.due_on, i.updated_at, i.submitted_at, i.report_updated_at
    into new.team_id, new.site_id, new.state, new.due_on, new.updated_at, new.submitted_at, new.report_updated_at
    from inspections i where i.org_id = new.org_id and i.id = new.inspection_id;
    return new;
end $$;
create trigger copy_inspection before insert on inspection_assignees for each row execute function copy_inspection();
create function keep_assigned() returns trigger language plpgsql as $$ begin
    update inspection_assignees a
    set team_id = c.team_id, site_id = c.site_id, state = c.state, due_on = c.due_on, updated_at = c.updated_at,
        submitted_at = c.submitted_at, report_updated_at = c.report_updated_at
    from changed c where a.org_id = c.org_id and a.inspection_id = c.id;
    return null;
end $$;
create trigger keep_assigned after update on inspections
    referencing new table as changed for each statement execute function keep_assigned();

-- What is assigned to whom, read from the assignment where that repeats the inspection.
create view assigned_inspections with (security_invoker = true) as
    select a.org_id, a.member_id, a.inspection_id as id, a.team_id, a.site_id, a.state, a.due_on, a.updated_at,
        a.submitted_at, a.report_updated_at, i.template_id, i.created_by, i.shared, i.search
    from inspection_assignees a join inspections i on i.org_id = a.org_id and i.id = a.inspection_id;
grant select on assigned_inspections to usher_app;

-- A piece of an inspection. Each has a version of its own, so that several people fill in one inspection and lose nothing.
create table inspection_answers (
    org_id uuid not null,
    inspection_id uuid not null,
    question text not null,
    value jsonb,
    note text not null default '',
    answered_by uuid references accounts on delete set null,
    answered_at timestamptz not null default now(),
    version bigint not null, -- 1 is that of no answer yet
    primary key (org_id, inspection_id, question),
    foreign key (org_id, inspection_id) references inspections (org_id, id) on delete cascade
);
create index on inspection_answers (answered_by);

-- What was deleted keeps its id for a while: a device that was offline may send again what it made, and that is not to come back.
create table deleted_ids (
    org_id uuid not null references organizations on delete cascade,
    id uuid not null,
    created_by uuid references accounts on delete set null,
    deleted_at timestamptz not null default now(),
    primary key (org_id, id)
);
create index on deleted_ids (org_id, deleted_at);
create index on deleted_ids (created_by);

create function keep_deleted_ids() returns trigger language plpgsql as $$ begin
    delete from deleted_ids d using (select distinct org_id from gone) g
        where d.org_id = g.org_id and d.deleted_at < now() - interval '90 days';
    -- With an organization all of it goes.
    insert into deleted_ids (org_id, id, created_by)
        select g.org_id, g.id, g.created_by from gone g join organizations o on o.id = g.org_id
        on conflict (org_id, id) do nothing;
    return null;
end $$;
create trigger keep_deleted_ids after delete on inspections
    referencing old table as gone for each statement execute function keep_deleted_ids();
create trigger keep_deleted_ids after delete on sites
    referencing old table as gone for each statement execute function keep_deleted_ids();

do $$ declare name text; begin
    foreach name in array array[
        'deleted_ids', 'inspection_forms', 'inspection_templates', 'sites', 'inspections', 'inspection_assignees', 'inspection_answers'
    ] loop
        execute format('alter table %I enable row level security, force row level security', name);
        execute format('create policy tenant on %I using (org_id = (select current_org()))', name);
        execute format('grant select, insert, update, delete on %I to usher_app', name);
    end loop;
end $$;

-- The report of an inspection is there while the inspection is submitted. It bears the inspection's id.
create view reports with (security_invoker = true) as
    select org_id, id, title, team_id, team_name, site_id, site_name, site_address, template_id, template_name, form_id,
        report_shared, score, max_score, created_by, submitted_by, submitter_name, submitted_at, carried_out_by, created_at,
        report_updated_at, report_version, search
    from inspections where state = 'submitted';
grant select, update on reports to usher_app;
