package connections

import (
	"context"
	"strings"

	"portico/sync/access"
	"portico/sync/likeness"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

// Candidate is a company that waits for a person, with what it may be.
type Candidate struct {
	run.Company
	Suggested record.AccountInfo // zero when nothing is
	Why       likeness.Why
	Detail    string // the number or domain that is the same
}

// Suggested completes a company with what it may be.
func Suggested(c run.Company, m likeness.Match) Candidate {
	return Candidate{Company: c, Suggested: m.Account, Why: m.Why, Detail: m.Detail}
}

// Accounts are the client companies that a company may be.
type Accounts interface {
	AllAccounts(ctx context.Context) ([]record.AccountInfo, error)
}

// Matching says which company is which account. fault.Conflict is a company that
// somebody else has matched meanwhile.
type Matching interface {
	// Companies lists every company, those that wait first.
	Companies(ctx context.Context, id record.ConnectionID) ([]run.Company, error)
	// Suggest completes companies that wait with what they may be.
	Suggest(ctx context.Context, id record.ConnectionID, list []run.Company) ([]Candidate, error)
	Match(ctx context.Context, s access.Scope, id record.ConnectionID, picks []Pick) error
	Unmatch(ctx context.Context, s access.Scope, id record.ConnectionID, key string) error
	Repair(ctx context.Context, id record.ConnectionID, key string) (run.Repair, error)
}

// called is what a source calls a company; some only have a key.
func called(c remote.Company) string {
	if name := strings.TrimSpace(c.Name); name != "" {
		return name
	}
	return strings.TrimSpace(c.Key)
}
