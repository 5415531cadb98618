package notify

import (
	"bytes"
	"crypto/rand"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"portico/sync/fault"
)

// keep writes a mail as a file (RFC 5322, *.eml) when there is no server; under a
// temporary name first, so that who watches the folder never reads half of one.
func (m *Mailer) keep(l letter, msg *gomail.Msg) error {
	var b bytes.Buffer
	if _, err := msg.WriteTo(&b); err != nil {
		return fault.Wrap(fault.Internal, "write mail", err)
	}
	if err := os.MkdirAll(m.o.Dir, 0o700); err != nil {
		return fault.Wrap(fault.Unavailable, "make the mail folder", err)
	}
	name := filepath.Join(m.o.Dir, m.o.Now().UTC().Format("20060102T150405.000Z")+"-"+l.name+"-"+strings.ToLower(rand.Text()[:8])+".eml")
	if err := os.WriteFile(name+".part", b.Bytes(), 0o600); err != nil {
		return fault.Wrap(fault.Unavailable, "keep mail", err)
	}
	if err := os.Rename(name+".part", name); err != nil {
		return fault.Wrap(fault.Unavailable, "keep mail", err)
	}
	m.o.Log.Info("mail kept as a file, because no mail server is configured (smtp.host)", slog.String("user", l.user), slog.String("file", name))
	return nil
}
