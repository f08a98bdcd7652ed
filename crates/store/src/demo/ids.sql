-- A UUIDv7 of a moment, since the order of ids is the order of creation.
create function pg_temp.at(moment timestamptz) returns uuid language sql volatile
    return encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from moment) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1), 'hex')::uuid;
