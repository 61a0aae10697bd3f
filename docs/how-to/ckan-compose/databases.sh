#!/bin/sh
# The two databases of CKAN and their roles, once, in an empty PostgreSQL. Not run here (see compose.yaml). Afterwards:
#   docker compose exec ckan ckan datastore set-permissions | docker compose exec -T db psql -U postgres
set -eu
psql -v ON_ERROR_STOP=1 -v owner="$CKAN_PASSWORD" -v reader="$READER_PASSWORD" -U postgres <<'SQL'
create role ckan login password :'owner';
create role datastore_ro login password :'reader';
create database ckan owner ckan encoding 'UTF8';
create database datastore owner ckan encoding 'UTF8';
SQL
