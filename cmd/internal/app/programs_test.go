package app

import (
	"context"
	"io"
	"strings"

	"portico/portal/api"
	"portico/portal/calendar"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/record"
	"portico/sync/store"
)

// Programs is the API as the program wires it, over its own database. Every system
// of it takes documents, which none of those does that come with the program, and
// every file holds its own name.
func (a *App) Programs(ctx context.Context) (*api.API, *store.Store, error) {
	s, err := a.open(ctx, true)
	if err != nil {
		return nil, nil, err
	}
	o, err := a.programOptions(s, desk{s.Account(), s.System(), func(context.Context, string) {}, nil})
	if err != nil {
		return nil, nil, err
	}
	able := o.Able
	o.Able = func(ctx context.Context, c record.ConnectionID, k action.Kind) bool {
		return k == action.DocumentUpload || able(ctx, c, k)
	}
	o.Files = titles{}
	programs, err := api.New(o)
	return programs, s, err
}

// Calendar is the pages of the calendar as the program wires them, and the key of
// its feeds' addresses.
func (a *App) Calendar(s *store.Store) (*calendar.Pages, []byte, error) {
	frame := ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Accounts: s.Account(), Now: a.now}
	return a.calendar(desk{s.Account(), s.System(), func(context.Context, string) {}, nil}, frame)
}

// titles are files that hold their own names.
type titles struct{}

func (titles) OpenAttachment(_ context.Context, _ access.Scope, d record.Detail) (io.ReadCloser, int64, error) {
	return io.NopCloser(strings.NewReader(d.Title)), int64(len(d.Title)), nil
}
