package push_test

import (
	"errors"
	"testing"
	"time"

	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/push"
	"portico/sync/remote"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

func viewOf(change func(*push.View)) push.View {
	v := push.View{
		Action: action.Action{Recorded: noon.Add(-time.Minute), Sent: noon.Add(-time.Minute), Accepted: noon.Add(-time.Minute), Attempt: 1},
		Now:    noon, System: "Request Tracker", Quiet: noon.Add(30 * time.Second),
		GiveUp: 72 * time.Hour, UnknownFor: 15 * time.Minute,
	}
	if change != nil {
		change(&v)
	}
	return v
}

func TestDecide(t *testing.T) {
	t.Parallel()
	old := func(d time.Duration) func(*push.View) {
		return func(v *push.View) {
			v.Action.Recorded, v.Action.Sent, v.Action.Accepted = noon.Add(-d), noon.Add(-d), noon.Add(-d)
		}
	}
	revived := func(v *push.View) { old(24 * time.Hour)(v); v.Action.Began = noon.Add(-time.Minute) }
	away := fault.New(fault.Unavailable, "")
	cases := []struct {
		name string
		got  func() action.Step
		want action.Step
	}{
		{"prepare finds a change",
			func() action.Step {
				return push.Decide(push.Preparing, remote.Outcome{Verdict: remote.Conflict, Diff: []remote.Difference{{Field: "Status", Was: "open", Now: "resolved"}}}, viewOf(nil))
			},
			action.Step{State: action.Conflict, Reason: "It was changed in Request Tracker meanwhile: Status was “open” and is now “resolved”."}},
		{"prepare is refused",
			func() action.Step {
				return push.Decide(push.Preparing, remote.Outcome{Verdict: remote.Rejected, Reason: "The ticket is gone."}, viewOf(nil))
			},
			action.Step{State: action.Refused, Reason: "The ticket is gone."}},
		{"prepare cannot tell: nothing was sent, so it is tried again",
			func() action.Step {
				return push.Decide(push.Preparing, remote.Outcome{Verdict: remote.Unknown}, viewOf(nil))
			},
			action.Step{State: action.Retrying, Due: noon.Add(2 * time.Second), Reason: "Request Tracker is not reachable at the moment."}},
		{"act is done",
			func() action.Step {
				return push.Decide(push.Acting, remote.Outcome{Verdict: remote.Done, Reference: "41", Reason: "noise"}, viewOf(nil))
			},
			action.Step{State: action.Accepted, Reference: "41", Keep: true}},
		{"act is refused without a reason",
			func() action.Step {
				return push.Decide(push.Acting, remote.Outcome{Verdict: remote.Rejected}, viewOf(nil))
			},
			action.Step{State: action.Refused, Reason: "Request Tracker does not accept this."}},
		{"act conflicts",
			func() action.Step {
				return push.Decide(push.Acting, remote.Outcome{Verdict: remote.Conflict}, viewOf(nil))
			},
			action.Step{State: action.Conflict, Reason: "It was changed in Request Tracker meanwhile."}},
		{"act asks to wait longer than we would",
			func() action.Step {
				return push.Decide(push.Acting, remote.Outcome{Verdict: remote.Retry, After: time.Hour, Reason: "Busy."}, viewOf(nil))
			},
			action.Step{State: action.Retrying, Due: noon.Add(time.Hour), Reason: "Busy."}},
		{"act asks to wait for longer than anybody would",
			func() action.Step {
				return push.Decide(push.Acting, remote.Outcome{Verdict: remote.Retry, After: 1000 * time.Hour, Reason: "Busy."}, viewOf(nil))
			},
			action.Step{State: action.Retrying, Due: noon.Add(72 * time.Hour), Reason: "Busy."}},
		{"act retries after three days",
			func() action.Step {
				return push.Decide(push.Acting, remote.Outcome{Verdict: remote.Retry}, viewOf(old(72*time.Hour)))
			},
			action.Step{State: action.Dead, Reason: "It could not be delivered to Request Tracker. Our team is looking after it."}},
		{"a new generation starts the three days anew",
			func() action.Step {
				return push.Decide(push.Acting, remote.Outcome{Verdict: remote.Retry}, viewOf(func(v *push.View) { old(100 * time.Hour)(v); v.Action.Began = noon }))
			},
			action.Step{State: action.Retrying, Due: noon.Add(2 * time.Second), Reason: "Request Tracker is not reachable at the moment."}},
		{"act is not answered: no look before the source is quiet",
			func() action.Step {
				return push.Decide(push.Acting, remote.Outcome{Verdict: remote.Unknown}, viewOf(nil))
			},
			action.Step{State: action.Unknown, Due: noon.Add(30 * time.Second)}},
		{"act answers nonsense, which is no answer",
			func() action.Step { return push.Decide(push.Acting, remote.Outcome{Verdict: "fine"}, viewOf(nil)) },
			action.Step{State: action.Unknown, Due: noon.Add(30 * time.Second)}},
		{"probe finds it",
			func() action.Step {
				return push.Decide(push.Probing, remote.Outcome{Verdict: remote.Done, Reference: "41"}, viewOf(nil))
			},
			action.Step{State: action.Accepted, Reference: "41", Keep: true}},
		{"probe finds nothing after the first send: again at once",
			func() action.Step {
				return push.Decide(push.Probing, remote.Outcome{Verdict: remote.Retry}, viewOf(nil))
			},
			action.Step{State: action.Retrying, Due: noon, Keep: true}},
		{"probe finds nothing after the third send: wait",
			func() action.Step {
				return push.Decide(push.Probing, remote.Outcome{Verdict: remote.Retry}, viewOf(func(v *push.View) { v.Action.Attempt = 3 }))
			},
			action.Step{State: action.Retrying, Due: noon.Add(8 * time.Second), Reason: "Request Tracker is not reachable at the moment."}},
		{"probe cannot tell",
			func() action.Step {
				return push.Decide(push.Probing, remote.Outcome{Verdict: remote.Unknown}, viewOf(nil))
			},
			action.Step{State: action.Unknown, Due: noon.Add(5 * time.Second)}},
		{"a probe never conflicts",
			func() action.Step {
				return push.Decide(push.Probing, remote.Outcome{Verdict: remote.Conflict}, viewOf(nil))
			},
			action.Step{State: action.Unknown, Due: noon.Add(5 * time.Second)}},
		{"probe cannot tell for a quarter of an hour",
			func() action.Step {
				return push.Decide(push.Probing, remote.Outcome{Verdict: remote.Unknown}, viewOf(old(15*time.Minute)))
			},
			action.Step{State: action.Dead, Reason: "We cannot tell whether Request Tracker received it. Our team is checking."}},
		{"staff had it probed anew: the quarter of an hour begins again",
			func() action.Step {
				return push.Decide(push.Probing, remote.Outcome{Verdict: remote.Unknown}, viewOf(revived))
			},
			action.Step{State: action.Unknown, Due: noon.Add(5 * time.Second)}},
		{"staff had it looked for anew",
			func() action.Step {
				return push.Decide(push.Confirming, remote.Outcome{Verdict: remote.Retry}, viewOf(revived))
			},
			action.Step{State: action.Accepted, Due: noon.Add(2 * time.Second)}},
		{"confirm holds",
			func() action.Step {
				return push.Decide(push.Confirming, remote.Outcome{Verdict: remote.Done, Reference: "42"}, viewOf(nil))
			},
			action.Step{State: action.Confirmed, Reference: "42"}},
		{"confirm is not there yet",
			func() action.Step {
				return push.Decide(push.Confirming, remote.Outcome{Verdict: remote.Retry}, viewOf(nil))
			},
			action.Step{State: action.Accepted, Due: noon.Add(2 * time.Second)}},
		{"confirm is not there for a quarter of an hour",
			func() action.Step {
				return push.Decide(push.Confirming, remote.Outcome{Verdict: remote.Retry}, viewOf(old(15*time.Minute)))
			},
			action.Step{State: action.Dead, Reason: "Request Tracker took it, but reading it back did not succeed. Our team is checking."}},
		{"confirm waits longer for a source that is away",
			func() action.Step {
				return push.Decide(push.Confirming, remote.Outcome{Verdict: remote.Retry, Cause: away}, viewOf(old(15*time.Minute)))
			},
			action.Step{State: action.Accepted, Due: noon.Add(2 * time.Second)}},
		{"confirm says that it is gone",
			func() action.Step {
				return push.Decide(push.Confirming, remote.Outcome{Verdict: remote.Rejected, Cause: errors.New("404")}, viewOf(nil))
			},
			action.Step{State: action.Dead, Reason: "Request Tracker took it, but it cannot be found there. Our team is checking."}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := c.got()
			if got.State != c.want.State || got.Reference != c.want.Reference || got.Reason != c.want.Reason ||
				!got.Due.Equal(c.want.Due) || got.Keep != c.want.Keep || got.Begin {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
}

func TestSpreadDoublesUpToItsCeilingAndOnlyAdds(t *testing.T) {
	t.Parallel()
	v := viewOf(nil)
	last := time.Duration(0)
	for attempt := 1; attempt <= 40; attempt++ {
		v.Action.Attempt, v.Jitter = attempt, 0
		low := push.Spread(v, 2*time.Second, 10*time.Minute)
		v.Jitter = 0.999
		high := push.Spread(v, 2*time.Second, 10*time.Minute)
		if low < last || low > 10*time.Minute || high < low || high > low+low/4 {
			t.Fatalf("attempt %d waits between %s and %s after %s", attempt, low, high, last)
		}
		last = low
	}
	if last != 10*time.Minute {
		t.Errorf("the longest wait is %s", last)
	}
	v.Action.Attempt, v.Before, v.Jitter = 0, 40*time.Second, 0
	if got := push.Spread(v, 2*time.Second, 10*time.Minute); got != 80*time.Second {
		t.Errorf("after a wait of 40 s without a send it waits %s", got)
	}
}
