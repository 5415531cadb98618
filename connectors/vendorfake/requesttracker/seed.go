package requesttracker

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// User is somebody to add. Name is the login; for clients usually the address.
type User struct {
	Name, Email, RealName, Organization, Phone string
	Timezone                                   string // IANA; "" is the system's, UTC
	Access                                     Access
}

// Ticket is a ticket to add with its whole history. Zero times are now.
type Ticket struct {
	Queue     string // "" is General
	Subject   string
	Status    string // "" is new
	Priority  int
	Owner     string // user name; "" is Nobody
	Requestor string // user name or address
	Cc        []string
	AdminCc   []string
	Text      string // the first message
	HTML      bool   // Text is HTML
	Files     []File
	Fields    map[string]string // custom fields by name; select values are added to the field
	Assets    []int             // assets that it refers to
	Due       time.Time
	Created   time.Time
	History   []Entry
}

// Entry is one step of a history: a message, a status change, or both.
type Entry struct {
	By      string    // user name
	At      time.Time // zero is the time of the step before
	Text    string
	HTML    bool // Text is HTML
	Private bool // an internal comment, not a reply
	Status  string
	Files   []File
}

// File is an attachment.
type File struct {
	Name, Type string
	Content    []byte
}

// Asset is a device to add. Zero times are now.
type Asset struct {
	Name, Description string
	Status            string // "" is new
	Catalog           string // "" is Client equipment
	HeldBy            string // user name
	Owner             string
	Fields            map[string]string
	Created           time.Time
}

// AddUser adds somebody. A name twice is an error of the caller and panics, as
// every mistake in a seed does.
func (f *Fake) AddUser(u User) {
	defer f.change()()
	if f.userNamed(u.Name) != nil {
		panic(fmt.Sprintf("requesttracker: user %s was added before", u.Name))
	}
	f.addUser(u)
}

func (f *Fake) addUser(u User) *user {
	id := 20
	for _, v := range f.db.Users {
		id = max(id, v.ID)
	}
	v := &user{
		ID: id + 1, Name: u.Name, Email: u.Email, RealName: u.RealName, Org: u.Organization, Zone: u.Timezone,
		Phone: u.Phone, Access: u.Access, Privileged: u.Access != Requestor, Created: f.now(),
	}
	f.db.Users = append(f.db.Users, v)
	return v
}

// AddTicket adds a ticket and returns its id.
func (f *Fake) AddTicket(in Ticket) int {
	defer f.change()()
	at := in.Created
	if at.IsZero() {
		at = f.now()
	}
	t := f.newTicket(or(in.Queue, "General"), or(in.Requestor, system), at.UTC().Truncate(time.Second))
	t.Subject, t.Priority, t.Due = in.Subject, in.Priority, in.Due
	t.Cc, t.AdminCc = slices.Clone(in.Cc), slices.Clone(in.AdminCc)
	t.Owner = or(in.Owner, nobody)
	if in.Requestor != "" {
		t.Requestor = []string{f.userOrNew(in.Requestor).Name}
	}
	f.seedFields(t.Fields, in.Fields, "RT::Queue-RT::Ticket")
	first := f.record(transaction{ObjectType: onTicket, ObjectID: t.ID, Type: "Create", Creator: t.Creator, Created: t.Created})
	f.attach(first, in.Subject, body(in.Text, in.HTML), in.Files)
	f.mailAfter(t, first)
	for _, e := range in.History {
		f.replay(t, e)
	}
	for _, id := range in.Assets {
		f.link(t, link{"RefersTo", fmt.Sprintf("asset:%d", id)}, system, t.Updated)
	}
	if in.Status != "" && in.Status != t.Status {
		f.setStatus(t, in.Status, system, t.Updated)
	}
	return t.ID
}

// replay carries out one step of a seeded history.
func (f *Fake) replay(t *ticket, e Entry) {
	at := e.At.UTC().Truncate(time.Second)
	if e.At.IsZero() {
		at = t.Updated
	}
	if e.Text != "" || len(e.Files) > 0 {
		f.say(t, e.By, e.Private, body(e.Text, e.HTML), e.Files, at)
	}
	if e.Status != "" && e.Status != t.Status {
		f.setStatus(t, e.Status, e.By, at)
	}
}

// AddAsset adds a device and returns its id.
func (f *Fake) AddAsset(in Asset) int {
	defer f.change()()
	at := in.Created
	if at.IsZero() {
		at = f.now()
	}
	at = at.UTC().Truncate(time.Second)
	catalog := find(f.db.Catalogs, func(c *named) bool { return c.Name == or(in.Catalog, "Client equipment") })
	if catalog == nil {
		panic("requesttracker: no catalog " + in.Catalog)
	}
	a := &asset{
		ID: len(f.db.Assets) + 1, Catalog: catalog.ID, Name: in.Name, Description: in.Description, Status: or(in.Status, "new"),
		Owner: or(in.Owner, nobody), Creator: system, Fields: map[string]string{}, Created: at,
	}
	if in.HeldBy != "" {
		a.HeldBy = []string{f.userOrNew(in.HeldBy).Name}
	}
	f.seedFields(a.Fields, in.Fields, "RT::Catalog-RT::Asset")
	f.db.Assets = append(f.db.Assets, a)
	f.record(transaction{ObjectType: onAsset, ObjectID: a.ID, Type: "Create", Creator: system, Created: at})
	return a.ID
}

// seedFields sets custom fields and lets select fields learn new values.
func (f *Fake) seedFields(to, from map[string]string, lookup string) {
	for name, value := range from {
		cf := f.fieldNamed(name, lookup)
		if cf == nil {
			panic("requesttracker: no custom field " + name)
		}
		if cf.Type == "Select" && !slices.Contains(cf.Values, value) {
			cf.Values = append(cf.Values, value)
		}
		to[cf.Name] = value
	}
}

func (f *Fake) userNamed(name string) *user {
	return find(f.db.Users, func(u *user) bool {
		return strings.EqualFold(u.Name, name) || u.Email != "" && strings.EqualFold(u.Email, name)
	})
}

// userOrNew makes a user for an address that is not known, as the original does.
func (f *Fake) userOrNew(name string) *user {
	if u := f.userNamed(name); u != nil {
		return u
	}
	return f.addUser(User{Name: name, Email: name})
}

func (f *Fake) fieldNamed(name, lookup string) *customField {
	return find(f.db.Fields, func(c *customField) bool { return c.Lookup == lookup && strings.EqualFold(c.Name, name) })
}

func (f *Fake) queueNamed(name string) *queue {
	return find(f.db.Queues, func(q *queue) bool { return strings.EqualFold(q.Name, name) || fmt.Sprint(q.ID) == name })
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
