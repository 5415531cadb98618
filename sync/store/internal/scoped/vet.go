package scoped

import (
	"context"
	"strings"

	"portico/sync/fault"
)

// powers are what a role may be that makes row-level security worthless, each
// with how the sentence about it goes on.
const powers = `SELECT CASE
	WHEN rolsuper THEN 'is a superuser'
	WHEN rolbypassrls THEN 'may bypass row-level security (BYPASSRLS)'
	WHEN rolcreaterole THEN 'may make itself a member of other roles (CREATEROLE)'
	WHEN EXISTS (SELECT 1 FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace
		AND pg_has_role(current_user, c.relowner, 'MEMBER')) THEN 'owns tables of Portico, or is a member of the role that does'
	WHEN pg_has_role(current_user, $1, 'MEMBER') THEN 'is the role of database.system_url, or a member of it'
	END FROM pg_roles WHERE rolname = current_user`

// bare are the tables and views with rows of accounts that the role may read and
// that do not hold it to one account.
const bare = `SELECT c.relname FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace
	AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'account_id')
	AND has_any_column_privilege(c.oid, 'SELECT')
	AND (c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
		OR c.relkind = 'v' AND NOT coalesce(c.reloptions @> '{security_invoker=true}', false) OR c.relkind = 'm')
	ORDER BY c.relname`

// blind are the protected tables that no policy opens for the system role.
const blind = `SELECT c.relname FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relrowsecurity
	AND NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'system'
		AND (SELECT oid FROM pg_roles WHERE rolname = current_user) = ANY (p.polroles))
	AND NOT (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user) ORDER BY c.relname`

// Vet refuses roles that would turn row-level security off without anybody
// noticing (fault.Setup). SQLite has no roles.
func (db *DB) Vet(ctx context.Context) error {
	if db.dialect == SQLite {
		return nil
	}
	app := role(db.address.App)
	var power *string
	if err := db.viewers.DB.QueryRowContext(ctx, powers, role(db.address.System)).Scan(&power); err != nil {
		return fault.Wrap(fault.Setup, "look at the rights of "+app, err)
	}
	if power != nil {
		return fault.Newf(fault.Setup, "The role %s of database.url %s, so PostgreSQL would not keep accounts apart. Give database.url a role of its own: CREATE ROLE … LOGIN NOSUPERUSER NOBYPASSRLS.", app, *power)
	}
	var open, shut []string
	if err := db.viewers.NewRaw(bare).Scan(ctx, &open); err != nil {
		return fault.Wrap(fault.Setup, "look at the tables that "+app+" reads", err)
	}
	if len(open) > 0 {
		return fault.Newf(fault.Setup, "PostgreSQL does not hold the role %s to one account in %s. Run `portico migrate`; if that does not help, somebody took row-level security off.", app, strings.Join(open, ", "))
	}
	if err := db.system.NewRaw(blind).Scan(ctx, &shut); err != nil {
		return fault.Wrap(fault.Setup, "look at the rights of the system role", err)
	}
	if len(shut) > 0 {
		return fault.Newf(fault.Setup, "The role %s of database.system_url does not see all of %s. Run `portico migrate` with this address.", role(db.address.System), strings.Join(shut, ", "))
	}
	return nil
}
