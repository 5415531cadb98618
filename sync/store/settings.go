package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/store/internal/scoped"
)

// Setting is one saved version of a named group of settings.
type Setting struct {
	Name    string
	Version int    // 1 is the first; 0 means that nothing was saved
	Value   []byte // JSON; secrets in it are sealed
	By      string // name of who saved it, or "" when that person is gone
	At      time.Time
}

// SettingChange is a save of a group of settings.
type SettingChange struct {
	Name    string
	Seen    int    // the version that it was decided upon; 0 when there was none
	Value   []byte // JSON
	By      access.Scope
	From    action.Origin
	Changed []string // the fields that differ, for the audit log; never their values
}

// settingsKept is how many versions of a group stay to be compared with.
const settingsKept = 20

// Setting returns the newest version of a group; the zero Setting, and no error,
// when nothing was saved.
func (y *System) Setting(ctx context.Context, name string) (Setting, error) {
	return y.setting(ctx, "WHERE s.name = ? ORDER BY s.version DESC LIMIT 1", name)
}

// SettingAt returns one version of a group; the zero Setting when it is not kept
// any more or never was.
func (y *System) SettingAt(ctx context.Context, name string, version int) (Setting, error) {
	return y.setting(ctx, "WHERE s.name = ? AND s.version = ?", name, version)
}

func (y *System) setting(ctx context.Context, where string, args ...any) (Setting, error) {
	var rows []struct {
		Name      string
		Version   int
		Value     string
		SavedBy   string
		ChangedAt moment
	}
	err := y.db.Find(ctx, &rows, `SELECT s.name, s.version, s.value, coalesce(u.name, '') AS saved_by, s.changed_at
		FROM settings s LEFT JOIN users u ON u.id = s.changed_by `+where, args...)
	if err != nil || len(rows) == 0 {
		return Setting{}, fault.At("read settings", err)
	}
	r := rows[0]
	return Setting{r.Name, r.Version, []byte(r.Value), r.SavedBy, r.ChangedAt.Time}, nil
}

// SaveSetting adds a version on top of the one that was seen. When somebody else
// was first, the error is fault.Conflict and nothing was saved.
func (y *System) SaveSetting(ctx context.Context, c SettingChange) error {
	if err := access.Administer(c.By); err != nil {
		return err
	}
	now, version := y.now(), c.Seen+1
	return y.administer(ctx, settingEntry(c, version, now), func(ctx context.Context, tx *scoped.Tx) error {
		return putSetting(ctx, tx, c, version, c.By.User(), now)
	})
}

func putSetting(ctx context.Context, tx *scoped.Tx, c SettingChange, version int, by string, now time.Time) error {
	if err := tx.Alone(ctx, "setting "+c.Name); err != nil {
		return fault.At("save settings", err)
	}
	var newest int
	if err := tx.Find(ctx, &newest, "SELECT coalesce(max(version), 0) FROM settings WHERE name = ?", c.Name); err != nil {
		return fault.At("save settings", err)
	}
	if newest != c.Seen {
		return fault.New(fault.Conflict, "Somebody else saved this meanwhile. Compare, and save again.")
	}
	_, err := tx.Run(ctx, "INSERT INTO settings (name, version, value, changed_by, changed_at) VALUES (?, ?, ?, ?, ?)",
		c.Name, version, string(c.Value), by, at(now))
	if err != nil {
		return fault.At("save settings", err)
	}
	_, err = tx.Run(ctx, "DELETE FROM settings WHERE name = ? AND version <= ?", c.Name, version-settingsKept)
	return fault.At("forget old settings", err)
}

// settingEntry tells who changed which fields to what, by its hash: the values
// may be personal, and the hash is that of a row that can be shown.
func settingEntry(c SettingChange, version int, now time.Time) audit.Entry {
	sum := sha256.Sum256(c.Value)
	e := audit.New(audit.SettingsChanged, now, c.By.User(), c.Name)
	e.Facts = pairs([]string{"version", fmt.Sprint(version), "changed", strings.Join(c.Changed, " "), "value_sha256", hex.EncodeToString(sum[:])})
	e.Personal = map[string]string{"name": c.By.Name(), "mail": c.By.Email(), "ip": c.From.IP, "agent": c.From.Agent}
	return e
}
