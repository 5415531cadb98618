package store

import (
	"context"
	"time"

	"portico/sync/access"
	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

// touchEvery is how often LastSeen is written at most; a write per request
// would put every page view behind the one writer.
const touchEvery = time.Minute

// entryFields are a session, its user, and the user's place in one account.
var entryFields = scoped.NewColumns("s.id", "s.created_at", "s.seen_at", "s.idle", "s.expires_at", "s.ip", "s.agent", "s.epoch",
	"u.id", "u.name", "u.email", "u.staff_role", "u.disabled", "u.epoch", "u.locale", "u.zone", "u.created_at", "u.totp <> ''", elsewhere,
	"a.name", "a.parent_id", "a.launch", "m.role")

// elsewhere is whether the user may enter another account, too. For somebody with
// one it looks at one entry of an index.
const elsewhere = `EXISTS (SELECT 1 FROM memberships o JOIN accounts oa ON oa.id = o.account_id
	WHERE o.user_id = u.id AND o.account_id <> m.account_id AND oa.launch = 'invited')`

const fromEntry = `FROM sessions s JOIN users u ON u.id = s.user_id LEFT JOIN memberships m ON m.user_id = u.id AND m.account_id = ?
	LEFT JOIN accounts a ON a.id = m.account_id AND a.launch = 'invited' WHERE s.token_hash = ?`

var lookFields = scoped.NewColumns("l.account_id", "l.user_id", "u.name", "l.until")

const fromLook = "FROM looks l JOIN users u ON u.id = l.user_id WHERE l.token_hash = ?"

// StartSession stores a session by the hash of its token; the token itself is
// never stored.
func (y *System) StartSession(ctx context.Context, token [32]byte, s access.Session) error {
	return y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		_, err := tx.Run(ctx, `INSERT INTO sessions (token_hash, id, user_id, epoch, created_at, seen_at, idle, expires_at, ip, agent)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, token[:], s.ID, s.User.ID, s.User.Epoch, at(s.Created), at(s.LastSeen),
			int64(s.Idle/time.Second), at(s.Expires), plain(s.IP), plain(s.Agent))
		if err != nil {
			return fault.At("start session", err)
		}
		return seen(ctx, tx, token, s.LastSeen)
	})
}

// Enter returns the live session of a token, and the user's place in an account:
// zero where MembershipIn would find none. Every page asks for both, so they are
// one question. It is fault.Unauthenticated when the session is absent, over its
// limits, or ended by a newer epoch of its user. Only a session that is used
// counts as seen.
func (y *System) Enter(ctx context.Context, token [32]byte, account record.AccountID, now time.Time, used bool) (access.Session, access.Membership, error) {
	s, m, err := y.entry(ctx, token, account, now)
	if err != nil || !used || now.Sub(s.LastSeen) < touchEvery {
		return s, m, err
	}
	err = y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		if _, err := tx.Run(ctx, "UPDATE sessions SET seen_at = ? WHERE token_hash = ?", at(now), token[:]); err != nil {
			return err
		}
		return seen(ctx, tx, token, now)
	})
	return s, m, fault.At("touch session", err)
}

func (y *System) entry(ctx context.Context, token [32]byte, account record.AccountID, now time.Time) (s access.Session, m access.Membership, err error) {
	var epoch int
	err = y.db.Read(ctx, scoped.Query{Columns: entryFields, Rest: fromEntry, Args: []any{account, token[:]}, Row: func(f *scoped.Fields) {
		epoch = scanSession(f, &s)
		m.Account.Name, m.Account.Parent.UUID, m.Account.Launch, m.Role = f.Text(), f.ID(), record.Launch(f.Text()), access.Role(f.Text())
	}})
	switch {
	case err != nil:
		return access.Session{}, access.Membership{}, fault.At("read session", err)
	case s.User.ID == "" || s.User.Disabled || epoch != s.User.Epoch || now.After(s.Expires) || now.Sub(s.LastSeen) > s.Idle:
		return access.Session{}, access.Membership{}, signedOut()
	case m.Account.Launch == "": // no member, or not invited
		m = access.Membership{}
	default:
		m.User, m.Account.ID = s.User.ID, account
	}
	if s.User.Staff != "" { // nobody else looks at an account as somebody else
		s.Look, err = y.look(ctx, token, now)
	}
	return s, m, err
}

// scanSession reads the part of entryFields that is the session and its user, and
// returns the user's epoch in which it began.
func scanSession(f *scoped.Fields, s *access.Session) (epoch int) {
	s.ID, s.Created, s.LastSeen, s.Idle, s.Expires = f.Text(), f.Time(), f.Time(), time.Duration(f.Int())*time.Second, f.Time()
	s.IP, s.Agent, epoch = f.Text(), f.Text(), int(f.Int())
	u := &s.User
	u.ID, u.Name, u.Email, u.Staff, u.Disabled = f.Text(), f.Text(), f.Text(), access.Role(f.Text()), f.Bool()
	u.Epoch, u.Locale, u.Zone, u.Created, u.SecondStep = int(f.Int()), f.Text(), f.Text(), f.Time(), f.Bool()
	s.Several = f.Bool()
	return epoch
}

// look returns as whom a session looks at an account now.
func (y *System) look(ctx context.Context, token [32]byte, now time.Time) (l access.Look, err error) {
	err = y.db.Read(ctx, scoped.Query{Columns: lookFields, Rest: fromLook, Args: []any{token[:]}, Row: func(f *scoped.Fields) {
		l.Account.UUID, l.User, l.Name, l.Until = f.ID(), f.Text(), f.Text(), f.Time()
	}})
	if err != nil || !l.On(now) {
		return access.Look{}, fault.At("read look", err)
	}
	return l, nil
}

func signedOut() error { return fault.New(fault.Unauthenticated, "Please sign in.") }

// EndSession ends one session; ending one that is gone is fine.
func (y *System) EndSession(ctx context.Context, token [32]byte) error {
	return y.endSessions(ctx, "token_hash = ?", token[:])
}

// EndSessionsOf ends every session of a user.
func (y *System) EndSessionsOf(ctx context.Context, user string) error {
	return y.endSessions(ctx, "user_id = ?", user)
}

func (y *System) endSessions(ctx context.Context, where string, arg any) error {
	return y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		_, err := tx.Run(ctx, "DELETE FROM sessions WHERE "+where, arg)
		return fault.At("end session", err)
	})
}

// EndSessionOf ends one session of a user by its id; fault.NotFound when the user
// has none such. The leaf names who ended it.
func (y *System) EndSessionOf(ctx context.Context, user, id string) error {
	return y.administer(ctx, byPerson(audit.SessionEnded, y.now(), user, "session", id), func(ctx context.Context, tx *scoped.Tx) error {
		n, err := tx.Run(ctx, "DELETE FROM sessions WHERE user_id = ? AND id = ?", user, id)
		if err == nil && n == 0 {
			err = fault.New(fault.NotFound, "This session has ended already.")
		}
		return fault.At("end session", err)
	})
}

// EndOtherSessions ends every session of a user but the one with the id.
func (y *System) EndOtherSessions(ctx context.Context, user, keep string) error {
	return y.administer(ctx, byPerson(audit.SessionEnded, y.now(), user, "kept", keep), func(ctx context.Context, tx *scoped.Tx) error {
		_, err := tx.Run(ctx, "DELETE FROM sessions WHERE user_id = ? AND id <> ?", user, keep)
		return fault.At("end other sessions", err)
	})
}

// SessionsOf lists the live sessions of a user, the last used first.
func (y *System) SessionsOf(ctx context.Context, user string) ([]access.Session, error) {
	var rows []struct {
		ID                           string
		CreatedAt, SeenAt, ExpiresAt moment
		Idle                         int64
		IP                           string `bun:"ip"`
		Agent                        string
	}
	now := y.now()
	err := y.db.Find(ctx, &rows, `SELECT s.id, s.created_at, s.seen_at, s.expires_at, s.idle, s.ip, s.agent FROM sessions s
		JOIN users u ON u.id = s.user_id AND u.epoch = s.epoch WHERE s.user_id = ? AND s.expires_at >= ? ORDER BY s.seen_at DESC, s.id`, user, at(now))
	var out []access.Session
	for _, r := range rows {
		s := access.Session{ID: r.ID, Created: r.CreatedAt.Time, LastSeen: r.SeenAt.Time, Expires: r.ExpiresAt.Time,
			Idle: time.Duration(r.Idle) * time.Second, IP: r.IP, Agent: r.Agent}
		if now.Sub(s.LastSeen) <= s.Idle {
			out = append(out, s)
		}
	}
	return out, fault.At("list sessions", err)
}
