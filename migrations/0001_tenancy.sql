-- Accounts stand outside the tenants; organizations, members, teams and what joins them stand inside.
--
-- The application connects as `usher_app`, which owns nothing, is no superuser and is held by row-level security.
-- Every tenant table has a primary key that begins with org_id, references that carry org_id, and a policy that shows
-- only rows of the organization in the setting app.org_id: without one, nothing.

do $$ begin
    if not exists (select from pg_roles where rolname = 'usher_app') then
        create role usher_app login nosuperuser nobypassrls nocreatedb nocreaterole;
    end if;
exception when duplicate_object or unique_violation then null; -- another database of the cluster was quicker
end $$;

-- The owner may become it, which is how the application connects when it is given the owner's URL alone.
do $$ begin execute format('grant usher_app to %I', current_user); end $$;
grant usage on schema public to usher_app;

create extension if not exists btree_gin;

create function current_org() returns uuid language sql stable parallel safe
    return nullif(current_setting('app.org_id', true), '')::uuid;
create function current_account() returns uuid language sql stable parallel safe
    return nullif(current_setting('app.account_id', true), '')::uuid;
create function current_account_organizations() returns uuid[] language sql stable parallel safe
    return nullif(current_setting('app.account_organizations', true), '')::uuid[];

-- What a membership and a session are locked by while somebody acts on the strength of them.
create function member_lock(org uuid, member uuid) returns bigint language sql immutable parallel safe
    return hashtextextended('member ' || org || ' ' || member, 0);
create function session_lock(session uuid) returns bigint language sql immutable parallel safe
    return hashtextextended('session ' || session, 0);

-- ---- outside the tenants -------------------------------------------------------------------------------------------

create table accounts (
    id uuid primary key,
    email text not null constraint account_email_taken unique,
    name text not null,
    password_hash text not null,
    active_org_id uuid,
    version bigint not null default 1,
    created_at timestamptz not null default now()
);

create table sessions (
    id uuid primary key,
    account_id uuid not null references accounts on delete cascade,
    created_at timestamptz not null default now(),
    last_used_at timestamptz not null default now(),
    expires_at timestamptz not null,
    ended_at timestamptz,
    user_agent text not null default '',
    address text not null default ''
);
create index on sessions (account_id, id);
create index on sessions ((coalesce(ended_at, expires_at)));

-- Each is used once; a second use ends the session it belongs to.
create table refresh_tokens (
    token_hash bytea primary key,
    session_id uuid not null references sessions on delete cascade,
    created_at timestamptz not null default now(),
    used_at timestamptz
);
create index on refresh_tokens (session_id);
create index on refresh_tokens (used_at) where used_at is not null;

create table signing_keys (
    id uuid primary key,
    secret bytea not null,
    created_at timestamptz not null default now()
);

-- What a plan includes: data, so that a price list is no release.
create table plans (
    key text primary key,
    name text not null,
    position smallint not null,
    workflows boolean not null
);
insert into plans (key, name, position, workflows) values
    ('free', 'Free', 1, false),
    ('growth', 'Growth', 2, true),
    ('enterprise', 'Enterprise', 3, true);

-- ---- the tenants ---------------------------------------------------------------------------------------------------

create table organizations (
    id uuid primary key,
    slug text not null constraint organization_slug_taken unique,
    name text not null,
    model text not null,
    plan text not null default 'free' references plans,
    permissions_model text not null default 'permissive' check (permissions_model in ('permissive', 'restrictive')),
    members_create_workspaces boolean not null default false,
    roles_version bigint not null default 0, -- another whenever a role of its own changes; 0: there has been none
    version bigint not null default 1,
    created_at timestamptz not null default now()
);
create index on organizations (plan);
alter table accounts add foreign key (active_org_id) references organizations on delete set null;
create index on accounts (active_org_id) where active_org_id is not null;

-- The account of a service is no person's: it belongs to the one organization, goes with it, and nobody signs in to it.
alter table accounts add column service_of uuid references organizations on delete cascade;
create index on accounts (service_of) where service_of is not null;

-- What turns the name in an address into a tenant, and shows nothing else of it.
create table organization_slugs (
    slug text primary key,
    org_id uuid not null references organizations on delete cascade
);
create index on organization_slugs (org_id);

create table members (
    org_id uuid not null references organizations on delete cascade,
    id uuid not null references accounts on delete cascade, -- the account's id: one membership of one organization each
    state text not null default 'active' check (state in ('active', 'blocked', 'deactivated')),
    manager_id uuid,
    assignments text not null default '', -- what role_assignments says, kept by `keep_assignments`
    teams uuid[] not null default '{}',   -- the teams among it
    version bigint not null default 1,
    joined_at timestamptz not null default now(),
    primary key (org_id, id),
    foreign key (org_id, manager_id) references members (org_id, id) on delete set null (manager_id),
    constraint managed_by_another check (manager_id <> id)
);
create index on members (id, org_id);
create index on members (org_id, manager_id) where manager_id is not null;
create index on members (org_id, joined_at, id);
create index on members (org_id, state, id);

-- Who may act in whose place.
create table proxies (
    org_id uuid not null,
    principal_id uuid not null,
    proxy_id uuid not null,
    granted_at timestamptz not null default now(),
    primary key (org_id, principal_id, proxy_id),
    foreign key (org_id, principal_id) references members (org_id, id) on delete cascade,
    foreign key (org_id, proxy_id) references members (org_id, id) on delete cascade,
    check (proxy_id <> principal_id)
);
create index on proxies (org_id, proxy_id, principal_id);

-- Apart from members, whose rows are locked while somebody acts.
create table member_activity (
    org_id uuid not null,
    member_id uuid not null,
    last_active_at timestamptz not null default now(),
    primary key (org_id, member_id),
    foreign key (org_id, member_id) references members (org_id, id) on delete cascade
);

create table teams (
    org_id uuid not null references organizations on delete cascade,
    id uuid not null,
    name text not null,
    description text not null default '',
    version bigint not null default 1,
    created_at timestamptz not null default now(),
    primary key (org_id, id),
    constraint team_name_taken unique (org_id, name)
);

create table queues (
    org_id uuid not null references organizations on delete cascade,
    id uuid not null,
    name text not null,
    description text not null default '',
    built_in boolean not null default false,
    version bigint not null default 1,
    created_at timestamptz not null default now(),
    primary key (org_id, id),
    constraint queue_name_taken unique (org_id, name)
);

-- Never the same twice, not even for a change that was rolled back: what is kept under a number stays true.
create sequence roles_versions;

-- Roles that an organization has added to its access model. What they give: permissions, each with its conditions.
create table custom_roles (
    org_id uuid not null references organizations on delete cascade,
    id uuid not null,
    level text not null check (level in ('organization', 'team', 'queue')),
    key text not null,
    title text not null,
    description text not null default '',
    grants jsonb not null,
    version bigint not null default 1,
    created_at timestamptz not null default now(),
    created_by uuid references accounts on delete set null,
    primary key (org_id, id),
    constraint role_key_taken unique (org_id, level, key)
);
create index on custom_roles (created_by);

-- Who holds which role where: at the organization, or in the one team or queue that is named.
create table role_assignments (
    org_id uuid not null,
    id uuid not null,
    member_id uuid not null,
    role text not null,
    team_id uuid,
    queue_id uuid,
    granted_by uuid references accounts on delete set null,
    granted_at timestamptz not null default now(),
    primary key (org_id, id),
    foreign key (org_id, member_id) references members (org_id, id) on delete cascade,
    foreign key (org_id, team_id) references teams (org_id, id) on delete cascade,
    foreign key (org_id, queue_id) references queues (org_id, id) on delete cascade,
    check (num_nonnulls(team_id, queue_id) <= 1),
    constraint role_held_already unique nulls not distinct (org_id, member_id, team_id, queue_id, role)
);
create unique index one_role_in_a_team on role_assignments (org_id, member_id, team_id) where team_id is not null;
create index on role_assignments (org_id, team_id, member_id) where team_id is not null;
create index on role_assignments (org_id, queue_id, member_id) where queue_id is not null;
create index on role_assignments (org_id, role, member_id);
create index on role_assignments (granted_by);

-- Every request reads what its caller holds, and few change what anybody holds: so it stands ready beside the membership,
-- as one text, `level:scope:role` by commas, in the order of level and scope.
create function keep_assignments() returns trigger language plpgsql as $$ begin
    -- Two who change what one member holds come here one after the other, and the later sees what the earlier did.
    perform from (select distinct org_id, member_id from changed) c
        join members m on m.org_id = c.org_id and m.id = c.member_id
        order by m.org_id, m.id for no key update of m;
    update members m set
        assignments = coalesce(held.assignments, ''),
        teams = coalesce(held.teams, '{}')
    from (select distinct org_id, member_id from changed) c
    left join lateral (
        select string_agg(
                case when r.team_id is not null then 'team:' || r.team_id
                     when r.queue_id is not null then 'queue:' || r.queue_id
                     else 'organization:' || r.org_id end || ':' || r.role,
                ',' order by r.queue_id nulls first, r.team_id nulls first, r.role) as assignments,
            array_agg(distinct r.team_id) filter (where r.team_id is not null) as teams
        from role_assignments r where r.org_id = c.org_id and r.member_id = c.member_id
    ) held on true
    where m.org_id = c.org_id and m.id = c.member_id;
    return null;
end $$;
create trigger keep_what_is_given after insert on role_assignments
    referencing new table as changed for each statement execute function keep_assignments();
create trigger keep_what_is_taken after delete on role_assignments
    referencing old table as changed for each statement execute function keep_assignments();
create trigger keep_what_is_changed after update on role_assignments
    referencing new table as changed for each statement execute function keep_assignments();
create function same_holder() returns trigger language plpgsql as $$ begin
    raise exception 'an assignment stays with its member';
end $$;
create trigger same_holder before update of org_id, member_id on role_assignments
    for each row when (old.org_id <> new.org_id or old.member_id <> new.member_id) execute function same_holder();

-- When an assignment last allowed anything. Apart from the assignments, which are read at every request.
create table assignment_use (
    org_id uuid not null,
    assignment_id uuid not null,
    last_used_at timestamptz not null default now(),
    primary key (org_id, assignment_id),
    foreign key (org_id, assignment_id) references role_assignments (org_id, id) on delete cascade
);

-- Notes uses of any organizations' assignments, each named by what a decision knows of it. An assignment that is being
-- changed at that moment is left out.
create function note_assignment_uses(orgs uuid[], members uuid[], scopes uuid[], roles text[]) returns void
language plpgsql as $$ declare org uuid; begin
    for org in select distinct o from unnest(orgs) as o order by o loop
        perform set_config('app.org_id', org::text, true);
        insert into assignment_use (org_id, assignment_id)
        select held.org_id, held.id from (
            select r.org_id, r.id from unnest(orgs, members, scopes, roles) as used (org_id, member_id, scope, role)
            join role_assignments r on r.org_id = org and r.member_id = used.member_id and r.role = used.role
                and coalesce(r.team_id, r.queue_id, r.org_id) = used.scope
            where used.org_id = org order by r.id for key share of r skip locked
        ) held group by held.org_id, held.id order by held.id
        on conflict (org_id, assignment_id) do update set last_used_at = now();
    end loop;
end $$;

create table invitations (
    org_id uuid not null references organizations on delete cascade,
    id uuid not null,
    email text not null,
    role text not null,
    token_hash bytea not null,
    state text not null default 'pending' check (state in ('pending', 'accepted', 'revoked', 'expired')),
    invited_by uuid references accounts on delete set null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    primary key (org_id, id)
);
create unique index invitation_pending on invitations (org_id, email) where state = 'pending';
create unique index on invitations (org_id, token_hash);
create index on invitations (invited_by);

-- Tokens of integrations: a person's own, or the one of a service. What acts with one is the member.
create table api_tokens (
    org_id uuid not null,
    id uuid not null,
    member_id uuid not null,
    kind text not null check (kind in ('personal', 'service')),
    name text not null,
    secret_hash bytea not null, -- of 256 random bits, which are stored nowhere
    scopes text[], -- null: all that the member may, but to manage tokens
    expires_at timestamptz,
    last_used_at timestamptz,
    version bigint not null default 1,
    created_at timestamptz not null default now(),
    created_by uuid references accounts on delete set null,
    primary key (org_id, id),
    foreign key (org_id, member_id) references members (org_id, id) on delete cascade
);
create index on api_tokens (org_id, member_id, id);
create unique index one_token_of_a_service on api_tokens (org_id, member_id) where kind = 'service';
create index on api_tokens (org_id, id) where kind = 'service';
create index on api_tokens (created_by);

-- The answers that were given to requests with an Idempotency-Key, for a day.
create table idempotency_keys (
    account_id uuid not null references accounts on delete cascade,
    key text not null,
    org_id uuid references organizations on delete cascade,
    request_hash bytea not null,
    status smallint not null,
    headers jsonb not null,
    body bytea not null,
    forgotten boolean not null default false, -- the key stays used, the answer is not given again
    created_at timestamptz not null default now(),
    primary key (account_id, key)
);
create index on idempotency_keys (created_at);
create index on idempotency_keys (org_id, account_id);

-- Mail that has been decided on and not yet been sent.
create table outgoing_mail (
    id uuid primary key,
    org_id uuid references organizations on delete cascade,
    recipient text not null,
    subject text not null,
    body text not null,
    attempts integer not null default 0,
    due_at timestamptz not null default now(),
    created_at timestamptz not null default now()
);
create index on outgoing_mail (due_at);
create index on outgoing_mail (org_id);

-- Which mail was decided on in the last day: how much an organization has somebody sent is bounded.
create table recent_mail (
    id uuid primary key,
    org_id uuid not null references organizations on delete cascade,
    recipient text not null,
    occasion text not null,
    about bigint,
    created_at timestamptz not null default now()
);
create index on recent_mail (org_id, recipient, occasion, created_at);
create index on recent_mail (org_id);
create index on recent_mail (created_at);

-- ---- who is asking -------------------------------------------------------------------------------------------------

-- The scopes of a token that is good in the organization that has been entered, by commas; `*` where it has none of its own.
-- No text where it is not good.
create function token_scopes(member uuid, token uuid, secret bytea) returns text language sql stable as $$
    select coalesce(array_to_string(t.scopes, ','), '*') from api_tokens t
    where t.org_id = current_org() and t.id = token and t.member_id = member and t.secret_hash = secret
        and (t.expires_at is null or t.expires_at > now())
$$;

-- What a service is narrowed to by its one token, whether that has run out or not; no text for who is a person.
create function service_scopes(member uuid) returns text language sql stable as $$
    select coalesce(array_to_string(t.scopes, ','), '*') from api_tokens t
    where t.org_id = current_org() and t.member_id = member and t.kind = 'service'
$$;

-- Whether a service's one token has run out: who has no other can do nothing.
create function service_ended(member uuid) returns boolean language sql stable as $$
    select exists (select 1 from api_tokens t
        where t.org_id = current_org() and t.member_id = member and t.kind = 'service' and t.expires_at <= now())
$$;

-- A caller's facts, of the organization that has been entered: no row's worth of them for an account that is no member.
-- Who shows neither a session nor a secret does not act, but is asked about.
create function caller_facts(account uuid, session uuid, secret bytea) returns table (
    signed_in boolean, token_scopes text, caller_org uuid, caller_state text, caller_model text, roles_version bigint,
    plan_workflows boolean, members_create_workspaces boolean, assignments text, caller_teams uuid[]
) language sql stable rows 1 as $$
    select case when secret is null then s.id is not null else token.scopes is not null end,
        token.scopes,
        m.org_id,
        case when secret is null and session is null and m.state = 'active' and service_ended(account)
            then 'token_ended' else m.state end,
        o.model, o.roles_version,
        p.workflows, o.members_create_workspaces, m.assignments, m.teams
    from (select current_org() as id) here
    left join sessions s
        on s.id = session and s.account_id = account and s.ended_at is null and s.expires_at > now()
    -- A subquery that is not merged into what is around it: the token is looked up once, and only where there is one.
    left join lateral (
        select case when secret is null then service_scopes(account) else token_scopes(account, session, secret) end as scopes
        where secret is not null or session is null
        offset 0
    ) token on true
    left join members m on m.org_id = here.id and m.id = account
    left join organizations o on o.id = m.org_id
    left join plans p on p.key = o.plan
$$;

-- Sets the tenant for the rest of the transaction, by its id or its slug, and then reads the caller's facts. It calls itself
-- stable so that all that one statement reads, here and around it, is of one moment.
create function enter(
    organization uuid, name text, account uuid, session uuid, secret bytea,
    out signed_in boolean, out token_scopes text,
    out caller_org uuid, out caller_state text, out caller_model text, out roles_version bigint,
    out plan_workflows boolean, out members_create_workspaces boolean, out assignments text, out caller_teams uuid[]
) language plpgsql stable as $$
declare entered text;
begin
    if organization is null then
        organization := (select s.org_id from organization_slugs s where s.slug = name);
    end if;
    entered := set_config('app.org_id', coalesce(organization::text, ''), true);
    select * into signed_in, token_scopes, caller_org, caller_state, caller_model, roles_version,
        plan_workflows, members_create_workspaces, assignments, caller_teams
    from caller_facts(account, session, secret);
end $$;

-- Lets the rest of the transaction see an account's own memberships, in whatever organization.
create function act_as(account uuid) returns void language plpgsql as $$ begin
    perform set_config('app.account_id', account::text, true);
    perform set_config('app.account_organizations',
        (select coalesce(array_agg(m.org_id), '{}')::text from members m where m.id = account), true);
end $$;

-- ---- walls ---------------------------------------------------------------------------------------------------------
-- The tenant is asked for in a subquery: its value is then unknown while a statement is planned. Plans are kept, and one
-- that was made while no tenant was set would otherwise expect to find nothing, and read whole tables for ever after.

alter table organizations enable row level security, force row level security;
create policy tenant on organizations using (id = (select current_org()));
create policy own on organizations for select using (id = any ((select current_account_organizations())::uuid[]));

alter table members enable row level security, force row level security;
create policy tenant on members using (org_id = (select current_org()));
create policy own on members for select using (id = (select current_account()));

alter table role_assignments enable row level security, force row level security;
create policy tenant on role_assignments using (org_id = (select current_org()));
create policy own on role_assignments for select using (member_id = (select current_account()));

do $$ declare name text; begin
    foreach name in array array['member_activity', 'assignment_use', 'proxies', 'custom_roles', 'teams', 'queues', 'invitations',
        'api_tokens'] loop
        execute format('alter table %I enable row level security, force row level security', name);
        execute format('create policy tenant on %I using (org_id = (select current_org()))', name);
    end loop;
end $$;

-- Whose account it is that is taken over, their tokens are found and ended wherever they are a member.
create policy own on api_tokens for select using (member_id = (select current_account()));
create policy own_ended on api_tokens for delete using (member_id = (select current_account()));

grant select, insert, update, delete on all tables in schema public to usher_app;
grant usage on sequence roles_versions to usher_app;
revoke insert, update, delete on plans from usher_app; -- a price list is no business of a request
do $$ begin
    if to_regclass('_sqlx_migrations') is not null then
        revoke all on _sqlx_migrations from usher_app;
    end if;
end $$;
