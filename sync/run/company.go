package run

import "portico/sync/record"

// Company is a client company as a connection's source names it, with the
// account that a person matched it to. Until then its records are invisible.
type Company struct {
	Key  string // the source's own key, see remote.Company
	Name string // "" when the source tells no name
	// Account is what it was matched to; its ID is zero until somebody did.
	Account record.AccountInfo
	// Waiting counts the records that wait for the match.
	Waiting int
}
