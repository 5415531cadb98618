// Package audit is the log that cannot be quietly changed: what a leaf is, how
// leaves become a tree (RFC 6962, through golang.org/x/mod/sumdb/tlog), how a
// head of the tree is signed, and how an export is verified without the program
// that wrote it. It does no I/O; the store keeps leaves, hashes and heads.
//
// It promises that after a head was published outside, any edit, deletion,
// reordering or truncation of the leaves under it is found by Verify. It does
// not promise that an operator cannot rewrite a log whose heads nobody has
// seen: that is what publishing heads is for.
package audit

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"portico/sync/record"
)

// What names a kind of entry.
type What string

// The catalogue.
const (
	ActionSubmitted What = "action.submitted"
	ActionWithdrawn What = "action.withdrawn"
	ActionEnded     What = "action.ended" // confirmed, refused, dead, given up
	ApprovalAsked   What = "approval.asked"
	ApprovalRevised What = "approval.revised"
	ApprovalDecided What = "approval.decided"
	// ApprovalWithdrawn is a question that staff took back.
	ApprovalWithdrawn What = "approval.withdrawn"
	ApprovalNudged    What = "approval.nudged" // staff sent its reminder again

	SignedIn      What = "user.signed_in"
	SignInRefused What = "user.sign_in_refused"
	SignedOut     What = "user.signed_out"
	// Confirmed is somebody who was signed in and proved once more who it is.
	Confirmed       What = "user.confirmed"
	SessionEnded    What = "user.session_ended"
	SecondStepMade  What = "user.second_step_made"
	SecondStepEnded What = "user.second_step_ended"
	PasswordChanged What = "user.password_changed"
	UserChanged     What = "user.changed"
	Invited         What = "user.invited"
	InvitedAgain    What = "user.invited_again"
	InviteWithdrawn What = "user.invitation_withdrawn"
	InviteAccepted  What = "user.invitation_accepted"
	FeedChanged     What = "user.calendar_feed" // made, renewed or ended
	AccountChanged  What = "account.changed"
	AccountLookedAt What = "account.looked_at" // by staff, as one of its members
	CompanyMatched  What = "company.matched"
	CompanyHidden   What = "company.unmatched"
	AccountMerged   What = "account.merged" // into the object; a fact says which
	AccountSplit    What = "account.split"
	ConnectionMade  What = "connection.changed"
	MeaningChanged  What = "status.changed"
	FieldShown      What = "custom_field.shown" // or hidden
	// ConnectionRemoved is one whose removal was begun by an administrator, or is done.
	ConnectionRemoved What = "connection.removed"
	// VisibilityChanged is a rule of what clients do not see.
	VisibilityChanged What = "visibility.changed"
	// AuthorityNamed says which connection is believed for a kind, AuthorityDecided
	// what of two connections is the same thing.
	AuthorityNamed   What = "authority.named"
	AuthorityDecided What = "authority.decided"
	EndpointChanged  What = "endpoint.changed"
	KeyMade          What = "api_key.made"
	KeyRevoked       What = "api_key.revoked"
	SettingsChanged  What = "settings.changed"
	OutwardHeld      What = "outward.held"
	OutwardReleased  What = "outward.released"
)

// Entry is one thing that happened.
type Entry struct {
	ID      string // UUIDv7
	At      time.Time
	Account record.AccountID // zero when it concerns no account
	Actor   string           // user id, or the name of a program's part
	What    What
	Object  string            // id of what it was done to
	Facts   map[string]string // never personal
	// Personal holds what a person may ask to be erased (name, address, browser).
	// The leaf only has salted hashes of it, so that the proof outlives an erasure.
	Personal map[string]string
}

// New returns an entry with a fresh id.
func New(what What, at time.Time, actor, object string) Entry {
	return Entry{ID: uuid.Must(uuid.NewV7()).String(), At: at.UTC(), Actor: actor, What: what, Object: object}
}

// Salted is a personal value with the salt that its hash in the leaf was made with.
type Salted struct {
	Salt  string `json:"salt"` // base64, 16 random bytes
	Value string `json:"value"`
}

// leaf is the canonical form: fields in this order, maps sorted by key.
type leaf struct {
	Version  int               `json:"v"`
	ID       string            `json:"id"`
	At       string            `json:"at"` // RFC 3339, UTC, microseconds
	Account  string            `json:"account,omitempty"`
	Actor    string            `json:"actor"`
	What     What              `json:"what"`
	Object   string            `json:"object,omitempty"`
	Facts    map[string]string `json:"facts,omitempty"`
	Personal map[string]string `json:"personal,omitempty"` // name → hex SHA-256 of salt and value
}

// Seal returns the leaf that is logged and the personal values that are kept
// beside it until they are erased.
func (e Entry) Seal() (data []byte, personal map[string]Salted, err error) {
	l := leaf{Version: 1, ID: e.ID, At: e.At.UTC().Format("2006-01-02T15:04:05.000000Z"), Actor: e.Actor, What: e.What, Object: e.Object, Facts: e.Facts}
	if !e.Account.IsZero() {
		l.Account = e.Account.String()
	}
	for name, value := range e.Personal {
		if value == "" {
			continue
		}
		if personal == nil {
			personal, l.Personal = map[string]Salted{}, map[string]string{}
		}
		s := Salted{Salt: salt(), Value: value}
		personal[name], l.Personal[name] = s, s.hash()
	}
	data, err = json.Marshal(l)
	if err != nil {
		return nil, nil, fmt.Errorf("encode audit leaf: %w", err)
	}
	return data, personal, nil
}

func salt() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return base64.StdEncoding.EncodeToString(b[:])
}

// hash binds the value to its salt; the salt has a fixed length, so that no two
// pairs run together.
func (s Salted) hash() string {
	sum := sha256.Sum256([]byte(s.Salt + s.Value))
	return hex.EncodeToString(sum[:])
}

// Tells reports whether the personal value is the one that the leaf was made with.
func Tells(data []byte, name string, s Salted) bool {
	var l leaf
	return json.Unmarshal(data, &l) == nil && l.Personal[name] == s.hash()
}
