package requesttracker

import (
	"slices"
	"time"
)

// state is everything the fake knows; it is what Path holds as JSON.
// Slices are in the order of their ids.
type state struct {
	Founded      time.Time
	Users        []*user
	Queues       []*queue
	Catalogs     []*named
	Fields       []*customField
	Tickets      []*ticket
	Assets       []*asset
	Transactions []*transaction
	Attachments  []*attachment
	// Next ids; transactions of every kind of object share one counter.
	NextTransaction, NextAttachment int
}

type named struct {
	ID          int
	Name        string
	Description string
}

type queue struct {
	named
	Address string
}

type user struct {
	ID                                      int
	Name, Email, RealName, Org, Zone, Phone string
	Access                                  Access
	Privileged, Disabled                    bool
	Created                                 time.Time
}

type customField struct {
	ID     int
	Name   string
	Type   string // Select, Freeform, Date
	Lookup string // which kind of object it belongs to
	Values []string
}

// link is a relation from a ticket to something else.
type link struct {
	Type   string // RefersTo
	Target string // asset:7, ticket:3
}

type ticket struct {
	ID        int
	Effective int // another id after a merge
	Queue     int
	Subject   string
	Status    string
	Priority  int
	Owner     string // user names
	Creator   string
	UpdatedBy string
	Requestor []string
	Cc        []string
	AdminCc   []string
	Fields    map[string]string
	Links     []link
	Created, Updated,
	Started, Resolved, Due, Told time.Time
}

type asset struct {
	ID               int
	Catalog          int
	Name             string
	Description      string
	Status           string
	Owner            string
	HeldBy           []string
	Creator          string
	UpdatedBy        string
	Fields           map[string]string
	Created, Updated time.Time
}

type transaction struct {
	ID         int
	ObjectType string // RT::Ticket, RT::Asset
	ObjectID   int
	Type       string
	Field, Old, New, Data,
	Creator string
	TimeTaken int
	Created   time.Time
}

type attachment struct {
	ID, Transaction, Parent int
	Filename, ContentType,
	Subject, MessageID, Headers, Creator string
	Content []byte
	Created time.Time
}

// Names of objects and of users that exist in every Request Tracker.
const (
	onTicket = "RT::Ticket"
	onAsset  = "RT::Asset"
	nobody   = "Nobody"
	system   = "RT_System"
)

// founded is the state of a new installation.
func founded(now time.Time) state {
	s := state{Founded: now, NextTransaction: 1, NextAttachment: 1}
	for _, u := range []user{
		{ID: 1, Name: system, RealName: "The RT System itself", Access: Admin},
		{ID: 6, Name: nobody, RealName: "Nobody in particular", Access: NoRights},
		{ID: 12, Name: "root", Email: "root@localhost", RealName: "Enoch Root", Access: Admin, Privileged: true},
	} {
		u.Created = now
		s.Users = append(s.Users, &u)
	}
	for i, q := range []named{
		{1, "General", "The default queue"}, {3, "Support", "Client support requests"},
		{4, "Billing", "Billing questions"}, {5, "Maintenance", "Planned work and change windows"},
	} {
		s.Queues = append(s.Queues, &queue{named: q, Address: []string{"", "support@", "billing@", "maintenance@"}[i]})
	}
	s.Catalogs = []*named{{1, "General assets", "The default catalog"}, {2, "Client equipment", "Managed devices at client sites"}}
	ticketField, assetField := "RT::Queue-RT::Ticket", "RT::Catalog-RT::Asset"
	s.Fields = []*customField{
		{2, "Client", "Select", ticketField, nil},
		{3, "Severity", "Select", ticketField, []string{"S1", "S2", "S3", "S4"}},
		{4, "External Ref", "Freeform", ticketField, nil},
		{5, "Asset Client", "Select", assetField, nil},
		{6, "Serial Number", "Freeform", assetField, nil},
		{7, "Model", "Freeform", assetField, nil},
		{8, "Warranty Until", "Date", assetField, nil},
		{9, "Location", "Freeform", assetField, nil},
	}
	return s
}

// find returns the element that fits, or nil.
func find[T any](list []*T, fits func(*T) bool) *T {
	if i := slices.IndexFunc(list, fits); i >= 0 {
		return list[i]
	}
	return nil
}
