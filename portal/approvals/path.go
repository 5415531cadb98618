package approvals

import (
	"strconv"

	"portico/portal/ui"
	"portico/sync/approval"
	"portico/sync/record"
)

func listPath(a record.AccountID) string { return ui.AccountPath(a) + "approvals" }
func askPath(a record.AccountID) string  { return listPath(a) + "/new" }

func path(a record.AccountID, id approval.ID) string { return listPath(a) + "/" + id.String() }

func versionPath(a record.AccountID, id approval.ID, number int) string {
	return path(a, id) + "/files/" + strconv.Itoa(number)
}

func ticketPath(a record.AccountID, id record.ID) string {
	return ui.AccountPath(a) + "tickets/" + id.String()
}

func actionPath(ap approval.Approval) string {
	return ui.AccountPath(ap.Account) + "actions/" + ap.Reply.ID.String()
}

// linkPath is the address of a link once its token is out of it.
func linkPath(l approval.LinkID) string { return "/decide/" + string(l) }
