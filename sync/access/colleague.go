package access

import (
	"time"

	"portico/sync/record"
)

// Colleague is somebody with a place in one account.
type Colleague struct {
	User
	Role Role
	Seen time.Time // when they last used the portal; zero for never
	// Off names the connections that say this person is switched off there, and
	// none that says otherwise.
	Off []string
}

// Contact is a person of an account as a source has them.
type Contact struct {
	Name, Email string
	Disabled    bool
	Connection  string // its name
	Member      bool   // has access already
	Invited     bool   // has an invitation that is open
}

// Person is a user with every place they have.
type Person struct {
	User

	Seen        time.Time
	Password    bool // has one
	Memberships []Membership
	Assigned    []record.AccountInfo // of staff who do not reach every account
}

// PersonRow is a user in a list.
type PersonRow struct {
	User
	Seen     time.Time
	Accounts int    // that they have a place in, or are assigned
	Account  string // the name of one of them
}

// PeopleQuery narrows and pages a list of users.
type PeopleQuery struct {
	Search string // every word in the name, the address or an account's name
	Role   Role   // a staff role; "" for everybody
	State  string // "staff", "members", "off", or "" for everybody
	Offset int
	Limit  int
}
