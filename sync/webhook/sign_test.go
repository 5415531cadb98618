package webhook_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"portico/sync/delivery"
	"portico/sync/webhook"
)

func TestSignaturesAreThoseOfStandardWebhooks(t *testing.T) {
	t.Parallel()
	// The example of the specification's own libraries.
	at := time.Unix(1614265330, 0)
	got, err := webhook.Sign([]string{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; err != nil || got != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

func TestWhileASecretIsReplacedEitherVerifies(t *testing.T) {
	t.Parallel()
	now, id, payload := time.Now(), delivery.NewMessageID(), []byte(`{}`)
	secrets := []string{webhook.NewSecret(), webhook.NewSecret()}
	signature, err := webhook.Sign(secrets, id, now, payload)
	if err != nil {
		t.Fatal(err)
	}
	header := http.Header{}
	header.Set("webhook-id", string(id))
	header.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
	header.Set("webhook-signature", signature)
	for i, secret := range append(secrets, webhook.NewSecret()) {
		w, err := standardwebhooks.NewWebhook(secret)
		if err != nil || !strings.HasPrefix(secret, "whsec_") {
			t.Fatal(secret, err)
		}
		if verified := w.Verify(payload, header) == nil; verified != (i < 2) {
			t.Errorf("secret %d verifies: %v", i, verified)
		}
	}
}

func TestASecretThatCannotSignIsNotShown(t *testing.T) {
	t.Parallel()
	for _, secrets := range [][]string{nil, {"whsec_not base64 hunter2"}} {
		if s, err := webhook.Sign(secrets, "msg_1", noon, nil); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q, %v", s, err)
		}
	}
}
