package app

import (
	"context"

	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/pull"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
	"portico/sync/store"
	"portico/sync/valid"
)

// Streams tells how current each stream is, and how many records nobody sees.
func (a *App) Streams(ctx context.Context, name string) ([]run.StreamState, int, error) {
	o, err := a.openNamed(ctx, name)
	if err != nil {
		return nil, 0, err
	}
	streams, err := o.sys.Streams(ctx, o.connection.ID)
	if err != nil {
		return nil, 0, err
	}
	waiting, err := o.sys.Waiting(ctx, o.connection.ID)
	return streams, waiting, err
}

// Runs lists the newest runs of a connection.
func (a *App) Runs(ctx context.Context, name string, limit int) ([]run.Run, error) {
	o, err := a.openNamed(ctx, name)
	if err != nil {
		return nil, err
	}
	return o.sys.Runs(ctx, o.connection.ID, limit)
}

// Rejects lists what a run set aside.
func (a *App) Rejects(ctx context.Context, id run.ID) ([]remote.Reject, error) {
	sys, err := a.system(ctx)
	if err != nil {
		return nil, err
	}
	return sys.RejectsOf(ctx, id)
}

// ConfirmDeletions takes a census whose result counts however much is missing.
func (a *App) ConfirmDeletions(ctx context.Context, name, stream string) (run.Run, error) {
	o, err := a.openNamed(ctx, name)
	if err != nil {
		return run.Run{}, err
	}
	if _, err := streamsOf(tailored(o.connector, o.connection.Settings), []string{stream}); err != nil {
		return run.Run{}, err
	}
	if err := outward(ctx, o.sys); err != nil {
		return run.Run{}, err
	}
	puller := pull.New(pull.Options{Store: o.sys, Sources: sources{a, o.sys, a.log}, Log: a.log, Now: a.now})
	r, err := puller.Run(ctx, run.Due{Connection: o.connection.ID, Stream: stream, Mode: remote.Census, Force: true})
	if err == nil && r.ID == "" {
		err = fault.New(fault.Conflict, "The stream is being pulled by another process right now. Try again in a minute.")
	}
	return r, err
}

// Unmatch hides everything of a company at once.
func (a *App) Unmatch(ctx context.Context, name, key string) error {
	o, err := a.openNamed(ctx, name)
	if err != nil {
		return err
	}
	known, err := o.sys.Companies(ctx, o.connection.ID)
	if err != nil {
		return err
	}
	if err := o.sys.Unmatch(ctx, o.connection.ID, key); err != nil {
		return err
	}
	for _, company := range known {
		if company.Key == key && !company.Account.ID.IsZero() {
			// What was downloaded for the wrong account goes too.
			return a.files.Forget(ctx, company.Account.ID)
		}
	}
	return nil
}

// Pause stops or resumes pulling.
func (a *App) Pause(ctx context.Context, name string, paused bool) error {
	o, err := a.openNamed(ctx, name)
	if err != nil {
		return err
	}
	return o.sys.SetPaused(ctx, o.connection.ID, paused)
}

// Meanings lists the status dictionary.
func (a *App) Meanings(ctx context.Context, name string) ([]record.Meaning, error) {
	o, err := a.openNamed(ctx, name)
	if err != nil {
		return nil, err
	}
	return o.sys.Meanings(ctx, o.connection.ID)
}

// SetMeaning corrects one row of the dictionary. What it leaves out stays as guessed.
func (a *App) SetMeaning(ctx context.Context, name string, m record.Meaning) error {
	o, err := a.openNamed(ctx, name)
	if err != nil {
		return err
	}
	m = completed(m)
	if err := valid.Struct(m); err != nil {
		return err
	}
	return o.sys.SetMeaning(ctx, o.connection.ID, m)
}

// manyDead is how many dead actions are listed at once.
const manyDead = 500

// DeadActions lists what staff have to look after.
func (a *App) DeadActions(ctx context.Context) ([]action.Action, error) {
	sys, err := a.system(ctx)
	if err != nil {
		return nil, err
	}
	return sys.DeadActions(ctx, manyDead)
}

// byOperator signs what is decided on the command line, for the client.
const byOperator = "our team"

// ruling is a decision on an action as it is now.
func ruling(ctx context.Context, sys *store.System, id action.ID) (action.Ruling, error) {
	held, err := sys.HeldAction(ctx, id)
	return action.Ruling{ID: id, Seen: held.Generation, By: byOperator}, err
}

// Retry gives a dead action a new generation; the sweep of the serving process
// finds it.
func (a *App) Retry(ctx context.Context, id action.ID) error {
	sys, err := a.system(ctx)
	if err != nil {
		return err
	}
	r, err := ruling(ctx, sys, id)
	if err != nil {
		return err
	}
	return sys.Revive(ctx, r)
}

// Amend is Retry with other words.
func (a *App) Amend(ctx context.Context, id action.ID, text string) error {
	if err := action.CheckText(text); err != nil {
		return err
	}
	sys, err := a.system(ctx)
	if err != nil {
		return err
	}
	r, err := ruling(ctx, sys, id)
	if err != nil {
		return err
	}
	r.Text = text
	return sys.Revive(ctx, r)
}

// Discard gives a dead action up, for a reason that its client reads.
func (a *App) Discard(ctx context.Context, id action.ID, reason string) error {
	if err := action.CheckReason(reason); err != nil {
		return err
	}
	sys, err := a.system(ctx)
	if err != nil {
		return err
	}
	r, err := ruling(ctx, sys, id)
	if err != nil {
		return err
	}
	r.Reason = reason
	return sys.Discard(ctx, r)
}
