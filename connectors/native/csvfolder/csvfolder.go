// Package csvfolder is the connector for systems without an API: it reads CSV files
// that something else puts into a folder of this machine. It promises that nothing
// outside of that folder is read, that a file is read only once it is still, that
// facts are as old as the file that they stand in and never younger, that a file that
// is empty, short or cut deletes nothing, and that a column means what a person said.
//
// It hides encodings, separators, the habits of spreadsheets, and where a reading that
// was interrupted goes on. It writes nothing: there is nobody who would read it.
package csvfolder

import (
	"context"

	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// Connector is the folder at work. It keeps nothing and is safe for concurrent use.
type Connector struct{}

var (
	_ remote.Connector = Connector{}
	_ remote.Sampler   = Connector{}
	_ remote.Tabular   = Connector{}
)

// New returns the connector.
func New() Connector { return Connector{} }

// Hints implements remote.Connector: a folder tells nothing by itself.
func (Connector) Hints(context.Context, remote.Conn, *remote.RawRequest) ([]remote.Hint, error) {
	return nil, nil
}

const writesNothing = "This system hands files over and takes nothing back."

func refused() remote.Outcome {
	return remote.Outcome{Verdict: remote.Rejected, Reason: writesNothing, Cause: fault.New(fault.Invalid, writesNothing)}
}

// Prepare implements remote.Connector: nothing can be written.
func (Connector) Prepare(context.Context, remote.Conn, action.Action) (string, remote.Outcome) {
	return "", refused()
}

// Act implements remote.Connector: nothing can be written.
func (Connector) Act(context.Context, remote.Conn, action.Action) remote.Outcome { return refused() }

// Probe implements remote.Connector: nothing was ever written.
func (Connector) Probe(context.Context, remote.Conn, action.Action) remote.Outcome { return refused() }

// Confirm implements remote.Connector: nothing was ever written.
func (Connector) Confirm(context.Context, remote.Conn, action.Action) remote.Outcome {
	return refused()
}

// reject describes what cannot be a record.
func reject(kind record.Kind, external, reason string) remote.Reject {
	return remote.Reject{Kind: kind, External: clip(external, 250), Reason: clip(reason, 500)}
}

// clip cuts a text to so many bytes, never inside a character.
func clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && text[most]&0xC0 == 0x80 {
		most--
	}
	return text[:most]
}
