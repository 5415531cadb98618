package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

// operator is who acts by the command line, where nobody is signed in.
const operator = "command line"

// worker is who ends an action.
const worker = "portico"

// doer is who changes something, for the audit log.
type doer struct {
	scope access.Scope
	from  action.Origin
}

// As returns the handle for what a signed-in administrator, or a program with an
// API key, changes: the audit log names them instead of the command line. Whether
// they may is for the caller to ask.
func (y *System) As(s access.Scope, from action.Origin) *System {
	return &System{core: y.core, by: &doer{s, from}}
}

// sign names who does what an entry tells.
func (y *System) sign(e audit.Entry) audit.Entry {
	if y.by == nil || e.Actor != operator {
		return e
	}
	e.Actor = y.by.scope.User()
	personal := map[string]string{"by": y.by.scope.Name(), "by_mail": y.by.scope.Email(), "ip": y.by.from.IP, "agent": y.by.from.Agent}
	maps.Copy(personal, e.Personal)
	e.Personal = personal
	return e
}

// leave writes the leaf of an entry in the transaction of what it tells.
func leave(ctx context.Context, tx *scoped.Tx, e audit.Entry) error {
	data, personal, err := e.Seal()
	if err != nil {
		return fault.Wrap(fault.Internal, "seal audit entry", err)
	}
	kept, err := json.Marshal(personal)
	if err != nil {
		return fault.Wrap(fault.Internal, "encode audit entry", err)
	}
	_, err = tx.Run(ctx, "INSERT INTO audit_leaves (at, account_id, what, leaf, personal) VALUES (?, ?, ?, ?, ?)",
		at(e.At), e.Account, e.What, string(data), string(kept))
	return fault.At("write audit leaf", err)
}

// Record writes an entry that belongs to no other transaction: a sign-in, a refusal.
func (y *System) Record(ctx context.Context, e audit.Entry) error {
	return y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error { return leave(ctx, tx, e) })
}

// administered is an entry of what an administrator did.
func administered(what audit.What, when time.Time, object string, facts ...string) audit.Entry {
	e := audit.New(what, when, operator, object)
	e.Facts = pairs(facts)
	return e
}

// byPerson is an entry of what somebody did to what is theirs.
func byPerson(what audit.What, when time.Time, user string, facts ...string) audit.Entry {
	e := audit.New(what, when, user, user)
	e.Facts = pairs(facts)
	return e
}

// ofAccount says which account an entry concerns.
func ofAccount(account record.AccountID, e audit.Entry) audit.Entry {
	e.Account = account
	return e
}

// ofPerson says whom an entry is about.
func ofPerson(u access.User, e audit.Entry) audit.Entry {
	e.Personal = map[string]string{"name": u.Name, "mail": u.Email}
	return e
}

// administer runs f and writes the entry in the same transaction.
func (y *System) administer(ctx context.Context, e audit.Entry, f func(ctx context.Context, tx *scoped.Tx) error) error {
	return y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		if err := f(ctx, tx); err != nil {
			return err
		}
		return leave(ctx, tx, y.sign(e))
	})
}

// submittedEntry is the entry of an action: who asked, for which account, what
// exactly, on which version, from where.
func submittedEntry(a action.Action, from action.Origin) audit.Entry {
	e := audit.New(audit.ActionSubmitted, a.Recorded, a.Actor.User, a.ID.String())
	e.Account = a.Account
	e.Facts = pairs([]string{"kind", string(a.Kind), "ref", a.Ref, "target", idText(a.Target), "external", a.External,
		"base", a.Base, "input_sha256", inputHash(a.Input), "words", a.Input.Fields[action.FieldConsent], "digest", a.Input.Fields[action.FieldDigest]})
	e.Personal = map[string]string{"name": a.Actor.Name, "mail": a.Actor.Email, "ip": from.IP, "agent": from.Agent}
	return e
}

// movedEntry is the entry of an action that came to an end, or to a person.
func movedEntry(what audit.What, a action.Action, by string, now time.Time, facts ...string) audit.Entry {
	e := audit.New(what, now, by, a.ID.String())
	e.Account = a.Account
	e.Facts = pairs(append([]string{"kind", string(a.Kind), "ref", a.Ref}, facts...))
	return e
}

// ended is the entry of a claimed action that rests now: confirmed, refused, in
// conflict, or with a person.
func ended(c action.Claim, step action.Step, now time.Time) audit.Entry {
	reference := step.Reference
	if reference == "" {
		reference = c.Action.Reference
	}
	return movedEntry(audit.ActionEnded, c.Action, worker, now, "state", string(step.State), "reference", reference, "reason", step.Reason)
}

func idText(id record.ID) string {
	if id.IsZero() {
		return ""
	}
	return id.String()
}

func inputHash(in action.Input) string {
	data, err := json.Marshal(in)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// pairs makes facts of names and values; empty values say nothing.
func pairs(list []string) map[string]string {
	out := map[string]string{}
	for i := 0; i+1 < len(list); i += 2 {
		if list[i+1] != "" {
			out[list[i]] = list[i+1]
		}
	}
	return out
}

// hashesOf reads stored hashes of the tree, those of this batch from memory.
func hashesOf(ctx context.Context, tx *scoped.Tx, fresh map[int64]tlog.Hash) tlog.HashReader {
	return tlog.HashReaderFunc(func(positions []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(positions))
		for i, p := range positions {
			if h, ok := fresh[p]; ok {
				out[i] = h
				continue
			}
			var hash []byte
			if err := tx.Find(ctx, &hash, "SELECT hash FROM audit_hashes WHERE position = ?", p); err != nil {
				return nil, err
			}
			copy(out[i][:], hash)
		}
		return out, nil
	})
}
