package record

import "time"

// Stamp is the provenance of a fact: where it comes from and when it was last
// known to be true. Every page that shows a synced fact shows its stamp.
type Stamp struct {
	Connection ConnectionID
	System     string // the connection's name as people say it: "Request Tracker"
	External   string // the source's own id
	Raw        string // the source's own value of the status, or ""
	URL        string // opens it in the source; shown to staff only
	// ReadAt is the end of the last complete pass of the record's stream or the
	// last re-read of the record itself, whichever is later; zero means never.
	ReadAt time.Time
	// Limit is how old ReadAt may be before the page must say so.
	Limit time.Duration
	// Down is the plain-word reason why the source cannot be read now, or "".
	Down string
	// DownSince is when it stopped answering; zero unless Down is set.
	DownSince time.Time
	// Also is another system that has the same thing, with its own id and its own
	// freshness, and leads on to the next one; nil for none. It is set on a record
	// that is read by itself.
	Also *Stamp
}

// Others lists the other systems that have the same thing.
func (s Stamp) Others() []Stamp {
	var out []Stamp
	for also := s.Also; also != nil; also = also.Also {
		out = append(out, *also)
	}
	return out
}

// Stale reports whether the fact is past its freshness limit at now.
func (s Stamp) Stale(now time.Time) bool { return s.ReadAt.IsZero() || now.Sub(s.ReadAt) > s.Limit }

// Row is a record as a list shows it.
type Row struct {
	Account AccountID
	ID      ID
	Kind    Kind
	Facets
	State       State
	Label       string // the client's words for the status
	Explanation string
	Turn        Turn
	TurnSince   time.Time
	Created     time.Time
	Updated     time.Time
	Stamp       Stamp
}

// Detail is one record, whole.
type Detail struct {
	Row
	Body   Body
	Parent ID     // zero when it has none
	Hidden string // the visibility rule that hides it from clients; only staff get such
	// Custom are the custom fields that the viewer is shown, in their order.
	Custom []Extra
	// Base is the version that a decision made on this page refers to.
	Base string
}

// Entry is one line of a timeline, oldest first.
type Entry struct {
	ID      ID
	At      time.Time
	Comment Comment
	Files   []File
	Stamp   Stamp
	// Linked is the record that an event points to (Comment.Field names its
	// kind), with its title; zero when there is none or it is not shown to the viewer.
	Linked      ID
	LinkedTitle string
}

// File is an attachment as a timeline shows it.
type File struct {
	ID          ID
	Name        string
	ContentType string
	Size        int64 // bytes; 0 when unknown
}

// Page is one page of a list.
type Page struct {
	Rows []Row
	// Total is how many rows match in all; -1 when it was not counted.
	Total int
	// Next continues the list (pass as Query.After); "" on the last page.
	Next string
	// Fresh is how current the account's streams are, as the rows' stamps say it.
	Fresh []Freshness
	// Standing is zero unless Query.Standing asked for it.
	Standing Standing
}

// Standing is what the frame of every page says of an account.
type Standing struct {
	Account AccountInfo
	// Requests and Decisions wait for the client; who may not see them has none.
	// Members count the decisions that they may make, staff all.
	Requests, Decisions int
	// Fed are the kinds that the account's connections bring, whether there is a
	// record of them yet or not.
	Fed []Kind
}

// Whole is one page of a list with the records whole.
type Whole struct {
	Details []Detail
	Next    string      // continues the list; "" on the last page
	Fresh   []Freshness // see Page.Fresh
}

// Query selects rows of one kind. The zero value asks for the newest.
type Query struct {
	Kind   Kind
	Open   *bool     // only open (true) or only finished (false)
	Turn   Turn      // only this turn, or ""
	State  State     // only this state, or ""
	Search string    // words in number, title and person
	Mine   bool      // only what the viewer asked for (their address is the requester)
	Since  time.Time // only what changed at the source then or later
	Sort   Sort
	After  string // cursor from Page.Next
	Limit  int    // rows; 0 means 50, at most 200
	// Brief leaves out of the rows what no line of a list shows: Explanation,
	// Created, and of the Stamp External, Raw and URL.
	Brief bool
	// Standing has Page.Standing read as well, with what waits counted up to this;
	// 0 leaves it out.
	Standing int
}

// Sort is the order of a list.
type Sort string

// Orders.
const (
	SortNewest Sort = ""      // by Facets.Sort, newest first
	SortDue    Sort = "due"   // by Facets.Due, earliest first, undated last
	SortTitle  Sort = "title" // by Facets.Title
)

// Freshness is how current one stream of an account's sources is.
type Freshness struct {
	Connection ConnectionID
	System     string
	Stream     string
	Kinds      []Kind
	ReadAt     time.Time
	Limit      time.Duration
	Down       string
	DownSince  time.Time
}

// Launch is how visible an account is: each step is taken by a person.
type Launch string

// Launch steps, each taken by a person (quiet launch).
const (
	LaunchHidden  Launch = "hidden"  // nobody but administrators
	LaunchPreview Launch = "preview" // staff may look
	LaunchInvited Launch = "invited" // members may sign in
)

// AccountInfo is the client company itself.
type AccountInfo struct {
	ID     AccountID
	Name   string
	Parent AccountID // the company it is a branch of, or zero
	Launch Launch
}
