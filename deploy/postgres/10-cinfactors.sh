#!/bin/sh
# Run by the postgres image when it makes its data folder: two roles, their passwords, one
# database that the first owns.
set -eu

psql() { command psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" "$@"; }

psql --dbname "$POSTGRES_DB" --file /cinfactors/roles.sql
psql --dbname "$POSTGRES_DB" \
    --set owner="$OWNER_PASSWORD" --set app="$APP_PASSWORD" --set database="$POSTGRES_DB" <<'SQL'
SET password_encryption = 'scram-sha-256';
ALTER ROLE cinfactors_owner PASSWORD :'owner';
ALTER ROLE cinfactors_app PASSWORD :'app';
ALTER DATABASE :"database" OWNER TO cinfactors_owner;
SQL
psql --dbname "$POSTGRES_DB" --file /cinfactors/grants.sql
