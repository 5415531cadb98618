// Package access names who asks: a Scope is the proof that somebody was
// recognised and what they may see and do. Only package grant mints one, so a
// function that takes a Scope cannot be reached by accident without a check,
// and a zero Scope is refused. A Scope is passed as a parameter, never in a
// context.
package access

import (
	"portico/sync/access/internal/scope"
	"portico/sync/fault"
	"portico/sync/record"
)

// Scope is who asks, for which account, with which grants.
type Scope = scope.Scope

// Role is a preset of grants in an account, or of reach among staff.
type Role string

// Roles of members.
const (
	Owner       Role = "owner"
	Finance     Role = "finance"
	Approver    Role = "approver"
	Contributor Role = "contributor"
	Accountant  Role = "accountant"
)

// Roles of staff.
const (
	Queue   Role = "queue"
	Agent   Role = "agent"
	Manager Role = "manager"
	Admin   Role = "admin"
)

// Service is the role of a program that acts with an API key; nobody is given it.
const Service Role = "service"

// MemberRoles and StaffRoles list what may be chosen.
var (
	MemberRoles = []Role{Owner, Finance, Approver, Contributor, Accountant}
	StaffRoles  = []Role{Queue, Agent, Manager, Admin}
)

// See returns nil when records of the kind in the account may be read.
// The error is NotFound, so that foreign and missing look alike.
func See(s Scope, a record.AccountID, k record.Kind) error {
	if !s.Valid() {
		return fault.New(fault.Unauthenticated, "Please sign in.")
	}
	if !s.Covers(a) || !s.Sees(k) {
		return fault.New(fault.NotFound, "This page does not exist, or you may not see it.")
	}
	return nil
}

// Act returns nil when actions on records of the kind may be asked for.
func Act(s Scope, a record.AccountID, k record.Kind) error {
	if err := See(s, a, k); err != nil {
		return err
	}
	if s.Looking() {
		return lookingOnly()
	}
	if !s.Acts(k) {
		return fault.New(fault.Forbidden, "Your role in this account does not allow that. Ask an owner of the account.")
	}
	return nil
}

// Write returns nil unless somebody on the staff only looks as the user.
func Write(s Scope) error {
	if s.Looking() {
		return lookingOnly()
	}
	return nil
}

// Administer returns nil for staff who look after this Portico. Other staff read
// that it takes an administrator; to everybody else there is nothing here.
func Administer(s Scope) error {
	switch {
	case !s.Valid():
		return fault.New(fault.Unauthenticated, "Please sign in.")
	case !s.IsStaff():
		return fault.New(fault.NotFound, "This page does not exist, or you may not see it.")
	case s.Role() != string(Admin):
		return fault.New(fault.Forbidden, "This takes the administrator role. Ask an administrator.")
	default:
		return nil
	}
}
