-- What each role may do, once in the database of cinfactors and before the first migration.
-- It may be run again.

BEGIN;

ALTER SCHEMA public OWNER TO cinfactors_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO cinfactors_app;

-- Rows alone: no TRUNCATE, no REFERENCES, no TRIGGER.
ALTER DEFAULT PRIVILEGES FOR ROLE cinfactors_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO cinfactors_app;
ALTER DEFAULT PRIVILEGES FOR ROLE cinfactors_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO cinfactors_app;

DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO cinfactors_app', current_database());
END
$$;

COMMIT;
