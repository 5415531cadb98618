package app

import (
	"context"

	"portico/sync/access"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

// timetables is when connections are read, for an administrator.
type timetables struct{ carrier }

// Timetable implements timetable.Choosing.
func (f timetables) Timetable(ctx context.Context, id record.ConnectionID) (run.Timetable, remote.Connection, remote.Spec, error) {
	connection, spec, err := f.Of(ctx, id)
	if err != nil {
		return run.Timetable{}, connection, spec, err
	}
	if connector, ok := f.app.connector(connection.Connector); ok {
		spec = tailored(connector, connection.Settings)
	}
	chosen, err := f.sys.Timetable(ctx, id)
	return chosen, connection, spec, err
}

// SetTimetable implements timetable.Choosing.
func (f timetables) SetTimetable(ctx context.Context, s access.Scope, id record.ConnectionID, t run.Timetable) error {
	sys, err := f.on(ctx, s, id)
	if err != nil {
		return err
	}
	_, _, spec, err := f.Timetable(ctx, id)
	if err != nil {
		return err
	}
	return sys.SetTimetable(ctx, id, t, spec.Streams)
}
