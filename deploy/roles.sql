-- The two roles of cinfactors, once for each server. Neither can sign in until it is given a
-- password. The embedded server and the compose file run this same file.

BEGIN;

-- Owns the tables and migrates them (MIGRATION_DATABASE_URL).
CREATE ROLE cinfactors_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;

-- Runs the application and owns nothing (DATABASE_URL).
CREATE ROLE cinfactors_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;

-- Held by the role, so that they stand behind any pooler, which a session's settings do not.
ALTER ROLE cinfactors_app SET statement_timeout = '30s';
ALTER ROLE cinfactors_app SET lock_timeout = '10s';
ALTER ROLE cinfactors_app SET idle_in_transaction_session_timeout = '60s';

-- A managed server's administrator may hand things over only to a role it is a member of.
GRANT cinfactors_owner TO CURRENT_USER;

COMMIT;
