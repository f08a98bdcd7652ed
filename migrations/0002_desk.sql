-- The support desk: where tickets come from, where they stand, what is said on them.

create table statuses (
    org_id uuid not null references organizations on delete cascade,
    id uuid not null,
    key text not null,
    name text not null,
    category text not null check (category in ('open', 'pending', 'on_hold', 'solved', 'closed')),
    position smallint not null,
    built_in boolean not null default false,
    is_default boolean not null default false,
    primary key (org_id, id),
    constraint status_key_taken unique (org_id, key)
);
create unique index one_default_status on statuses (org_id) where is_default;

create table priorities (
    org_id uuid not null references organizations on delete cascade,
    id uuid not null,
    key text not null,
    name text not null,
    position smallint not null,
    built_in boolean not null default false,
    is_default boolean not null default false,
    primary key (org_id, id),
    constraint priority_key_taken unique (org_id, key)
);
create unique index one_default_priority on priorities (org_id) where is_default;

create table websites (
    org_id uuid not null references organizations on delete cascade,
    id uuid not null,
    name text not null,
    url text not null,
    public_key text not null,
    created_at timestamptz not null default now(),
    primary key (org_id, id)
);

create table team_websites (
    org_id uuid not null,
    team_id uuid not null,
    website_id uuid not null,
    primary key (org_id, team_id, website_id),
    foreign key (org_id, team_id) references teams (org_id, id) on delete cascade,
    foreign key (org_id, website_id) references websites (org_id, id) on delete cascade
);
create index on team_websites (org_id, website_id);

create table templates (
    org_id uuid not null references organizations on delete cascade,
    id uuid not null,
    name text not null,
    description text not null default '',
    questions jsonb not null,
    website_id uuid,
    version bigint not null default 1,
    created_at timestamptz not null default now(),
    primary key (org_id, id),
    constraint template_name_taken unique (org_id, name),
    foreign key (org_id, website_id) references websites (org_id, id) on delete set null (website_id)
);
create index on templates (org_id, website_id);

-- Which teams see a template, and so the tickets made from it that have no team.
create table template_teams (
    org_id uuid not null,
    template_id uuid not null,
    team_id uuid not null,
    primary key (org_id, template_id, team_id),
    foreign key (org_id, template_id) references templates (org_id, id) on delete cascade,
    foreign key (org_id, team_id) references teams (org_id, id) on delete cascade
);
create index on template_teams (org_id, team_id, template_id);

create table mailboxes (
    org_id uuid not null references organizations on delete cascade,
    id uuid not null,
    name text not null,
    queue_id uuid not null,
    created_at timestamptz not null default now(),
    primary key (org_id, id),
    foreign key (org_id, queue_id) references queues (org_id, id) on delete cascade
);
create index on mailboxes (org_id, queue_id);

create table ticket_counters (
    org_id uuid primary key references organizations on delete cascade,
    last_number bigint not null default 0
);

-- A text without its punctuation. The parser of words looks for paths, addresses and tags as well, which nobody searches
-- tickets for, and takes seconds over some texts that look a little like one.
create function words(value text) returns text language sql immutable strict parallel safe
    return translate(value, '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', repeat(' ', 32));

create table tickets (
    org_id uuid not null references organizations on delete cascade,
    id uuid not null,
    number bigint not null,
    subject text not null,
    description text not null default '',
    status text not null,
    priority text not null,
    team_id uuid,
    queue_id uuid,
    template_id uuid,
    website_id uuid,
    requester_name text,
    requester_email text,
    assignee_id uuid,
    answers jsonb not null default '{}',
    merged boolean not null default false, -- stays, though what it was merged into may be deleted
    merged_into uuid,
    created_by uuid references accounts on delete set null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    version bigint not null default 1,
    search tsvector not null generated always as (
        setweight(to_tsvector('simple', words(subject)), 'A') || setweight(to_tsvector('simple', words(description)), 'B')
    ) stored,
    primary key (org_id, id),
    unique (org_id, number),
    check (merged or merged_into is null),
    foreign key (org_id, status) references statuses (org_id, key),
    foreign key (org_id, priority) references priorities (org_id, key),
    foreign key (org_id, team_id) references teams (org_id, id) on delete set null (team_id),
    foreign key (org_id, queue_id) references queues (org_id, id),
    foreign key (org_id, template_id) references templates (org_id, id) on delete set null (template_id),
    foreign key (org_id, website_id) references websites (org_id, id) on delete set null (website_id),
    foreign key (org_id, assignee_id) references members (org_id, id) on delete set null (assignee_id),
    foreign key (org_id, merged_into) references tickets (org_id, id) on delete set null (merged_into)
);
-- A pair, for the orders of age and of change, for each place that a view filter names and for the filters of every day; one
-- for each other filter, where the order of change is sorted out of all that fit.
create index tickets_by_team on tickets (org_id, team_id, id);
create index tickets_by_team_updated on tickets (org_id, team_id, updated_at, id);
create index tickets_by_queue on tickets (org_id, queue_id, id);
create index tickets_by_queue_updated on tickets (org_id, queue_id, updated_at, id);
create index tickets_unrouted on tickets (org_id, template_id, id) where team_id is null;
create index tickets_unrouted_updated on tickets (org_id, template_id, updated_at, id) where team_id is null;
create index tickets_updated on tickets (org_id, updated_at, id);
create index tickets_by_status on tickets (org_id, status, id);
create index tickets_by_status_updated on tickets (org_id, status, updated_at, id);
create index tickets_by_assignee on tickets (org_id, assignee_id, id);
create index tickets_by_assignee_updated on tickets (org_id, assignee_id, updated_at, id);
create index tickets_by_priority on tickets (org_id, priority, id);
-- What is null is no value to Postgres in which an index could be in order: it needs one of its own.
create index tickets_unassigned on tickets (org_id, id) where assignee_id is null;
create index tickets_without_team on tickets (org_id, id) where team_id is null;
create index tickets_by_requester on tickets (org_id, requester_email, id);
create index tickets_by_template on tickets (org_id, template_id, id);
create index tickets_by_website on tickets (org_id, website_id, id) where website_id is not null;
-- The account first: an account that is deleted is looked for in every organization.
create index tickets_by_creator on tickets (created_by, org_id, id);
create index tickets_merged on tickets (org_id, merged_into, id) where merged_into is not null;
create index tickets_search on tickets using gin (org_id, search);

-- Behind row-level security an index answers only operators that are known to leak nothing of the rows they refuse, and
-- Postgres does not say so of this one: every search would read the whole organization. It says nothing of a row but whether
-- it matches. Only a superuser can declare it; without one, searching is slower and no less right.
do $$ begin
    alter function pg_catalog.ts_match_vq(tsvector, tsquery) leakproof;
exception when insufficient_privilege then
    raise notice 'searching will not use its index: a superuser can mend it with "alter function pg_catalog.ts_match_vq(tsvector, tsquery) leakproof"';
end $$;

-- A participation repeats what lists are ordered by, so that an index leads to the first of somebody's tickets.
create table ticket_participants (
    org_id uuid not null,
    ticket_id uuid not null,
    member_id uuid not null,
    added_by uuid references accounts on delete set null,
    added_at timestamptz not null default now(),
    updated_at timestamptz not null, -- the ticket's, kept by `keep_participated`
    primary key (org_id, ticket_id, member_id),
    foreign key (org_id, ticket_id) references tickets (org_id, id) on delete cascade,
    foreign key (org_id, member_id) references members (org_id, id) on delete cascade
);
create index participated_tickets_by_member on ticket_participants (org_id, member_id, ticket_id);
create index participated_tickets_updated on ticket_participants (org_id, member_id, updated_at, ticket_id);
create index on ticket_participants (added_by);

create function copy_ticket() returns trigger language plpgsql as $$ begin
    select t.updated_at into new.updated_at from tickets t where t.org_id = new.org_id and t.id = new.ticket_id;
    return new;
end $$;
create trigger copy_ticket before insert on ticket_participants for each row execute function copy_ticket();
create function keep_participated() returns trigger language plpgsql as $$ begin
    update ticket_participants p set updated_at = c.updated_at
    from changed c where p.org_id = c.org_id and p.ticket_id = c.id;
    return null;
end $$;
create trigger keep_participated after update on tickets
    referencing new table as changed for each statement execute function keep_participated();

-- The tickets of participants, read from the participation where that repeats the ticket.
create view participated_tickets with (security_invoker = true) as
    select p.org_id, p.member_id, p.ticket_id as id, p.updated_at, t.number, t.status, t.priority, t.team_id, t.queue_id,
        t.template_id, t.website_id, t.requester_email, t.assignee_id, t.merged_into, t.created_by, t.created_at, t.search
    from ticket_participants p join tickets t on t.org_id = p.org_id and t.id = p.ticket_id;
grant select on participated_tickets to usher_app;

create table ticket_messages (
    org_id uuid not null,
    id uuid not null,
    ticket_id uuid not null,
    kind text not null check (kind in ('reply', 'note', 'event')),
    body text not null,
    author_id uuid references accounts on delete set null,
    created_at timestamptz not null default now(),
    primary key (org_id, id),
    foreign key (org_id, ticket_id) references tickets (org_id, id) on delete cascade
);
create index on ticket_messages (org_id, ticket_id, id);
create index on ticket_messages (author_id);

create table ticket_links (
    org_id uuid not null,
    id uuid not null,
    ticket_id uuid not null,
    other_id uuid not null,
    kind text not null check (kind in ('related', 'blocks', 'duplicates', 'clone')),
    created_by uuid references accounts on delete set null,
    created_at timestamptz not null default now(),
    primary key (org_id, id),
    foreign key (org_id, ticket_id) references tickets (org_id, id) on delete cascade,
    foreign key (org_id, other_id) references tickets (org_id, id) on delete cascade,
    constraint tickets_linked_already unique (org_id, ticket_id, other_id, kind),
    check (ticket_id <> other_id)
);
create index on ticket_links (org_id, other_id);
create index on ticket_links (created_by);

create table faqs (
    org_id uuid not null references organizations on delete cascade,
    id uuid not null,
    question text not null,
    answer text not null,
    state text not null default 'draft' check (state in ('draft', 'published', 'archived')),
    created_at timestamptz not null default now(),
    primary key (org_id, id)
);

create table articles (
    org_id uuid not null references organizations on delete cascade,
    id uuid not null,
    title text not null,
    body text not null,
    state text not null default 'draft' check (state in ('draft', 'published', 'archived')),
    created_at timestamptz not null default now(),
    primary key (org_id, id)
);

do $$ declare name text; begin
    foreach name in array array[
        'statuses', 'priorities', 'websites', 'team_websites', 'templates', 'template_teams', 'mailboxes',
        'ticket_counters', 'tickets', 'ticket_participants', 'ticket_messages', 'ticket_links', 'faqs', 'articles'
    ] loop
        execute format('alter table %I enable row level security, force row level security', name);
        execute format('create policy tenant on %I using (org_id = (select current_org()))', name);
        execute format('grant select, insert, update, delete on %I to usher_app', name);
    end loop;
end $$;
