package clio_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"testing"

	"portico/sync/record"
	"portico/sync/remote"
)

// Clio tells its secret when it is told the address, and signs with it afterwards.
func TestWebhooksAreSignedWithWhatClioTold(t *testing.T) {
	t.Parallel()
	_, c, conn := direct(t)
	const address, secret = "https://portico.example/hooks/1?model=bill", "told-by-clio"
	reply, err := c.(remote.Greeter).Greet(t.Context(), conn, &remote.RawRequest{Method: http.MethodPost, URL: address, Header: http.Header{"X-Hook-Secret": {secret}}})
	if err != nil || reply == nil || reply.Header.Get("X-Hook-Secret") != secret || reply.Learn["signing"] != secret {
		t.Fatalf("%+v, %v", reply, err)
	}
	conn.Secret = func(string) (string, error) { return secret, nil }
	body := []byte(`{"data": {"id": 7, "etag": "x"}, "meta": {"event": "updated", "webhook_id": 3}}`)
	sum := hmac.New(sha256.New, []byte(secret))
	_, _ = sum.Write(body)
	for signature, want := range map[string]int{hex.EncodeToString(sum.Sum(nil)): 1, hex.EncodeToString(make([]byte, 32)): 0, "": 0} {
		hints, err := c.Hints(t.Context(), conn, &remote.RawRequest{Method: http.MethodPost, URL: address, Body: body,
			Header: http.Header{"Content-Type": {"application/json"}, "X-Hook-Signature": {signature}}})
		if len(hints) != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %+v, %v", signature, hints, err)
		}
		if want > 0 && (hints[0].Ref.Kind != record.KindInvoice || hints[0].Ref.External != "7") {
			t.Errorf("%+v", hints[0])
		}
	}
}
