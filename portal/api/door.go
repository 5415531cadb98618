package api

import (
	"net/http"

	"portico/sync/apikey"
)

// Prefix is where every path of the API begins.
const Prefix = "/api/v1"

// Door is one line of the API: how it is asked, what it takes and gives, and who
// may. The document is made of it.
type Door struct {
	Method string
	Path   string // below Prefix, with {names}
	// Scope is what a key needs.
	Scope apikey.Scope
	// Name is the operation's in the document; Summary and Text say what it does.
	Name, Summary, Text string
	// Query is a struct of what may stand behind "?"; nil takes nothing.
	Query any
	// In is what the body holds; nil takes none.
	In any
	// Most is how many bytes the body may have; zero means what is enough for words.
	Most int64
	// Status is the answer when all went well, and Out what it holds: nil holds
	// nothing, and Bytes are a file.
	Status int
	Out    any

	handle handler
}

// handler answers one request. What it returns as an error did nothing, unless its
// kind says that nobody knows.
type handler func(r *http.Request, c Caller) (any, error)

// Writes reports whether the door changes anything.
func (d Door) Writes() bool { return d.Method != http.MethodGet }

// Handler returns what answers at the door, and who may ask.
func (a *API) Handler(d Door) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error { return a.serve(w, r, d) }
}

const inAccount = "/accounts/{account}"

// table lists every door.
func (a *API) table() []Door {
	var doors []Door
	for _, family := range [][]Door{a.accountDoors(), a.ticketDoors(), a.assetDoors(), a.invoiceDoors(), a.quoteDoors(), a.workDoors(), a.actionDoors(), a.askDoors(), a.approvalDoors(), a.endpointDoors(), a.deliveryDoors()} {
		doors = append(doors, family...)
	}
	return doors
}
