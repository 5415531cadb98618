package notify

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/notice"
	"portico/sync/record"
)

// mostItems is how many requests one mail tells of.
const mostItems = 10

// ownAct is how long before a mail was owed its reader may have caused what it
// tells of.
const ownAct = 15 * time.Minute

// told is what is said of one request.
type told struct {
	item
	title  string
	reason notice.Reason // the most pressing
}

// reader is who a mail is for and what they may see and want to hear, now.
type reader struct {
	*Worker
	mail   notice.Mail
	scope  access.Scope
	choice notice.Choice
	name   string // of the account
}

// news writes what its reader may know and wants to know, as it is now; false
// when that is nothing.
func (w *Worker) news(ctx context.Context, m notice.Mail) (letter, bool, error) {
	in, err := w.o.People.MembershipIn(ctx, m.To.ID, m.Account)
	if fault.Is(err, fault.NotFound) {
		return letter{}, false, nil
	}
	if err != nil {
		return letter{}, false, fault.At("look up rights", err)
	}
	choice, err := w.o.People.MailChoiceOf(ctx, m.To.ID, m.Account)
	if err != nil || choice == notice.Nothing {
		return letter{}, false, fault.At("look up the choice of mails", err)
	}
	r := reader{w, m, grant.Member(grant.User{ID: m.To.ID, Name: m.To.Name, Email: m.To.Email}, m.Account, in.Role), choice, in.Account.Name}
	if !r.scope.Sees(record.KindTicket) && !r.scope.Sees(record.KindInvoice) {
		return letter{}, false, nil
	}
	list, err := r.list(ctx)
	if err != nil || len(list) == 0 {
		return letter{}, false, err
	}
	return r.letter(list), true, nil
}

// list reads what happened to each request and to what the reader asked for, the
// most pressing first.
func (r reader) list(ctx context.Context) ([]told, error) {
	var out []told
	byTicket := map[record.ID][]notice.Topic{}
	var order []record.ID
	for _, t := range r.mail.Topics {
		if t.About == notice.OfAction {
			one, err := r.asked(ctx, t)
			if err != nil {
				return nil, err
			}
			out = append(out, one...)
			continue
		}
		if byTicket[t.Ticket] == nil {
			order = append(order, t.Ticket)
		}
		byTicket[t.Ticket] = append(byTicket[t.Ticket], t)
	}
	for _, id := range order {
		one, err := r.ticket(ctx, id, byTicket[id])
		if err != nil {
			return nil, err
		}
		out = append(out, one...)
	}
	slices.SortStableFunc(out, func(a, b told) int { return cmp.Compare(pressing(a.reason), pressing(b.reason)) })
	return out, nil
}

func pressing(r notice.Reason) int { return slices.Index(notice.Reasons, r) }

// ticket tells what happened to a request; nothing when the reader may not see it
// any more.
func (r reader) ticket(ctx context.Context, id record.ID, topics []notice.Topic) ([]told, error) {
	d, err := r.o.Records.Detail(ctx, r.scope, r.mail.Account, record.KindTicket, id)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fault.At("read what a mail is about", err)
	}
	body, _ := d.Body.(record.Ticket)
	own := r.is(body.Requester)
	acts, err := r.o.Records.ActionsOn(ctx, r.scope, r.mail.Account, id)
	if err != nil {
		return nil, fault.At("read what was asked for", err)
	}
	b := builder{r, own, told{title: titled(d.Row), item: item{URL: r.url("tickets/" + id.String()), Status: d.Label}}}
	b.item.Title = b.title
	if d.Number != "" {
		b.item.Title = "#" + d.Number + " " + b.title
	}
	entries := map[string]bool{}
	for _, t := range topics {
		switch {
		case t.About == notice.OfComment:
			entries[t.Entry] = true
		case t.New:
			b.opened(d, body)
		default:
			b.moved(t.Was.Became(notice.Standing{State: d.State, Turn: d.Turn}), acts)
		}
	}
	if len(entries) > 0 {
		if err := b.wrote(ctx, id, entries, acts); err != nil {
			return nil, err
		}
	}
	return b.done(), nil
}

// is reports whether a person of the source is the reader.
func (r reader) is(p record.Person) bool {
	return p.Email != "" && strings.EqualFold(strings.TrimSpace(p.Email), r.mail.To.Email)
}

// asked tells what became of something that the reader asked for.
func (r reader) asked(ctx context.Context, t notice.Topic) ([]told, error) {
	id, err := action.ParseID(t.Entry)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "read topic", err)
	}
	a, err := r.o.Records.ActionByID(ctx, r.scope, r.mail.Account, id)
	if fault.Is(err, fault.NotFound) || err == nil && a.Actor.User != r.mail.To.ID {
		return nil, nil
	}
	if err != nil {
		return nil, fault.At("read what was asked for", err)
	}
	reason, ok := map[action.State]notice.Reason{action.Confirmed: notice.Confirmed, action.Refused: notice.Refused, action.Conflict: notice.Conflict}[a.State]
	if a.State == action.Withdrawn && a.Input.Care != nil && a.Input.Care.GaveUp { // by staff, and not by the reader
		reason, ok = notice.Refused, true
	}
	if !ok {
		return nil, nil
	}
	title := oneLine(a.Input.Subject)
	if !a.Target.IsZero() {
		d, err := r.o.Records.Detail(ctx, r.scope, r.mail.Account, a.Kind.About(), a.Target)
		if fault.Is(err, fault.NotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, fault.At("read what a mail is about", err)
		}
		title = titled(d.Row)
	}
	if title == "" {
		title = wordUntitled
	}
	b := builder{r, true, told{title: title, item: item{Title: title + " (" + a.Ref + ")", URL: r.url("actions/" + a.ID.String())}}}
	b.say(reason, "", a.Reason)
	return b.done(), nil
}

func titled(d record.Row) string {
	if title := oneLine(d.Title); title != "" {
		return title
	}
	if d.Kind != record.KindTicket && d.Number != "" {
		return oneLine(d.Number)
	}
	return wordUntitled
}

func (r reader) url(path string) string {
	return r.o.BaseURL + "/a/" + r.mail.Account.String() + "/" + path
}

// letter is the mail itself.
func (r reader) letter(list []told) letter {
	token := r.o.BaseURL + "/unsubscribe/" + notice.Token(r.o.Key, r.mail.To.ID, r.mail.Account)
	account := oneLine(r.name)
	l := letter{unsubscribe: token, list: r.mail.Account.String()}
	s := &l.sheet
	s.Hello = hello(r.mail.To.Name)
	why := wordWhyNeeds
	if r.choice == notice.Everything {
		why = wordWhyAll
	}
	s.Why = fmt.Sprintf(why, account)
	s.Links = []link{{wordStop, token}}
	if r.scope.Sees(record.KindTicket) { // elsewhere there is nothing to choose
		s.Links = append([]link{{wordChange, r.url("notifications")}}, s.Links...)
	}
	if len(list) == 1 {
		l.subject = fmt.Sprintf(subjects[list[0].reason], list[0].title)
		s.Lead, s.Button = []string{fmt.Sprintf(wordOne, account)}, link{wordOpen, list[0].URL}
	} else {
		var titles []string
		for _, one := range list[:min(3, len(list))] {
			titles = append(titles, short(one.title, longest/3))
		}
		l.subject = fmt.Sprintf(wordSeveral, len(list), strings.Join(titles, ", "))
		s.Lead, s.Button = []string{fmt.Sprintf(wordMany, account, len(list))}, link{wordOpenAll, r.url("tickets")}
	}
	for _, one := range list[:min(mostItems, len(list))] {
		s.Items = append(s.Items, one.item)
	}
	if r.mail.More > 0 || len(list) > mostItems {
		s.Notes = []string{wordAndMore}
	}
	return l
}
