package push_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"portico/sync/action"
	"portico/sync/record"
	"portico/sync/remote"
)

// storm makes the world fail as rapid draws it: the process ends around a
// commit, answers get lost, the source commits late, workers are rung twice.
func storm(rt *rapid.T, w *world) {
	calm := func(label string, percent int) bool { return rapid.IntRange(0, 99).Draw(rt, label) >= percent }
	w.settled = func(action.Step) (error, error) {
		switch {
		case calm("commit", 25):
			return nil, nil
		case rapid.Bool().Draw(rt, "lost"):
			return errCrash, nil
		default:
			return nil, errCrash
		}
	}
	w.source.prepare = func(context.Context, action.Action) remote.Outcome {
		return remote.Outcome{Verdict: rapid.SampledFrom([]remote.Verdict{remote.Done, remote.Done, remote.Done, remote.Retry, remote.Unknown}).Draw(rt, "prepare")}
	}
	w.source.act = func(ctx context.Context, a action.Action) remote.Outcome {
		if !calm("second ring", 30) {
			_ = w.worker().Work(ctx, a.ID) // another worker hears the same ring; it must keep its hands off
		}
		switch rapid.IntRange(0, 6).Draw(rt, "act") {
		case 0: // the answer is lost
			w.source.apply(a.ID)
			return remote.Outcome{Verdict: remote.Unknown}
		case 1: // the request is lost
			return remote.Outcome{Verdict: remote.Unknown}
		case 2: // the source commits after we stopped waiting
			took := time.Duration(rapid.IntRange(1, int((sendFor+graceFor)/time.Second)-1).Draw(rt, "late")) * time.Second
			w.source.late = append(w.source.late, lateEffect{id: a.ID, at: w.now.Add(took)})
			return remote.Outcome{Verdict: remote.Unknown}
		case 3:
			return remote.Outcome{Verdict: remote.Retry, After: 3 * time.Second}
		case 4:
			return remote.Outcome{Verdict: remote.Rejected, Reason: "No."}
		case 5: // the connector dies after its request got through
			w.source.apply(a.ID)
			panic("connector")
		default:
			w.source.apply(a.ID)
			return remote.Outcome{Verdict: remote.Done, Reference: "41"}
		}
	}
	unsure := func(label string) func(context.Context, action.Action) remote.Outcome {
		return func(_ context.Context, a action.Action) remote.Outcome {
			if calm(label, 20) {
				return w.source.look(a)
			}
			return remote.Outcome{Verdict: remote.Unknown}
		}
	}
	w.source.probe, w.source.confirm = unsure("probe"), unsure("confirm")
}

// quieten ends every failure, so that what is owed must come to its end.
func quieten(w *world) {
	w.settled = nil
	w.source.prepare, w.source.act, w.source.probe, w.source.confirm = nil, nil, nil, nil
}

// sweep rings everything that is due, twice, as a careless queue would.
func sweep(w *world) {
	ids, _ := w.DueActions(context.Background(), w.now, 1000)
	for _, id := range append(ids, ids...) {
		_ = w.worker().Work(context.Background(), id)
	}
}

func TestNothingIsLostOrDoubled(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld()
		targets := []record.ID{record.NewID(), record.NewID()}
		storm(rt, w)
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			for range rapid.IntRange(0, 2).Draw(rt, "recorded") {
				w.record(rapid.SampledFrom(targets).Draw(rt, "target"))
			}
			sweep(w)
			w.pass(time.Duration(rapid.IntRange(1, 90).Draw(rt, "pass")) * time.Second)
		}
		quieten(w)
		for range 1000 {
			sweep(w)
			w.pass(10 * time.Second)
		}
		w.verify(rt)
	})
}

func (w *world) verify(rt *rapid.T) {
	for _, id := range w.order {
		effects, state := w.source.effects[id], w.actions[id].State
		switch {
		case effects > 1:
			rt.Fatalf("applied %d times: %v", effects, w.history[id])
		case state == action.Confirmed && effects != 1:
			rt.Fatalf("confirmed without an effect: %v", w.history[id])
		case state == action.Refused && effects != 0:
			rt.Fatalf("refused although it took effect: %v", w.history[id])
		case state != action.Confirmed && state != action.Refused && !(state == action.Dead && slices.Contains(w.history[id], action.Unknown)):
			rt.Fatalf("ended %s: %v", state, w.history[id])
		}
	}
	rank := map[action.ID]int{}
	for n, id := range w.order {
		rank[id] = n
	}
	last := map[record.ID]int{}
	for _, id := range w.source.applied {
		target := w.actions[id].Target
		if was, ok := last[target]; ok && rank[id] < was {
			rt.Fatalf("effects on one record came out of order")
		}
		last[target] = rank[id]
	}
}
