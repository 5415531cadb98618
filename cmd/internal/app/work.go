package app

import (
	"context"
	"strings"

	"portico/portal"
	"portico/portal/calendar"
	"portico/portal/contracts"
	"portico/portal/documents"
	"portico/portal/projects"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/record"
	"portico/sync/store"
)

// worked adds the pages of what is agreed, planned and delivered beside requests.
func (a *App) worked(to *portal.Pages, d desk, files library, frame ui.FrameOptions) error {
	days, _, err := a.calendar(d, frame)
	if err != nil {
		return err
	}
	framer := ui.NewFramer(frame)
	agreed := contracts.New(contracts.Options{Records: d, Frame: framer})
	planned := projects.New(projects.Options{Records: d, Frame: framer})
	shared := documents.New(documents.Options{Records: d, Files: files, Uploads: a.files, Actions: d, Able: a.able(d.sys), Frame: framer})
	to.Work = portal.Work{
		Calendar: days.List, Event: days.Show, EventAcknowledge: days.Acknowledge,
		Subscription: days.Subscription, Subscribe: days.Subscribe, Unsubscribe: days.Unsubscribe, Feed: days.Feed,
		Contracts: agreed.List, Contract: agreed.Show,
		Projects: planned.List, Project: planned.Show,
		Documents: shared.List, Document: shared.File, DocumentUpload: shared.Upload,
	}
	return nil
}

// calendar is the pages of the calendar, and the key of its feeds' addresses: every
// process has the same.
func (a *App) calendar(d desk, frame ui.FrameOptions) (*calendar.Pages, []byte, error) {
	key, err := a.vault.Derive("calendar feeds")
	if err != nil {
		return nil, nil, err
	}
	return calendar.New(calendar.Options{Records: d, Actions: d, Able: a.able(d.sys), Feeds: d, Readers: feeds{d.sys}, Frame: ui.NewFramer(frame), Plain: frame.Plain,
		Key: key, Base: strings.TrimSuffix(a.cfg.URL(), "/")}), key, nil
}

// feeds recognises whose calendar feed is read.
type feeds struct{ sys *store.System }

// FeedReader mints the scope that the feed's person has now.
func (f feeds) FeedReader(ctx context.Context, feed record.ID) (access.Scope, access.Subscriber, error) {
	who, err := f.sys.Subscriber(ctx, feed)
	if err != nil {
		return access.Scope{}, who, err
	}
	return grant.Member(grant.User{ID: who.User.ID, Name: who.User.Name, Email: who.User.Email}, who.Account.ID, who.Role), who, nil
}
