package notify

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/net/html"

	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/notice"
	"portico/sync/record"
)

// Limits of what a mail repeats.
const (
	mostPieces = 5   // of one request
	mostQuoted = 300 // characters of what somebody wrote
)

// builder collects what is said of one request. What the reader does not want to
// hear, or did alone, is left out.
type builder struct {
	reader
	own bool // the request is the reader's
	told
}

func (b *builder) say(why notice.Reason, who, quote string) {
	if why == "" || !b.choice.Wants(why, b.own) {
		return
	}
	if b.reason == "" || pressing(why) < pressing(b.reason) {
		b.reason = why
	}
	what := pieces[why]
	if strings.Contains(what, "%s") {
		if who = oneLine(who); who == "" {
			who = wordSomebody
		}
		what = fmt.Sprintf(what, short(who, longest))
	}
	b.News = append(b.News, piece{what, short(oneLine(quote), mostQuoted)})
}

// done is what there is to say, if anything. Of much the last is said.
func (b *builder) done() []told {
	if len(b.News) == 0 {
		return nil
	}
	b.News = b.News[max(0, len(b.News)-mostPieces):]
	return []told{b.told}
}

// opened tells of a new request, unless the reader opened it.
func (b *builder) opened(d record.Detail, t record.Ticket) {
	if d.Turn == record.TurnClient && b.scope.Acts(record.KindTicket) {
		b.say(notice.Turn, "", "")
	}
	if !b.own {
		b.say(notice.Opened, t.Requester.Name, "")
	}
}

// moved tells that a request is not where it was, unless the reader moved it. That
// it waits is only for who can do something about it.
func (b *builder) moved(why notice.Reason, acts []action.Action) {
	undo := action.TicketClose
	switch why {
	case notice.Turn:
		if !b.scope.Acts(record.KindTicket) {
			return
		}
	case notice.Reopened:
		undo = action.TicketReopen
	}
	if why != notice.Turn {
		for _, a := range acts {
			if a.Kind == undo && a.Actor.User == b.mail.To.ID && a.Changed.After(b.mail.Created.Add(-ownAct)) {
				return
			}
		}
	}
	b.say(why, "", "")
}

// wrote tells of public messages, unless the reader wrote them. What the source
// only noted is no message.
func (b *builder) wrote(ctx context.Context, ticket record.ID, wanted map[string]bool, acts []action.Action) error {
	entries, err := b.o.Records.Timeline(ctx, b.scope, b.mail.Account, ticket)
	if err != nil {
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		return fault.At("read what was written", err)
	}
	by := make(map[string]action.Actor, len(acts))
	for _, a := range acts {
		by[a.Ref] = a.Actor
	}
	for _, e := range entries {
		c := e.Comment
		if !wanted[e.ID.String()] || c.Type != record.CommentMessage {
			continue
		}
		name, why := c.Author.Name, notice.Answered
		if actor, ours := by[c.ActionRef]; ours {
			if actor.User == b.mail.To.ID {
				continue
			}
			name, why = actor.Name, notice.Wrote
		}
		if b.is(c.Author) {
			continue
		}
		if c.ActionRef != "" || c.Staff != nil && !*c.Staff {
			why = notice.Wrote
		}
		b.say(why, name, plainText(c))
	}
	return nil
}

// plainText is what somebody wrote, without markup and without what they quote.
func plainText(c record.Comment) string {
	text := c.Text
	if text == "" {
		text = stripped(c.HTML)
	}
	var lines []string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(strings.TrimSpace(line), ">") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

// stripped is the text of HTML.
func stripped(markup string) string {
	var out strings.Builder
	skip := ""
	z := html.NewTokenizer(strings.NewReader(markup))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return out.String()
		case html.StartTagToken:
			if name, _ := z.TagName(); skip == "" && (string(name) == "style" || string(name) == "script" || string(name) == "blockquote") {
				skip = string(name)
			}
			out.WriteByte(' ')
		case html.EndTagToken:
			if name, _ := z.TagName(); string(name) == skip {
				skip = ""
			}
			out.WriteByte('\n')
		case html.TextToken:
			if skip == "" {
				out.Write(z.Text())
			}
		}
	}
}
