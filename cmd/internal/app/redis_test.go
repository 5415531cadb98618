package app_test

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"portico/cmd/internal/app"
	"portico/config"
	"portico/sync/redistest"
)

// examined is what the doctor says about Redis at an address.
func examined(t *testing.T, address string) (ok bool, detail string) {
	t.Helper()
	dir := t.TempDir()
	c, err := config.Load("", []string{"PORTICO_DATA=" + filepath.Join(dir, "data"), "PORTICO_KEY_FILE=" + filepath.Join(dir, "key"), "PORTICO_REDIS=" + address})
	if err != nil {
		t.Fatal(err)
	}
	a := app.New(c, slog.New(slog.DiscardHandler))
	defer func() { _ = a.Close() }()
	report, err := a.Doctor(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range report.Items {
		if strings.Contains(item.Detail, redistest.Password) {
			t.Errorf("a password is shown: %s", item.Detail)
		}
		if item.Name == "queue and bus" {
			return item.OK, item.Detail
		}
	}
	t.Fatalf("the doctor says nothing of it: %+v", report)
	return false, ""
}

func TestEveryFormOfAnAddressReachesRedis(t *testing.T) {
	t.Parallel()
	t.Run("a user over TLS", func(t *testing.T) {
		t.Parallel()
		s, ca := redistest.TLS(t)
		s.Do("ACL", "SETUSER", "hub", "on", ">"+redistest.Password, "~asynq:*", "~portico:*", "&asynq:*", "+@all")
		if ok, detail := examined(t, "rediss://hub:"+redistest.Password+"@"+s.Address+"?ca="+ca); !ok || !strings.Contains(detail, "hub:***@") {
			t.Error(detail)
		}
		if ok, _ := examined(t, "rediss://hub:"+redistest.Password+"@"+s.Address); ok {
			t.Error("a certificate that nobody vouches for was trusted")
		}
		if ok, _ := examined(t, "redis://hub:"+redistest.Password+"@"+s.Address); ok {
			t.Error("it answers without TLS")
		}
	})
	t.Run("sentinels", func(t *testing.T) {
		t.Parallel()
		w := redistest.Sentinels(t)
		rest := strings.Join(w.Sentinels, ",") + "/" + redistest.Master + "?sentinel_password=" + redistest.Password
		if ok, detail := examined(t, "redis-sentinel://:"+redistest.Password+"@"+rest); !ok || !strings.Contains(detail, "/portico?sentinel_password=***") {
			t.Error(detail)
		}
		if ok, detail := examined(t, "redis-sentinel://:wrong@"+rest); ok {
			t.Error(detail)
		}
	})
	t.Run("a cluster", func(t *testing.T) {
		t.Parallel()
		nodes := redistest.Cluster(t)
		if ok, detail := examined(t, "redis-cluster://:"+redistest.Password+"@"+nodes[0].Address+","+nodes[1].Address); !ok || !strings.Contains(detail, "the cluster answers") {
			t.Error(detail)
		}
	})
	t.Run("one that is away", func(t *testing.T) {
		t.Parallel()
		s := redistest.New(t)
		s.Kill()
		if ok, detail := examined(t, "redis://:"+redistest.Password+"@"+s.Address); ok || !strings.Contains(detail, "Redis does not answer") {
			t.Error(detail)
		}
	})
}
