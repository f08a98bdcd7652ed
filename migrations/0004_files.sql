-- Files: what was uploaded. The bytes are objects outside the database, under the key `organization/file`; here stands what
-- they are, how much an organization holds, and which objects are to go.

-- An object is there from before its row to after it. Its key is written here before it is uploaded, and deleted by the
-- transaction that makes the row; when a row goes, its key comes back. So whatever is interrupted, no row is without its
-- object, and no object without a row stays. Outside the tenants: it outlives them.
create table file_removals (
    key text collate "C" primary key, -- so that those of one organization stand together
    bytes bigint not null, -- what the object takes as long as it is there
    remove_after timestamptz not null,
    being_removed boolean not null default false -- from the first attempt on: no row comes to be for it any more
);
create index on file_removals (remove_after);

create table files (
    org_id uuid not null references organizations on delete cascade,
    id uuid not null,
    sha256 bytea not null check (length(sha256) = 32),
    content_type text not null,
    size bigint not null check (size > 0),
    created_by uuid references accounts on delete set null,
    created_at timestamptz not null default now(),
    primary key (org_id, id)
);
create index on files (created_by);

-- The size of an organization's files in bytes: one row, which whoever uploads waits for.
create table storage (
    org_id uuid primary key references organizations on delete cascade,
    bytes bigint not null check (bytes >= 0)
);

-- An hour of grace: whoever has found the row reads the object to its end.
create function let_files_go() returns trigger language plpgsql as $$ begin
    insert into file_removals (key, bytes, remove_after)
        select org_id || '/' || id, size, now() + interval '1 hour' from gone on conflict (key) do nothing;
    update storage s set bytes = s.bytes - freed.bytes
        from (select org_id, sum(size)::bigint as bytes from gone group by org_id) freed where s.org_id = freed.org_id;
    return null;
end $$;
create trigger let_files_go after delete on files
    referencing old table as gone for each statement execute function let_files_go();

create table inspection_photos (
    org_id uuid not null,
    id uuid not null,
    inspection_id uuid not null,
    file_id uuid not null,
    question text,
    caption text not null default '',
    taken_at timestamptz,
    created_by uuid references accounts on delete set null,
    created_at timestamptz not null default now(),
    primary key (org_id, id),
    foreign key (org_id, inspection_id) references inspections (org_id, id) on delete cascade,
    foreign key (org_id, file_id) references files (org_id, id) on delete cascade
);
create index on inspection_photos (org_id, inspection_id, id);
create index on inspection_photos (org_id, file_id);
create index on inspection_photos (created_by);
create trigger keep_deleted_ids after delete on inspection_photos
    referencing old table as gone for each statement execute function keep_deleted_ids();

-- A photo that goes, by itself or with its inspection, takes its file along.
create function let_photos_go() returns trigger language plpgsql as $$ begin
    delete from files f using gone where f.org_id = gone.org_id and f.id = gone.file_id;
    return null;
end $$;
create trigger let_photos_go after delete on inspection_photos
    referencing old table as gone for each statement execute function let_photos_go();

create table branding (
    org_id uuid primary key references organizations on delete cascade,
    primary_color text check (primary_color ~ '^#[0-9a-f]{6}$'),
    accent_color text check (accent_color ~ '^#[0-9a-f]{6}$'),
    logo_id uuid,
    version bigint not null default 1,
    foreign key (org_id, logo_id) references files (org_id, id) on delete set null (logo_id)
);
create index on branding (org_id, logo_id);

do $$ declare name text; begin
    foreach name in array array['files', 'storage', 'inspection_photos', 'branding'] loop
        execute format('alter table %I enable row level security, force row level security', name);
        execute format('create policy tenant on %I using (org_id = (select current_org()))', name);
        execute format('grant select, insert, update, delete on %I to usher_app', name);
    end loop;
end $$;
grant select, insert, update, delete on file_removals to usher_app;
