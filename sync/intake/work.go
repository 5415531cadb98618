package intake

import (
	"context"
	"slices"
	"time"

	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
	"portico/sync/valid"
)

// Limits of one reading.
const (
	lease      = 2 * time.Minute
	readLimit  = time.Minute      // for reading all records of a hook
	settleTime = 10 * time.Second // for committing what is known
	sweepLimit = 1000
)

// waits are the pauses between readings that fail; after the last one the
// streams are left to bring it.
var waits = []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute}

// Sweep rings for hooks that are due and that nobody rang for, and writes down how many
// came. Call it at least every ten seconds.
func (i *Intake) Sweep(ctx context.Context) error {
	ids, err := i.o.Store.DueHooks(ctx, i.o.Now(), sweepLimit)
	if err != nil {
		return fault.At("list due hooks", err)
	}
	for _, id := range ids {
		i.o.Ring(ctx, id)
	}
	return i.count(ctx)
}

// Work reads anew what a hook hints at. That somebody else is at it, or that
// nothing is to be done, is no error.
func (i *Intake) Work(ctx context.Context, id run.HookID) error {
	h, ok, err := i.o.Store.ClaimHook(ctx, id, lease)
	if err != nil || !ok {
		return fault.At("claim hook "+string(id), err)
	}
	step := i.read(ctx, h)
	// What is known must be written, even when the work was called off.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	err = i.o.Store.SettleHook(ctx, h, step)
	if fault.Is(err, fault.Conflict) {
		i.o.Log.Warn("a hook was taken over by another worker", "hook", string(id))
		return nil
	}
	if err != nil {
		return fault.At("settle hook "+string(id), err)
	}
	i.o.Committed()
	return nil
}

func (i *Intake) read(ctx context.Context, h run.Hook) run.HookStep {
	ctx, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	connector, conn, connection, err := i.o.Sources.Open(ctx, h.Connection)
	if err != nil {
		return i.failed(h, nil, err)
	}
	spec := connector.Spec()
	switch {
	case len(h.Refs) == 0:
		return run.HookStep{}
	case connection.Paused:
		return run.HookStep{Problem: "Pulling is paused; the hint was not followed.", Hasten: streams(spec, h.Refs)}
	case len(h.Refs) > maxRefs:
		return run.HookStep{Hasten: streams(spec, h.Refs)}
	}
	byItself := slices.DeleteFunc(slices.Clone(h.Refs), func(r record.Ref) bool { return r.External == "" })
	records, err := connector.Read(ctx, conn, byItself)
	if err != nil {
		return i.failed(h, streams(spec, h.Refs), err)
	}
	return i.found(spec, h, records)
}

// found takes what was read. A hinted record that is not among it is left to its
// stream, which alone may decide that something is gone.
func (i *Intake) found(spec remote.Spec, h run.Hook, records []record.Record) run.HookStep {
	var step run.HookStep
	got := map[record.Ref]bool{}
	for _, r := range records {
		if err := valid.Struct(r); err != nil {
			i.o.Log.Warn("a record that a hook hinted at breaks the rules", "hook", string(h.ID), "kind", string(r.Kind), "external", r.External, "error", err)
			continue
		}
		got[record.Ref{Connection: h.Connection, Kind: r.Kind, External: r.External}] = true
		step.Records = append(step.Records, r)
	}
	missing := slices.DeleteFunc(slices.Clone(h.Refs), func(r record.Ref) bool { return got[r] })
	step.Hasten = streams(spec, missing)
	return step
}

// failed tries again later, and in the end leaves it to the streams.
func (i *Intake) failed(h run.Hook, hasten []string, cause error) run.HookStep {
	problem := fault.Public(cause)
	if problem == "" {
		problem = "Reading what it hints at failed because of a defect; the log has the details."
	}
	i.o.Log.Warn("what a hook hints at could not be read", "hook", string(h.ID), "attempt", h.Attempt+1, "error", cause)
	if h.Attempt >= len(waits) {
		return run.HookStep{Hasten: hasten, Problem: problem}
	}
	wait := max(waits[h.Attempt], fault.RetryAfter(cause))
	return run.HookStep{Again: i.o.Now().Add(wait), Problem: problem}
}

// streams are those that bring the kinds hinted at.
func streams(spec remote.Spec, refs []record.Ref) []string {
	var out []string
	for _, s := range spec.Streams {
		if slices.ContainsFunc(refs, func(r record.Ref) bool { return slices.Contains(s.Kinds, r.Kind) }) {
			out = append(out, s.Name)
		}
	}
	return out
}
