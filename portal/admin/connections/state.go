package connections

import (
	"time"

	"portico/portal/ui"
	"portico/sync/run"
)

// condition is how something does: a word of the catalogue and its tone.
type condition struct {
	word string
	tone ui.Tone
}

// downAfter is how many failures in a row make a source "not reachable" to a
// client, as the store counts it.
const downAfter = 2

// streamState puts a stream in one word.
func streamState(s run.StreamState, paused bool, now time.Time) condition {
	switch {
	case paused:
		return condition{"connections.state.paused", ui.Neutral}
	case s.Held != "":
		return condition{"connections.state.held", ui.Attn}
	case s.Failures >= downAfter:
		return condition{"connections.state.failing", ui.Bad}
	case s.Leased && s.Completed.IsZero():
		return condition{"connections.state.first", ui.Live}
	case s.Leased:
		return condition{"connections.state.reading", ui.Live}
	case s.Failures > 0:
		return condition{"connections.state.stumbled", ui.Attn}
	case s.Completed.IsZero():
		return condition{"connections.state.unread", ui.Live}
	case s.Late(now):
		return condition{"connections.state.late", ui.Attn}
	default:
		return condition{"connections.state.fine", ui.Good}
	}
}

// weight orders conditions: the worst of its streams is how a connection does.
var weight = map[string]int{
	"connections.state.failing": 6, "connections.state.held": 5, "connections.state.stumbled": 4, "connections.state.late": 3,
	"connections.state.first": 2, "connections.state.unread": 2, "connections.state.reading": 1, "connections.state.fine": 0,
}

// lineState is the worst of its streams.
func lineState(l Line, now time.Time) condition {
	if l.Paused {
		return condition{"connections.state.paused", ui.Neutral}
	}
	if len(l.Streams) == 0 {
		return condition{"connections.state.unexplained", ui.Neutral}
	}
	worst := condition{"connections.state.fine", ui.Good}
	for _, s := range l.Streams {
		if is := streamState(s, false, now); weight[is.word] > weight[worst.word] {
			worst = is
		}
	}
	return worst
}

// busy reports whether the page has news by itself: a run, or one that is due.
func busy(l Line, now time.Time) bool {
	if l.Paused {
		return false
	}
	for _, s := range l.Streams {
		if s.Leased || s.Next.IsZero() || s.Wanted != "" || s.Completed.IsZero() && s.Failures == 0 && s.Next.Before(now) {
			return true
		}
	}
	return false
}

// problemOf is what is wrong in plain words, or "".
func problemOf(l Line) string {
	for _, s := range l.Streams {
		if s.Held != "" {
			return s.Held
		}
		if s.Failures > 0 && s.Problem != "" {
			return s.Problem
		}
	}
	return ""
}

// lastPass is the oldest of the streams' last whole passes; zero when one was never read.
func lastPass(l Line) time.Time {
	var oldest time.Time
	for _, s := range l.Streams {
		if s.Completed.IsZero() {
			return time.Time{}
		}
		if oldest.IsZero() || s.Completed.Before(oldest) {
			oldest = s.Completed
		}
	}
	return oldest
}

// nextPass is when the first of the streams is due; zero when one is due now.
func nextPass(l Line) time.Time {
	var first time.Time
	for _, s := range l.Streams {
		if s.Next.IsZero() {
			return time.Time{}
		}
		if first.IsZero() || s.Next.Before(first) {
			first = s.Next
		}
	}
	return first
}

// running is the newest run of a stream while it is under way.
func running(runs []run.Run, stream string) (run.Run, bool) {
	for _, r := range runs {
		if r.Stream == stream {
			return r, r.State == run.Running
		}
	}
	return run.Run{}, false
}

// idle reports whether nothing waits for a person.
func idle(v detailView) bool {
	for _, s := range v.Streams {
		if s.Held != "" {
			return false
		}
	}
	return v.Unseen == 0 && v.Guessed == 0
}
