package letters

import (
	"strconv"

	"portico/portal/ui"
	"portico/sync/action"
)

func tabs(v listView) []ui.Tab {
	out := make([]ui.Tab, len(views))
	for i, state := range views {
		href := Path + "?state=" + string(state)
		if i == 0 {
			href = Path
		}
		out[i] = ui.Tab{Label: v.Chrome.T("held.tab." + string(state)), Href: href, Current: v.State == state}
	}
	return out
}

func columns(c *ui.Chrome) []ui.Column {
	return []ui.Column{{Label: c.T("held.column.what")}, {Label: c.T("held.column.account")}, {Label: c.T("held.column.why")}, {Label: c.T("held.column.since")}}
}

func path(a action.Held) string { return Path + "/" + a.ID.String() }

// about names what an action is about.
func about(c *ui.Chrome, a action.Held) string {
	switch {
	case a.About != "":
		return a.About
	case a.Input.Subject != "":
		return a.Input.Subject
	default:
		return c.T("held.about.none")
	}
}

// standing says where an action is, by a word and a shape.
func standing(c *ui.Chrome, a action.Held) (string, ui.Tone) {
	tones := map[action.State]ui.Tone{action.Dead: ui.Attn, action.Unknown: ui.Attn, action.Retrying: ui.Attn, action.Conflict: ui.Attn,
		action.Refused: ui.Bad, action.Confirmed: ui.Good, action.Withdrawn: ui.Neutral}
	tone, ok := tones[a.State]
	if !ok {
		tone = ui.Live
	}
	return c.T("held.state." + string(a.State)), tone
}

// why is the reason in plain words, or what the state means where there is none.
func why(c *ui.Chrome, a action.Held) string {
	if a.Reason != "" {
		return a.Reason
	}
	return c.T("held.why."+string(a.State), a.System)
}

// attempts says how often it was sent, and when last.
func attempts(c *ui.Chrome, a action.Held) string {
	if a.Sent.IsZero() {
		return c.T("held.attempts.none")
	}
	return c.T("held.attempts", strconv.Itoa(a.Attempt), strconv.Itoa(a.Generation+1), c.Moment(a.Sent))
}
