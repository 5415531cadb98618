package delivery

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
)

// Type names what a message says. Types are only ever added.
type Type string

// The types.
const (
	ActionConfirmed   Type = "action.confirmed"
	ActionRefused     Type = "action.refused"
	ActionWithdrawn   Type = "action.withdrawn"
	ApprovalRequested Type = "approval.requested"
	ApprovalDecided   Type = "approval.decided"
	TicketCreated     Type = "ticket.created"
	RecordChanged     Type = "record.changed"
	// Test is sent by hand, whatever the endpoint subscribes to.
	Test Type = "webhook.test"
)

// Description is one entry of the catalogue.
type Description struct {
	Type    Type
	Summary string
	Schema  json.RawMessage // JSON Schema 2020-12 of the whole payload
	Example json.RawMessage
}

// summaries is the catalogue in its order; the schema and the example of a type
// are files of its name.
var summaries = []Description{
	{Type: ActionConfirmed, Summary: "What a client asked for has been carried out and was read back from the system."},
	{Type: ActionRefused, Summary: "What a client asked for was not accepted, with the reason."},
	{Type: ActionWithdrawn, Summary: "What a client asked for was taken back before it was sent, or given up by the provider."},
	{Type: ApprovalRequested, Summary: "A client is asked to decide something, or a new version of it."},
	{Type: ApprovalDecided, Summary: "A client decided: approved, asked for changes, or declined, on exactly one version."},
	{Type: TicketCreated, Summary: "A ticket appeared that was not there before."},
	{Type: RecordChanged, Summary: "Records of one account and kind appeared, changed or left."},
	{Type: Test, Summary: "Sent by hand to try an endpoint."},
}

//go:embed catalogue/*.json
var catalogue embed.FS

// Catalogue lists what can be subscribed to, and Test.
func Catalogue() []Description {
	out := slices.Clone(summaries)
	for i, d := range out {
		out[i].Schema, out[i].Example = must(d.Type, "schema"), must(d.Type, "example")
	}
	return out
}

// must reads a file of the program itself; a test opens every one.
func must(t Type, what string) json.RawMessage {
	data, err := catalogue.ReadFile("catalogue/" + string(t) + "." + what + ".json")
	if err != nil {
		panic(fmt.Sprintf("catalogue of webhooks: %v", err))
	}
	return data
}

// Types lists what can be subscribed to.
func Types() []Type {
	var out []Type
	for _, d := range summaries {
		if d.Type != Test {
			out = append(out, d.Type)
		}
	}
	return out
}
