package graph_test

import (
	"net/http"
	"testing"

	"portico/sync/remote"
)

// A notification proves itself by the state that the subscription was made with, in
// every one of its parts, and asks for the changes of the drive.
func TestNotificationsProveThemselvesByTheirState(t *testing.T) {
	t.Parallel()
	_, c, conn := direct(t)
	conn.Secret = func(string) (string, error) { return "state-of-ours", nil }
	for name, one := range map[string]struct {
		body  string
		hints int
		good  bool
	}{
		"ours":             {`{"value": [{"clientState": "state-of-ours", "resource": "drives/b1/root", "changeType": "updated"}]}`, 1, true},
		"somebody's":       {`{"value": [{"clientState": "guessed"}]}`, 0, false},
		"one of two":       {`{"value": [{"clientState": "state-of-ours"}, {"clientState": "guessed"}]}`, 0, false},
		"without a state":  {`{"value": [{"resource": "drives/b1/root"}]}`, 0, false},
		"without anything": {`{"value": []}`, 0, false},
	} {
		hints, err := c.Hints(t.Context(), conn, &remote.RawRequest{Method: http.MethodPost, URL: "https://portico.example/hooks/1", Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(one.body)})
		if (err == nil) != one.good || len(hints) != one.hints {
			t.Errorf("%s: %+v, %v", name, hints, err)
		}
	}
	reply, err := c.(remote.Greeter).Greet(t.Context(), conn, &remote.RawRequest{Method: http.MethodPost, URL: "https://portico.example/hooks/1?validationToken=Validation%3A+a%26b", Header: http.Header{}})
	if err != nil || reply == nil || reply.Body != "Validation: a&b" {
		t.Errorf("%+v, %v", reply, err)
	}
}
