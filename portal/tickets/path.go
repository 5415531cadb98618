package tickets

import (
	"errors"

	"portico/portal/ui"
	"portico/sync/approval"
	"portico/sync/record"
)

var errBody = errors.New("the record is of another kind than it says")

func listPath(a record.AccountID) string   { return ui.AccountPath(a) + "tickets" }
func exportPath(a record.AccountID) string { return ui.AccountPath(a) + "tickets.csv" }
func newPath(a record.AccountID) string    { return ui.AccountPath(a) + "tickets/new" }
func filesPath(a record.AccountID) string  { return ui.AccountPath(a) + "files/" }

func ticketPath(a record.AccountID, id record.ID) string {
	return ui.AccountPath(a) + "tickets/" + id.String()
}

func approvalPath(a approval.Approval) string {
	return ui.AccountPath(a.Account) + "approvals/" + a.ID.String()
}

func askPath(row record.Row) string {
	return ui.AccountPath(row.Account) + "approvals/new?ticket=" + row.ID.String()
}
