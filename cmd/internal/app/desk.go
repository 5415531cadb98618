package app

import (
	"context"
	"io"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/files"
	"portico/sync/record"
	"portico/sync/store"
)

// desk is what the pages are given: the account's handle, which rings for what
// it has recorded.
type desk struct {
	*store.Account
	sys   *store.System
	nudge func(ctx context.Context, id string)
	takes takes
}

// Submit records an action and starts on it at once. The ring may be lost; the
// outbox row that was committed with the action is not.
func (d desk) Submit(ctx context.Context, s access.Scope, draft action.Draft) (action.Action, error) {
	draft.From = origin(ctx)
	if err := d.taken(ctx, s, draft); err != nil {
		return action.Action{}, err
	}
	a, err := d.Account.Submit(ctx, s, draft)
	if err == nil && a.State == action.Recorded {
		d.nudge(context.WithoutCancel(ctx), a.ID.String())
	}
	return a, err
}

// library opens attachments: from the cache of the account, or from the source.
type library struct {
	files   *files.Store
	sources sources
}

// OpenAttachment brings the bytes of an attachment that the asker was shown.
func (l library) OpenAttachment(ctx context.Context, _ access.Scope, d record.Detail) (io.ReadCloser, int64, error) {
	key := d.ID.String() + "@" + d.Base
	return l.files.Cached(ctx, d.Account, key, func(ctx context.Context) (io.ReadCloser, error) {
		connector, conn, _, err := l.sources.Open(ctx, d.Stamp.Connection)
		if err != nil {
			return nil, err
		}
		return connector.Open(ctx, conn, record.Ref{Connection: d.Stamp.Connection, Kind: d.Kind, External: d.Stamp.External})
	})
}
