package webhooks

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"portico/portal/ui"
	"portico/sync/delivery"
	"portico/sync/record"
)

func columns(c *ui.Chrome) []ui.Column {
	return []ui.Column{{Label: c.T("webhooks.column.endpoint")}, {Label: c.T("webhooks.column.state")}, {Label: c.T("webhooks.column.types")}, {Label: c.T("webhooks.column.account")}}
}

// standing says how an endpoint is, by a word and a shape.
func standing(c *ui.Chrome, e delivery.Endpoint) (string, ui.Tone) {
	switch {
	case !e.Enabled:
		return c.T("webhooks.state.off"), ui.Bad
	case !e.FailingSince.IsZero():
		return c.T("webhooks.state.failing", c.Ago(e.FailingSince)), ui.Attn
	default:
		return c.T("webhooks.state.on"), ui.Good
	}
}

func delivered(c *ui.Chrome, l delivery.Log) (string, ui.Tone) {
	switch l.State {
	case delivery.Delivered:
		return c.T("webhooks.delivery.delivered"), ui.Good
	case delivery.Failed:
		return c.T("webhooks.delivery.failed"), ui.Bad
	default:
		if len(l.Attempts) > 0 {
			return c.T("webhooks.delivery.again", c.Moment(l.Due)), ui.Attn
		}
		return c.T("webhooks.delivery.due"), ui.Live
	}
}

func tabs(v showView) []ui.Tab {
	var out []ui.Tab
	for _, s := range []delivery.State{"", delivery.Due, delivery.Failed, delivery.Delivered} {
		word := "webhooks.tab.all"
		if s != "" {
			word = "webhooks.tab." + string(s)
		}
		out = append(out, ui.Tab{Label: v.Chrome.T(word), Href: v.listing(s, ""), Current: v.State == s})
	}
	return out
}

func typesOf(e delivery.Endpoint) string {
	names := make([]string, len(e.Types))
	for i, t := range e.Types {
		names[i] = string(t)
	}
	return strings.Join(names, ", ")
}

func accountOptions(v formView) []ui.Option {
	out := []ui.Option{{Value: "", Label: v.Chrome.T("webhooks.account.all")}}
	for _, a := range v.Accounts {
		out = append(out, ui.Option{Value: a.ID.String(), Label: a.Name})
	}
	return out
}

func accountOf(names map[record.AccountID]string, c *ui.Chrome, e delivery.Endpoint) string {
	if e.Account.IsZero() {
		return c.T("webhooks.account.all")
	}
	if n := names[e.Account]; n != "" {
		return n
	}
	return e.Account.String()
}

func took(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) + " ms" }

func status(n int) string {
	if n == 0 {
		return "–"
	}
	return strconv.Itoa(n)
}

// pretty is a payload as people read it.
func pretty(payload []byte) string {
	var b bytes.Buffer
	if json.Indent(&b, payload, "", "  ") != nil {
		return string(payload)
	}
	return b.String()
}

// action is where a form posts to.
func action(v formView) string {
	if v.fresh() {
		return Path
	}
	return path(v.Endpoint.ID) + "/edit"
}

func headersHint(v formView) string {
	if v.Endpoint.Headers != "" {
		return v.Chrome.T("webhooks.headers.kept")
	}
	return v.Chrome.T("webhooks.headers.hint")
}

func days(v showView) []ui.Option {
	return []ui.Option{{Value: "1", Label: v.Chrome.T("webhooks.days.1")}, {Value: "7", Label: v.Chrome.T("webhooks.days.7")}, {Value: "30", Label: v.Chrome.T("webhooks.days.30")}}
}

// leave is where giving a form up leads.
func leave(v formView) string {
	if v.fresh() {
		return Path
	}
	return path(v.Endpoint.ID)
}
