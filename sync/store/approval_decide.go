package store

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/approval"
	"portico/sync/audit"
	"portico/sync/change"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

// DecideApproval records the decision of who is signed in: its evidence, its audit
// leaf, the reply that the other system is owed and the outbox rows, in one
// transaction. Of any number at once exactly one wins; the others, and whoever
// decides on an older version, get fault.Conflict and nothing is recorded of
// theirs. The same form twice is one decision.
func (a *Account) DecideApproval(ctx context.Context, s access.Scope, d approval.Answer) (approval.Approval, error) {
	if err := access.Act(s, d.Account, record.KindApproval); err != nil {
		return approval.Approval{}, err
	}
	who, args := asked(s, d.Account, false)
	return decide(ctx, a.db.For(d.Account), a.now(), ruling{Answer: d, by: personOf(s), way: approval.Portal, where: who, args: args,
		may: func(ap approval.Approval) bool { return ap.Decides(s.User(), access.Role(s.Role())) }})
}

// RecordCall records a decision that somebody gave by phone; only staff may, and
// only for somebody who was asked. It is marked as such for ever.
func (a *Account) RecordCall(ctx context.Context, s access.Scope, c approval.Call) (approval.Approval, error) {
	if err := asks(s, c.Account); err != nil {
		return approval.Approval{}, err
	}
	if !s.IsStaff() { // a program hears nobody
		return approval.Approval{}, notFound()
	}
	now := a.now()
	if err := c.Check(now); err != nil {
		return approval.Approval{}, err
	}
	staff := personOf(s)
	return decide(ctx, a.db.For(c.Account), now, ruling{Answer: c.Answer, by: c.By, way: approval.Phone, recordedBy: &staff, said: c.Said, note: plain(c.Note),
		may: func(ap approval.Approval) bool { return ap.Decides(c.By.User, access.Role(c.By.Role)) }})
}

// ruling is an answer with who gives it and how it reached us.
type ruling struct {
	approval.Answer
	by         approval.Person
	way        approval.Way
	recordedBy *approval.Person
	said       time.Time
	note       string
	link       approval.LinkID
	where      string // narrows to what they may see
	args       []any
	may        func(approval.Approval) bool
}

// writer is a database that is narrowed to one account, or the system's.
type approvalWriter interface {
	Write(ctx context.Context, p scoped.Priority, f func(ctx context.Context, tx *scoped.Tx) error) error
}

func decide(ctx context.Context, db approvalWriter, now time.Time, r ruling) (approval.Approval, error) {
	if err := r.Check(); err != nil {
		return approval.Approval{}, err
	}
	r.Reason = plain(r.Reason)
	now = now.UTC().Truncate(time.Microsecond)
	var ap approval.Approval
	err := db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) (err error) {
		if ap, err = wholeApproval(ctx, tx, r.Account, "id = ?"+r.where, append([]any{r.ID}, r.args...)...); err != nil {
			return err
		}
		if !r.may(ap) {
			return fault.New(fault.Forbidden, "Somebody else was asked to decide this.")
		}
		if ap.State != approval.Open || ap.Version != r.Version {
			return tooLate(ap, r)
		}
		return ruled(ctx, tx, &ap, r, now)
	})
	return ap, err
}

// tooLate is nil for the form that became the decision, sent again.
func tooLate(ap approval.Approval, r ruling) error {
	switch {
	case ap.Decision != nil && ap.Decision.Key == r.Key && ap.Decision.By.User == r.by.User && ap.Decision.State == r.State:
		return nil
	case ap.State == approval.Withdrawn:
		return fault.New(fault.Conflict, "This was taken back before you decided. Nothing was recorded.")
	case ap.State != approval.Open:
		return fault.Newf(fault.Conflict, "%s has decided this already. Your decision was not recorded.", ap.Decision.By.Display())
	default:
		return fault.New(fault.Conflict, "There is a newer version of this. Nothing has been decided; look at what changed.").
			Field("version", strconv.Itoa(r.Version)+" → "+strconv.Itoa(ap.Version))
	}
}

// ruled makes an answer the decision, if nobody was faster.
func ruled(ctx context.Context, tx *scoped.Tx, ap *approval.Approval, r ruling, now time.Time) error {
	d := approval.Decision{State: r.State, Version: r.Version, Digest: ap.Newest().Digest(), By: r.by, Way: r.way, RecordedBy: r.recordedBy,
		At: now, Said: r.said, Reason: r.Reason, Note: r.note, Words: plain(r.Words), Key: r.Key, From: r.From}
	reply, err := replyTo(ctx, tx, *ap, d) // waits for other actions on the request, as everywhere before rows
	if err != nil {
		return err
	}
	evidence, err := json.Marshal(d)
	if err != nil {
		return fault.Wrap(fault.Internal, "encode decision", err)
	}
	n, err := tx.Run(ctx, `UPDATE approvals SET state = ?, decision = ?, reply_id = ?, changed_at = ?
		WHERE account_id = ? AND id = ? AND state = 'open' AND version = ?`, d.State, string(evidence), reply.ID, at(now), ap.Account, ap.ID, r.Version)
	if err != nil {
		return fault.At("decide approval", err)
	}
	if n == 0 { // somebody was faster by a moment
		if *ap, err = wholeApproval(ctx, tx, ap.Account, "id = ?", ap.ID); err != nil {
			return err
		}
		return tooLate(*ap, r)
	}
	ap.State, ap.Decision, ap.Changed = d.State, &d, now
	if err := leave(ctx, tx, decidedEntry(*ap, d, r.link)); err != nil {
		return err
	}
	if err := emit(ctx, tx, change.New(change.ApprovalMoved, now, ap.Account, record.KindApproval, ap.ID.String())); err != nil || reply.ID.IsZero() {
		return err
	}
	ap.Reply = &reply
	if _, err := insertAction(ctx, tx, reply); err != nil {
		return err
	}
	return emit(ctx, tx, change.New(change.ActionDue, now, ap.Account, record.KindTicket, reply.ID.String()))
}

// replyTo is the message that tells the request of a decision; a zero one when it
// is about none, or the request has left the account.
func replyTo(ctx context.Context, tx *scoped.Tx, ap approval.Approval, d approval.Decision) (action.Action, error) {
	if ap.Ticket.IsZero() {
		return action.Action{}, nil
	}
	by := d.By
	if d.RecordedBy != nil {
		by = *d.RecordedBy
	}
	act := action.Action{ID: action.NewID(), Ref: action.NewRef(), Account: ap.Account, Kind: action.TicketReply, Target: ap.Ticket, State: action.Recorded,
		Actor: action.Actor{User: by.User, Name: by.Name, Email: by.Email, Staff: d.RecordedBy != nil},
		Key:   "approval " + ap.ID.String(), Recorded: d.At, Changed: d.At}
	if err := about(ctx, tx, act); err != nil {
		return act, err
	}
	var rows []struct {
		ConnectionID record.ConnectionID
		ExternalID   string
	}
	err := tx.Find(ctx, &rows, `SELECT r.connection_id, r.external_id FROM records r JOIN connections c ON c.id = r.connection_id AND c.removing_at IS NULL
		WHERE r.account_id = ? AND r.id = ?`, ap.Account, ap.Ticket)
	if err != nil || len(rows) == 0 {
		return action.Action{}, fault.At("look for the request of an approval", err)
	}
	var names []struct{ Name string }
	if err := tx.Find(ctx, &names, "SELECT name FROM accounts WHERE id = ?", ap.Account); err != nil || len(names) == 0 {
		return action.Action{}, fault.At("read the account's name", err)
	}
	act.Connection, act.External = rows[0].ConnectionID, rows[0].ExternalID
	act.Input = action.Input{Text: approval.Reply(ap, d, names[0].Name), Approval: ap.ID.String()}
	return act, nil
}

// askedEntry is the entry of a question: who asks whom, and what exactly.
func askedEntry(what audit.What, a approval.Approval, v approval.Version, from action.Origin) audit.Entry {
	e := audit.New(what, v.At, v.By.User, a.ID.String())
	e.Account = a.Account
	e.Facts = pairs(append([]string{"ref", a.Ref, "ticket", idText(a.Ticket)}, versionFacts(v)...))
	e.Personal = map[string]string{"name": v.By.Name, "mail": v.By.Email, "ip": from.IP, "agent": from.Agent}
	return e
}

func versionFacts(v approval.Version) []string {
	facts := []string{"version", strconv.Itoa(v.Number), "digest", v.Digest()}
	if v.File != nil {
		facts = append(facts, "file_sha256", v.File.SHA256)
	}
	return facts
}

// decidedEntry is the evidence: who, for which account, what exactly, when, from
// where, by which way, and the words that were before them.
func decidedEntry(a approval.Approval, d approval.Decision, link approval.LinkID) audit.Entry {
	e := audit.New(audit.ApprovalDecided, d.At, d.By.User, a.ID.String())
	e.Account = a.Account
	facts := append([]string{"ref", a.Ref, "decision", string(d.State), "way", string(d.Way), "role", d.By.Role, "words", d.Words,
		"link", string(link), "ticket", idText(a.Ticket)}, versionFacts(a.Newest())...)
	e.Personal = map[string]string{"name": d.By.Name, "mail": d.By.Email, "ip": d.From.IP, "agent": d.From.Agent, "reason": d.Reason, "note": d.Note}
	if d.RecordedBy != nil {
		facts = append(facts, "recorded_by", d.RecordedBy.User, "said", d.Said.UTC().Format(time.RFC3339))
	}
	e.Facts = pairs(facts)
	return e
}
