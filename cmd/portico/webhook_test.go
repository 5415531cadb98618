package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"portico/sync/delivery"
)

func (f *fake) Endpoints(context.Context) ([]delivery.Endpoint, error) {
	return []delivery.Endpoint{
		{ID: "e1", URL: "https://books.example/hook", Types: delivery.Types(), Enabled: true},
		{ID: "e2", URL: "https://old.example", Why: "It answered 410 Gone."},
	}, f.call("endpoints")
}

func (f *fake) AddEndpoint(_ context.Context, e delivery.Endpoint, account string, headers map[string]string) (delivery.Endpoint, string, error) {
	err := f.call("add endpoint %s %v %d account=%s %v", e.URL, e.Types, e.Rate, account, headers)
	e.ID = "e3"
	return e, "whsec_new", err
}

func (f *fake) RotateEndpoint(_ context.Context, id delivery.EndpointID) (string, error) {
	return "whsec_rotated", f.call("rotate %s", id)
}

func (f *fake) EnableEndpoint(_ context.Context, id delivery.EndpointID, on bool) error {
	return f.call("enable %s %v", id, on)
}

func (f *fake) TestEndpoint(_ context.Context, id delivery.EndpointID) (delivery.MessageID, error) {
	return "msg_1", f.call("test %s", id)
}

func (f *fake) Deliveries(_ context.Context, id delivery.EndpointID, state delivery.State, limit int) ([]delivery.Log, error) {
	return []delivery.Log{{
		Delivery: delivery.Delivery{ID: "d1", State: delivery.Failed, Status: 500, Problem: "It answered 500.", Message: delivery.Message{ID: "msg_1", Type: delivery.Test, Payload: []byte("{}")}},
		Attempts: []delivery.Attempt{{Status: 500, Took: 41 * time.Millisecond, Request: "POST", Answer: "no"}},
	}}, f.call("deliveries %s %s %d", id, state, limit)
}

func (f *fake) Resend(_ context.Context, id delivery.ID) error { return f.call("resend %s", id) }

func (f *fake) ResendFailed(_ context.Context, id delivery.EndpointID, _ time.Time) (int, error) {
	return 7, f.call("resend failed %s", id)
}

func TestWebhooksByCommand(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ args, call, says string }{
		{"webhook list", "endpoints", "off: It answered 410 Gone."},
		{"webhook add https://b.example --type ticket.created --rate 5 --account Nordwind --header X-Key:1", "add endpoint https://b.example [ticket.created] 5 account=Nordwind map[X-Key:1]", "shown only now: whsec_new"},
		{"webhook rotate e1", "rotate e1", "shown only now: whsec_rotated"},
		{"webhook enable e1", "enable e1 true", ""},
		{"webhook disable e1", "enable e1 false", ""},
		{"webhook test e1", "test e1", "msg_1 will be sent"},
		{"webhook deliveries e1", "deliveries e1  20", "41ms"},
		{"webhook deliveries e1 --failed --limit 3 --json", "deliveries e1 failed 3", `"answer": "no"`},
		{"webhook resend d1", "resend d1", "again: 1."},
		{"webhook resend --failed-of e1", "resend failed e1", "again: 7."},
	} {
		t.Run(c.args, func(t *testing.T) {
			t.Parallel()
			f := &fake{}
			code, out, errs := shell{fake: f}.run(t, strings.Fields(c.args)...)
			if code != 0 || len(f.calls) != 1 || f.calls[0] != c.call || !strings.Contains(out, c.says) {
				t.Errorf("code %d, calls %q\n%s%s", code, f.calls, out, errs)
			}
		})
	}
}

func TestTheCatalogueIsWrittenWithoutAProgram(t *testing.T) {
	t.Parallel()
	f := &fake{}
	for _, what := range []string{"--schema", "--example"} {
		code, out, errs := shell{fake: f}.run(t, "webhook", "types", "record.changed", what)
		if code != 0 || !json.Valid([]byte(out)) || !strings.Contains(out, "record.changed") || len(f.calls) > 0 {
			t.Errorf("%s: code %d, %s%s", what, code, out, errs)
		}
	}
	for _, args := range []string{"webhook types nonsense", "webhook types --schema", "webhook resend", "webhook resend d1 --failed-of e1"} {
		if code, _, errs := (shell{fake: f}).run(t, strings.Fields(args)...); code != exitUsage || errs == "" {
			t.Errorf("%s: code %d %s", args, code, errs)
		}
	}
}
