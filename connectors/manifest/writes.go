package manifest

import "portico/sync/action"

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
}

// Prepare reads the target before a write.
type Prepare struct {
	Request Request     `json:"request"`
	Refuse  []ErrorRule `json:"refuse"`
	Mark    Expr        `json:"mark"`
}

// Send is the write itself.
type Send struct {
	Request   Request     `json:"request"`
	Answers   []ErrorRule `json:"answers"` // before http.errors; sees answers from 200 up
	Reference Expr        `json:"reference"`
	Upload    *Upload     `json:"upload"` // nil: what is sent is all in the request
}

// Probe is a search for an earlier effect.
type Probe struct {
	Request   Request `json:"request"`
	Done      Expr    `json:"done"`
	Reference Expr    `json:"reference"`
}

// Confirm reads the target again through its streams and tests what came.
type Confirm struct {
	Streams   []string `json:"streams"`
	ID        Expr     `json:"id"` // of the target; empty means action.External
	Holds     Expr     `json:"holds"`
	Reference Expr     `json:"reference"`
}
