-- What each role may do. It is applied after every migration and may be applied
-- any number of times; :app and :system are the roles of the configuration.
-- What is not named here, a role may not.

GRANT USAGE ON SCHEMA :schema TO :app, :system;
REVOKE ALL ON ALL TABLES IN SCHEMA :schema FROM :app, :system;

-- Pages: what a viewer reads and asks for, of the one account that is set.
GRANT SELECT ON accounts, authorities, companies, custom_fields, customs, identities, records TO :app;
GRANT SELECT (id, name, queues, removing_at) ON connections TO :app;
GRANT SELECT (connection_id, stream, position, kinds, fresh_for, completed_at, failures, failing_since, problem) ON streams TO :app;
GRANT SELECT, INSERT, UPDATE ON actions, approvals, mail_choices TO :app;
GRANT SELECT, INSERT ON approval_people, approval_versions TO :app; -- what was asked stays as it was
GRANT SELECT, INSERT, UPDATE, DELETE ON calendar_feeds TO :app;
GRANT INSERT ON outbox, audit_leaves TO :app;

-- Pulls, relay, schedules, sessions: every table, but not the schema.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA :schema TO :system;
REVOKE INSERT, UPDATE, DELETE ON schema_steps FROM :system;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA :schema TO :system; -- for pg_dump

-- The audit log only grows; what is personal in it may be erased.
REVOKE UPDATE, DELETE ON audit_leaves, audit_hashes, audit_heads FROM :system;
GRANT UPDATE (n, personal) ON audit_leaves TO :system;

-- The system role sees every account. A policy that is there stays as it is: to
-- make it again would lock the table.
DO $$
DECLARE t regclass;
BEGIN
  FOR t IN SELECT c.oid FROM pg_class c WHERE c.relnamespace = ':schema'::regnamespace AND c.relrowsecurity AND NOT EXISTS
    (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'system' AND p.polroles = ARRAY[':system'::regrole::oid])
  LOOP
    EXECUTE format('DROP POLICY IF EXISTS system ON %s', t);
    EXECUTE format('CREATE POLICY system ON %s TO :system USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;
