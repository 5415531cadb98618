// Package grant is the only mint of an access.Scope. Who may import it is in
// the import law: the session, the upper floor, the demo and tests.
package grant

import (
	"slices"

	"portico/sync/access"
	"portico/sync/access/internal/scope"
	"portico/sync/apikey"
	"portico/sync/record"
)

// User is the person for whom a scope is minted.
type User struct {
	ID    string
	Name  string
	Email string
}

var (
	support  = []record.Kind{record.KindTicket, record.KindComment, record.KindAttachment}
	money    = []record.Kind{record.KindInvoice, record.KindPayment, record.KindContract, record.KindQuote, record.KindTimeEntry}
	work     = []record.Kind{record.KindProject, record.KindDocument, record.KindEvent}
	allKinds = slices.Concat([]record.Kind{record.KindAccount, record.KindContact, record.KindAsset, record.KindApproval}, support, money, work)
)

// Member mints the scope of a member in one account. The caller has checked
// that the membership exists and that the account is launched.
func Member(u User, a record.AccountID, role access.Role) access.Scope {
	see, act := presets(role)
	return scope.New(scope.Fields{
		Side: scope.Member, User: u.ID, Name: u.Name, Email: u.Email, Role: string(role),
		Account: a, See: see, Act: act, OwnOnly: role == access.Contributor,
	})
}

// Staff mints the scope of a staff member over the given accounts, or over all
// of them when the role reaches all. Act is empty: staff answer in their own system.
func Staff(u User, role access.Role, accounts []record.AccountID) access.Scope {
	return scope.New(scope.Fields{
		Side: scope.Staff, User: u.ID, Name: u.Name, Email: u.Email, Role: string(role),
		Accounts: accounts, All: role == access.Manager || role == access.Admin, See: allKinds,
	})
}

// StaffIn narrows a staff member to one account, for its pages.
func StaffIn(u User, role access.Role, a record.AccountID) access.Scope {
	return scope.New(scope.Fields{
		Side: scope.Staff, User: u.ID, Name: u.Name, Email: u.Email, Role: string(role),
		Account: a, Accounts: []record.AccountID{a}, See: allKinds,
	})
}

// Look mints the scope of a member as whom somebody on the staff looks at the one
// account of their scope: what the member sees, none of it beyond what staff may
// see, and nothing to act on.
func Look(staff access.Scope, u User, role access.Role) access.Scope {
	see, _ := presets(role)
	see = slices.DeleteFunc(slices.Clone(see), func(k record.Kind) bool { return !staff.Sees(k) })
	if !staff.IsStaff() || !staff.Covers(staff.Account()) {
		return access.Scope{}
	}
	return scope.New(scope.Fields{
		Side: scope.Member, User: u.ID, Name: u.Name, Email: u.Email, Role: string(role), Looker: staff.User(),
		Account: staff.Account(), See: see, OwnOnly: role == access.Contributor,
	})
}

// Job mints the scope of a worker that carries out what a member asked for; its
// rights are the member's rights now, not at the time of asking.
func Job(u User, a record.AccountID, role access.Role) access.Scope {
	see, act := presets(role)
	return scope.New(scope.Fields{
		Side: scope.Job, User: u.ID, Name: u.Name, Email: u.Email, Role: string(role),
		Account: a, See: see, Act: act, OwnOnly: role == access.Contributor,
	})
}

// Preset is what a role brings along, as the scopes of this package have it.
func Preset(role access.Role) access.Preset {
	if access.IsStaffRole(role) {
		s := Staff(User{}, role, nil)
		return access.Preset{See: s.Kinds(), Staff: true, All: s.All(), Administers: access.Administer(s) == nil}
	}
	some := record.NewAccountID()
	s := Member(User{}, some, role)
	see, act := presets(role)
	return access.Preset{See: see, Act: act, OwnOnly: s.OwnOnly(), Invites: access.Invite(s, some) == nil}
}

// Key mints the scope of a program that came with an API key. Kinds follow from
// the scopes of the key: who may ask for an action or for a decision reads the
// request that it is about; the doors of the API say which of that is shown.
func Key(k apikey.Key) access.Scope {
	var see, act []record.Kind
	add := func(to *[]record.Kind, kinds ...record.Kind) {
		for _, kind := range kinds {
			if !slices.Contains(*to, kind) {
				*to = append(*to, kind)
			}
		}
	}
	for _, s := range k.Scopes {
		switch s {
		case apikey.AccountsRead:
			add(&see, record.KindAccount)
		case apikey.TicketsRead:
			add(&see, support...)
		case apikey.AssetsRead:
			add(&see, record.KindAsset)
		case apikey.InvoicesRead:
			add(&see, record.KindInvoice, record.KindPayment)
		case apikey.QuotesRead:
			add(&see, record.KindQuote)
		case apikey.ContractsRead:
			add(&see, record.KindContract)
		case apikey.ProjectsRead:
			add(&see, record.KindProject)
		case apikey.DocumentsRead:
			add(&see, record.KindDocument)
		case apikey.EventsRead:
			add(&see, record.KindEvent)
		case apikey.PaymentsWrite:
			add(&see, record.KindInvoice)
			add(&act, record.KindInvoice)
		case apikey.QuotesWrite:
			add(&see, record.KindQuote)
			add(&act, record.KindQuote)
		case apikey.DocumentsWrite:
			add(&see, record.KindDocument)
			add(&act, record.KindDocument)
		case apikey.EventsWrite:
			add(&see, record.KindEvent)
			add(&act, record.KindEvent)
		case apikey.ActionsRead:
			add(&see, record.KindTicket)
		case apikey.ActionsWrite:
			add(&see, record.KindTicket)
			add(&act, record.KindTicket)
		case apikey.ApprovalsRead:
			add(&see, record.KindApproval)
		case apikey.ApprovalsWrite:
			add(&see, record.KindApproval, record.KindTicket)
			add(&act, record.KindApproval)
		case apikey.WebhooksRead, apikey.WebhooksWrite: // they show no record
		}
	}
	return scope.New(scope.Fields{
		Side: scope.Service, User: string(k.ID), Name: k.Display(), Role: string(access.Service),
		Accounts: k.Accounts, All: k.Whole(), See: see, Act: act,
	})
}

// presets are the kinds that each member role may see and act on (product.md, The
// people). Of approvals, all but owners see those that they are asked to decide.
func presets(role access.Role) (see, act []record.Kind) {
	decide := []record.Kind{record.KindApproval}
	account := []record.Kind{record.KindAccount}
	switch role {
	case access.Owner:
		return allKinds, slices.Concat(decide, support, work, []record.Kind{record.KindInvoice, record.KindQuote, record.KindContract})
	case access.Contributor:
		return slices.Concat([]record.Kind{record.KindAsset}, decide, support, work), slices.Concat(decide, support, work)
	case access.Service: // the work on what a program asked for, whose key the store has looked at, see Job
		ask := slices.Concat(support, []record.Kind{record.KindInvoice, record.KindQuote, record.KindDocument, record.KindEvent})
		return ask, ask
	case access.Finance:
		return slices.Concat(account, decide, money), append(decide, record.KindInvoice, record.KindQuote)
	case access.Accountant:
		return append(account, record.KindInvoice, record.KindPayment), nil
	case access.Approver:
		return append(account, decide...), decide
	default:
		return account, nil
	}
}
