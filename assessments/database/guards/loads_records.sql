-- Whether the current role is a member of the role that owns the tables.
--
-- Invented records are loaded whole by the owner. The application has another role and has to
-- make each record step by step, so the guards of what follows what ask this first.

CREATE OR REPLACE FUNCTION loads_records() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT pg_has_role(current_user, relowner, 'MEMBER')
    FROM pg_class WHERE oid = 'assessments_assessment'::regclass
$$;
