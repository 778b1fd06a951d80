#!/bin/sh
# Runs once, when the database container makes its data directory. The application gets a role that is no superuser and
# owns its database alone; the superuser loses its password, so that it logs in through the container's socket only.
set -eu
psql --set=ON_ERROR_STOP=1 --no-psqlrc --quiet --username "${POSTGRES_USER:-postgres}" --dbname postgres \
    --set=password="$POSTGRES_PASSWORD" --set=superuser="${POSTGRES_USER:-postgres}" <<'SQL'
CREATE ROLE erp_admin LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
CREATE DATABASE erp_admin OWNER erp_admin;
REVOKE CONNECT ON DATABASE erp_admin FROM PUBLIC;
ALTER ROLE :"superuser" PASSWORD NULL;
SQL
