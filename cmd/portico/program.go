package main

import (
	"context"
	"io"
	"log/slog"
	"time"

	"portico/cmd/internal/backup"
	"portico/config"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/apikey"
	"portico/sync/audit"
	"portico/sync/delivery"
	"portico/sync/mapping"
	"portico/sync/notice"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

// Program is what the commands need of the running parts. Connections,
// accounts and users are named as people say them; an unknown or ambiguous name
// is a fault.NotFound or fault.Conflict whose sentence says so. Every method
// may be called on a program that is not serving.
type Program interface {
	Service
	Connections
	Care
	Actions
	Webhooks
	Hearing
	Keys
	Mail
	Audit
	Upkeep
	Accounts
	Users
	// Close gives back what was opened. Nothing may be called after it.
	Close() error
}

// Service is the program as a whole.
type Service interface {
	// Serve runs the portal and its workers until ctx ends, then drains. With
	// demo set it serves the demonstration from its own data folder. Lines for
	// the person at the console (address, sign-in links) go to out.
	Serve(ctx context.Context, demo bool, out io.Writer) error
	// ServePages is Serve without the work, which processes that Work do.
	ServePages(ctx context.Context, out io.Writer) error
	// Work is Serve without the pages.
	Work(ctx context.Context, out io.Writer) error
	// Migrate brings the database to this program's schema and names the steps taken.
	Migrate(ctx context.Context) (applied []string, err error)
	// Pending names the steps that Migrate would take, and changes nothing.
	Pending(ctx context.Context) ([]string, error)
	// Doctor tries what the program depends on: folders, database, key, queue, mail, clock.
	Doctor(ctx context.Context) (remote.Report, error)
}

// Connections is the administrator's work on connected systems.
type Connections interface {
	Connectors() []remote.Spec
	Connections(ctx context.Context) ([]remote.Connection, error)
	// AddConnection stores the settings and seals the secrets, by field name.
	AddConnection(ctx context.Context, c remote.Connection, secrets map[string]string) (remote.Connection, error)
	CheckConnection(ctx context.Context, name string) (remote.Report, error)
	Discover(ctx context.Context, name string) (remote.Catalog, error)
	// Preview reads at most limit records of a stream and stores nothing.
	Preview(ctx context.Context, name, stream string, limit int) (remote.Page, error)
	// Pull pulls the streams (all when none is named) now and reports each run
	// to progress, from one goroutine, as it goes.
	Pull(ctx context.Context, name string, streams []string, everything bool, progress func(run.Run)) ([]run.Run, error)
	// Companies lists the companies of the connection, unmatched ones first.
	Companies(ctx context.Context, name string) ([]run.Company, error)
	// Match ties a company to an account; its waiting records become visible there.
	Match(ctx context.Context, name, key, account string) (record.AccountInfo, error)
}

// Hearing is what systems send by themselves.
type Hearing interface {
	// HookAddress says where the system of a connection sends what changed, what to do
	// there, and what became of what it sent.
	HookAddress(ctx context.Context, name string) (address string, spec *remote.WebhookSpec, counts run.HookCounts, err error)
	// SetHookSecret stores a webhook secret; an empty text makes one, and returns it.
	SetHookSecret(ctx context.Context, name, secret, text string, beside bool) (made string, err error)
}

// Care is what a connection needs once it runs.
type Care interface {
	// Streams tells how current each stream is and what is wrong with it.
	Streams(ctx context.Context, name string) (streams []run.StreamState, waiting int, err error)
	// Runs lists the newest runs, newest first.
	Runs(ctx context.Context, name string, limit int) ([]run.Run, error)
	// Rejects lists what a run set aside, with reasons.
	Rejects(ctx context.Context, id run.ID) ([]remote.Reject, error)
	// ConfirmDeletions looks again for what the source no longer has and removes
	// it, although it is more than a census removes by itself.
	ConfirmDeletions(ctx context.Context, name, stream string) (run.Run, error)
	// Unmatch hides everything of a company at once and keeps it for the right match.
	Unmatch(ctx context.Context, name, key string) error
	Pause(ctx context.Context, name string, paused bool) error
	// Meanings lists the status dictionary; SetMeaning corrects one row of it.
	Meanings(ctx context.Context, name string) ([]record.Meaning, error)
	SetMeaning(ctx context.Context, name string, m record.Meaning) error
	// ExportMapping returns what was decided about a connection as a file; ImportMapping
	// says what a file would change, and with apply changes it, all of it or nothing.
	ExportMapping(ctx context.Context, name string) ([]byte, error)
	ImportMapping(ctx context.Context, name, text string, apply bool) (mapping.Plan, error)
}

// Actions is what staff do with what could not be carried out.
type Actions interface {
	// DeadActions lists what staff have to look after, oldest first.
	DeadActions(ctx context.Context) ([]action.Action, error)
	// Retry tries a dead action again, looking for an earlier effect first.
	Retry(ctx context.Context, id action.ID) error
	// Amend is Retry with other words, which the client is told of.
	Amend(ctx context.Context, id action.ID, text string) error
	// Discard gives a dead action up; its client reads why.
	Discard(ctx context.Context, id action.ID, reason string) error
}

// Audit is the log that cannot be quietly changed.
type Audit interface {
	// AuditKey returns the text that verifies signed heads.
	AuditKey(ctx context.Context) (string, error)
	// AuditExport writes the whole log as JSON Lines, under a head signed now.
	AuditExport(ctx context.Context, out io.Writer) error
}

// Upkeep is what keeps a Portico safe.
type Upkeep interface {
	// Backup writes the data folder into one file that must not exist.
	Backup(ctx context.Context, path string, recipients []string) (backup.Manifest, error)
	// Restore makes a data folder of a backup, verified and on hold.
	Restore(ctx context.Context, path, into, identity string) (backup.Manifest, audit.Report, error)
	// Hold keeps everything from leaving, why is for people; Release ends it.
	Hold(ctx context.Context, why string) error
	Release(ctx context.Context) error
}

// Webhooks is the administrator's work on who is told what happens.
type Webhooks interface {
	Endpoints(ctx context.Context) ([]delivery.Endpoint, error)
	// AddEndpoint returns the signing secret, which is never shown again. An
	// account "" means all of them.
	AddEndpoint(ctx context.Context, e delivery.Endpoint, account string, headers map[string]string) (made delivery.Endpoint, secret string, err error)
	// RotateEndpoint returns a new secret; the one before signs as well for a day.
	RotateEndpoint(ctx context.Context, id delivery.EndpointID) (secret string, err error)
	EnableEndpoint(ctx context.Context, id delivery.EndpointID, on bool) error
	TestEndpoint(ctx context.Context, id delivery.EndpointID) (delivery.MessageID, error)
	// Deliveries lists the newest, newest first; all states when state is "".
	Deliveries(ctx context.Context, id delivery.EndpointID, state delivery.State, limit int) ([]delivery.Log, error)
	Resend(ctx context.Context, id delivery.ID) error
	// ResendFailed sends everything again that was given up since, and says how many.
	ResendFailed(ctx context.Context, id delivery.EndpointID, since time.Time) (int, error)
}

// Keys is the administrator's work on who uses the API.
type Keys interface {
	Keys(ctx context.Context) ([]apikey.Key, error)
	// AddKey returns the key itself, which is never shown again. No accounts means
	// all of them.
	AddKey(ctx context.Context, k apikey.Key, accounts []string) (made apikey.Key, token string, err error)
	// RevokeKey ends a key, by its id or its name.
	RevokeKey(ctx context.Context, name string) (apikey.Key, error)
}

// Mail is how people are told.
type Mail interface {
	// TestMail sends a test mail and names the server that took it.
	TestMail(ctx context.Context, to string) (server string, err error)
	// MailStatus says what waits and what was given up.
	MailStatus(ctx context.Context) (notice.Report, error)
	// SourceMails lets the source of a connection mail clients, instead of Portico.
	SourceMails(ctx context.Context, name string, yes bool) error
}

// Accounts is the administrator's work on client companies.
type Accounts interface {
	Accounts(ctx context.Context) ([]record.AccountInfo, error)
	// AddAccount makes a hidden account, a branch of parent unless that is "".
	AddAccount(ctx context.Context, name, parent string) (record.AccountInfo, error)
	Launch(ctx context.Context, name string, step record.Launch) (record.AccountInfo, error)
}

// Users is the administrator's work on people.
type Users interface {
	Users(ctx context.Context) ([]access.User, error)
	// AddUser makes a user who is staff (u.Staff set) or a member of account with role.
	AddUser(ctx context.Context, u access.User, account string, role access.Role, password string) (access.User, error)
	// DisableUser ends every session of the user and refuses new ones.
	DisableUser(ctx context.Context, email string) error
	// SetPassword replaces the password and ends every session of the user.
	SetPassword(ctx context.Context, email, password string) error
	// ResetSecondStep takes a person's second step away and ends their sessions.
	ResetSecondStep(ctx context.Context, email string) error
}

// opener makes a Program of a checked configuration.
type opener func(cfg config.Config, log *slog.Logger) (Program, error)
