package store_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"portico/sync/fault"
	"portico/sync/store"
)

func TestACopyIsWholeWhileOthersWrite(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	to := filepath.Join(t.TempDir(), "copy.db")
	if server != "" {
		if err := d.CopyTo(t.Context(), to); !fault.Is(err, fault.Internal) {
			t.Errorf("PostgreSQL was copied: %v", err)
		}
		return
	}
	begun, stop := make(chan struct{}), make(chan struct{})
	var people sync.WaitGroup
	people.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			default:
			}
			draft := d.draft("1", "key "+string(rune('a'+n%26))+string(rune('a'+n/26%26)))
			if _, err := d.acc.Submit(t.Context(), d.owner, draft); err != nil {
				t.Error(err)
				return
			}
			if n == 5 {
				close(begun)
			}
		}
	})
	<-begun
	must(t, d.CopyTo(t.Context(), to))
	close(stop)
	people.Wait()
	is, err := store.Examine(t.Context(), to)
	must(t, err)
	version, err := d.Version(t.Context())
	must(t, err)
	if len(is.Damage) > 0 || is.Schema != version || is.Rows["actions"] < 6 || is.Rows["records"] != 2 {
		t.Errorf("%+v", is)
	}
	if actions, leaves := is.Rows["actions"], is.Rows["audit_leaves"]; leaves < actions || is.Rows["outbox"] < actions {
		t.Errorf("%d actions, %d leaves, %d events", actions, leaves, is.Rows["outbox"])
	}
	if err := d.CopyTo(t.Context(), to); err == nil {
		t.Error("a copy was written over another")
	}
	left, err := os.ReadDir(filepath.Dir(to))
	must(t, err)
	if len(left) != 1 {
		t.Errorf("beside the copy: %v", left)
	}
}

func TestADamagedDatabaseIsSeen(t *testing.T) {
	t.Parallel()
	if server != "" {
		return // PostgreSQL looks after its own files
	}
	d := newDesk(t)
	to := filepath.Join(t.TempDir(), "copy.db")
	must(t, d.CopyTo(t.Context(), to))
	f, err := os.OpenFile(to, os.O_RDWR, 0)
	must(t, err)
	info, err := f.Stat()
	must(t, err)
	for at := int64(8192); at < info.Size(); at += 4096 { // all pages but those of the schema
		_, err := f.WriteAt([]byte("not what stood here"), at) // the head of a page, which says what it is
		must(t, err)
	}
	must(t, f.Close())
	if is, err := store.Examine(t.Context(), to); err == nil && len(is.Damage) == 0 {
		t.Error("no damage was found")
	}
}
