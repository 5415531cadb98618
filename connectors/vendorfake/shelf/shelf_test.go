package shelf_test

import (
	"testing"
	"time"

	"portico/connectors/vendorfake/shelf"
)

func TestWhatIsReadIsACopy(t *testing.T) {
	t.Parallel()
	s := shelf.New(time.Now)
	id := s.Add("ticket", shelf.Values{"a": 1})
	got, _ := s.Get("ticket", id)
	got.Values["a"] = 2
	s.All("ticket", nil)[0].Values["a"] = 3
	if again, ok := s.Get("ticket", id); !ok || again.Values["a"] != 1 {
		t.Errorf("%v %v", again, ok)
	}
	if _, ok := s.Get("company", id); ok {
		t.Error("found under another kind")
	}
}

func TestAChangeThatBeganEarlyIsSeenLate(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)
	s := shelf.New(func() time.Time { return now })
	id := s.Add("ticket", shelf.Values{"a": 1})
	commit := s.Begin(id, shelf.Values{"a": 2})
	began := now
	now = now.Add(time.Minute)
	if got, _ := s.Get("ticket", id); got.Values["a"] != 1 {
		t.Error("seen before its commit")
	}
	commit()
	if got, _ := s.Get("ticket", id); got.Values["a"] != 2 || !got.Updated.Equal(began) {
		t.Errorf("%v", got)
	}
}

func TestDeletedThingsComeBack(t *testing.T) {
	t.Parallel()
	s := shelf.New(time.Now)
	first, second := s.Add("ticket", nil), s.Add("ticket", nil)
	s.Delete(first, false)
	s.Delete(second, true)
	if got := s.All("ticket", nil); len(got) != 1 || !got[0].Gone {
		t.Errorf("left: %v", got)
	}
	if !s.Restore(first) || !s.Restore(second) || s.Restore(99) {
		t.Error("not restored")
	}
	if got := s.All("ticket", func(t shelf.Thing) bool { return !t.Gone }); len(got) != 2 || got[0].ID != first {
		t.Errorf("after that: %v", got)
	}
}

func TestWhatIsSavedIsThereAgain(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	from, to := shelf.New(func() time.Time { return at }), shelf.New(func() time.Time { return at.Add(time.Hour) })
	first := from.Add("invoice", shelf.Values{"status": "open", "total": 11900})
	gone := from.Add("invoice", shelf.Values{"status": "open"})
	from.Delete(gone, true)
	data, err := from.Save()
	if err != nil {
		t.Fatal(err)
	}
	if err := to.Load(data); err != nil {
		t.Fatal(err)
	}
	got, ok := to.Get("invoice", first)
	if !ok || got.Values["status"] != "open" || got.Values["total"] != 11900.0 || !got.Updated.Equal(at) {
		t.Errorf("%+v %v", got, ok)
	}
	if left, _ := to.Get("invoice", gone); !left.Gone || to.Add("quote", nil) != gone+1 {
		t.Errorf("what was deleted: %+v", left)
	}
	if to.Load([]byte("{")) == nil {
		t.Error("nonsense was loaded")
	}
}
