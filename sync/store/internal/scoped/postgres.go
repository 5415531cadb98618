package scoped

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"runtime"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"portico/sync/fault"
)

// Server says how PostgreSQL is reached: an address (postgres://…) for each of
// the three roles.
type Server struct {
	App    string // pages; sees the rows of the account that it names
	System string // pulls, relay, sessions; sees every account
	Owner  string // owns the tables; only migrations use it, and it may be ""
	Conns  int    // connections of the app and of the system role, each; 0 means by the number of cores
}

// Named reports whether a PostgreSQL is named at all.
func (s Server) Named() bool { return s.App != "" || s.System != "" || s.Owner != "" }

// openPostgres connects the roles that the program lives with. Their rights are
// looked at by Vet, because they are only there once the schema is.
func openPostgres(ctx context.Context, o Options) (*DB, error) {
	conns := o.Server.Conns
	if conns <= 0 {
		conns = max(8, 4*runtime.GOMAXPROCS(0))
	}
	system, err := dial(ctx, "system_url", o.Server.System, conns)
	if err != nil {
		return nil, err
	}
	viewers, err := dial(ctx, "url", o.Server.App, conns)
	if err != nil {
		_ = system.Close()
		return nil, err
	}
	// Bulk work takes at most half of the connections, so that a person finds one.
	p := &pools{dialect: Postgres, viewers: viewers, system: system, address: o.Server, guard: o.Guard, bulk: make(chan struct{}, max(1, conns/2))}
	return &DB{pools: p, read: system, write: system}, nil
}

// dial opens a pool for one role; setting is what the address is called in the
// configuration. The error never holds the password.
func dial(ctx context.Context, setting, address string, conns int) (*bun.DB, error) {
	if address == "" {
		return nil, fault.Newf(fault.Setup, "database.%s is missing. PostgreSQL needs an address for each role: url, system_url, and owner_url for migrations.", setting)
	}
	cfg, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, fault.Newf(fault.Setup, "database.%s is not an address of PostgreSQL (like postgres://user:password@host:5432/portico).", setting)
	}
	cfg.RuntimeParams["timezone"] = "UTC"
	// What is prepared here is written so that one plan serves every value; what
	// is not carries its values in its text. Planning anew cost half of a page.
	cfg.RuntimeParams["plan_cache_mode"] = "force_generic_plan"
	if cfg.RuntimeParams["application_name"] == "" {
		cfg.RuntimeParams["application_name"] = "portico"
	}
	db := sql.OpenDB(connector{stdlib.GetConnector(*cfg)})
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	if err := db.PingContext(ctx); err != nil {
		_ = db.Close()
		return nil, fault.Newf(fault.Setup, "PostgreSQL at %s:%d does not let %s into the database %s (database.%s).",
			cfg.Host, cfg.Port, cfg.User, cfg.Database, setting).Because("connect to PostgreSQL", err)
	}
	return bun.NewDB(db, pgdialect.New()), nil
}

// role is the name of the role in an address.
func role(address string) string {
	cfg, err := pgx.ParseConfig(address)
	if err != nil {
		return ""
	}
	return cfg.User
}

// connector makes sessions of the driver's connections.
type connector struct{ driver.Connector }

// Connect implements driver.Connector.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, away(err)
	}
	return &session{conn.(*stdlib.Conn)}, nil
}
