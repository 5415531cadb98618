package manifest

import (
	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/types"
)

// Webhooks is what the system sends by itself: how it proves that it did, and which
// records each message says to read anew.
type Webhooks struct {
	// Steps tell the administrator what to do at the system, in order.
	Steps []string `json:"steps"`
	// Secrets are entered or made where the address is shown, once it is known.
	Secrets map[string]HookSecret `json:"secrets"`
	// Accepted is what a verified message is answered with; 0 is 202.
	Accepted int `json:"accepted"`
	// Verify are the proofs that a message must bring, all of them. One that is
	// optional is asked for only when its secret was entered.
	Verify     []Proof     `json:"verify"`
	Challenges []Challenge `json:"challenges"`
	// Events is the list of what happened; not written means that the body is one event.
	Events Expr `json:"events"`
	// Key is the same for repeated deliveries of one event. Without it every message counts.
	Key   Expr       `json:"key"`
	Hints []HintRule `json:"hints"`

	// SecretOrder is the order in which the file names them.
	SecretOrder []string `json:"-"`
}

// HookSecret is a secret that the system and we share for its webhooks only.
type HookSecret struct {
	Label string `json:"label"`
	Help  string `json:"help"`
	Made  string `json:"made"` // by whom: "here" or "there", at the system
}

// Kinds of proof.
const (
	ProofHMAC   = "hmac"   // RFC 2104 over the message
	ProofSecret = "secret" // the secret itself: in a header, a parameter or the body
	ProofBasic  = "basic"  // RFC 7617: a user, and the secret as its password
)

// Proof is one thing that shows who sent a message.
type Proof struct {
	Kind     string `json:"kind"`
	Secret   string `json:"secret"` // the name of one of Secrets, or of a secret setting
	Optional bool   `json:"optional"`

	Header string   `json:"header"` // hmac and secret
	Prefix string   `json:"prefix"` // in front of the value of the header; case counts
	Query  string   `json:"query"`  // secret
	Value  Expr     `json:"value"`  // secret: a text, or a list in which every one must be it
	User   Template `json:"user"`   // basic

	// hmac
	Algorithm string `json:"algorithm"` // sha1, sha256 (also ""), sha512
	Encoding  string `json:"encoding"`  // hex or base64
	// SecretIs says what the key is made of the secret by: "" takes its characters,
	// base64 and hex decode them, and sha256 takes their digest.
	SecretIs  string `json:"secret_is"`
	Signature Expr   `json:"signature"` // instead of a header: a text or a list, of which one must fit
	Message   Expr   `json:"message"`   // not written: the body
	Timestamp *Stamp `json:"timestamp"`
}

// Stamp is when a message says that it was sent.
type Stamp struct {
	Value  Expr   `json:"value"`
	Format string `json:"format"` // unix, unix_ms, rfc3339, or a Go layout
	// Tolerance is how far it may be from now, either way; 0 is 5 minutes.
	Tolerance Duration `json:"tolerance"`
}

// Challenge is a message that asks whether this is the right address, and its answer.
type Challenge struct {
	When Expr `json:"when"`
	// Verified says that it brings the same proofs as a message.
	Verified bool                `json:"verified"`
	Status   int                 `json:"status"` // 0 is 200
	Type     string              `json:"type"`   // "" is text/plain
	Body     Template            `json:"body"`
	Headers  map[string]Template `json:"headers"`
	// Learn is a secret that the system tells here, by its name. Only the first one
	// is taken; a person removes it before another can be.
	Learn map[string]Expr `json:"learn"`
}

// HintRule says what an event is about. Every rule that holds gives a hint.
type HintRule struct {
	When   Expr   `json:"when"`
	Stream string `json:"stream"`
	// ID is the key of a record, or a list of them. Nothing hastens the whole stream.
	ID Expr `json:"id"`
}

var (
	// rawScope is what every expression about a message sees.
	rawScope = scope{
		"raw": types.String, "body": types.Any, "headers": types.Map{types.Extra: types.String},
		"query": types.Map{types.Extra: types.String}, "method": types.String, "url": types.String,
	}
	stampScope = scope{"timestamp": types.String}
)

func (c *compiler) webhooks(w *Webhooks, at pointer) {
	if w == nil {
		return
	}
	w.SecretOrder = c.where.keys("webhooks", "secrets")
	sees := rawScope.with(scope{"config": c.m.base()["config"]})
	for i := range w.Verify {
		c.proof(&w.Verify[i], at.key("verify").index(i), sees)
	}
	for i := range w.Challenges {
		one, at := &w.Challenges[i], at.key("challenges").index(i)
		c.expr(&one.When, at.key("when"), sees, expr.AsBool())
		c.template(&one.Body, at.key("body"), sees)
		c.templates(one.Headers, at.key("headers"), sees)
		for name, e := range one.Learn {
			c.expr(&e, at.key("learn").key(name), sees)
			one.Learn[name] = e
		}
	}
	c.expr(&w.Events, at.key("events"), sees)
	sees = sees.with(itemScope)
	c.expr(&w.Key, at.key("key"), sees)
	for i := range w.Hints {
		h, at := &w.Hints[i], at.key("hints").index(i)
		c.expr(&h.When, at.key("when"), sees, expr.AsBool())
		c.expr(&h.ID, at.key("id"), sees)
	}
}

func (c *compiler) proof(p *Proof, at pointer, sees scope) {
	c.expr(&p.Value, at.key("value"), sees)
	c.template(&p.User, at.key("user"), scope{"config": c.m.base()["config"]})
	c.expr(&p.Signature, at.key("signature"), sees)
	if p.Timestamp != nil {
		c.expr(&p.Timestamp.Value, at.key("timestamp").key("value"), sees)
		sees = sees.with(stampScope)
	}
	c.expr(&p.Message, at.key("message"), sees, expr.AsKind(stringKind))
}
