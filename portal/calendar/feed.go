package calendar

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"

	"portico/portal/form"
	"portico/portal/session"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

// Feeds are the members' own feeds. Every method is safe for concurrent use.
type Feeds interface {
	CalendarFeed(ctx context.Context, s access.Scope, account record.AccountID) (access.Feed, error)
	// RenewFeed puts a feed in the place of the one that was seen, or of none; when
	// that one is gone, nothing changes.
	RenewFeed(ctx context.Context, s access.Scope, account record.AccountID, seen record.ID, from action.Origin) error
	StopFeed(ctx context.Context, s access.Scope, account record.AccountID, from action.Origin) error
}

// Readers recognise whose feed it is.
type Readers interface {
	// FeedReader mints the scope that the feed's person has now; fault.NotFound when
	// they may not come into the account any more.
	FeedReader(ctx context.Context, feed record.ID) (access.Scope, access.Subscriber, error)
}

// markBytes is how many bytes of an address are its mark; the sixteen before it
// name the feed.
const markBytes = 16

var letters = base64.RawURLEncoding.Strict()

// Token is the secret part of a feed's address. No copy of the database gives it away.
func Token(key []byte, feed record.ID) string {
	return letters.EncodeToString(append(feed.UUID[:], mark(key, feed)...))
}

func mark(key []byte, feed record.ID) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte("calendar feed " + feed.String()))
	return h.Sum(nil)[:markBytes]
}

// readToken returns the feed that a token names, when we made it.
func readToken(key []byte, token string) (id record.ID, err error) {
	data, err := letters.DecodeString(token)
	if err != nil || len(data) != len(id.UUID)+markBytes {
		return id, notHere()
	}
	copy(id.UUID[:], data)
	if !hmac.Equal(data[len(id.UUID):], mark(key, id)) {
		return id, notHere()
	}
	return id, nil
}

// feedView is everything that the page of one's own feed shows.
type feedView struct {
	Chrome  *ui.Chrome
	Feed    access.Feed
	Address string // "" without a feed
	Looking bool   // somebody on the staff looks as the member: the address is not theirs
}

// program is the address as calendar programs open it.
func (v feedView) program() string {
	_, rest, _ := strings.Cut(v.Address, "://")
	return "webcal://" + rest
}

// mayFeed reports whether somebody may have a feed: a member whose role shows
// anything in a calendar.
func mayFeed(s access.Scope) bool { return !s.IsStaff() && slices.ContainsFunc(kinds, s.Sees) }

func feedPath(a record.AccountID) string { return listPath(a) + "/subscribe" }

// Subscription serves GET /a/{account}/calendar/subscribe.
func (p *Pages) Subscription(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	if !mayFeed(s) {
		return notHere()
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	c.Title = c.T("calendar.feed.title")
	v := feedView{Chrome: c, Looking: s.Looking()}
	if !v.Looking {
		if v.Feed, err = p.o.Feeds.CalendarFeed(r.Context(), s, s.Account()); err != nil {
			return err
		}
	}
	if !v.Feed.ID.IsZero() {
		v.Address = p.o.Base + "/feeds/" + Token(p.o.Key, v.Feed.ID) + ".ics"
	}
	if done := r.URL.Query().Get("done"); done == "made" || done == "ended" {
		c.Flash = ui.Flash{Tone: ui.Good, Text: c.T("calendar.feed.done." + done)}
	}
	return ui.Show(w, r, http.StatusOK, feedPage(v))
}

// from says where somebody asks from, for the audit log.
func from(r *http.Request) action.Origin {
	return action.Origin{IP: session.Address(r.Context()), Agent: session.Clip(r.UserAgent(), 300)}
}

type feedForm struct {
	Seen string `form:"seen" validate:"omitempty,uuid"`
}

// Subscribe serves POST /a/{account}/calendar/subscribe: the first address, or
// another one in the place of the one that was seen.
func (p *Pages) Subscribe(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var in feedForm
	if err := form.Decode(w, r, &in); err != nil {
		return err
	}
	var seen record.ID
	if in.Seen != "" {
		var err error
		if seen, err = record.ParseID(in.Seen); err != nil {
			return notHere()
		}
	}
	if err := p.o.Feeds.RenewFeed(r.Context(), s, s.Account(), seen, from(r)); err != nil {
		return err
	}
	http.Redirect(w, r, feedPath(s.Account())+"?done=made", http.StatusSeeOther)
	return nil
}

// Unsubscribe serves POST /a/{account}/calendar/unsubscribe.
func (p *Pages) Unsubscribe(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	if err := p.o.Feeds.StopFeed(r.Context(), s, s.Account(), from(r)); err != nil {
		return err
	}
	http.Redirect(w, r, feedPath(s.Account())+"?done=ended", http.StatusSeeOther)
	return nil
}

// What a feed holds of the past and of the future.
const (
	feedPast   = 100 * 24 * time.Hour
	feedFuture = 550 * 24 * time.Hour
)

// Feed serves GET /feeds/{token}.ics, to whoever has the address: what its person
// may see now. It asks for no sign-in, because calendar programs have none.
func (p *Pages) Feed(w http.ResponseWriter, r *http.Request) error {
	id, err := readToken(p.o.Key, r.PathValue("token"))
	if err != nil {
		return err
	}
	s, who, err := p.o.Readers.FeedReader(r.Context(), id)
	if err != nil {
		return err
	}
	c := p.o.Plain(r)
	today := c.DayOf(c.Now)
	list, _, err := p.o.Records.Occasions(r.Context(), s, who.Account.ID, record.Window{From: today.Add(-feedPast), Until: today.Add(feedFuture), Zone: c.Zone})
	if fault.Is(err, fault.Forbidden) { // their role shows no calendar any more
		err = notHere()
	}
	if err != nil {
		return err
	}
	body := write(c, who.Account, p.o.Base, list)
	sum := sha256.Sum256(body)
	h := w.Header()
	h.Set("Content-Type", "text/calendar; charset=utf-8")
	h.Set("Content-Disposition", `inline; filename="calendar.ics"`)
	h.Set("Cache-Control", "private, no-cache")
	h.Set("ETag", `"`+hex.EncodeToString(sum[:16])+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
	return nil
}
