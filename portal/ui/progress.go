package ui

import (
	"time"

	"portico/sync/action"
)

// Progress is what the reader is told about one action.
type Progress struct {
	Action action.Action
	System string // the connection's name as people say it
	Self   string // address of the progress itself; polled while it moves
	// Withdraw is where withdrawing posts to; "" when it is too late or not theirs.
	Withdraw string
}

// step is one stop of the way from recorded to confirmed.
type step struct {
	State string // done, now, wait, stop, todo: see progress.css
	Title string
	Lines []string
}

// Moving reports whether the state may change without anybody doing anything.
func (p Progress) Moving() bool {
	return !p.Action.State.Final() && p.Action.State != action.Conflict
}

// Every is how often a page asks for news: each second while it is on its way,
// more rarely while it waits for a system or a person.
func (p Progress) Every() time.Duration {
	switch p.Action.State {
	case action.Recorded, action.Sending, action.Accepted:
		return time.Second
	case action.Dead:
		return time.Minute
	default:
		return 5 * time.Second
	}
}

// Seen names what is shown, so that an answer without news can be empty.
func (p Progress) Seen() string {
	a := p.Action
	return string(a.State) + "." + a.Due.UTC().Format("150405") + "." + a.Accepted.UTC().Format("150405")
}

// name tells the card from others on the page: what was asked, and when.
func (p Progress) name(c *Chrome) string {
	return p.of(c) + ", " + c.Second(p.Action.Recorded) + ", " + p.Action.Ref
}

// of says what was asked for. A reply that tells of a decision is nobody's own.
func (p Progress) of(c *Chrome) string {
	if p.Action.Input.Approval != "" {
		return c.T("progress.of.approval")
	}
	of, fields := c.T("progress.of."+string(p.Action.Kind)), p.Action.Input.Fields
	if amount := fields[action.FieldAmount]; amount != "" {
		return of + ": " + c.Money(amount, fields[action.FieldCurrency])
	}
	return of
}

// written heads the words that are on their way.
func (p Progress) written(c *Chrome) string {
	if p.Action.Input.Approval != "" {
		return c.T("progress.told")
	}
	return c.T("progress.written")
}

// title is the sentence of the state.
func (p Progress) title(c *Chrome) string {
	key := "progress.title." + string(p.Action.State)
	title := c.T(key, p.System)
	if p.Action.State == action.Confirmed && p.Action.Reference != "" {
		title += " " + p.Action.Reference
	}
	return title
}

// text says what that means for the reader, and who looks after it.
func (p Progress) text(c *Chrome) string {
	switch p.Action.State {
	case action.Confirmed:
		return ""
	case action.Retrying, action.Refused:
		return c.T("progress.text."+string(p.Action.State), p.System)
	case action.Dead:
		return c.T("progress.text.dead", c.Provider.Name)
	case action.Withdrawn:
		if p.gaveUp() {
			return c.T("progress.text.staff.gave.up", c.Provider.Name)
		}
		if p.Action.Reason != "" { // it was sent once, and nobody knows what became of it
			return c.T("progress.text.given.up", p.System)
		}
		return c.T("progress.text.withdrawn")
	default:
		return c.T("progress.text." + string(p.Action.State))
	}
}

// reason is why it waits, was refused or is held, when that is known.
func (p Progress) reason() string {
	switch p.Action.State {
	case action.Retrying, action.Unknown, action.Conflict, action.Refused, action.Dead:
		return p.Action.Reason
	case action.Withdrawn:
		if p.gaveUp() {
			return p.Action.Reason
		}
		return ""
	default:
		return ""
	}
}

// gaveUp reports whether staff gave it up, and not the reader.
func (p Progress) gaveUp() bool {
	return p.Action.Input.Care != nil && p.Action.Input.Care.GaveUp
}

// amended says that staff changed the words, and what became of the reader's own.
func (p Progress) amended(c *Chrome) string {
	a := p.Action
	if !a.Amended() {
		return ""
	}
	if a.Words() == a.Input.Care.Was {
		return c.T("progress.amended.late", a.Input.Care.By)
	}
	return c.T("progress.amended", a.Input.Care.By, c.Moment(a.Input.Care.At))
}

// steps is the way as far as it was gone. A step is done only when it is known to be.
func (p Progress) steps(c *Chrome) []step {
	a := p.Action
	at := func(t time.Time) []string {
		if t.IsZero() {
			return nil
		}
		return []string{p.clock(c, t)}
	}
	mk := func(state, key string, lines []string) step {
		return step{State: state, Title: c.T("progress.step." + key), Lines: lines}
	}
	notYet := []string{c.T("progress.not.yet")}
	recorded := mk("done", "recorded", at(a.Recorded))
	sent := mk("done", "sent", at(a.Sent))
	accepted, confirmed := mk("todo", "accepted", notYet), mk("todo", "confirmed", notYet)
	switch a.State {
	case action.Recorded:
		return []step{recorded, mk("todo", "sent", notYet), accepted, confirmed}
	case action.Sending:
		return []step{recorded, mk("now", "sending", []string{c.T("progress.to", p.System)}), accepted, confirmed}
	case action.Accepted:
		return []step{recorded, sent, mk("done", "accepted", p.referenced(at(a.Accepted))), mk("now", "confirming", []string{c.T("progress.reading.back")})}
	case action.Confirmed:
		return []step{recorded, sent, mk("done", "accepted", p.referenced(at(a.Accepted))), mk("done", "confirmed", at(a.Ended))}
	case action.Retrying:
		return []step{recorded, mk("wait", "waiting", p.nextAttempt(c)), accepted, confirmed}
	case action.Unknown:
		return []step{recorded, sent, mk("wait", "checking", p.nextAttempt(c)), confirmed}
	case action.Refused, action.Dead:
		if !a.Sent.IsZero() {
			return []step{recorded, sent, p.stopped(c, at(a.Ended))}
		}
	}
	return []step{recorded, p.stopped(c, at(a.Ended))}
}

// stopped is the step at which it goes no further by itself.
func (p Progress) stopped(c *Chrome, ended []string) step {
	s := step{State: "stop", Title: c.T("progress.step." + string(p.Action.State)), Lines: ended}
	if p.Action.State == action.Dead {
		s.State = "wait"
	}
	return s
}

func (p Progress) referenced(lines []string) []string {
	if p.Action.Reference == "" {
		return lines
	}
	return append(lines, p.System+" "+p.Action.Reference)
}

func (p Progress) nextAttempt(c *Chrome) []string {
	if p.Action.Due.IsZero() {
		return nil
	}
	return []string{c.T("progress.attempt", c.Brief(p.Action.Due))}
}

// clock is to the second on the day itself, else with the date.
func (p Progress) clock(c *Chrome, t time.Time) string {
	if c.Date(t) == c.Date(c.Now) {
		return c.Second(t)
	}
	return c.Moment(t)
}
