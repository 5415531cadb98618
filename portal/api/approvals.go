package api

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/apikey"
	"portico/sync/approval"
	"portico/sync/fault"
	"portico/sync/record"
)

// Approval is what a client is asked to decide, as a list shows it.
type Approval struct {
	ID       string    `json:"id" format:"uuid"`
	Ref      string    `json:"ref"`
	Title    string    `json:"title"`
	State    string    `json:"state" enum:"open,approved,declined,changes,withdrawn"`
	Version  int       `json:"version" doc:"The newest, the only one that can be decided."`
	Ticket   string    `json:"ticket,omitempty" format:"uuid"`
	AskedBy  string    `json:"asked_by"`
	Roles    []string  `json:"roles,omitempty" doc:"Roles in the account that may decide."`
	SignIn   bool      `json:"sign_in" doc:"To decide, one has to sign in."`
	Due      time.Time `json:"due,omitzero"`
	Overdue  bool      `json:"overdue"`
	Created  time.Time `json:"created_at"`
	Changed  time.Time `json:"changed_at"`
	Decision *Decision `json:"decision,omitempty"`
	Reply    string    `json:"reply_action,omitempty" format:"uuid" doc:"The action that tells the ticket of the decision."`
}

// Decision is the answer that counts.
type Decision struct {
	State      string    `json:"state" enum:"approved,declined,changes"`
	Version    int       `json:"version"`
	Digest     string    `json:"digest" doc:"Fingerprint of the version, hex SHA-256."`
	By         string    `json:"by"`
	Way        string    `json:"way" enum:"portal,link,phone"`
	RecordedBy string    `json:"recorded_by,omitempty"`
	At         time.Time `json:"at"`
	Reason     string    `json:"reason,omitempty"`
}

// WholeApproval is an approval with everything that was ever asked in it.
type WholeApproval struct {
	Approval
	People   []Decider `json:"people,omitempty" doc:"People who may decide by name."`
	Versions []Version `json:"versions"`
}

// Decider is somebody who may decide.
type Decider struct {
	Name  string `json:"name"`
	Email string `json:"email,omitempty"`
}

// Version is exactly what is to be decided.
type Version struct {
	Number int       `json:"number"`
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Title  string    `json:"title"`
	Text   string    `json:"text"`
	Note   string    `json:"note,omitempty"`
	Digest string    `json:"digest"`
}

// NewApproval is what may be asked.
type NewApproval struct {
	Title  string    `json:"title" maxLength:"200"`
	Text   string    `json:"text" maxLength:"10000" doc:"What is asked, in words."`
	Ticket string    `json:"ticket,omitempty" format:"uuid" doc:"The request that it is about. The decision is written to it."`
	Roles  []string  `json:"roles,omitempty" doc:"Who may decide, by role: owner, approver."`
	People []string  `json:"people,omitempty" doc:"Who may decide, by mail address: members of the account."`
	SignIn bool      `json:"sign_in,omitempty" doc:"A mailed link only shows it: to decide, one signs in."`
	Due    time.Time `json:"due,omitzero"`
	Remind time.Time `json:"remind,omitzero" doc:"When those who may decide are reminded; not later than due."`
}

// NewVersion takes the place of what waits.
type NewVersion struct {
	Base  int       `json:"base" doc:"The version that you saw."`
	Title string    `json:"title" maxLength:"200"`
	Text  string    `json:"text" maxLength:"10000"`
	Note  string    `json:"note,omitempty" maxLength:"4000" doc:"What changed, in your words."`
	Due   time.Time `json:"due,omitzero"`
}

type approvalList struct {
	Approvals []Approval `json:"approvals"`
	Next      string     `json:"next,omitempty" format:"uri" doc:"Address of the next page; missing on the last."`
}

type approvalQuery struct {
	Open   *bool  `query:"open" doc:"true: only those that wait."`
	Ticket string `query:"ticket" doc:"Only those about this ticket."`
	paging
}

func (a *API) approvalDoors() []Door {
	const all, one = inAccount + "/approvals", inAccount + "/approvals/{approval}"
	return []Door{
		{Method: http.MethodGet, Path: all, Scope: apikey.ApprovalsRead, Name: "listApprovals", Summary: "List approvals", Text: "The newest first.",
			Query: approvalQuery{}, Status: http.StatusOK, Out: approvalList{}, handle: a.listApprovals},
		{Method: http.MethodPost, Path: all, Scope: apikey.ApprovalsWrite, Name: "createApproval", Summary: "Ask a client to decide",
			Text: "Those who may decide are mailed, when the account is launched. Nobody decides over the API.",
			In:   NewApproval{}, Status: http.StatusCreated, Out: WholeApproval{}, handle: a.createApproval},
		{Method: http.MethodGet, Path: one, Scope: apikey.ApprovalsRead, Name: "readApproval", Summary: "Read an approval",
			Status: http.StatusOK, Out: WholeApproval{}, handle: a.readApproval},
		{Method: http.MethodPost, Path: one + "/versions", Scope: apikey.ApprovalsWrite, Name: "reviseApproval", Summary: "Ask anew, with a new version",
			Text: "The version before cannot be decided any more.", In: NewVersion{}, Status: http.StatusCreated, Out: WholeApproval{}, handle: a.reviseApproval},
		{Method: http.MethodPost, Path: one + "/withdraw", Scope: apikey.ApprovalsWrite, Name: "withdrawApproval", Summary: "Take a question back",
			Status: http.StatusOK, Out: WholeApproval{}, handle: a.withdrawApproval},
	}
}

func (a *API) approvalOf(x approval.Approval) Approval {
	out := Approval{ID: x.ID.String(), Ref: x.Ref, Title: x.Title, State: string(x.State), Version: x.Version, AskedBy: x.Asker.Display(), SignIn: x.SignIn,
		Due: x.Due.UTC(), Overdue: x.Overdue(a.o.Now()), Created: x.Created.UTC(), Changed: x.Changed.UTC()}
	if !x.Ticket.IsZero() {
		out.Ticket = x.Ticket.String()
	}
	for _, r := range x.Roles {
		out.Roles = append(out.Roles, string(r))
	}
	if d := x.Decision; d != nil {
		out.Decision = &Decision{State: string(d.State), Version: d.Version, Digest: d.Digest, By: d.By.Display(), Way: string(d.Way), At: d.At.UTC(), Reason: d.Reason}
		if d.RecordedBy != nil {
			out.Decision.RecordedBy = d.RecordedBy.Display()
		}
	}
	if x.Reply != nil {
		out.Reply = x.Reply.ID.String()
	}
	return out
}

func (a *API) wholeApproval(x approval.Approval) WholeApproval {
	out := WholeApproval{Approval: a.approvalOf(x), Versions: make([]Version, len(x.Versions))}
	for _, p := range x.People {
		out.People = append(out.People, Decider{p.Name, p.Email})
	}
	for i, v := range x.Versions {
		out.Versions[i] = Version{v.Number, v.At.UTC(), v.By.Display(), v.Title, v.Text, v.Note, v.Digest()}
	}
	return out
}

func (a *API) listApprovals(r *http.Request, c Caller) (any, error) {
	var q approvalQuery
	if err := asked(r, &q); err != nil {
		return nil, err
	}
	after, err := a.after(r, c, q.Cursor)
	if err != nil {
		return nil, err
	}
	query := approval.Query{Open: q.Open != nil && *q.Open, After: after, Limit: q.size()}
	if q.Ticket != "" {
		if query.Ticket, err = record.ParseID(q.Ticket); err != nil {
			return nil, fault.New(fault.Invalid, "Please correct what is named.").Field("ticket", "This is not the id of a ticket.")
		}
	}
	list, err := a.o.Approvals.Approvals(r.Context(), c.Scope, c.Account, query)
	if err != nil {
		return nil, err
	}
	out := approvalList{Approvals: make([]Approval, len(list))}
	for i, x := range list {
		out.Approvals[i] = a.approvalOf(x)
	}
	if len(list) == query.Limit { // there may be more; a page may be empty
		out.Next = a.next(r, c, list[len(list)-1].ID.String())
	}
	return out, nil
}

func (a *API) createApproval(r *http.Request, c Caller) (any, error) {
	var in NewApproval
	if err := c.read(&in); err != nil {
		return nil, err
	}
	d := approval.Draft{Account: c.Account, Title: in.Title, Text: in.Text, SignIn: in.SignIn, Due: in.Due, Remind: in.Remind, Key: c.Seed}
	for _, role := range in.Roles {
		d.Roles = append(d.Roles, access.Role(role))
	}
	var err error
	if in.Ticket != "" {
		if d.Ticket, err = record.ParseID(in.Ticket); err != nil {
			return nil, fault.New(fault.Invalid, "Please correct what is named.").Field("ticket", "This is not the id of a ticket.")
		}
	}
	if d.People, err = a.deciders(r, c, in.People); err != nil {
		return nil, err
	}
	x, err := a.o.Approvals.AskApproval(r.Context(), c.Scope, d)
	if err != nil {
		return nil, asNamed(err)
	}
	return a.wholeApproval(x), nil
}

// deciders finds the members of the account whose addresses are given.
func (a *API) deciders(r *http.Request, c Caller, addresses []string) ([]approval.Person, error) {
	if len(addresses) == 0 {
		return nil, nil
	}
	may, err := a.o.People.Deciders(r.Context(), c.Scope, c.Account)
	if err != nil {
		return nil, err
	}
	var out []approval.Person
	for _, address := range addresses {
		i := slices.IndexFunc(may, func(p approval.Person) bool { return strings.EqualFold(p.Email, strings.TrimSpace(address)) })
		if i < 0 {
			return nil, fault.New(fault.Invalid, "Please correct what is named.").Field("people", "Only members of the account who may decide can be asked.")
		}
		out = append(out, may[i])
	}
	return out, nil
}

// asNamed puts the problem of the field "who", which forms have, where the API has it.
func asNamed(err error) error {
	if why := fault.Fields(err)["who"]; why != "" {
		return fault.New(fault.Invalid, "Please correct what is named.").Field("roles", why)
	}
	return err
}

func approvalID(r *http.Request) (approval.ID, error) {
	id, err := approval.ParseID(r.PathValue("approval"))
	if err != nil {
		return id, notHere()
	}
	return id, nil
}

func (a *API) readApproval(r *http.Request, c Caller) (any, error) {
	if err := asked(r, &struct{}{}); err != nil {
		return nil, err
	}
	id, err := approvalID(r)
	if err != nil {
		return nil, err
	}
	x, err := a.o.Approvals.ApprovalByID(r.Context(), c.Scope, c.Account, id)
	return a.wholeApproval(x), err
}

func (a *API) reviseApproval(r *http.Request, c Caller) (any, error) {
	var in NewVersion
	if err := c.read(&in); err != nil {
		return nil, err
	}
	id, err := approvalID(r)
	if err != nil {
		return nil, err
	}
	x, err := a.o.Approvals.ReviseApproval(r.Context(), c.Scope, approval.Revision{Account: c.Account, ID: id, Base: in.Base, Title: in.Title, Text: in.Text, Note: in.Note, Due: in.Due, Key: c.Seed})
	return a.wholeApproval(x), err
}

func (a *API) withdrawApproval(r *http.Request, c Caller) (any, error) {
	id, err := approvalID(r)
	if err != nil {
		return nil, err
	}
	x, err := a.o.Approvals.WithdrawApproval(r.Context(), c.Scope, c.Account, id, action.Origin{})
	return a.wholeApproval(x), err
}
