// Package scope holds the one type that says who asks and what they may see.
// It is internal so that only access and access/grant can name its fields;
// see access for the promises.
package scope

import (
	"slices"

	"portico/sync/record"
)

// Side tells members from staff, from work done on somebody's behalf, and from
// programs that come with an API key.
type Side int

// Sides. None is the zero value and is refused everywhere.
const (
	None Side = iota
	Member
	Staff
	Job
	Service
)

// Fields is what grant fills in.
type Fields struct {
	Side    Side
	User    string
	Name    string
	Email   string
	Role    string
	Account record.AccountID
	// Accounts is what staff or a program may see; nil with All set means every account.
	Accounts []record.AccountID
	All      bool
	// See and Act are the kinds that may be read and acted on.
	See, Act []record.Kind
	// OwnOnly narrows tickets to those that the user asked for.
	OwnOnly bool
	// Looker is the id of the staff member who looks as the user; "" for nobody.
	Looker string
}

// Scope is immutable and comparable only by identity of its content.
type Scope struct{ f Fields }

// New seals fields into a Scope.
func New(f Fields) Scope {
	f.Accounts, f.See, f.Act = slices.Clone(f.Accounts), slices.Clone(f.See), slices.Clone(f.Act)
	return Scope{f}
}

// Valid reports whether the scope was minted; a zero Scope is refused by every store method.
func (s Scope) Valid() bool { return s.f.Side != None }

// IsStaff reports whether a staff member of the provider asks.
func (s Scope) IsStaff() bool { return s.f.Side == Staff }

// IsJob reports whether a worker asks on behalf of the user who started it.
func (s Scope) IsJob() bool { return s.f.Side == Job }

// IsService reports whether a program asks, with an API key.
func (s Scope) IsService() bool { return s.f.Side == Service }

// User returns the id of the user who asks, or of the API key.
func (s Scope) User() string { return s.f.User }

// Name returns the name of the user who asks.
func (s Scope) Name() string { return s.f.Name }

// Email returns the mail address of the user who asks.
func (s Scope) Email() string { return s.f.Email }

// Role returns the role in the account, or the staff role.
func (s Scope) Role() string { return s.f.Role }

// Account returns the one account that the scope is about; zero for staff lists.
func (s Scope) Account() record.AccountID { return s.f.Account }

// Covers reports whether the scope reaches the account.
func (s Scope) Covers(a record.AccountID) bool {
	if a.IsZero() {
		return false
	}
	if s.wide() {
		return s.f.All || slices.Contains(s.f.Accounts, a)
	}
	return s.Valid() && s.f.Account == a
}

// wide reports whether the scope may reach several accounts.
func (s Scope) wide() bool { return s.f.Side == Staff || s.f.Side == Service }

// All reports whether the scope reaches every account.
func (s Scope) All() bool { return s.wide() && s.f.All }

// Accounts lists the accounts of staff, or of a program, that do not reach all.
func (s Scope) Accounts() []record.AccountID { return slices.Clone(s.f.Accounts) }

// Sees reports whether records of the kind may be read.
func (s Scope) Sees(k record.Kind) bool { return slices.Contains(s.f.See, k) }

// Kinds lists the kinds that may be read.
func (s Scope) Kinds() []record.Kind { return slices.Clone(s.f.See) }

// Acts reports whether actions on records of the kind may be asked for.
func (s Scope) Acts(k record.Kind) bool { return slices.Contains(s.f.Act, k) }

// Looking reports whether somebody on the staff looks as the user. Whatever else
// the scope says, nothing may be asked for or changed with it.
func (s Scope) Looking() bool { return s.f.Looker != "" }

// Reader returns the id of who really reads: the user, or who looks as them.
func (s Scope) Reader() string {
	if s.f.Looker != "" {
		return s.f.Looker
	}
	return s.f.User
}

// OwnOnly reports whether tickets are narrowed to the user's own.
func (s Scope) OwnOnly() bool { return s.f.OwnOnly }
