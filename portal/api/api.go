// Package api is what other programs read and do over HTTP: /api/v1. It promises
// that a request is carried out only under a good key with the scope of its door
// and in an account that the key reaches, that foreign and missing look alike,
// that one idempotency key has one effect, that a cursor opens only the list that
// it came from, and that the OpenAPI document says exactly what the doors do,
// because both are made of the same table. It reads no cookie.
package api

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/apikey"
	"portico/sync/approval"
	"portico/sync/delivery"
	"portico/sync/record"
)

// Keys recognises keys. Every method is safe for concurrent use.
type Keys interface {
	// EnterKey returns the good key of a token, by its hash; fault.Unauthenticated
	// when there is none.
	EnterKey(ctx context.Context, token [32]byte) (apikey.Key, error)
}

// Answers remember what was answered to requests with an idempotency key. Bodies
// are sealed here and opened again: an answer may hold a secret.
type Answers interface {
	// BeginAnswer makes a request the one that is carried out, or returns what was
	// answered before (Done). It is fault.Conflict while another like it is at work,
	// and fault.Invalid for a key that was used for something else.
	BeginAnswer(ctx context.Context, key apikey.ID, idempotency, request string) (apikey.Answer, error)
	// EndAnswer keeps what was answered.
	EndAnswer(ctx context.Context, a apikey.Answer) error
	// DropAnswer forgets a request that did nothing.
	DropAnswer(ctx context.Context, a apikey.Answer) error
	// FreeAnswer lets the next attempt at once: nobody knows what this one did.
	FreeAnswer(ctx context.Context, a apikey.Answer) error
}

// Accounts are the client companies.
type Accounts interface {
	AllAccounts(ctx context.Context) ([]record.AccountInfo, error)
	AccountInfo(ctx context.Context, id record.AccountID) (record.AccountInfo, error)
}

// Records is the read model of one account.
type Records interface {
	List(ctx context.Context, s access.Scope, account record.AccountID, q record.Query) (record.Page, error)
	Detail(ctx context.Context, s access.Scope, account record.AccountID, kind record.Kind, id record.ID) (record.Detail, error)
	Timeline(ctx context.Context, s access.Scope, account record.AccountID, ticket record.ID) ([]record.Entry, error)
}

// Papers are the records of an account whole, and what belongs to them.
type Papers interface {
	Whole(ctx context.Context, s access.Scope, account record.AccountID, q record.Query) (record.Whole, error)
	FilesOf(ctx context.Context, s access.Scope, account record.AccountID, parent record.ID) ([]record.File, error)
	AttachmentOf(ctx context.Context, s access.Scope, account record.AccountID, id record.ID) (record.Detail, error)
}

// Actions record what is asked for and say what became of it.
type Actions interface {
	Submit(ctx context.Context, s access.Scope, d action.Draft) (action.Action, error)
	Withdraw(ctx context.Context, s access.Scope, account record.AccountID, id action.ID) (action.Action, error)
	ActionByID(ctx context.Context, s access.Scope, account record.AccountID, id action.ID) (action.Action, error)
	Destinations(ctx context.Context, s access.Scope, account record.AccountID) ([]action.Destination, error)
}

// Approvals ask clients to decide.
type Approvals interface {
	Approvals(ctx context.Context, s access.Scope, account record.AccountID, q approval.Query) ([]approval.Approval, error)
	ApprovalByID(ctx context.Context, s access.Scope, account record.AccountID, id approval.ID) (approval.Approval, error)
	AskApproval(ctx context.Context, s access.Scope, d approval.Draft) (approval.Approval, error)
	ReviseApproval(ctx context.Context, s access.Scope, r approval.Revision) (approval.Approval, error)
	WithdrawApproval(ctx context.Context, s access.Scope, account record.AccountID, id approval.ID, from action.Origin) (approval.Approval, error)
}

// People are who may be asked to decide in an account.
type People interface {
	Deciders(ctx context.Context, s access.Scope, account record.AccountID) ([]approval.Person, error)
}

// Endpoints are who is told what happens. A seed makes what is made under it once.
type Endpoints interface {
	Endpoints(ctx context.Context) ([]delivery.Endpoint, error)
	AddEndpoint(ctx context.Context, s access.Scope, e delivery.Endpoint, headers map[string]string, seed string) (made delivery.Endpoint, secret string, err error)
	// ChangeEndpoint stores what is told to whom; nil headers keep those that are there.
	ChangeEndpoint(ctx context.Context, s access.Scope, e delivery.Endpoint, headers map[string]string) error
	RotateEndpoint(ctx context.Context, s access.Scope, id delivery.EndpointID, seed string) (secret string, err error)
	RemoveEndpoint(ctx context.Context, s access.Scope, id delivery.EndpointID) error
}

// Deliveries are what endpoints were and will be sent.
type Deliveries interface {
	DeliveryPage(ctx context.Context, e delivery.EndpointID, q delivery.Query) ([]delivery.Log, error)
	TestEndpoint(ctx context.Context, id delivery.EndpointID) (delivery.MessageID, error)
	ResendOf(ctx context.Context, e delivery.EndpointID, id delivery.ID) error
	ResendFailed(ctx context.Context, e delivery.EndpointID, since time.Time) (int, error)
}

// Options are what the API works with; all but Log and Now are needed.
type Options struct {
	Keys       Keys
	Answers    Answers
	Accounts   Accounts
	Records    Records
	Papers     Papers
	Actions    Actions
	Approvals  Approvals
	People     People
	Endpoints  Endpoints
	Deliveries Deliveries
	Files      Files
	Uploads    Uploads
	// Download sends a file as something to be saved, whatever it says it is.
	Download func(w http.ResponseWriter, r *http.Request, name string, content io.Reader, size int64) error
	// Able reports whether the system behind a connection takes such an action.
	Able func(ctx context.Context, c record.ConnectionID, k action.Kind) bool
	// Seal and Open keep bodies of answers from who reads the database.
	Seal func(a apikey.Answer, body string) (string, error)
	Open func(a apikey.Answer) (string, error)
	// CursorKey signs cursors; every process has the same.
	CursorKey []byte
	// Base is the address that programs dial, without a slash at its end.
	Base string
	Log  *slog.Logger
	Now  func() time.Time
}

// API answers programs. It is safe for concurrent use.
type API struct {
	o     Options
	pace  pace
	doors []Door
	doc   []byte
}

// New returns the API. It fails when the document cannot be made of the doors.
func New(o Options) (*API, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	a := &API{o: o}
	a.doors = a.table()
	doc, err := document(a.doors, o.Base)
	if err != nil {
		return nil, err
	}
	a.doc = doc
	return a, nil
}

// Doors lists what the API answers, each behind its guard.
func (a *API) Doors() []Door { return a.doors }

// Document serves GET /api/v1/openapi.json to everybody: it holds no secret.
func (a *API) Document(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(a.doc) // the reader is gone if this fails
	return nil
}
