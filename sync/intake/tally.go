package intake

import (
	"context"
	"maps"
	"slices"
	"sync"

	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/run"
)

// tally counts what became of messages until a sweep writes it down: whoever sends
// forged ones must not have a transaction for each.
type tally struct {
	mu   sync.Mutex
	open map[record.ConnectionID]run.HookCounts
}

func (t *tally) add(c run.HookCounts) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.open[c.Connection] = t.open[c.Connection].Add(c)
	kept := t.open[c.Connection]
	kept.Connection = c.Connection
	t.open[c.Connection] = kept
}

func (t *tally) take() []run.HookCounts {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := slices.Collect(maps.Values(t.open))
	t.open = map[record.ConnectionID]run.HookCounts{}
	return out
}

// refuse counts a message that was not proven, or that made no sense.
func (i *Intake) refuse(id record.ConnectionID, cause error) {
	problem := fault.Public(cause)
	if problem == "" {
		problem = "It could not be understood; the log has the details."
	}
	i.tally.add(run.HookCounts{Connection: id, Refused: 1, LastRefused: i.o.Now(), Problem: problem})
}

func (i *Intake) took(id record.ConnectionID, fresh bool) {
	c := run.HookCounts{Connection: id, LastTaken: i.o.Now()}
	if fresh {
		c.Taken = 1
	} else {
		c.Repeated = 1
	}
	i.tally.add(c)
}

// count writes down what was counted since the last time. What cannot be written is
// kept for the next.
func (i *Intake) count(ctx context.Context) error {
	counts := i.tally.take()
	if len(counts) == 0 {
		return nil
	}
	err := i.o.Store.CountHooks(ctx, counts)
	if err != nil {
		for _, c := range counts {
			i.tally.add(c)
		}
	}
	return fault.At("write down how many webhooks came", err)
}
