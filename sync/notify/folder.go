package notify

import (
	"bytes"
	"context"
	"crypto/rand"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"portico/sync/fault"
)

// folder keeps mails as files (RFC 5322, *.eml) when there is no server.
type folder struct{ o Options }

func newFolder(o Options) (*folder, error) {
	if o.Dir == "" {
		return nil, fault.Wrap(fault.Setup, "set up mail", errFolder)
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fault.Wrap(fault.Setup, "make the mail folder", err)
	}
	o.Log.Warn("no mail server is configured (smtp.host): mails are kept as files and reach nobody", slog.String("folder", o.Dir))
	return &folder{o}, nil
}

// carry writes the mail under a temporary name first, so that who watches the
// folder never reads half of one.
func (f *folder) carry(_ context.Context, l letter) error {
	m, err := l.write(f.o)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		return fault.Wrap(fault.Internal, "write mail", err)
	}
	name := filepath.Join(f.o.Dir, stamp(f.o.Now())+"-"+l.name+"-"+strings.ToLower(rand.Text()[:8])+".eml")
	if err := os.WriteFile(name+".part", b.Bytes(), 0o600); err != nil {
		return fault.Wrap(fault.Unavailable, "keep mail", err)
	}
	if err := os.Rename(name+".part", name); err != nil {
		return fault.Wrap(fault.Unavailable, "keep mail", err)
	}
	f.o.Log.Info("mail kept as a file", slog.String("user", l.user), slog.String("file", name))
	return nil
}
