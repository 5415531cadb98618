package manifest

import (
	"slices"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/types"

	"portico/sync/action"
)

// Action is one thing that can be written back.
type Action struct {
	Kind    action.Kind `json:"-"`
	Label   string      `json:"label"`
	Timeout Duration    `json:"timeout"`
	Grace   Duration    `json:"grace"`
	MaxText int         `json:"max_text"`
	Prepare *Prepare    `json:"prepare"`
	Send    Send        `json:"send"`
	// Probe looks for an effect without a known reference. Without it, Confirm's
	// predicate over the re-read target decides.
	Probe   *Probe  `json:"probe"`
	Confirm Confirm `json:"confirm"`
	// Tables are those that the action's expressions use.
	Tables []string `json:"-"`
	// Inline says that the write carries the action's files inside its own body.
	Inline bool `json:"-"`
}

// Carries reports whether the files of an action reach the system.
func (a *Action) Carries() bool {
	return a.Inline || a.Send.Upload != nil || slices.ContainsFunc(a.Send.Before, func(s Step) bool { return s.Each != "" })
}

// Prepare reads the target before a write.
type Prepare struct {
	Request Request     `json:"request"`
	Refuse  []ErrorRule `json:"refuse"`
	Mark    Expr        `json:"mark"`
}

// Send is the write itself.
type Send struct {
	Before    []Step      `json:"before"`
	Request   Request     `json:"request"`
	Answers   []ErrorRule `json:"answers"` // before http.errors; sees answers from 200 up
	Reference Expr        `json:"reference"`
	Upload    *Upload     `json:"upload"` // nil: what is sent is all in the request
}

// Step is a request that comes before a write and makes something that the write
// refers to by Name: a file that is uploaded, a person who is not known yet. It may
// be sent again, so that alone it must be harmless, and harmless when repeated.
type Step struct {
	Name string `json:"name"`
	When Expr   `json:"when"`
	// Each is "files" where it is sent once for each file of the action, which is
	// "file"; the name then stands for the list of values.
	Each string `json:"each"`
	// Request carries the bytes of the file: as they are, or where Part is set, as
	// the part with that name of a form, beside the request's own.
	Request Request `json:"request"`
	Part    string  `json:"part"`
	Value   Expr    `json:"value"`
}

// Probe is a search for an earlier effect.
type Probe struct {
	Request Request `json:"request"`
	Done    Expr    `json:"done"`
	// Absent says that an answer of "not there" means just that: nothing landed.
	Absent    bool `json:"absent"`
	Reference Expr `json:"reference"`
}

// Confirm reads the target again through its streams and tests what came.
type Confirm struct {
	Streams   []string `json:"streams"`
	ID        Expr     `json:"id"` // of the target; empty means action.External
	Holds     Expr     `json:"holds"`
	Reference Expr     `json:"reference"`
}

// before compiles the steps before a write and returns what sees their values.
func (c *compiler) before(steps []Step, at pointer, sees scope) scope {
	for i := range steps {
		s, at, asks := &steps[i], at.index(i), sees
		if s.Each != "" {
			asks = sees.with(scope{"file": types.Map{"name": types.String, "type": types.String}})
			if s.Request.Body.Set() {
				c.problem(at.key("request").key("body"), "the body of this request is the file")
			}
		}
		if slices.Contains(taken, s.Name) || sees[s.Name] != nil {
			c.problem(at.key("name"), "%q stands for something else; call it otherwise", s.Name)
			continue
		}
		c.expr(&s.When, at.key("when"), sees, expr.AsBool())
		c.request(&s.Request, at.key("request"), asks)
		c.expr(&s.Value, at.key("value"), asks.with(answerScope))
		sees = sees.with(scope{s.Name: types.Any})
	}
	return sees
}
