package access

import (
	"time"

	"portico/sync/record"
)

// Feed is a calendar that a member's own program reads by a secret address.
type Feed struct {
	ID   record.ID // names it and opens nothing; zero for none
	Made time.Time
}

// Subscriber is whose feed it is, with the place that they have in its account now.
type Subscriber struct {
	User    User
	Role    Role
	Account record.AccountInfo
}
