package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"portico/portal/session"
	"portico/sync/action"
	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/store"
)

// Rhythm of the audit log: leaves are numbered within a second, and a head is
// signed after so many of them or so much time.
const (
	sequenceEvery = time.Second
	sequenceMost  = 1000
	headEntries   = 100
	headEvery     = 5 * time.Minute
)

// auditName names the log in its signed heads.
const auditName = "portico/audit"

// auditKey is the pair that signs heads; the first line of its file signs, the
// second verifies. It lies beside the key of the vault, apart from the data.
type auditKey struct{ signer, verifier string }

func (a *App) auditKeyFile() string {
	return filepath.Join(filepath.Dir(a.cfg.KeyFile), "audit.key")
}

// loadAuditKey reads the key, or makes one. Of two starters one makes it.
func (a *App) loadAuditKey() (auditKey, error) {
	path := a.auditKeyFile()
	data, err := os.ReadFile(path) // #nosec G304 -- the administrator's own path
	if errors.Is(err, os.ErrNotExist) {
		if err := makeAuditKey(path); err != nil && !errors.Is(err, os.ErrExist) {
			return auditKey{}, fault.Newf(fault.Setup, "The key that signs the audit log cannot be made at %s: %v", path, err)
		}
		data, err = os.ReadFile(path) // #nosec G304 -- the administrator's own path
	}
	if err != nil {
		return auditKey{}, fault.Newf(fault.Setup, "The key that signs the audit log cannot be read at %s: %v", path, err)
	}
	signer, verifier, ok := strings.Cut(strings.TrimSpace(string(data)), "\n")
	if !ok {
		return auditKey{}, fault.Newf(fault.Setup, "%s does not hold a key of the audit log. Restore it from its backup.", path)
	}
	return auditKey{signer, verifier}, nil
}

// makeAuditKey writes a fresh key whole or not at all: it is linked into place.
func makeAuditKey(path string) error {
	signer, verifier, err := audit.NewKey(auditName)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	draft, err := os.CreateTemp(filepath.Dir(path), "audit.key.*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(draft.Name()) }()
	_, err = fmt.Fprintf(draft, "%s\n%s\n", signer, verifier)
	if err := errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return err
	}
	return os.Link(draft.Name(), path)
}

// sequence numbers leaves and signs heads until ctx ends. What the last requests
// left is numbered at the next start: it stands in the database already.
func (a *App) sequence(ctx context.Context, sys *store.System) error {
	key, err := a.loadAuditKey()
	if err != nil {
		return err
	}
	sign := func(size int64, root tlog.Hash) (audit.Head, error) { return audit.Sign(key.signer, size, root) }
	tick := time.NewTicker(sequenceEvery)
	defer tick.Stop()
	failing := false
	for {
		err := step(ctx, sys, sign)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil && !failing {
			a.log.Error("the audit log is not numbered", "error", err)
		}
		failing = err != nil
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}

func step(ctx context.Context, sys *store.System, sign store.Signer) error {
	for {
		n, err := sys.Sequence(ctx, sequenceMost)
		if err != nil {
			return err
		}
		if n < sequenceMost {
			break
		}
	}
	_, err := sys.SignHead(ctx, sign, headEntries, headEvery)
	return err
}

// AuditKey returns the text that verifies heads; it may be given to anybody.
func (a *App) AuditKey(context.Context) (string, error) {
	key, err := a.loadAuditKey()
	return key.verifier, err
}

// AuditExport writes the log as JSON Lines, under a head that is signed now.
func (a *App) AuditExport(ctx context.Context, out io.Writer) error {
	sys, err := a.system(ctx)
	if err != nil {
		return err
	}
	key, err := a.loadAuditKey()
	if err != nil {
		return err
	}
	sign := func(size int64, root tlog.Hash) (audit.Head, error) { return audit.Sign(key.signer, size, root) }
	for n := sequenceMost; n == sequenceMost; {
		if n, err = sys.Sequence(ctx, sequenceMost); err != nil {
			return err
		}
	}
	if _, err := sys.SignHead(ctx, sign, 1, 0); err != nil {
		return err
	}
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	return sys.ExportAudit(ctx, func(l audit.Line) error { return lines.Encode(l) })
}

// origin is where a request comes from.
func origin(ctx context.Context) action.Origin {
	s, ok := session.Of(ctx)
	if !ok { // a program with a key, or nobody
		return action.Origin{IP: session.Address(ctx)}
	}
	return action.Origin{IP: s.IP, Agent: s.Agent}
}

// journal writes sign-ins and refusals. That one cannot be written is logged and
// keeps nobody out: the portal fails open here and closed everywhere else.
func (a *App) journal(sys *store.System) func(ctx context.Context, e audit.Entry) {
	return func(ctx context.Context, e audit.Entry) {
		if err := sys.Record(context.WithoutCancel(ctx), e); err != nil {
			a.log.Error("an audit entry was not written", "what", string(e.What), "error", err)
		}
	}
}
