package scoped_test

import (
	"context"
	"database/sql"
	"errors"
	"runtime"
	"slices"
	"testing"

	"portico/sync/store/internal/scoped"
)

// queue lets writers line up behind one that holds the lane.
type queue struct {
	db    *scoped.DB
	free  chan struct{}
	order chan string
}

// hold takes the writer until free is closed.
func hold(db *scoped.DB) *queue {
	q := &queue{db: db, free: make(chan struct{}), order: make(chan string, 20)}
	holds := make(chan struct{})
	go func() {
		_ = q.db.Write(context.Background(), scoped.Bulk, func(context.Context, *scoped.Tx) error {
			close(holds)
			<-q.free
			return nil
		})
	}()
	<-holds
	return q
}

// join adds a writer and returns when it waits.
func (q *queue) join(ctx context.Context, name string, p scoped.Priority) <-chan error {
	before, done := q.db.Waiting(p), make(chan error, 1)
	go func() {
		done <- q.db.Write(ctx, p, func(context.Context, *scoped.Tx) error {
			q.order <- name
			return nil
		})
	}()
	for q.db.Waiting(p) == before {
		runtime.Gosched()
	}
	return done
}

func TestAPersonGoesAheadOfBulkWorkThatWaits(t *testing.T) {
	t.Parallel()
	q := hold(open(t))
	var all []<-chan error
	for _, name := range []string{"bulk 1", "bulk 2", "bulk 3"} {
		all = append(all, q.join(t.Context(), name, scoped.Bulk))
	}
	all = append(all, q.join(t.Context(), "person 1", scoped.Person), q.join(t.Context(), "person 2", scoped.Person))
	close(q.free)
	for _, done := range all {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	close(q.order)
	got := slices.Collect(func(yield func(string) bool) {
		for name := range q.order {
			yield(name)
		}
	})
	if want := []string{"person 1", "person 2", "bulk 1", "bulk 2", "bulk 3"}; !slices.Equal(got, want) {
		t.Errorf("order %q, want %q", got, want)
	}
}

func TestAWaiterThatGivesUpLeavesTheLine(t *testing.T) {
	t.Parallel()
	q := hold(open(t))
	ctx, cancel := context.WithCancel(t.Context())
	gone := q.join(ctx, "gone", scoped.Person)
	stays := q.join(t.Context(), "stays", scoped.Bulk)
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("who gave up got %v", err)
	}
	close(q.free)
	if err := <-stays; err != nil {
		t.Error(err)
	}
	if name := <-q.order; name != "stays" {
		t.Errorf("%s wrote", name)
	}
}

// TestATurnThatReachesWhoGaveUpIsPassedOn lets the turn and the end of the
// context race; whichever comes first, the next one must get its turn.
func TestATurnThatReachesWhoGaveUpIsPassedOn(t *testing.T) {
	t.Parallel()
	db := open(t)
	for range 200 {
		q := hold(db)
		ctx, cancel := context.WithCancel(t.Context())
		wavers := q.join(ctx, "wavers", scoped.Person)
		next := q.join(t.Context(), "next", scoped.Bulk)
		go cancel()
		close(q.free)
		// Whose turn came just before the end finds its transaction taken back.
		if err := <-wavers; err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, sql.ErrTxDone) {
			t.Fatal(err)
		}
		if err := <-next; err != nil {
			t.Fatal(err)
		}
	}
}

func TestBulkWorkHearsThatAPersonWaits(t *testing.T) {
	t.Parallel()
	db := open(t)
	first, more := make(chan bool), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- db.Write(context.Background(), scoped.Bulk, func(_ context.Context, tx *scoped.Tx) error {
			first <- tx.Wanted()
			<-more
			first <- tx.Wanted()
			return nil
		})
	}()
	if <-first {
		t.Error("wanted while nobody waits")
	}
	q := &queue{db: db, order: make(chan string, 2)}
	bulk := q.join(t.Context(), "bulk", scoped.Bulk)
	person := q.join(t.Context(), "person", scoped.Person)
	close(more)
	if !<-first {
		t.Error("a person waits and bulk work does not hear of it")
	}
	for _, err := range []error{<-done, <-person, <-bulk} {
		if err != nil {
			t.Error(err)
		}
	}
}
