package ui_test

import (
	"strings"
	"testing"

	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
)

// TestWhatARoleGrantsIsReadFromTheGrant keeps words and scopes together: a kind
// that a role sees or may act on, and that the words leave out, is found here.
func TestWhatARoleGrantsIsReadFromTheGrant(t *testing.T) {
	t.Parallel()
	c := &ui.Chrome{}
	want := map[access.Role][2]string{
		access.Owner:       {"all requests with their messages and files, questions to decide, invoices and payments, quotes, the inventory, contacts", "write, answer, close and reopen requests, decide what they are asked, tell of payments, accept and decline quotes, invite and remove colleagues"},
		access.Finance:     {"questions to decide, invoices and payments, quotes", "decide what they are asked, tell of payments, accept and decline quotes"},
		access.Approver:    {"questions to decide", "decide what they are asked"},
		access.Contributor: {"their own requests with messages and files, questions to decide, the inventory", "write, answer, close and reopen requests, decide what they are asked"},
		access.Accountant:  {"invoices and payments", ""},
		access.Queue:       {"the accounts assigned to them, all requests with their messages and files, questions to decide, invoices and payments, quotes, the inventory, contacts", ""},
		access.Agent:       {"the accounts assigned to them, all requests with their messages and files, questions to decide, invoices and payments, quotes, the inventory, contacts", ""},
		access.Manager:     {"every account, all requests with their messages and files, questions to decide, invoices and payments, quotes, the inventory, contacts", ""},
		access.Admin:       {"every account, all requests with their messages and files, questions to decide, invoices and payments, quotes, the inventory, contacts", "decide everything about this portal"},
	}
	for _, role := range append(append([]access.Role{}, access.MemberRoles...), access.StaffRoles...) {
		p := grant.Preset(role)
		if got := [2]string{strings.Join(c.Sees(p), ", "), strings.Join(c.Does(p), ", ")}; got != want[role] {
			t.Errorf("%s: %q", role, got)
		}
		if name := c.RoleName(role); strings.HasPrefix(name, "role.") {
			t.Errorf("%s has no name", role)
		}
	}
}

func TestEveryStateOfAnInvitationHasWords(t *testing.T) {
	t.Parallel()
	c := &ui.Chrome{}
	for _, s := range []access.InvitationState{access.InvitationPrepared, access.InvitationWaiting, access.InvitationSent, access.InvitationFailed, access.InvitationOpened,
		access.InvitationAccepted, access.InvitationExpired, access.InvitationWithdrawn, access.InvitationLapsed} {
		if word, _ := c.InvitationStatus(access.Invitation{State: s}); strings.Contains(word, "invitation.") {
			t.Errorf("%s has no words", s)
		}
	}
}
