package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"portico/cmd/internal/backup"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/audit"
	"portico/sync/mapping"
	"portico/sync/notice"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

// fake is a Program that remembers what it was asked and answers err, if set.
type fake struct {
	err, openErr error
	calls        []string
	secrets      map[string]string
	added        remote.Connection
	pending      []string
	report       remote.Report
	runs         []run.Run
	closed       bool
	log          string
}

func (f *fake) call(format string, args ...any) error {
	f.calls = append(f.calls, fmt.Sprintf(format, args...))
	return f.err
}

func (f *fake) Close() error { f.closed = true; return nil }

func (f *fake) Serve(_ context.Context, demo bool, out io.Writer) error {
	fmt.Fprintln(out, "Portico answers")
	return f.call("serve %v", demo)
}

func (f *fake) ServePages(context.Context, io.Writer) error { return f.call("serve pages") }
func (f *fake) Work(context.Context, io.Writer) error       { return f.call("work") }

func (f *fake) Migrate(context.Context) ([]string, error) { return f.pending, f.call("migrate") }
func (f *fake) Pending(context.Context) ([]string, error) { return f.pending, f.call("pending") }

func (f *fake) Doctor(context.Context) (remote.Report, error) { return f.report, f.call("doctor") }

func (f *fake) Connectors() []remote.Spec {
	return []remote.Spec{{ID: "requesttracker", Name: "Request Tracker", Category: "help desk", Fields: []remote.Field{
		{Name: "url", Label: "Address", Type: remote.URLField, Required: true},
		{Name: "queue", Label: "Queue", Type: remote.TextField, Default: "Support"},
		{Name: "token", Label: "Token", Type: remote.SecretField, Required: true},
	}}}
}

func (f *fake) Connections(context.Context) ([]remote.Connection, error) {
	return []remote.Connection{{Name: "Help desk", Connector: "requesttracker", ReadOnly: true}}, f.call("connections")
}

func (f *fake) AddConnection(_ context.Context, c remote.Connection, secrets map[string]string) (remote.Connection, error) {
	f.added, f.secrets = c, secrets
	return c, f.call("add connection %s", c.Name)
}

func (f *fake) CheckConnection(_ context.Context, name string) (remote.Report, error) {
	return f.report, f.call("check %s", name)
}

func (f *fake) Discover(_ context.Context, name string) (remote.Catalog, error) {
	return remote.Catalog{
		Statuses:  map[record.Kind][]string{record.KindTicket: {"stalled"}},
		Queues:    []string{"Support"},
		Companies: []remote.Company{{Key: "1", Name: "Nordwind"}},
	}, f.call("discover %s", name)
}

func (f *fake) Preview(_ context.Context, name, stream string, limit int) (remote.Page, error) {
	return remote.Page{
		Records: []record.Record{{Kind: record.KindTicket, External: "7", Company: "Nordwind", Body: record.Ticket{}}},
		Rejects: []remote.Reject{{Kind: record.KindTicket, External: "8", Reason: "no title\x1b[2J"}},
	}, f.call("preview %s %s %d", name, stream, limit)
}

func (f *fake) Pull(_ context.Context, name string, streams []string, everything bool, progress func(run.Run)) ([]run.Run, error) {
	for _, r := range f.runs {
		progress(r)
	}
	return f.runs, f.call("pull %s %v %v", name, streams, everything)
}

func (f *fake) Companies(_ context.Context, name string) ([]run.Company, error) {
	return []run.Company{{Key: "1", Name: "Nordwind", Waiting: 12}}, f.call("companies %s", name)
}

func (f *fake) Match(_ context.Context, name, key, account string) (record.AccountInfo, error) {
	return record.AccountInfo{Name: account, Launch: record.LaunchHidden}, f.call("match %s %s %s", name, key, account)
}

func (f *fake) Accounts(context.Context) ([]record.AccountInfo, error) {
	parent := record.NewAccountID()
	return []record.AccountInfo{
		{ID: parent, Name: "Nordwind", Launch: record.LaunchInvited},
		{ID: record.NewAccountID(), Name: "Nordwind Bremen", Parent: parent, Launch: record.LaunchHidden},
	}, f.call("accounts")
}

func (f *fake) AddAccount(_ context.Context, name, parent string) (record.AccountInfo, error) {
	return record.AccountInfo{Name: name, Launch: record.LaunchHidden}, f.call("add account %s %s", name, parent)
}

func (f *fake) Launch(_ context.Context, name string, step record.Launch) (record.AccountInfo, error) {
	return record.AccountInfo{Name: name, Launch: step}, f.call("launch %s %s", name, step)
}

func (f *fake) Users(context.Context) ([]access.User, error) {
	return []access.User{
		{Email: "mara@halden.example", Name: "Mara", Staff: access.Admin},
		{Email: "ines@nordwind.example", Name: "Ines", Disabled: true, Created: time.Unix(0, 0)},
	}, f.call("users")
}

func (f *fake) AddUser(_ context.Context, u access.User, account string, role access.Role, password string) (access.User, error) {
	return u, f.call("add user %s staff=%s account=%s role=%s password=%s", u.Email, u.Staff, account, role, password)
}

func (f *fake) DisableUser(_ context.Context, email string) error { return f.call("disable %s", email) }

func (f *fake) ResetSecondStep(_ context.Context, email string) error {
	return f.call("reset second step %s", email)
}

func (f *fake) SetPassword(_ context.Context, email, password string) error {
	return f.call("password %s %s", email, password)
}

func (f *fake) Streams(_ context.Context, name string) ([]run.StreamState, int, error) {
	return []run.StreamState{
		{Stream: "tickets", Completed: time.Date(2026, 11, 19, 9, 0, 0, 0, time.UTC)},
		{Stream: "assets", Failures: 3, Problem: "The help desk does not answer."},
		{Stream: "contacts", Held: "7 of 9 records are missing."},
	}, 12, f.call("streams %s", name)
}

func (f *fake) Runs(_ context.Context, name string, limit int) ([]run.Run, error) {
	return f.runs, f.call("runs %s %d", name, limit)
}

func (f *fake) Rejects(_ context.Context, id run.ID) ([]remote.Reject, error) {
	return []remote.Reject{{Kind: record.KindTicket, External: "7", Reason: "status: This is needed."}}, f.call("rejects %s", id)
}

func (f *fake) ConfirmDeletions(_ context.Context, name, stream string) (run.Run, error) {
	return run.Run{Counts: run.Counts{Read: 2, Deleted: 7}}, f.call("confirm %s %s", name, stream)
}

func (f *fake) Unmatch(_ context.Context, name, key string) error {
	return f.call("unmatch %s %s", name, key)
}

func (f *fake) HookAddress(_ context.Context, name string) (string, *remote.WebhookSpec, run.HookCounts, error) {
	spec := &remote.WebhookSpec{Steps: []string{"Enter the address there."}, Secrets: []remote.HookSecret{{Name: "word", Label: "Word", Made: true, Query: "word"}}}
	return "https://portal.example/hooks/1", spec, run.HookCounts{Taken: 3, Refused: 1, Problem: "The signature does not fit."}, f.call("hooks of %s", name)
}

func (f *fake) SetHookSecret(_ context.Context, name, secret, text string, beside bool) (string, error) {
	if text == "" {
		return "made-here", f.call("make %s of %s %v", secret, name, beside)
	}
	return "", f.call("keep %s of %s: %s %v", secret, name, text, beside)
}

func (f *fake) Pause(_ context.Context, name string, paused bool) error {
	return f.call("pause %s %v", name, paused)
}

func (f *fake) ExportMapping(_ context.Context, name string) ([]byte, error) {
	return []byte("{}\n"), f.call("export %s", name)
}

func (f *fake) ImportMapping(_ context.Context, name, text string, apply bool) (mapping.Plan, error) {
	return mapping.Plan{Companies: []mapping.Match{
		{Outcome: mapping.Created, Key: "1", Account: record.AccountInfo{Name: "Nordwind"}},
		{Outcome: mapping.Left, Key: "2", Why: mapping.OtherName},
		{Outcome: mapping.Same, Key: "3"},
	}}, f.call("import %s %d %v", name, len(text), apply)
}

func (f *fake) Meanings(_ context.Context, name string) ([]record.Meaning, error) {
	return []record.Meaning{record.Guess(record.KindTicket, "stalled")}, f.call("meanings %s", name)
}

func (f *fake) SetMeaning(_ context.Context, name string, m record.Meaning) error {
	return f.call("mean %s %s %s %s %s %s", name, m.Kind, m.Raw, m.State, m.Turn, m.Label)
}

func (f *fake) DeadActions(context.Context) ([]action.Action, error) {
	return []action.Action{{Ref: "PRT-ABCDEFGHIJKL", Kind: action.TicketReply, Reason: "Nobody can tell whether it arrived."}}, f.call("dead")
}

func (f *fake) AuditKey(context.Context) (string, error) { return "portico/audit+key", f.call("key") }

func (f *fake) AuditExport(_ context.Context, out io.Writer) error {
	fmt.Fprintln(out, f.log)
	return f.call("export")
}

func (f *fake) Retry(_ context.Context, id action.ID) error { return f.call("retry %s", id) }
func (f *fake) Amend(_ context.Context, id action.ID, text string) error {
	return f.call("amend %s %s", id, text)
}

func (f *fake) Discard(_ context.Context, id action.ID, reason string) error {
	return f.call("discard %s %s", id, reason)
}

func (f *fake) Hold(_ context.Context, why string) error { return f.call("hold %s", why) }
func (f *fake) Release(context.Context) error            { return f.call("release") }

func (f *fake) Backup(_ context.Context, path string, to []string) (backup.Manifest, error) {
	return backup.Manifest{Schema: 7, Entries: make([]backup.Entry, 3)}, f.call("backup %s %v", path, to)
}

func (f *fake) Restore(_ context.Context, path, into, identity string) (backup.Manifest, audit.Report, error) {
	return backup.Manifest{Entries: make([]backup.Entry, 3)}, audit.Report{Leaves: 9, Covered: 8, Heads: 2}, f.call("restore %s %s %s", path, into, identity)
}

func (f *fake) TestMail(_ context.Context, to string) (string, error) {
	return "mail.example:587", f.call("test mail %s", to)
}

func (f *fake) MailStatus(context.Context) (notice.Report, error) {
	at := time.Date(2026, 11, 19, 9, 0, 0, 0, time.UTC)
	return notice.Report{Waiting: 3, Tried: 2, Oldest: at, Problem: "mail.example:587 did not answer in time.", Notices: 4, Sent: 5,
		Failed: []notice.Failure{{ID: "m1", Sort: notice.News, User: "u1", Ended: at, Problem: "nobody\x1b[2J here"}}}, f.call("mail status")
}

func (f *fake) SourceMails(_ context.Context, name string, yes bool) error {
	return f.call("source mails %s %v", name, yes)
}
