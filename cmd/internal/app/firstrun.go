package app

import (
	"context"
	"fmt"
	"io"
	"time"

	"portico/cmd/internal/provider"
	"portico/portal/admin/settings"
	"portico/portal/session"
	"portico/portal/setup"
	"portico/portal/ui"
	"portico/sync/store"
)

// The token of the first run: 148 bits, for people to type, good for a day.
const (
	setupLength = 30
	setupGroup  = 5
	setupLife   = 24 * time.Hour
)

// announce prints the token that opens the first-run page while nobody can sign
// in. Only its hash is kept; a restart makes another.
func (a *App) announce(ctx context.Context, sys *store.System, out io.Writer) error {
	token := session.NewCode(setupLength)
	started, err := sys.StartSetup(ctx, session.Hash(token), a.now().Add(setupLife))
	if err != nil || !started {
		return err
	}
	fmt.Fprintf(out, "\nNobody can sign in yet. Open %s/setup and type this token, within a day:\n\n    %s\n\nA restart prints a new one.\n\n",
		a.cfg.URL(), session.Grouped(token, setupGroup))
	return nil
}

// firstRun is what the first-run page works with.
func (a *App) firstRun(sys *store.System, firm *provider.Provider, frame ui.FrameOptions) *setup.Options {
	return &setup.Options{Runs: sys, Looks: firstLook{firm, sys}, Plain: frame.Plain, Frame: ui.NewFramer(frame), BaseURL: a.cfg.URL(), Log: a.log}
}

// firstLook saves how the provider appears before there is an administrator.
type firstLook struct {
	*provider.Provider

	sys *store.System
}

// SaveFirst implements setup.Looks.
func (f firstLook) SaveFirst(ctx context.Context, token [32]byte, c settings.BrandingChange) error {
	return f.FirstBranding(ctx, c, func(ctx context.Context, s store.SettingChange) error {
		return f.sys.SaveFirstSetting(ctx, token, s)
	})
}
