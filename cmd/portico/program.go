package main

import (
	"context"
	"io"
	"log/slog"

	"portico/config"
	"portico/sync/access"
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
}

// opener makes a Program of a checked configuration.
type opener func(cfg config.Config, log *slog.Logger) (Program, error)
